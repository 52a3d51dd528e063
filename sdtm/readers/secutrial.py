"""secuTrial: the export as a zip or folder of tables, with its metadata and options.

A form table gives a form; a table of repeated sub-forms gives one too. Fields are those of the
`items` table; the patients' table `casenodes` is a form of its own. Audit tables are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import Field as Default

from sdtm.accepted import ANYTHING, DAY, MINUTE, TYPES, Accepted
from sdtm.dates import DateStyle
from sdtm.raw import UNIT, Field, Form, RawData, context
from sdtm.readers._files import Options, read_options
from sdtm.readers._secutrial_setup import (
    DOCUMENT,
    SUBJECT,
    SUBJECT_KEY,
    VISIT,
    VISIT_ID,
    VISIT_NUMBER,
    documents,
    items,
    labels,
    long_name,
    mapped,
    patients,
    visit_names,
)
from sdtm.readers._secutrial_tables import read_tables
from specs.errors import RawDataError
from specs.findings import all_findings, findings
from specs.paths import inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sdtm.readers._secutrial_tables import ExportTable
    from specs.model import RawSource

POSITION, EVENT_NUMBER = "position", "mnpaeno"
_AROUND = frozenset({POSITION, "fgid", "sigstatus", "sigreason"})

_SETUP = {
    "items": ("ffcolname", "itemtype"),
    "forms": ("formtablename", "formname"),
    "visitplan": (VISIT_ID, VISIT),
    "cl": ("column", "code", "value"),
}

_CLOCK = "(?:[01][0-9]|2[0-3]):?[0-5][0-9]"
_TIME = Accepted("time", "a time as hhmm", _CLOCK)
_YEAR = Accepted("date", "a year", "[0-9]{4}")
_BEGIN = {
    **dict.fromkeys(("number", "zahl", "nombre", "numero", "número", "years"), TYPES["decimal"]),
    "checkbox": Accepted(words="0 or 1", pattern="[01]"),
}
"""What answers look like, by the start of an item's type."""

_IN_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")


class SecutrialOptions(Options):
    """`data` is the zip, or the folder it was unpacked to, from the study's folder.

    `encoding` is needed where its page of options tells none.
    """

    data: str
    dates: str = ""
    missing: dict[str, str] = Default(default={})
    encoding: str = ""


def read(source: RawSource, folder: Path) -> RawData:
    """Read an export; RawDataError where it is none, or its rows are nobody's."""
    options = read_options(source, SecutrialOptions)
    path = inside(folder, options.data, source.place)
    export = read_tables(path, options.encoding)
    tables = export.of
    _check_setup(tables)
    described, named = items(tables), labels(tables)
    setup = _Setup(visit_names(tables), tables, patients(tables), documents(tables), options)
    forms: dict[str, Form] = {}
    finding_tables = list(export.findings)
    for name, table in tables.items():
        long = long_name(name, named)
        if not long and ("items" in tables or DOCUMENT not in table.frame or name.startswith("at")):
            continue
        of_form = described[described["formtablename"] == long].drop_duplicates("ffcolname")
        forms[name], absent = _form((name, long), table, of_form, named.get(long, ""), setup)
        finding_tables += absent
    if not forms:
        raise RawDataError(
            "has no table of a form",
            where=path.name,
            remedy="export in the ExportSearchTool with the forms, with column names and with"
            " 'Project setup'",
        )
    if "casenodes" in tables:
        cases = tables["casenodes"]
        nothing = described.iloc[:0]
        forms["casenodes"], _ = _form(("casenodes", ""), cases, nothing, "Patients", setup)
    finding_tables += [*_audits(tables), *_notices(path, tables)]
    return RawData(MappingProxyType(forms), _files(path), all_findings(finding_tables))


def _files(path: Path) -> tuple[Path, ...]:
    return (path,) if path.is_file() else tuple(sorted(f for f in path.iterdir() if f.is_file()))


def _check_setup(tables: Mapping[str, ExportTable]) -> None:
    """RawDataError where a table that describes the project is not whole."""
    for name, columns in _SETUP.items():
        missing = [c for c in columns if name in tables and c not in tables[name].frame]
        if missing:
            raise RawDataError(
                f"has no column {missing[0]}",
                where=f"{tables[name].file} line 1",
                remedy="export in the ExportSearchTool with 'Column names' and 'Project setup'",
            )


