"""What transport files and Dataset-JSON say of the same data, and in what they differ.

Values go over as they are. What only one of the formats can say is named as a `Difference`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from specs.limits import LONGEST_TEXT
from submission.dataset_json.dates import iso_texts
from submission.dataset_json.description import JsonColumn, JsonDataset, as_attributes
from submission.xpt import Column, Member, iter_xpt, missing_codes, read_member
from submission.xpt.cells import EXACT

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

_KEPT = ("name", "label", "records", "columns", "datasetJSONCreationDateTime", "datasetJSONVersion")


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not go over: the variable, "" for the dataset, and what about it."""

    variable: str
    what: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.what}" if self.variable else self.what


def json_of_xpt(
    path: str | os.PathLike[str], *, encoding: str = "ascii"
) -> tuple[JsonDataset, tuple[Difference, ...]]:
    """How Dataset-JSON describes the data of a transport file, and what it cannot say.

    All rows are read once, to tell whole numbers from others and to see whether every number under
    a format of dates is a date. OIDs are made of the names, as in the define.xml of this package.
    """
    member = read_member(path, encoding=encoding)
    numeric = [column for column in member.columns if column.type == "Num"]
    seen = {column.name: _NumbersSeen(column) for column in numeric}
    if numeric:
        for frame in iter_xpt(path, encoding=encoding, columns=list(seen)):
            for name, numbers in seen.items():
                numbers.see(frame[name])
    columns = tuple(
        _json_column(member.name, column, seen[column.name].data_type)
        if column.type == "Num"
        else replace(_json_column(member.name, column, "string"), length=column.length)
        for column in member.columns
    )
    dataset = JsonDataset(
        name=member.name,
        label=member.label,
        item_group_oid=f"IG.{member.name}",
        columns=columns,
        created=member.modified.isoformat(),
        records=member.rows,
    )
    differences = []
    if member.created != member.modified:
        differences.append(
            Difference("", f"created {member.created}, beside modified {member.modified}")
        )
    for column in member.columns:
        if column.informat:
            differences.append(Difference(column.name, f"informat {column.informat}"))
        if column.type == "Num" and column.length != 8:
            differences.append(Difference(column.name, f"length of {column.length} bytes"))
        if column.name in seen and seen[column.name].special:
            codes = ", ".join(sorted(seen[column.name].special))
            differences.append(Difference(column.name, f"special missing values {codes} are null"))
    return dataset, tuple(differences)


def xpt_of_json(
    dataset: JsonDataset, frames: Iterable[pd.DataFrame], *, encoding: str = "ascii"
) -> tuple[Member, tuple[Difference, ...]]:
    """How a transport file describes the data of a Dataset-JSON file, and what it cannot say.

    The frames are looked at once, for the bytes of texts without a length.
    """
    texts = {
        column.name: _TextsSeen(encoding)
        for column in dataset.columns
        if _xpt_type(column) == "Char"
    }
    for frame in frames:
        for name, seen in texts.items():
            seen.see(frame[name])
    differences = [
        Difference("", f"{attribute} {_shown(value)}")
        for attribute, value in as_attributes(dataset).items()
        if attribute not in _KEPT and value != f"IG.{dataset.name}"
    ]
    created = datetime.fromisoformat(dataset.created)
    plain = created.replace(tzinfo=None, microsecond=0)
    if plain.isoformat() != dataset.created:
        differences.append(Difference("", f"creation time {dataset.created} becomes {plain}"))
    columns = []
    for column in dataset.columns:
        planned, more = _xpt_column(column, texts.get(column.name))
        columns.append(planned)
        if column.item_oid != f"IT.{dataset.name}.{column.name}":
            more = [f"itemOID {column.item_oid}", *more]
        differences.extend(Difference(column.name, what) for what in more)
    member = Member(dataset.name, dataset.label, tuple(columns), plain, plain, dataset.records)
    return member, tuple(differences)


