"""Reading the export of an EDC that is known by name: a table, or many in a folder or a zip."""

from __future__ import annotations

import csv
import re
import tempfile
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pandas as pd
from pydantic import Field as Default

from sdtm.dates import DateStyle
from sdtm.raw import Field, Form, RawData, combined
from sdtm.readers._cells import forms_of_cells
from sdtm.readers._encoding import shape_of
from sdtm.readers._files import Delimiter, Options, read_options
from sdtm.readers._system_cells import of_items, of_openclinica, of_openedc, preamble_of
from sdtm.readers._system_dictionary import Dictionary, is_dictionary, read_dictionaries
from sdtm.readers._system_forms import wide_form
from sdtm.readers._systems import SYSTEMS, normal
from sdtm.readers.table import KINDS, TableOptions, files_named, read_sheet
from specs.errors import RawDataError
from specs.findings import all_findings, findings
from specs.packed import DAMAGED, check_packed, unpacked
from specs.paths import file_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipInfo

    from sdtm.readers._systems import Layout, System
    from specs.model import RawSource

LOOKED_AT = 60
"""How many rows of a file are looked at for its head."""


class SystemOptions(Options):
    """`data` is a file, several, a name with `*`, a zip, or a folder, from the study's folder.

    `dictionary` are the files that describe the fields, where they are not beside the data.
    `environment` names the environment that is read where it is not that of production.
    """

    data: str | list[str]
    dictionary: str | list[str] = ""
    dates: Literal["DMY", "MDY", "YMD", ""] = ""
    century: str = ""
    missing: dict[str, str] = Default(default={})
    blank: list[str] = Default(default=[])
    decimal: Literal[".", ","] = "."
    delimiter: Delimiter = ""
    encoding: str = ""
    environment: str = ""


def read_system(name: str, source: RawSource, folder: Path) -> RawData:
    """Read an export; RawDataError where none of its files is a table of the system."""
    system, options = SYSTEMS[name], read_options(source, SystemOptions)
    named = files_named(folder, options.data, source.place)
    names = [*options.dictionary] if isinstance(options.dictionary, list) else [options.dictionary]
    described = files_named(folder, [name for name in names if name], source.place)
    with _files(named) as files:
        tables = [(path, layout) for path in files if (layout := layout_of(path, system))]
        others = [path for path in files if path not in {path for path, _ in tables}]
        dictionaries = [path for path in (*described, *others) if is_dictionary(path)]
        dictionary = read_dictionaries(dictionaries)
        if not tables:
            raise RawDataError(
                f"holds no table of {system.label}",
                where=", ".join(path.name for path in named),
                remedy="its columns are not those of the system's export: see docs/systems, or"
                " read it with reader: table",
            )
        _check_ends(tables)
        sources = [_read(path, layout, system, options, dictionary) for path, layout in tables]
    whole = _merged(sources)
    read = (
        [*named, *described]
        if any(p.suffix == ".zip" for p in named)
        else [*(path for path, _ in tables), *dictionaries]
    )
    return RawData(whole.forms, tuple(dict.fromkeys(read)), whole.findings)


def _merged(sources: list[RawData]) -> RawData:
    """All forms; those of several files with one name are one."""
    names = [name for source in sources for name in source.forms]
    twice = {name for name in names if names.count(name) > 1}
    if not twice:
        return combined(sources)
    forms: dict[str, Form] = {}
    for source in sources:
        for name, form in source.forms.items():
            if name not in forms:
                forms[name] = form
                continue
            frame = pd.concat(
                [f.frame.astype("str").astype({"@line": "Int64"}) for f in (forms[name], form)],
                ignore_index=True,
            )
            fields = MappingProxyType({**form.fields, **forms[name].fields})
            identity = forms[name].identity | form.identity
            forms[name] = Form(name, frame, fields, identity, label=form.label)
    return combined([RawData(forms), RawData({}, (), all_findings(p.findings for p in sources))])


@contextmanager
def _files(named: list[Path]) -> Iterator[list[Path]]:
    """The files of folders and zips among those named; of a zip in a folder that is then gone."""
    files: list[Path] = []
    with tempfile.TemporaryDirectory() as place:
        for number, path in enumerate(named):
            if path.is_dir():
                files += sorted(p for p in path.iterdir() if p.is_file() and _is_table(p.name))
            elif path.suffix.lower() == ".zip" and path.is_file():
                aside = Path(place) / str(number)
                aside.mkdir()
                for member in check_packed(path, RawDataError):
                    name = member.filename.replace("\\", "/").rpartition("/")[2]
                    if name and _is_table(name):
                        _unpack(path, member, aside / file_name(name, path.name))
                files += sorted(aside.iterdir())
            else:
                files.append(path)
        yield files