def _notices(path: Path, tables: Mapping[str, ExportTable]) -> Iterator[pd.DataFrame]:
    """Warnings for what an export lacks, and what follows from that."""
    if "items" not in tables:
        yield findings(
            severity="warning",
            rule="CK-RAW-UNCHECKED",
            message="the export has no project setup, so labels, types and choices are not known"
            " and the answers were not checked; export with 'Project setup'",
            file=path.name,
        )
    if "casenodes" not in tables or SUBJECT not in tables["casenodes"].frame:
        yield findings(
            severity="warning",
            rule="CK-RAW-SUBJECT",
            message="the export has no Add-ID, so the number that secuTrial gives a patient is the"
            " subject; export with 'Add-ID'",
            file=path.name,
        )


def _audits(tables: Mapping[str, ExportTable]) -> Iterator[pd.DataFrame]:
    for name, table in tables.items():
        if name.startswith("at") and (name[2:] in tables or name.startswith("atcase")):
            rows = len(table.frame)
            if rows:
                yield findings(
                    severity="notice",
                    rule="CK-RAW-AUDIT",
                    form=name.removeprefix("at"),
                    message=f"{rows} rows of the audit trail are not read",
                    file=table.file,
                )


@dataclass(frozen=True)
class _Setup:
    """What all forms share: visits by id, tables, patients by key, documents by id."""

    visits: Mapping[str, str]
    tables: Mapping[str, ExportTable]
    patients: Mapping[str, str]
    documents: pd.DataFrame
    options: SecutrialOptions


def _whose(name: str, table: ExportTable, setup: _Setup) -> dict[str, pd.Series]:
    """The subject and visit of each row, by the row itself or the form it belongs to."""
    data = table.frame
    columns = {}
    for column in (SUBJECT, SUBJECT_KEY, VISIT_ID, VISIT):
        own = data.get(column, pd.Series(index=data.index, dtype="str"))
        if DOCUMENT in data and name != "casenodes" and column in setup.documents:
            own = own.fillna(mapped(data[DOCUMENT], setup.documents[column]))
        columns[column] = own
    keys = columns[SUBJECT_KEY]
    columns[SUBJECT] = columns[SUBJECT].fillna(mapped(keys, setup.patients)).fillna(keys)
    lost = columns[SUBJECT].isna()
    if lost.any():
        raise RawDataError(
            f"the row has no {SUBJECT} and no {SUBJECT_KEY}",
            where=f"{table.file} line {data.index[lost][0]}",
            remedy="export in the ExportSearchTool with 'Add-ID' and all rows of the forms",
        )
    return columns


def _form(
    names: tuple[str, str], table: ExportTable, items: pd.DataFrame, label: str, setup: _Setup
) -> tuple[Form, list[pd.DataFrame]]:
    """A form by the short and long name of its table; findings for items without a column."""
    name, long = names
    data = table.frame
    absent = [column for column in items["ffcolname"] if column not in data]
    items = items[items["ffcolname"].isin(list(data.columns))]
    fields = dict(_fields(names, items, setup))
    if not long:  # no form that the export describes: all its columns are fields
        around = set(filter(_around, map(str, data)))
        around = {SUBJECT, SUBJECT_KEY} if name == "casenodes" else around
        fields = {c: Field(c, c) for c in map(str, data) if c not in around}
    else:  # what no item describes, such as labels beside codes
        beside = [c for c in map(str, data) if c not in fields and not _around(c)]
        fields |= {c: Field(c, c) for c in beside}
    answers = data[list(fields)]
    units = dict(_units(items, data))
    whose = _context(name, table, setup)
    frame = pd.concat([whose, answers, pd.DataFrame(units, index=data.index)], axis=1)
    fields |= {c: Field(c, f"Unit of {c.removesuffix(UNIT)}") for c in units}
    form = Form(
        name,
        frame.reset_index(drop=True),
        MappingProxyType(fields),
        label=label,
        columns=len(answers.columns),
        values=int(answers.notna().to_numpy().sum()),
        units={c.removesuffix(UNIT): c for c in units},
        events=_planned(long, setup),
    )
    lost = findings(
        severity="warning",
        rule="CK-RAW-ABSENT",
        form=name,
        variable=absent,
        message="the export has no column of the item; hidden items are exported by an option",
        file=table.file,
    )
    return form, [lost] if absent else []


