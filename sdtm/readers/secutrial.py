"""secuTrial: the export as a zip of tab-separated tables, with its metadata and options.

A form table gives a form; a table of repeated sub-forms gives one too. Fields are those of the
`items` table; the patients' table `casenodes` is a form of its own. Audit tables are counted.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import Field as Default

from sdtm.accepted import ANYTHING, DAY, MINUTE, TYPES, Accepted
from sdtm.dates import DateStyle
from sdtm.raw import UNIT, Field, Form, RawData, context
from sdtm.readers._files import Options, read_options
from specs.errors import AbsentDataError, RawDataError
from specs.findings import all_findings, findings
from specs.heads import check_head
from specs.packed import DAMAGED, check_packed
from specs.paths import inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from specs.model import RawSource

SUBJECT, SUBJECT_KEY = "mnpaid", "mnppid"
VISIT_ID, VISIT, VISIT_NUMBER, VISIT_DATE = "mnpvisid", "mnpvislabel", "mnpvisno", "mnpvispdt"
POSITION, EVENT_NUMBER = "position", "mnpaeno"

_SETUP = {
    "items": ("ffcolname", "itemtype", "formtablename", "fflabel", "unit"),
    "forms": ("formtablename", "formname"),
    "casenodes": (SUBJECT,),
    "visitplan": (VISIT_ID, VISIT),
    "cl": ("column", "code", "value"),
}
_NEEDED = ("items", "forms", "casenodes")

_CLOCK = "(?:[01][0-9]|2[0-3])[0-5][0-9]"
_TYPES = {
    "Number": TYPES["decimal"],
    "Years": TYPES["decimal"],
    "Checkbox": Accepted(words="0 or 1", pattern="[01]"),
    "Checked Date (dd.mm.yyyy hh:mm)": MINUTE,
    "Checked Date (dd.mm.yyyy)": DAY,
    "Checked Date (yyyy)": Accepted("date", "a year", "[0-9]{4}"),
    "Checked Time (hh:mm)": Accepted("time", "a time as hhmm", _CLOCK),
}
"""What answers look like, by the start of an item's type."""

_TABLE = re.compile(r"(.+?)(?:_[^_]+_\d{8}-\d{6})?\.(?:xls|csv|txt)", flags=re.IGNORECASE)
_OPTION = re.compile(r"<td[^>]*>\s*(.*?)\s*</td>", flags=re.IGNORECASE | re.DOTALL)


class SecutrialOptions(Options):
    """`data` is the zip from the study's folder; `encoding` where its options page tells none."""

    data: str
    dates: str = ""
    missing: dict[str, str] = Default(default={})
    encoding: str = ""


@dataclass(frozen=True)
class _Table:
    """A table of the export: its file, its rows as text, and the line of each."""

    file: str
    frame: pd.DataFrame


def read(source: RawSource, folder: Path) -> RawData:
    """Read an export; RawDataError where it is no zip of one, or lacks its metadata."""
    options = read_options(source, SecutrialOptions)
    path = inside(folder, options.data, source.place)
    tables = _tables(path, options)
    _check_setup(tables, path)
    items = tables["items"].frame
    items = items[items["ffcolname"].notna() & (items["itemtype"] != "Layout Dummy")]
    labels = dict(
        tables["forms"].frame[["formtablename", "formname"]].itertuples(index=False, name=None)
    )
    visits = _visit_names(tables)
    forms: dict[str, Form] = {}
    for name, table in tables.items():
        if name in labels:
            of_form = items[items["formtablename"] == name].drop_duplicates("ffcolname")
            forms[name] = _form(name, table, of_form, _Names(labels[name], visits, tables, options))
    cases = tables["casenodes"]
    plain = pd.DataFrame(columns=items.columns)
    forms["casenodes"] = _form(
        "casenodes", cases, plain, _Names("Patients", visits, tables, options)
    )
    audit = {name: len(t.frame) for name, t in tables.items() if name.startswith("at")}
    finding_tables = [
        findings(
            severity="notice",
            rule="CK-RAW-AUDIT",
            form=name.removeprefix("at"),
            message=f"{rows} rows of the audit trail are not read",
            file=tables[name].file,
        )
        for name, rows in audit.items()
        if rows
    ]
    return RawData(MappingProxyType(forms), (path,), all_findings(finding_tables))