def _unpack(path: Path, member: ZipInfo, target: Path) -> None:
    try:
        with target.open("wb") as file:
            file.writelines(unpacked(path, member, RawDataError))
    except DAMAGED as error:
        raise RawDataError(
            f"{target.name} cannot be unpacked ({error})",
            where=path.name,
            remedy="the file was cut or damaged; export the data again",
        ) from None


def _is_table(name: str) -> bool:
    return Path(name).suffix.lower() in KINDS and not name.startswith(".")


def layout_of(path: Path, system: System) -> Layout | None:
    """The layout of a file's table, by the row among its first that is a head; None for no table.

    RawDataError where the file cannot be read.
    """
    if system.not_forms and re.search(system.not_forms, path.stem, flags=re.IGNORECASE):
        return None
    layouts = [layout for row in first_rows(path) if (layout := system.layout_of(row))]
    return max(layouts, key=lambda layout: len(layout.signature), default=None)


def first_rows(path: Path) -> list[list[str]]:
    """The first rows of a file, as text; the head alone of a format that has but one table."""
    kind = KINDS.get(path.suffix.lower())
    if kind == "csv":
        shape = shape_of(path)
        with path.open(encoding=shape.encoding, errors="replace", newline="") as text:
            lines = list(islice(text, LOOKED_AT))
        lines = [line.removeprefix("\ufeff") for line in lines]
        signs = dict.fromkeys((shape.delimiter, ",", ";", "\t", "|"))
        rows = [_row(line, sign) for line in lines for sign in signs]
        return [row for row in rows if row]
    if kind is None:
        return []
    frame = read_sheet(path, TableOptions(file=path.name, subject="?")).frame
    return [[str(c) for c in frame.columns], *frame.head(1).astype("str").to_numpy().tolist()]


def _row(line: str, sign: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=sign), [])
    except csv.Error:
        return []


def _head_of(path: Path, layout: Layout) -> int:
    """The line of the head of a table of that layout, from 1: the last, below one of labels."""
    position = 0
    if KINDS.get(path.suffix.lower()) != "csv":
        return 0
    shape = shape_of(path)
    with path.open(encoding=shape.encoding, errors="replace", newline="") as text:
        for number, line in enumerate(islice(text, LOOKED_AT), start=1):
            for sign in dict.fromkeys((shape.delimiter, ",", ";", "\t", "|")):
                names = {normal(cell) for cell in _row(line.removeprefix("\ufeff"), sign)}
                if layout.signature <= names:
                    position = number
    return position


def _check_ends(tables: list[tuple[Path, Layout]]) -> None:
    """RawDataError where a file lacks the last line that others of the export end with.

    Rave's web service writes EOF; without it the answer was cut.
    """
    ends = {path: _ends_with_eof(path) for path, _ in tables if path.suffix.lower() == ".csv"}
    cut = [path for path, ended in ends.items() if not ended]
    if cut and any(ends.values()):
        raise RawDataError(
            "does not end with the line EOF, as others of the export do, so it was cut",
            where=cut[0].name,
            remedy="download the file again",
        )


def _ends_with_eof(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 20, 0))
        return file.read().strip().endswith(b"EOF")