def _context(name: str, table: ExportTable, setup: _Setup) -> pd.DataFrame:
    """The context of the rows of a table: subject, visit, and which of several."""
    data, owner = table.frame, _whose(name, table, setup)
    blank = pd.Series(index=data.index, dtype="str")
    visit = mapped(owner[VISIT_ID], setup.visits)
    visit = visit.fillna(owner[VISIT].str.strip("| \t")).fillna(owner[VISIT_ID])
    return context(
        data.index,
        table.file,
        data.index.to_series(),
        subject=owner[SUBJECT],
        event=visit,
        event_repeat=_event_repeats(data, owner[SUBJECT], visit),
        form_repeat=data.get(EVENT_NUMBER, blank),
        group_repeat=data.get(POSITION, blank),
    )


def _units(items: pd.DataFrame, data: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """The units of items, a column each, where there is an answer."""
    for name, unit in zip(items["ffcolname"], items["unit"], strict=True):
        if isinstance(unit, str):
            yield f"{name}{UNIT}", pd.Series(unit, data.index).where(data[name].notna())


def _around(column: str) -> bool:
    """Whether a column is no item, but says whose a form is, when, and how far."""
    return column.startswith("mnp") or column in _AROUND


def _planned(long: str, setup: _Setup) -> frozenset[str] | None:
    """The visits that the plan has a form at; None for a form that is not bound to visits."""
    if not {"visitplanforms", "forms"} <= set(setup.tables):
        return None
    plan, forms = setup.tables["visitplanforms"].frame, setup.tables["forms"].frame
    if not {"formid", VISIT_ID} <= set(plan) or "formid" not in forms:
        return None
    ids = forms.loc[forms["formtablename"] == long, "formid"]
    visits = plan.loc[plan["formid"].isin(ids), VISIT_ID]
    return frozenset(str(setup.visits.get(visit, visit)) for visit in visits) or None


def _accepts(kind: str) -> Accepted:
    """What an item of a type accepts: dates and times are compact digits in the export.

    The type is in the language of the export; dates have their pattern in brackets.
    """
    begin = next(
        (limits_of for start, limits_of in _BEGIN.items() if kind.lower().startswith(start)), None
    )
    if begin:
        return begin
    bracketed = _IN_BRACKETS.search(kind)
    pattern = bracketed[1].lower() if bracketed else ""
    if re.fullmatch("([yja])\\1{3}", pattern):
        return _YEAR
    day = re.match(r"(?:dd|tt|jj|gg)[./-]mm[./-](?:yyyy|jjjj|aaaa|rrrr)", pattern)
    if day:
        return MINUTE if "h" in pattern or "g:" in pattern[day.end() :] else DAY
    return _TIME if re.fullmatch("[hg]{1,2}:m{1,2}", pattern) else ANYTHING


def _event_repeats(data: pd.DataFrame, subject: pd.Series, visit: pd.Series) -> pd.Series:
    """The number of a visit among those of one subject and label, where there are several."""
    if VISIT_NUMBER not in data:
        return pd.Series(index=data.index, dtype="str")
    number = pd.to_numeric(data[VISIT_NUMBER], errors="coerce")
    rank = number.groupby([subject, visit]).rank(method="dense")
    several = rank.groupby([subject, visit]).transform("max") > 1
    return rank.where(several).astype("Int64").astype("str").where(several)


def _fields(
    names: tuple[str, str], items: pd.DataFrame, setup: _Setup
) -> Iterator[tuple[str, Field]]:
    """The fields of a form; its codes are those of either name of its table."""
    codes = setup.tables["cl"].frame if "cl" in setup.tables else None
    columns = (items[column] for column in ("ffcolname", "fflabel", "itemtype"))
    for column, label, kind in zip(*columns, strict=True):
        choices: dict[str, str] = {}
        if codes is not None:
            own = codes[codes["column"].isin([f"{name}.{column}" for name in names])]
            own = own[own["code"].notna()]
            choices = dict(zip(own["code"], own["value"].fillna(own["code"]), strict=True))
        yield (
            column,
            Field(
                name=column,
                label=label if isinstance(label, str) else column,
                kind="code" if choices else "text",
                choices=MappingProxyType(choices),
                missing=MappingProxyType(setup.options.missing),
                accepts=_accepts(str(kind)),
                style=DateStyle.from_options(setup.options.dates, ""),
            ),
        )