def _check_setup(tables: Mapping[str, _Table], path: Path) -> None:
    """RawDataError where a table that describes the project is not there, or not whole."""
    for name, columns in _SETUP.items():
        if name not in tables and name in _NEEDED:
            raise RawDataError(
                f"has no table {name}",
                where=path.name,
                remedy="export with project setup and patient tables",
            )
        missing = [c for c in columns if name in tables and c not in tables[name].frame]
        if missing:
            raise RawDataError(
                f"has no column {missing[0]}",
                where=f"{tables[name].file} line 1",
                remedy="the file was cut or edited; export it again",
            )


@dataclass(frozen=True)
class _Names:
    """What a form needs beside its table."""

    label: str
    visits: Mapping[str, str]
    tables: Mapping[str, _Table]
    options: SecutrialOptions


def _tables(path: Path, options: SecutrialOptions) -> dict[str, _Table]:
    """The tables by name, as text; ragged rows may only lack or exceed unnamed columns."""
    if not path.is_file():
        raise AbsentDataError(
            "there is no such file", where=str(path), remedy="check raw: in study.yaml"
        )
    check_packed(path, RawDataError)
    tables: dict[str, _Table] = {}
    with zipfile.ZipFile(path) as packed:
        members = [member for member in packed.infolist() if not member.filename.endswith("/")]
        pages = [m for m in members if m.filename.lower().endswith((".html", ".htm"))]
        encoding = options.encoding or _encoding(_page(packed, pages[0]) if pages else b"")
        for member in members:
            file = member.filename.replace("\\", "/").rpartition("/")[2]
            named = _TABLE.fullmatch(file)
            if not named:
                continue
            if named[1] in tables:
                raise RawDataError(
                    f"has two tables {named[1]}: {tables[named[1]].file} and {file}",
                    where=path.name,
                    remedy="exports were joined; export the data again",
                )
            try:
                text = packed.read(member).decode(encoding).replace("\ufeff", "")
            except (*DAMAGED, LookupError) as error:
                raise RawDataError(
                    f"{file} cannot be read ({error})",
                    where=path.name,
                    remedy="declare encoding: in study.yaml, or export the data again",
                ) from None
            tables[named[1]] = _Table(file, _parsed(text, file))
    return tables


