"""Collected data as read: forms, their fields, their records, all as text.

Every reader fills these nouns and every mapper reads them. A record is one saved instance of one
form; its id is its position among all records read, and travels with everything made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from sdtm.accepted import ANYTHING, Accepted
from sdtm.dates import DateStyle, iso_dtc
from specs.distinct import (
    as_category,
    as_plain,
    constant,
    missing,
    on_distinct,
    once_each,
    trimmed,
    without,
)
from specs.errors import RawDataError, did_you_mean
from specs.findings import all_findings, findings, no_findings
from specs.numbers import numbers_of, read_qualified, with_point
from specs.shown import counted, html_grid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

CONTEXT = (
    "@subject",
    "@event",
    "@event_repeat",
    "@form_repeat",
    "@group_repeat",
    "@status",
    "@file",
    "@line",
)
"""The columns every form has beside its fields: whose record it is, its status as the EDC tells it,
and where it was read."""

TIDY = (
    "record",
    "subject",
    "event",
    "event_repeat",
    "form",
    "form_repeat",
    "group_repeat",
    "item",
    "text",
    "unit",
    "file",
    "line",
)
"""The columns of the tidy view: one row per collected value."""

UNIT = "@unit"
"""What a field's name ends in that holds the units of another: `weight@unit`."""

TICKED = ";"
"""What separates the codes ticked in one checkbox field."""


@dataclass(frozen=True)
class Field:
    """A field of a form: its label, how it is answered, and what its codes mean.

    `missing` are the codes that stand for no answer, with their meaning; a code that is also
    among `choices` is a choice. `accepts` tells the type and range of answers, `required` that the
    form asks for one, `shown_if` the branching logic that shows the field. `targets` are the
    variables that the EDC itself names for the field, as `AE.AETERM`; `style` and `decimal` say how
    its dates and numbers are written.
    """

    name: str
    label: str = ""
    kind: Literal["text", "code", "checkbox", "date"] = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    accepts: Accepted = ANYTHING
    required: bool = False
    shown_if: str = ""
    style: DateStyle = field(default_factory=DateStyle)
    targets: tuple[str, ...] = ()
    decimal: Literal[".", ","] = "."

    def answered(self, text: pd.Series) -> pd.Series:
        """The answers without blanks at their ends; no answer and missing-data codes are NaN."""
        return without(trimmed(text), self.unanswered)

    @property
    def unanswered(self) -> frozenset[str]:
        """The codes that stand for no answer and are no choice."""
        return frozenset(self.missing) - frozenset(self.choices)

    def iso(self, text: pd.Series) -> pd.Series:
        """The answers as ISO 8601 texts; NaN where they are no date."""
        return iso_dtc(self.answered(text), self.style)["dtc"]

    def numbers(self, text: pd.Series) -> pd.Series:
        """The texts as numbers, float64; NaN where they are none."""
        return numbers_of(text, self.decimal)

    def with_point(self, text: pd.Series) -> pd.Series:
        """Numbers written with this field's decimal sign, with a point; other texts as they are."""
        if self.decimal == "." or self.choices:
            return text
        return once_each(
            lambda texts: pd.Series(
                [(with_point(one) or one) if isinstance(one, str) else one for one in texts],
                dtype="str",
            ),
            as_plain(text),
        )

    def misread(self, text: pd.Series) -> pd.Series:
        """True where a point would be taken for the decimal sign, which is a comma.

        A point may separate the parts of a date.
        """
        if self.decimal == "." or self.choices:
            return pd.Series(data=False, index=text.index)

        def points(texts: pd.Series) -> pd.Series:
            number = [isinstance(one, str) and "." in one and read_qualified(one) is not None
                      for one in texts]  # fmt: skip
            return pd.Series(number, dtype="bool") & self.iso(texts).isna()

        return once_each(points, as_plain(text))

    def as_read(self, text: pd.Series) -> pd.Series:
        """The texts as functions and conditions read them: no point where none is meant."""
        swapped = text.str.replace(".", ",", regex=False)
        return self.with_point(text).mask(self.misread(text), swapped)


