"""What the codes of tables mean: a table of codes beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sdtm.readers._encoding import shape_of
from sdtm.readers._files import read_delimited
from sdtm.readers._records import check_column
from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Codes:
    """What codes mean, by form and field; form "" is any."""

    by_field: Mapping[tuple[str, str], Mapping[str, str]]
    several: frozenset[tuple[str, str]]

    def choices(self, form: str, field: str) -> Mapping[str, str]:
        """The codes of a field with their meaning; none where none are told."""
        return self.by_field.get((form, field)) or self.by_field.get(("", field)) or {}

    def kind(self, form: str, field: str) -> Literal["text", "code", "checkbox"]:
        """Whether a field is coded, and may hold several codes."""
        if {(form, field), ("", field)} & self.several:
            return "checkbox"
        return "code" if self.choices(form, field) else "text"


def read_codes(path: Path) -> Codes:
    """A table of codes; RawDataError where it lacks a column or a code, or has a code twice."""
    shape = shape_of(path)
    data = read_delimited(path, shape.delimiter, shape.encoding)
    for column in ("field", "code", "label"):
        check_column(column, data, path)
    data = data.reindex(columns=["form", "field", "code", "label", "several"]).astype("str")
    data = data.assign(form=data["form"].fillna(""), label=data["label"].fillna(data["code"]))
    nameless = data.index[data["field"].isna() | data["code"].isna()]
    if len(nameless):
        raise RawDataError(
            "the row names no field or no code",
            where=f"{path.name} line {nameless[0]}",
            remedy="write both, or leave the row out",
        )
    twice = data.index[data.duplicated(["form", "field", "code"])]
    if len(twice):
        raise RawDataError(
            f"code {data.loc[twice[0], 'code']} of {data.loc[twice[0], 'field']} is there twice",
            where=f"{path.name} line {twice[0]}",
            remedy="keep one of them",
        )
    by_field: dict[tuple[str, str], dict[str, str]] = {}
    rows = zip(data["form"], data["field"], data["code"], data["label"], strict=True)
    for form, field, code, label in rows:
        by_field.setdefault((form, field), {})[code] = label
    several = data[data["several"] == "Y"]
    return Codes(by_field, frozenset(zip(several["form"], several["field"], strict=True)))