def _page(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member's content; nothing where it cannot be read, which its own reading will tell."""
    try:
        return packed.read(member)
    except DAMAGED:
        return b""


def _encoding(page: bytes) -> str:
    """The encoding that the page of options tells; UTF-8 where it tells none."""
    wide = page[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = page.decode("utf-16" if wide else "latin-1", errors="replace")
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in _OPTION.findall(text)]
    pairs = dict(pairwise(cells))
    named = pairs.get("Encoding", pairs.get("Kodierung", "UTF-8"))
    return "utf-16" if named.upper().startswith("UTF-16") else next(iter(named.split()), "UTF-8")


def _parsed(text: str, file: str) -> pd.DataFrame:
    """The rows of a table; the head's unnamed last column is dropped."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    before = 0
    try:
        for row in reader:
            rows.append(row)
            lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise RawDataError(
            f"the row that starts here cannot be read ({error})",
            where=f"{file} line {before + 1}",
            remedy="a quote does not close, or the file was cut; export it again",
        ) from None
    if not rows:
        raise RawDataError("is empty", where=file, remedy="export the data again")
    head = [name for name in rows[0] if name]
    last = max((n for n, name in enumerate(rows[0], 1) if name), default=0)
    check_head(
        rows[0][:last], f"{file} line 1", RawDataError, "the file was edited; export it again"
    )
    for line, row in zip(lines, rows, strict=True):
        if len(row) < len(head) or any(row[len(head) :]):
            raise RawDataError(
                f"the row has {len(row)} cells, the head names {len(head)}",
                where=f"{file} line {line}",
                remedy="the file was cut or edited; export it again",
            )
    frame = pd.DataFrame(
        [row[: len(head)] for row in rows[1:]], columns=head, index=lines[1:], dtype="str"
    )
    return frame.where(frame != "")


def _visit_names(tables: Mapping[str, _Table]) -> Mapping[str, str]:
    """The visits by id: their label undecorated, with the id where several have one label."""
    if "visitplan" not in tables:
        return {}
    plan = tables["visitplan"].frame
    label = plan[VISIT].fillna("").str.strip("| \t").replace(r"\s+", " ", regex=True)
    shared = label.duplicated(keep=False)
    named = label.where(~shared, label + " (" + plan[VISIT_ID] + ")")
    return dict(zip(plan[VISIT_ID], named, strict=True))


def _form(name: str, table: _Table, items: pd.DataFrame, names: _Names) -> Form:
    data = table.frame
    for needed in (SUBJECT, *items["ffcolname"]):
        if needed not in data:
            raise RawDataError(
                f"has no column {needed}",
                where=f"{table.file} line 1",
                remedy="export with patient information and all form columns",
            )
    lost = data[SUBJECT].isna()
    if lost.any():
        raise RawDataError(
            f"the row has no {SUBJECT}",
            where=f"{table.file} line {data.index[lost][0]}",
            remedy="the file was cut or edited; export it again",
        )
    blank = pd.Series(index=data.index, dtype="str")
    visit = data.get(VISIT_ID, blank).map(dict(names.visits)).astype("str")
    visit = visit.fillna(data.get(VISIT, blank).str.strip("| \t"))
    whose = context(
        data.index,
        table.file,
        data.index.to_series(),
        subject=data[SUBJECT],
        event=visit,
        event_repeat=_event_repeats(data, visit),
        form_repeat=data.get(EVENT_NUMBER, blank),
        group_repeat=data.get(POSITION, blank),
    )
    fields, columns = dict(_fields(name, items, names)), list(items["ffcolname"])
    if items.empty:  # no form of the project: all its columns are fields
        columns = [c for c in data.columns if c not in (SUBJECT, SUBJECT_KEY)]
        fields = {c: Field(c, c) for c in columns}
    answers = data[columns]
    units = {}
    for column, unit in zip(items["ffcolname"], items["unit"], strict=True):
        if isinstance(unit, str):
            answers = answers.assign(
                **{f"{column}{UNIT}": pd.Series(unit, data.index).where(data[column].notna())}
            )
            fields[f"{column}{UNIT}"] = Field(f"{column}{UNIT}", f"Unit of {column}")
            units[column] = f"{column}{UNIT}"
    frame = pd.concat([whose, answers], axis=1).reset_index(drop=True)
    return Form(
        name,
        frame,
        MappingProxyType(fields),
        label=names.label,
        columns=len(columns),
        values=int(data[columns].notna().to_numpy().sum()),
        units=units,
        events=_planned(name, names),
    )


def _planned(name: str, names: _Names) -> frozenset[str] | None:
    """The visits that the plan has a form at; None for a form that is not bound to visits."""
    plan, forms = names.tables.get("visitplanforms"), names.tables["forms"].frame
    if plan is None or not {"formid", VISIT_ID} <= set(plan.frame) or "formid" not in forms:
        return None
    ids = forms.loc[forms["formtablename"] == name, "formid"]
    visits = plan.frame.loc[plan.frame["formid"].isin(ids), VISIT_ID]
    return frozenset(str(names.visits.get(visit, visit)) for visit in visits) or None


def _accepts(kind: str) -> Accepted:
    """What an item of a type accepts: dates and times are compact digits in the export."""
    return next((accepts for start, accepts in _TYPES.items() if kind.startswith(start)), ANYTHING)


def _event_repeats(data: pd.DataFrame, visit: pd.Series) -> pd.Series:
    """The number of a visit among those of one subject and label, where there are several."""
    if VISIT_NUMBER not in data:
        return pd.Series(index=data.index, dtype="str")
    number = pd.to_numeric(data[VISIT_NUMBER], errors="coerce")
    rank = number.groupby([data[SUBJECT], visit]).rank(method="dense")
    several = rank.groupby([data[SUBJECT], visit]).transform("max") > 1
    return rank.where(several).astype("Int64").astype("str").where(several)


def _fields(name: str, items: pd.DataFrame, names: _Names) -> Iterator[tuple[str, Field]]:
    codes = names.tables["cl"].frame if "cl" in names.tables else None
    columns = (items[column] for column in ("ffcolname", "fflabel", "itemtype"))
    for column, label, kind in zip(*columns, strict=True):
        choices: dict[str, str] = {}
        if codes is not None:
            own = codes[codes["column"] == f"{name}.{column}"]
            choices = dict(zip(own["code"], own["value"].fillna(own["code"]), strict=True))
        yield (
            column,
            Field(
                name=column,
                label=label if isinstance(label, str) else column,
                kind="code" if choices else "text",
                choices=MappingProxyType(choices),
                missing=MappingProxyType(names.options.missing),
                accepts=_accepts(str(kind)),
                style=DateStyle.from_options(names.options.dates, ""),
            ),
        )