@dataclass(frozen=True)
class Form:
    """A form and its records.

    `frame` has one row per record: the columns CONTEXT, then the fields, all of them texts as
    categories, whatever they were given as (`@line` is Int64), missing is NaN. Its index is the
    record id. `identity` names the fields that are the record's subject, event and repeat.
    `columns` and `values` count what stood in the source for this form, where that is not one
    column for each field. `units` names for a field the one that holds its units. `events` are the
    events that the form is planned for; None where that is not told.
    """

    name: str
    frame: pd.DataFrame
    fields: Mapping[str, Field]
    identity: frozenset[str] = frozenset()
    label: str = ""
    columns: int | None = None
    values: int | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    events: frozenset[str] | None = None

    def __post_init__(self) -> None:
        check_reserved(self.fields, f"form {self.name}")
        texts = {str(n): as_category(c) for n, c in self.frame.items() if c.dtype == "str"}
        if texts:
            object.__setattr__(self, "frame", self.frame.assign(**texts))

    def __repr__(self) -> str:
        counts = (counted(len(self.fields), "field"), counted(len(self.frame), "record"))
        return f"<Form {self.name}: {', '.join(counts)}>"

    def field_named(self, name: str, place: str) -> Field:
        """The field of that name; RawDataError if the form has none."""
        if name not in self.fields:
            raise RawDataError(
                f"form {self.name} has no field {name}",
                where=place,
                remedy=did_you_mean(name, self.fields),
            )
        return self.fields[name]

    def texts(self, name: str) -> pd.Series:
        """A column as conditions read it: without blanks at its ends, numbers with a point."""
        column, field = self.frame[name], self.fields.get(name)
        if not isinstance(column.dtype, pd.CategoricalDtype):
            return column
        if field is None or field.decimal == ".":
            return on_distinct(trimmed, column)
        return on_distinct(lambda texts: field.as_read(trimmed(texts)), column)

    def tidy(self) -> pd.DataFrame:
        """One row per collected value, columns TIDY, in the order of records, then of fields."""
        of_units = set(self.units.values())
        long = _melted(self.frame, [name for name in self.fields if name not in of_units])
        units = [
            _melted(self.frame, [column]).assign(item=name) for name, column in self.units.items()
        ]
        unit = pd.concat([_melted(self.frame, []), *units])
        long = long.merge(unit, on=["record", "item"], how="left", suffixes=("", "_unit"))
        context = self.frame[list(CONTEXT)].apply(as_plain).loc[long["record"]].set_axis(long.index)
        context.columns = pd.Index([name.removeprefix("@") for name in CONTEXT])
        values = context.assign(
            record=long["record"],
            form=pd.Series(self.name, index=long.index, dtype="str"),
            item=long["item"],
            text=long["text"],
            unit=long["text_unit"],
        )
        return values[list(TIDY)]


def findings_on(form: Form, records: pd.Index, **columns: Any) -> pd.DataFrame:
    """A finding for each of some records of a form, with whose they are and where they stand."""
    contexts = form.frame.loc[records]
    return findings(
        form=form.name,
        subject=contexts["@subject"],
        event=contexts["@event"],
        seq=as_plain(contexts["@group_repeat"]).fillna(as_plain(contexts["@form_repeat"])),
        file=contexts["@file"],
        line=contexts["@line"],
        **columns,
    )


def check_reserved(names: Iterable[str], where: str) -> None:
    """RawDataError where a name is like those of the context of a record."""
    taken = [name for name in names if name.startswith("@")]
    if taken:
        raise RawDataError(
            f"{', '.join(taken)} begins with @, as only the names do that stand for whose record"
            f" it is: {', '.join(CONTEXT)}",
            where=where,
            remedy="rename it in a copy of the file",
        )


def context(index: pd.Index, file: str, line: pd.Series, **columns: pd.Series) -> pd.DataFrame:
    """The columns CONTEXT for records with that index; what is not known is missing."""
    roles = {f"@{name}": as_category(column) for name, column in columns.items()}
    roles |= {"@file": constant(file, index), "@line": line.astype("Int64")}
    return pd.DataFrame({name: roles.get(name, missing(index)) for name in CONTEXT})