def transport_frame(frame: pd.DataFrame, dataset: JsonDataset) -> pd.DataFrame:
    """A frame as read from Dataset-JSON, with the decimals as numbers."""
    decimals = [column.name for column in dataset.columns if column.data_type == "decimal"]
    return frame.assign(
        **{name: frame[name].str.replace(",", "").astype("float64") for name in decimals}
    )


class _NumbersSeen:
    """What the numbers of a variable have in common."""

    def __init__(self, column: Column) -> None:
        self.date = column.holds.removesuffix("s")
        self.whole = True
        self.special: set[str] = set()

    def see(self, values: pd.Series[Any]) -> None:
        doubles = values.to_numpy(dtype=np.float64)
        missing = np.isnan(doubles)
        present = doubles[~missing]
        self.whole &= bool(((present == np.floor(present)) & (np.abs(present) <= EXACT)).all())
        if self.date and iso_texts(present, self.date)[1].size:
            self.date = ""
        if missing.any():
            self.special |= set(missing_codes(values[missing]).unique()) - {"."}

    @property
    def data_type(self) -> str:
        return self.date or ("integer" if self.whole else "float")


class _TextsSeen:
    """What the texts of a column have in common, in an encoding."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.longest, self.empty, self.trailing = 0, 0, 0

    def see(self, values: pd.Series[Any]) -> None:
        texts = pa.array(values.array, type=pa.large_string())
        if self.encoding not in ("ascii", "utf-8"):
            distinct = texts.unique().drop_null().to_pylist()
            sizes = [len(text.encode(self.encoding, "replace")) for text in distinct]
            longest = max(sizes, default=0)
        else:
            longest = pc.max(pc.binary_length(texts)).as_py() or 0
        self.longest = max(self.longest, longest)
        self.empty += pc.sum(pc.equal(texts, "")).as_py() or 0
        self.trailing += pc.sum(pc.ends_with(texts, " ")).as_py() or 0


def _json_column(dataset: str, column: Column, data_type: str) -> JsonColumn:
    return JsonColumn(
        item_oid=f"IT.{dataset}.{column.name}",
        name=column.name,
        label=column.label,
        data_type=data_type,
        target_data_type="integer" if data_type in ("date", "datetime", "time") else "",
        display_format=column.format,
    )


def _xpt_type(column: JsonColumn) -> str:
    number = column.is_numeric_date or column.data_type in (
        "integer",
        "float",
        "double",
        "decimal",
        "boolean",
    )
    return "Num" if number else "Char"


def _xpt_column(column: JsonColumn, texts: _TextsSeen | None) -> tuple[Column, list[str]]:
    """A column as a transport file has it, and what of its description is lost."""
    lost = []
    form = column.display_format
    if form and "." not in form:
        form = f"{form}."
    if texts is None:
        if column.length is not None:
            lost.append(f"length of {column.length} characters")
        if column.data_type in ("double", "decimal", "boolean"):
            lost.append(f"dataType {column.data_type} becomes a number")
        if column.is_numeric_date and not form:
            form = {"date": "DATE9.", "datetime": "DATETIME20.", "time": "TIME8."}[column.data_type]
            lost.append(f"no displayFormat becomes {form}")
        length = 8
    else:
        length = max(texts.longest, min(column.length or 1, LONGEST_TEXT), 1)
        if column.length is not None and length != column.length:
            lost.append(f"length of {column.length} characters becomes {length} bytes")
        if column.data_type != "string":
            lost.append(f"dataType {column.data_type} becomes text")
        if texts.empty:
            lost.append(f"empty texts ({texts.empty}) become missing")
        if texts.trailing:
            lost.append(f"trailing blanks are lost ({texts.trailing} texts)")
    if form != column.display_format and column.display_format:
        lost.append(f"displayFormat {column.display_format} becomes {form}")
    if column.key_sequence is not None:
        lost.append(f"keySequence {column.key_sequence}")
    kind: Any = "Char" if texts is not None else "Num"
    return Column(column.name, column.label, kind, length, form), lost


def _shown(value: object) -> str:
    return " ".join(map(str, value.values())) if isinstance(value, dict) else str(value)
