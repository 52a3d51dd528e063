"""Collected data as read: forms, their fields, their records, all as text.

Every reader fills these nouns and every mapper reads them. A record is one saved instance of one
form; its id is its position among all records read, and travels with everything made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pandas as pd

from sdtm.dates import DateStyle, iso_dtc
from specs.errors import RawDataError, did_you_mean
from specs.findings import all_findings, no_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

CONTEXT = ("@subject", "@event", "@event_repeat", "@form_repeat", "@file", "@line")
"""The columns every form has beside its fields: whose record it is, and where it was read."""

TICKED = ";"
"""What separates the codes ticked in one checkbox field."""


@dataclass(frozen=True)
class Field:
    """A field of a form: its label, how it is answered, and what its codes mean.

    `missing` are the codes that stand for no answer, with their meaning; a code that is also
    among `choices` is a choice.
    """

    name: str
    label: str = ""
    kind: Literal["text", "code", "checkbox", "date"] = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    style: DateStyle = field(default_factory=DateStyle)

    def answered(self, text: pd.Series) -> pd.Series:
        """The answers without blanks at their ends; no answer and missing-data codes are NaN."""
        trimmed = text.str.strip()
        nothing = [code for code in self.missing if code not in self.choices]
        return trimmed.where(~trimmed.isin(["", *nothing]))

    def iso(self, text: pd.Series) -> pd.Series:
        """The answers as ISO 8601 texts; NaN where they are no date."""
        return iso_dtc(self.answered(text), self.style)["dtc"]


@dataclass(frozen=True)
class Form:
    """A form and its records.

    `frame` has one row per record: the columns CONTEXT, then the fields, all of dtype `str`
    (`@line` is Int64), missing is NaN. Its index is the record id. `identity` names the fields
    that are the record's subject, event and repeat.
    """

    name: str
    frame: pd.DataFrame
    fields: Mapping[str, Field]
    identity: frozenset[str] = frozenset()

    def field_named(self, name: str, place: str) -> Field:
        """The field of that name; RawDataError if the form has none."""
        if name not in self.fields:
            raise RawDataError(
                f"form {self.name} has no field {name}",
                where=place,
                remedy=did_you_mean(name, self.fields),
            )
        return self.fields[name]


@dataclass(frozen=True)
class RawData:
    """Everything read: the forms by name, the files they came from, and what was found."""

    forms: Mapping[str, Form]
    files: tuple[Path, ...] = ()
    findings: pd.DataFrame = field(default_factory=no_findings)

    def form(self, name: str, place: str) -> Form:
        """The form of that name; RawDataError if there is none."""
        if name not in self.forms:
            raise RawDataError(
                f"the raw data have no form {name}",
                where=place,
                remedy=did_you_mean(name, self.forms),
            )
        return self.forms[name]

    def records(self) -> pd.DataFrame:
        """All records: index `record`, columns form, subject, event, event_repeat, ..., line."""
        tables = [form.frame[list(CONTEXT)].assign(form=name) for name, form in self.forms.items()]
        table = pd.concat(tables) if tables else pd.DataFrame(columns=[*CONTEXT, "form"])
        table.columns = pd.Index([name.removeprefix("@") for name in table.columns])
        return table.rename_axis("record").sort_index()


def combined(parts: Iterable[RawData]) -> RawData:
    """What several sources gave, as one; records are numbered through in the order given."""
    forms: dict[str, Form] = {}
    files: list[Path] = []
    found: list[pd.DataFrame] = []
    for part in parts:
        sizes = [len(form.frame) for form in part.forms.values()]
        first = sum(len(form.frame) for form in forms.values())
        starts = accumulate(sizes[:-1], initial=first)
        for (name, form), start, size in zip(part.forms.items(), starts, sizes, strict=False):
            if name in forms:
                raise RawDataError(
                    f"two sources have a form {name}", remedy="rename one in study.yaml"
                )
            index = pd.RangeIndex(start, start + size)
            forms[name] = replace(form, frame=form.frame.set_axis(index))
        files.extend(part.files)
        found.append(part.findings)
    return RawData(MappingProxyType(forms), tuple(files), all_findings(found))