@dataclass(frozen=True)
class RawData:
    """Everything read: the forms by name, the files they came from, and what was found.

    `superseded` has the tidy columns and `transaction`: values that a later transaction of the
    same file changed or removed.
    """

    forms: Mapping[str, Form]
    files: tuple[Path, ...] = ()
    findings: pd.DataFrame = field(default_factory=no_findings)
    superseded: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=[*TIDY, "transaction"])
    )

    def __repr__(self) -> str:
        records = sum(len(form.frame) for form in self.forms.values())
        counts = (counted(len(self.forms), "form"), counted(records, "record"))
        return f"<RawData: {', '.join(counts)}, {counted(len(self.findings), 'finding')}>"

    def _repr_html_(self) -> str:
        """Its forms."""
        rows = [
            (name, form.label, len(form.fields), f"{len(form.frame):,}")
            for name, form in self.forms.items()
        ]
        return html_grid(repr(self)[1:-1], ("Form", "Label", "Fields", "Records"), rows)

    def form(self, name: str, place: str = "") -> Form:
        """The form of that name; RawDataError, at `place`, if there is none."""
        if name not in self.forms:
            raise RawDataError(
                f"the raw data have no form {name}",
                where=place,
                remedy=did_you_mean(name, self.forms),
            )
        return self.forms[name]

    def tidy(self) -> pd.DataFrame:
        """One row per collected value of all forms, columns TIDY."""
        tables = [form.tidy() for form in self.forms.values() if len(form.frame)]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=TIDY)

    def counts(self) -> pd.DataFrame:
        """One row per form: its fields, and the columns, records and values of the source."""
        return pd.DataFrame(
            [
                (
                    name,
                    len(form.fields),
                    len(form.fields) if form.columns is None else form.columns,
                    len(form.frame),
                    int(form.frame[list(form.fields)].notna().to_numpy().sum())
                    if form.values is None
                    else form.values,
                )
                for name, form in self.forms.items()
            ],
            columns=["form", "fields", "columns", "records", "values"],
        )

    def records(self) -> pd.DataFrame:
        """All records: index `record`, columns form, subject, event, event_repeat, ..., line."""
        tables = [
            pd.DataFrame({n: as_plain(form.frame[n]) for n in CONTEXT}).assign(form=name)
            for name, form in self.forms.items()
        ]
        table = pd.concat(tables) if tables else pd.DataFrame(columns=[*CONTEXT, "form"])
        table.columns = pd.Index([name.removeprefix("@") for name in table.columns])
        return table.rename_axis("record").sort_index()


def combined(sources: Iterable[RawData]) -> RawData:
    """What several sources gave, as one; records are numbered through in the order given."""
    forms: dict[str, Form] = {}
    files: list[Path] = []
    finding_tables: list[pd.DataFrame] = []
    superseded: list[pd.DataFrame] = []
    for source in sources:
        sizes = [len(form.frame) for form in source.forms.values()]
        first = sum(len(form.frame) for form in forms.values())
        starts = accumulate(sizes[:-1], initial=first)
        for (name, form), start, size in zip(source.forms.items(), starts, sizes, strict=False):
            if name in forms:
                raise RawDataError(
                    f"two sources have a form {name}", remedy="rename one in study.yaml"
                )
            index = pd.RangeIndex(start, start + size)
            forms[name] = replace(form, frame=form.frame.set_axis(index))
        files.extend(source.files)
        finding_tables.append(source.findings)
        superseded.append(source.superseded)
    filled = [table for table in superseded if len(table)]
    return RawData(
        MappingProxyType(forms),
        tuple(files),
        all_findings(finding_tables),
        pd.concat(filled, ignore_index=True) if filled else RawData({}).superseded,
    )


def apart_from(data: RawData, datasets: Collection[str]) -> RawData:
    """The raw data with forms named like a dataset in lower case, so that a name means one thing.

    RawDataError where a form of the lower name is there already.
    """
    names = {name: name.lower() for name in data.forms if name in datasets}
    for name, lower in names.items():
        if lower in data.forms:
            raise RawDataError(
                f"there are forms {name} and {lower}, and {name} is a dataset too",
                remedy=f"rename the form {name} in its source",
            )
    if not names:
        return data
    return replace(
        data,
        forms=MappingProxyType(
            {names.get(n, n): replace(f, name=names.get(n, n)) for n, f in data.forms.items()}
        ),
        findings=data.findings.assign(form=data.findings["form"].replace(names)),
        superseded=data.superseded.assign(form=data.superseded["form"].replace(names)),
    )


def _melted(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Columns record, item, text: the values of those columns, by record, then in their order."""
    chosen = frame[list(names)].apply(as_plain).rename_axis(index="record")
    long = chosen.melt(var_name="item", value_name="text", ignore_index=False)
    long = long[long["text"].notna()].sort_index(kind="stable").reset_index()
    return long.astype({"item": "str", "text": "str"})