def _read(
    path: Path, layout: Layout, system: System, options: SystemOptions, dictionary: Dictionary
) -> RawData:
    """The forms of one file."""
    head = _head_of(path, layout)
    table_options = TableOptions(
        file=path.name,
        subject="?",
        head=head,
        delimiter=options.delimiter,
        encoding=options.encoding,
    )
    sheet = read_sheet(path, table_options)
    data = sheet.frame
    first = {i: str(v) for i, v in enumerate(data.iloc[0])} if len(data) else {}
    if layout.signature <= {normal(v) for v in first.values()}:  # the names below the labels
        data = data.iloc[1:].set_axis([first[n] for n in range(len(first))], axis=1)
    blank = [*system.blank, *options.blank]
    texts = {str(name).strip(): data[name].astype("str").str.strip() for name in data.columns}
    data = pd.DataFrame({name: c.where(~c.isin(["", *blank])) for name, c in texts.items()})
    data["@line"] = data.index
    data = data.reset_index(drop=True)
    name = _form_name(path, system)
    style = DateStyle.from_options(
        options.dates or system.dates, f"century={options.century}" if options.century else ""
    )
    missing = {**system.missing, **options.missing}
    base = Field("", missing=MappingProxyType(missing), style=style, decimal=options.decimal)
    finding_tables = [_quiet(sheet.findings)]
    data, left = _live(data, layout, path, name)
    finding_tables += [left, *_environment(data, system, options, path)]
    if layout.shape == "wide":
        form, more = wide_form(name, data, layout, path, base, dictionary)
        return RawData({name: form}, (), all_findings([*finding_tables, *more]))
    if layout.shape == "items":
        cells = dictionary.joined(of_items(data, layout))
    elif layout.shape == "openclinica":
        subject = next(c for c in data.columns if normal(c) in layout.subject)
        cells = of_openclinica(data, subject, preamble_of(_above(path, head)))
    else:
        paths = _row(_above(path, head)[-1], ",") if head > 1 else []
        columns = {normal(c): c for c in data.columns}
        cells = of_openedc(data, paths, (columns["subject"], columns["repeatkey"]))
    if layout.shape == "items":  # in lower case, as a form AE could not be told from the dataset
        cells = cells.assign(form=cells["form"].str.lower())
    choices, labels = _pairs(data, layout)

    def field_of(form: str, item: str) -> Field:
        return dictionary.field(base, form, item, choices.get(item, {}), labels.get(item, ""))

    forms = forms_of_cells(cells, path.name, field_of)
    return RawData(forms, (), all_findings(finding_tables))


def _quiet(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings of a sheet without what is usual for a system: its delimiter, blank heads."""
    return findings[~findings["rule"].isin(["CK-RAW-DELIMITER", "CK-RAW-HEAD"])]


def _form_name(path: Path, system: System) -> str:
    named = re.fullmatch(system.file, path.stem)
    return (named["form"] if named else path.stem).lower()


def _above(path: Path, head: int) -> list[str]:
    """The lines above the head."""
    shape = shape_of(path)
    with path.open(encoding=shape.encoding, errors="replace", newline="") as text:
        return [line.strip("\r\n\ufeff") for line in islice(text, max(head - 1, 0))]


def _live(
    data: pd.DataFrame, layout: Layout, path: Path, form: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that are live, and a notice for each that was taken back."""
    columns = {normal(c): c for c in data.columns}
    gone = pd.Series(data=False, index=data.index)
    for name, values in layout.keep.items():
        if name in columns:
            gone |= ~data[columns[name]].isin(list(values))
    rows = data[gone]
    left = findings(
        severity="notice",
        rule="CK-RAW-LEFT-OUT",
        form=pd.Series(form, index=rows.index, dtype="str"),
        message="the row is not active in the EDC, so it is not a record",
        file=path.name,
        line=rows["@line"],
    )
    return data[~gone].reset_index(drop=True), left


def _environment(
    data: pd.DataFrame, system: System, options: SystemOptions, path: Path
) -> Iterator[pd.DataFrame]:
    """A warning where data are of a test environment and study.yaml does not say so."""
    column = next((c for c in data.columns if normal(c) == system.environment), None)
    if not system.environment or column is None:
        return
    wanted = (options.environment or system.production).lower()
    for name in data[column].dropna().unique():
        if name.lower() != wanted:
            yield findings(
                severity="warning",
                rule="CK-RAW-ENVIRONMENT",
                value=name,
                message="is not the environment of production, so these are not data of patients;"
                " export production, or name the environment in study.yaml",
                file=path.name,
            )


def _pairs(data: pd.DataFrame, layout: Layout) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """By item the codes with their meaning, and its label, as the rows of a tall table tell."""
    columns = {normal(c): c for c in data.columns}
    choices: dict[str, dict[str, str]] = {}
    labels: dict[str, str] = {}
    if layout.code in columns:
        rows = data[[columns[layout.item], columns[layout.code], columns[layout.value]]]
        for item, code, value in rows.dropna().drop_duplicates().itertuples(index=False, name=None):
            choices.setdefault(item, {}).setdefault(code, value)
    if layout.label in columns:
        rows = data[[columns[layout.item], columns[layout.label]]].dropna()
        labels = dict(rows.drop_duplicates().itertuples(index=False, name=None))
    return choices, labels
