"""Tables: one file per form, with a declared subject column.

The file's ending tells its kind: CSV and other delimited text, XLSX, SAS7BDAT, XPT, Parquet.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pandas as pd
from pydantic import Field as Default
from pydantic import NonNegativeInt, PositiveInt, StringConstraints

from sdtm.accepted import TYPES, Accepted, Limit
from sdtm.dates import DateStyle
from sdtm.raw import CONTEXT, Field, Form, RawData, context
from sdtm.readers._codes import Codes, read_codes
from sdtm.readers._encoding import shape_of
from sdtm.readers._files import Delimiter, Options, read_categories, read_options
from sdtm.readers._frames import Sheet, read_parquet, read_xlsx
from sdtm.readers._layout import Layout
from sdtm.readers._records import (
    Tall,
    Unpivot,
    blanked,
    check_column,
    folded,
    left_out,
    matched,
    unpivoted,
)
from sdtm.readers._sas import read_sas
from specs.errors import AbsentDataError, RawDataError, SpecError
from specs.findings import all_findings, findings
from specs.paths import inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from specs.model import RawSource

Kind = Literal["csv", "xlsx", "sas", "parquet"]

KINDS: Mapping[str, Kind] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv",
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xlsb": "xlsx", ".xls": "xlsx", ".ods": "xlsx",
    ".sas7bdat": "sas", ".xpt": "sas", ".xport": "sas",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip


_UNNAMED = re.compile(r"column_[0-9]+")


class TableOptions(Options):
    """One file: its subject column, and where there are any its event and repeat columns.

    `repeat` is the repeat of the form, `group` that of the item group. `units` names for a column
    the one that holds its units. `match` takes columns out of others with the named groups of a
    regular expression; `leave_out` gives, by column, values whose rows are no records. `century`
    is the window of years written with two digits, as 1930-2029. `types` and `limits` say what the
    values of a column must be, as `types: {weight: number}` and `limits: {weight: {GE: 30}}`; what
    is not so is a finding.

    Several files, or one name with `*`, are one form: a file for each site or month. `head` is the
    line of the head, `heads` the rows that it spans, `below` the rows after it and `foot` the lines
    at the end that are no records; `end` is a last line without which the file was cut, `detail`
    the first cell of the rows that are records, `columns` the names of a file without a head.
    `tall` is for a table with a row for each value, of which `only` names by column the values that
    rows of this form have. `catalog` is the SAS catalog, beside the file, with what the codes of
    its formats mean.
    """

    file: str | list[str]
    subject: Annotated[str, StringConstraints(min_length=1)]
    event: str = ""
    event_repeat: str = ""
    repeat: str = ""
    group: str = ""
    units: dict[str, str] = Default(default={})
    match: dict[str, str] = Default(default={})
    leave_out: dict[str, list[str]] = Default(default={})
    unpivot: Unpivot | None = None
    tall: Tall | None = None
    only: dict[str, list[str]] = Default(default={})
    head: NonNegativeInt = 0
    heads: PositiveInt = 1
    below: NonNegativeInt = 0
    foot: NonNegativeInt = 0
    end: str = ""
    detail: str = ""
    columns: list[str] = Default(default=[])
    catalog: str = ""
    format: Kind | None = None
    sheet: str = ""
    dates: Literal["DMY", "MDY", "YMD", ""] = ""
    century: str = ""
    missing: dict[str, str] = Default(default={})
    blank: list[str] = Default(default=[])
    types: dict[
        str, Literal["integer", "decimal", "number", "date", "datetime", "time", "boolean"]
    ] = Default(default={})
    limits: dict[str, dict[Literal["LT", "LE", "GT", "GE", "EQ", "NE", "IN", "NOTIN"], Any]] = (
        Default(default={})
    )
    decimal: Literal[".", ","] = "."
    delimiter: Delimiter = ""
    encoding: str = ""

    @property
    def layout(self) -> Layout:
        """Where the head and the rows of the file stand."""
        return Layout(
            self.head, self.heads, self.below, self.foot, self.end, self.detail,
            tuple(self.columns),
        )  # fmt: skip


class TablesOptions(Options):
    """`forms` gives for each form its file and columns.

    `codes` is a table of what codes mean, with columns field, code, label, and where they differ
    by form, form; where a field may hold several codes separated by `;`, several is Y.
    """

    forms: dict[str, TableOptions]
    codes: str = ""


def read(source: RawSource, folder: Path) -> RawData:
    """Read the files; RawDataError where one is missing, ragged, or lacks a declared column."""
    options = read_options(source, TablesOptions)
    of_forms = {
        name: files_named(folder, table.file, source.place) for name, table in options.forms.items()
    }
    files = [path for paths in of_forms.values() for path in paths]
    files += [
        inside(path.parent, table.catalog, source.place)
        for name, table in options.forms.items()
        if table.catalog
        for path in of_forms[name][:1]
    ]
    codes = Codes({}, frozenset())
    if options.codes:
        files.append(inside(folder, options.codes, source.place))
        codes = read_codes(files[-1])
    read_forms = [
        _joined([_form(name, table, path, source.place, codes) for path in of_forms[name]])
        for name, table in options.forms.items()
    ]
    forms = {form.name: form for form, _ in read_forms}
    return RawData(
        MappingProxyType(forms),
        tuple(dict.fromkeys(files)),
        all_findings(notices for _, notices in read_forms),
    )


def files_named(folder: Path, names: str | list[str], place: str) -> list[Path]:
    """The files of a form: those named, and all that a name with `*` fits, in their order."""
    files: list[Path] = []
    for name in [names] if isinstance(names, str) else names:
        if "*" not in name:
            files.append(inside(folder, name, place))
            continue
        pattern = inside(folder, name.replace("*", "x"), place).parent / name.rpartition("/")[2]
        fitting = sorted(pattern.parent.glob(pattern.name)) if pattern.parent.is_dir() else []
        if not fitting:
            raise AbsentDataError(
                f"no file is named {name}", where=place, remedy="check raw: in study.yaml"
            )
        files += fitting
    return files


def _joined(pairs: list[tuple[Form, pd.DataFrame]]) -> tuple[Form, pd.DataFrame]:
    """Forms of several files as one; a warning for a column that not all of them have."""
    first, notices = pairs[0]
    if len(pairs) == 1:
        return first, notices
    fields = {name: field for form, _ in reversed(pairs) for name, field in form.fields.items()}
    order = dict.fromkeys(name for form, _ in pairs for name in form.fields)
    frames = [form.frame.astype("str").astype({"@line": "Int64"}) for form, _ in pairs]
    frame = pd.concat(frames, ignore_index=True)
    finding_tables = [finding_tables for _, finding_tables in pairs]
    for form, _ in pairs:
        absent = [name for name in order if name not in form.fields]
        if absent:
            finding_tables.append(
                findings(
                    severity="warning",
                    rule="CK-RAW-ABSENT",
                    form=first.name,
                    variable=absent,
                    message="the file has no such column, and others of the form have",
                    file=str(form.frame["@file"].astype("str").iloc[0]) if len(form.frame) else "",
                )
            )
    frame = frame[[*CONTEXT, *order]]
    whole = replace(first, frame=frame, fields=MappingProxyType({n: fields[n] for n in order}))
    return whole, all_findings(finding_tables)


def read_sheet(
    path: Path, options: TableOptions, place: str = "", catalog: Path | None = None
) -> Sheet:
    """A file as text, by its declared format or its ending."""
    kind = options.format or KINDS.get(path.suffix.lower())
    if kind is None:
        raise SpecError(
            f"{path.name} ends in no format known here",
            where=place,
            remedy="declare format: csv, xlsx, sas or parquet",
        )
    if kind == "csv":
        shape = shape_of(path, options.encoding, options.delimiter, options.head)
        frame = read_categories(path, shape.delimiter, shape.encoding, options.layout)
        return Sheet(frame, findings=all_findings([shape.findings, *_nameless(frame, path)]))
    readers: Mapping[str, Callable[[], Sheet]] = {
        "xlsx": lambda: read_xlsx(path, options.sheet, options.layout),
        "sas": lambda: read_sas(path, options.encoding, catalog),
        "parquet": lambda: read_parquet(path),
    }
    return readers[kind]()


def _nameless(frame: pd.DataFrame, path: Path) -> Iterator[pd.DataFrame]:
    """A notice for columns that the file gives no name."""
    columns = [str(name) for name in frame.columns if _UNNAMED.fullmatch(str(name))]
    if columns:
        yield findings(
            severity="notice",
            rule="CK-RAW-HEAD",
            variable=columns,
            message="the column has no name and is called after its place",
            file=path.name,
        )


def _form(
    name: str, options: TableOptions, path: Path, place: str, codes: Codes
) -> tuple[Form, pd.DataFrame]:
    """A form by one file, its columns checked, taken apart and typed as declared."""
    catalog = inside(path.parent, options.catalog, place) if options.catalog else None
    sheet = read_sheet(path, options, place, catalog)
    data, gone = left_out(blanked(sheet.frame, options.blank), name, options, path)
    data = matched(data, options, path, place)
    if options.tall:
        data = folded(data, options.tall, options, path)
    if options.unpivot:
        data = unpivoted(data, options.unpivot, path, place)
    roles = {
        "subject": options.subject,
        "event": options.event,
        "event_repeat": options.event_repeat,
        "form_repeat": options.repeat,
        "group_repeat": options.group,
    }
    for column in (
        *roles.values(), *options.units, *options.units.values(), *options.types, *options.limits
    ):  # fmt: skip
        check_column(column, data, path)
    lost = data[options.subject].str.strip().fillna("") == ""
    if lost.any():
        raise RawDataError(
            f"the row has no {options.subject}",
            where=f"{path.name} line {data['@line'][lost].iloc[0]}",
            remedy="give every row its subject",
        )
    columns = {role: data[column] for role, column in roles.items() if column}
    whose = context(data.index, path.name, data["@line"], **columns)
    century = f"century={options.century}" if options.century else ""
    style = DateStyle.from_options(options.dates, century)
    missing = MappingProxyType({**sheet.missing, **options.missing})
    fields = {
        column: Field(
            name=column,
            label=sheet.labels.get(column, column),
            kind=codes.kind(name, column) if column not in sheet.choices else "code",
            choices=codes.choices(name, column) or sheet.choices.get(column, {}),
            missing=missing,
            accepts=_accepts(column, options),
            style=style,
            decimal=options.decimal,
        )
        for column in map(str, data.columns.drop("@line"))
    }
    frame = pd.concat([whose, data[list(fields)]], axis=1).reset_index(drop=True)
    form = Form(
        name,
        frame,
        MappingProxyType(fields),
        frozenset(set(roles.values()) - {""}),
        units=MappingProxyType(options.units),
    )
    return form, all_findings([sheet.findings, gone, *_empty(name, sheet, path)])


def _empty(name: str, sheet: Sheet, path: Path) -> Iterator[pd.DataFrame]:
    """A warning where a file has a head and no row."""
    if sheet.frame.empty:
        yield findings(
            severity="warning",
            rule="CK-RAW-NO-ROWS",
            form=name,
            message="the file has a head and no rows; check that it was exported whole",
            file=path.name,
        )


def _accepts(column: str, options: TableOptions) -> Accepted:
    """What the declared type and limits of a column accept; limits alone are those of numbers."""
    declared = options.limits.get(column, {})
    limits = tuple(
        Limit(comparator, tuple(map(str, values if isinstance(values, list) else [values])))
        for comparator, values in declared.items()
    )
    if column not in options.types:
        return Accepted("number" if limits else "text", limits=limits)
    return replace(TYPES[options.types[column]], limits=limits)
