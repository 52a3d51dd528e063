"""Which reader an export is read with: told by its files, asked by no one."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cdisckit.building import open_study
from sdtm.raw import RawData, combined
from sdtm.readers import read_raw, read_source
from sdtm.readers._encoding import shape_of
from sdtm.readers._redcap_dictionary import is_dictionary
from sdtm.readers._xml import first_namespaces
from sdtm.readers.table import KINDS, TableOptions, read_sheet
from specs.errors import RawDataError
from specs.findings import all_findings, findings
from specs.model import RawSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUBJECTS = ("usubjid", "subjid", "subject", "subjectid", "subject_id", "patnum", "patient",
            "patientid", "patient_id", "participant id", "record_id", "mnpaid", "subjectkey",
            "screening_number", "scrnid", "id")  # fmt: skip
EVENTS = ("event", "visit", "foldername", "folderoid", "instancename", "visitname", "folder")


@dataclass(frozen=True)
class Export:
    """An export as its sources, the folder where their paths start, and files that are no source.

    `passed_over` has the reason by the name of the file.
    """

    folder: Path
    sources: tuple[RawSource, ...]
    passed_over: Mapping[str, str] = field(default_factory=dict)

    def read(self) -> RawData:
        """The raw data of all sources; what was passed over is a finding."""
        data = combined(read_source(source, self.folder) for source in self.sources)
        if not self.passed_over:
            return data
        passed_over = findings(
            severity="warning",
            rule="CK-RAW-UNREAD",
            value=list(self.passed_over),
            message=list(self.passed_over.values()),
            file=list(self.passed_over),
        )
        return replace(data, findings=all_findings([data.findings, passed_over]))


def read_export(path: Path) -> tuple[RawData, str]:
    """The raw data of a study's folder, or of an export, and what they are called."""
    if (path / "study.yaml").exists():
        study = open_study(path)
        return read_raw(study, path), study.id
    return export_of(path).read(), path.name


def export_of(path: Path) -> Export:
    """How a file, or the files of a folder, are to be read; RawDataError where nothing can be."""
    if not path.exists():
        raise RawDataError(
            "there is no such file or folder", where=str(path), remedy="name an export"
        )
    folder = path if path.is_dir() else path.parent
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    files = [file for file in files if file.is_file() and not file.name.startswith(".")]
    sources: list[RawSource] = []
    for file in files:
        if file.suffix.lower() == ".xml":
            reader = "redcap" if "https://projectredcap.org" in first_namespaces(file) else "odm"
            sources.append(_source(reader, {"data": file.name}))
        elif file.suffix.lower() == ".zip":
            sources.append(_source("secutrial", {"data": file.name}))
    flat, rest = _redcap(files)
    arms = {file.name for file in rest if flat and {"arm_num", "name"} <= set(_head(file))}
    rest = [file for file in rest if file.name not in arms]
    if flat:
        sources.append(_source("redcap", flat))
    tables, passed_over = _tables(rest, alone=not path.is_dir())
    passed_over |= dict.fromkeys(
        sorted(arms), "is not read: the list of REDCap's arms is not a form"
    )
    if tables:
        sources.append(_source("table", {"forms": tables}))
    if not sources:
        raise RawDataError(
            "holds no file that is read here",
            where=str(path),
            remedy="name REDCap's data and dictionary, an ODM file, a secuTrial zip, or tables"
            + "".join(f"; {name}: {why}" for name, why in passed_over.items()),
        )
    named = [
        RawSource(s.name if len(sources) == 1 else f"{s.name}_{n}", s.reader, s.options)
        for n, s in enumerate(sources, 1)
    ]
    return Export(folder, tuple(named), passed_over)


def _tables(files: list[Path], *, alone: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """How files are read as tables, by form, and why others are not, by their name."""
    tables: dict[str, Any] = {}
    passed_over: dict[str, str] = {}
    for file in files:
        ending = file.suffix.lower()
        if ending in (".xml", ".zip"):
            continue
        if ending not in KINDS:
            passed_over[file.name] = (
                f"is not read: {ending or 'no ending'} is not a format of raw data"
            )
            continue
        try:
            tables[file.stem] = _table(file)
        except RawDataError as error:
            if alone:
                raise
            passed_over[file.name] = f"is not read: {error}"
    return tables, passed_over


def _source(reader: str, options: Mapping[str, Any]) -> RawSource:
    return RawSource("tables" if reader == "table" else "edc", reader, options)


def _redcap(files: list[Path]) -> tuple[dict[str, str], list[Path]]:
    """The files of a flat REDCap export by their role, and the others."""
    heads = {file: _head(file) for file in files if file.suffix.lower() == ".csv"}
    dictionaries = [file for file, head in heads.items() if is_dictionary(head)]
    if not dictionaries:
        return {}, files
    with dictionaries[0].open(encoding="utf-8-sig", errors="replace", newline="") as text:
        first = [row[0] for row in csv.reader(text) if row][1:2]
    roles = {"dictionary": dictionaries[0].name}
    for file, head in heads.items():
        if head[:1] == first:
            roles.setdefault("data", file.name)
        elif "unique_event_name" in head and "form" in head:
            roles["event_forms"] = file.name
        elif "unique_event_name" in head:
            roles["events"] = file.name
    if "data" not in roles:
        return {}, files
    return roles, [file for file in files if file.name not in roles.values()]


def _head(file: Path) -> list[str]:
    shape = shape_of(file)
    with file.open(encoding=shape.encoding, errors="replace", newline="") as text:
        try:
            head = next(csv.reader(text, delimiter=shape.delimiter), [])
        except csv.Error:
            return []
    return [name.removeprefix("\ufeff") for name in head]


def _table(file: Path) -> dict[str, str]:
    """A table with the columns that by their name hold the subject and the event."""
    columns = list(read_sheet(file, TableOptions(file=file.name, subject="?")).frame.columns)
    by_name = {str(column).lower(): str(column) for column in reversed(columns)}
    subject = next((by_name[name] for name in SUBJECTS if name in by_name), str(columns[0]))
    event = next((by_name[name] for name in EVENTS if name in by_name), "")
    options = {"file": file.name, "subject": subject}
    return {**options, "event": event} if event else options
