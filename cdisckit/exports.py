"""Which reader an export is read with: told by its files, asked by no one."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cdisckit.building import open_study
from cdisckit.export_tables import Guess, first_rows, form_name, table_of
from sdtm.raw import RawData, combined
from sdtm.readers import read_raw, read_source
from sdtm.readers._encoding import shape_of
from sdtm.readers._redcap_dictionary import is_dictionary
from sdtm.readers._redcap_eav import is_eav
from sdtm.readers._secutrial_tables import is_export
from sdtm.readers._system_dictionary import is_dictionary as describes_system
from sdtm.readers._systems import SYSTEMS, system_of
from sdtm.readers._xml import first_namespaces
from sdtm.readers.table import KINDS
from specs.errors import RawDataError
from specs.findings import all_findings, findings
from specs.model import RawSource
from specs.packed import check_packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

REDCAP, OPENCLINICA, DEFINE, DATASETS = (
    "https://projectredcap.org",
    "http://www.openclinica.org/ns/odm_ext",
    "http://www.cdisc.org/ns/def/",
    "http://www.cdisc.org/ns/Dataset-XML/",
)


@dataclass(frozen=True)
class Export:
    """An export as its sources, the folder where their paths start, and files that are no source.

    `passed_over` has the reason by the name of the file, `guesses` what was taken without being
    told.
    """

    folder: Path
    sources: tuple[RawSource, ...]
    passed_over: Mapping[str, str] = field(default_factory=dict)
    guesses: tuple[Guess, ...] = ()

    def read(self) -> RawData:
        """The raw data of all sources; what was passed over, or cannot be read, is a finding.

        RawDataError where nothing can be read.
        """
        sources: list[RawData] = []
        passed_over = dict(self.passed_over)
        errors: list[RawDataError] = []
        for source in self.sources:
            for one in _one_by_one(source):
                try:
                    sources.append(read_source(one, self.folder))
                except RawDataError as error:
                    errors.append(error)
                    for name in _files_of(one):
                        passed_over[name] = f"is not read: {error}"
        if errors and not sources:
            raise errors[0]
        data = combined(sources)
        finding_tables = [data.findings]
        if passed_over:
            finding_tables.append(_warnings("CK-RAW-UNREAD", passed_over))
        if self.guesses:
            finding_tables.append(_guessed(self.guesses))
        return replace(data, findings=all_findings(finding_tables))


def _warnings(rule: str, reasons: Mapping[str, str]) -> Any:
    return findings(
        severity="warning",
        rule=rule,
        value=list(reasons),
        message=list(reasons.values()),
        file=list(reasons),
    )


def _guessed(guesses: tuple[Guess, ...]) -> Any:
    return findings(
        severity="notice",
        rule="CK-RAW-GUESS",
        form=[guess.form for guess in guesses],
        variable=[guess.role for guess in guesses],
        value=[guess.value for guess in guesses],
        message=[f"was taken for the {guess.role}: {guess.why}" for guess in guesses],
    )


def _one_by_one(source: RawSource) -> Iterator[RawSource]:
    """A source in parts that can fail by themselves: each form of tables."""
    if source.reader != "table":
        yield source
        return
    for form, table in dict(source.options)["forms"].items():
        yield RawSource(source.name, source.reader, {"forms": {form: table}})


def _files_of(source: RawSource) -> list[str]:
    options = dict(source.options)
    named = [t["file"] for t in options.get("forms", {}).values()] or options.get("data", [])
    return [named] if isinstance(named, str) else list(named)


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
    passed_over: dict[str, str] = {}
    if path.is_dir() and is_export(file.name for file in files):
        return Export(folder.parent, (_source("secutrial", {"data": folder.name}),))
    sources, rest = _redcap(files, passed_over)
    of_files, rest = _by_kind(rest, passed_over, alone=not path.is_dir())
    sources += of_files
    of_systems, rest = _by_system(rest)
    sources += of_systems
    tables, guesses = _tables(rest, passed_over, alone=not path.is_dir())
    if tables:
        sources.append(_source("table", {"forms": tables}))
    if not sources:
        raise RawDataError(
            "holds no file that is read here",
            where=str(path),
            remedy="name REDCap's data and dictionary, an ODM file, a secuTrial zip, the export of"
            f" {', '.join(system.label for system in SYSTEMS.values())}, or tables"
            + "".join(f"; {name}: {why}" for name, why in passed_over.items()),
        )
    named = [
        RawSource(s.name if len(sources) == 1 else f"{s.name}_{n}", s.reader, s.options)
        for n, s in enumerate(sources, 1)
    ]
    return Export(folder, tuple(named), passed_over, tuple(guesses))


def _source(reader: str, options: Mapping[str, Any]) -> RawSource:
    return RawSource("tables" if reader == "table" else "edc", reader, options)


def _by_kind(
    files: list[Path], passed_over: dict[str, str], *, alone: bool
) -> tuple[list[RawSource], list[Path]]:
    """Sources of XML, JSON and zips, and the files that are none of them."""
    sources: list[RawSource] = []
    rest: list[Path] = []
    for file in files:
        ending = file.suffix.lower()
        try:
            if ending == ".xml":
                sources += _of_xml(file, passed_over)
            elif ending == ".zip":
                sources.append(_of_zip(file))
            elif ending in (".json", ".ndjson"):
                sources.append(_source("dataset_json", {"data": file.name}))
            else:
                rest.append(file)
        except RawDataError as error:
            if alone:
                raise
            passed_over[file.name] = f"is not read: {error}"
    return sources, rest


def _of_xml(file: Path, passed_over: dict[str, str]) -> list[RawSource]:
    spaces = first_namespaces(file)
    if any(space.startswith(DATASETS) for space in spaces):
        return [_source("dataset_xml", {"data": file.name})]
    if any(space.startswith(DEFINE) for space in spaces):
        passed_over[file.name] = "is not read: a define.xml describes datasets and holds no data"
        return []
    options: dict[str, Any] = {"data": file.name}
    if any(space.startswith(OPENCLINICA) for space in spaces):
        options |= {"subject": "StudySubjectID", "versions": True}
    return [_source("redcap" if REDCAP in spaces else "odm", options)]


def _of_zip(file: Path) -> RawSource:
    """The source of a zip by what it holds; RawDataError where nothing of it is known."""
    names = [m.filename.rpartition("/")[2] for m in check_packed(file, RawDataError)]
    names = [name for name in names if name]
    if is_export(names) and not any(name.lower().endswith(".xml") for name in names):
        return _source("secutrial", {"data": file.name})
    if sum(name.lower().endswith(".xml") for name in names) == 1:
        reader = "redcap" if REDCAP in first_namespaces(file) else "odm"
        return _source(reader, {"data": file.name})
    system = _system_in(file)
    if system:
        return _source(system, {"data": file.name})
    if is_export(names):
        return _source("secutrial", {"data": file.name})
    raise RawDataError(
        f"is a zip of no system known here: it holds {', '.join(names[:3]) or 'nothing'}",
        where=file.name,
        remedy="unpack it, and name the folder of its files",
    )


def _system_in(file: Path) -> str:
    """The system of the tables in a zip; "" where none is known."""
    with zipfile.ZipFile(file) as packed:
        for member in packed.infolist():
            if member.filename.lower().endswith((".csv", ".txt", ".tsv")):
                with packed.open(member) as content:
                    lines = [content.readline(1 << 20) for _ in range(2)]
                pair = system_of(
                    next(
                        csv.reader([line.decode("utf-8-sig", errors="replace")], delimiter=sign), []
                    )
                    for line in lines
                    for sign in ",;\t"
                )
                if pair:
                    return pair[0]
    return ""


def _by_system(files: list[Path]) -> tuple[list[RawSource], list[Path]]:
    """A source for each EDC that tables are known by, with what describes them."""
    of_system: dict[str, list[str]] = {}
    others: list[Path] = []
    for file in files:
        if file.suffix.lower() not in KINDS:
            others.append(file)
            continue
        try:
            rows, _, _ = first_rows(file)
        except RawDataError:
            rows = []
        pair = system_of(rows[:2]) or (system_of(_all_heads(file)) if rows else None)
        if pair:
            of_system.setdefault(pair[0], []).append(file.name)
        else:
            others.append(file)
    sources = []
    for system, names in of_system.items():
        describing = (
            [file for file in others if _describes(file)] if system in ("rave", "castor") else []
        )
        others = [file for file in others if file not in describing]
        options: dict[str, Any] = {"data": names[0] if len(names) == 1 else names}
        if describing:
            options["dictionary"] = [file.name for file in describing]
        sources.append(_source(system, options))
    return sources, others


def _all_heads(file: Path) -> list[list[str]]:
    """The rows among the first that are wide enough to be the head of an unfolded table."""
    rows, _, _ = first_rows(file)
    return [row for row in rows if len(row) > 1]


def _describes(file: Path) -> bool:
    try:
        return describes_system(file)
    except RawDataError:
        return False


def _tables(
    files: list[Path], passed_over: dict[str, str], *, alone: bool
) -> tuple[dict[str, Any], list[Guess]]:
    """How files are read as tables, by form, and what was guessed of them."""
    tables: dict[str, Any] = {}
    guesses: list[Guess] = []
    for file in files:
        ending = file.suffix.lower()
        if ending == ".sas7bcat":
            continue
        if ending not in KINDS:
            passed_over[file.name] = (
                f"is not read: {ending or 'no ending'} is not a format of raw data"
            )
            continue
        try:
            name = form_name(file)
            if name in tables:  # AE.csv beside AE.xlsx
                name = f"{name}_{ending[1:]}"
            if name in tables:
                passed_over[file.name] = f"is not read: another file gives a form {name}"
                continue
            tables[name], of_table = table_of(file)
            guesses += [guess._replace(form=name) for guess in of_table]
        except RawDataError as error:
            if alone:
                raise
            passed_over[file.name] = f"is not read: {error}"
    catalogs = [file.name for file in files if file.suffix.lower() == ".sas7bcat"]
    for form, table in tables.items():
        if catalogs and table["file"].lower().endswith(".sas7bdat"):
            table["catalog"] = catalogs[0]
            guesses.append(Guess(form, "catalog", catalogs[0], "the catalog beside the file"))
    return tables, guesses


def _redcap(files: list[Path], passed_over: dict[str, str]) -> tuple[list[RawSource], list[Path]]:
    """The sources of REDCap's files, a CSV or XML of records alone with its dictionary, and others.

    An export of labels is read only where there is none of codes, to say what it is.
    """
    heads = {file: _head(file) for file in files if file.suffix.lower() == ".csv"}
    dictionaries = [file for file, head in heads.items() if is_dictionary(head)]
    if not dictionaries:
        return [], files
    names, labels = _fields_of(dictionaries[0])
    roles = {"dictionary": dictionaries[0].name}
    of_labels = []
    for file, head in heads.items():
        if file in dictionaries:
            continue
        if "unique_event_name" in head and "form" in head:
            roles["event_forms"] = file.name
        elif "unique_event_name" in head:
            roles["events"] = file.name
        elif {"arm_num", "name"} <= set(head):
            passed_over[file.name] = "is not read: the list of REDCap's arms is not a form"
        elif is_eav(head) or (head and (head[0] == names[0] or _share(head, names) > 1 / 2)):
            roles.setdefault("data", file.name)
        elif _share(head, labels) > 1 / 3:
            of_labels.append(file)
    left = [f for f in files if f not in of_labels and f.name not in passed_over]
    for file in of_labels:
        if "data" in roles:
            passed_over[file.name] = "is not read: it is an export of labels beside the raw one"
        else:
            roles["data"] = file.name
    xml = [f for f in files if f.suffix.lower() == ".xml" and REDCAP in _namespaces(f)]
    if xml:
        whole = [f for f in xml if _has_definitions(f)]
        if "data" in roles:  # the same project twice
            doubled = list(roles.values()) if whole else [f.name for f in xml]
            better = whole[0].name if whole else roles["data"]
            why = f"is not read: {better} has the same records"
            passed_over |= dict.fromkeys(doubled, why)
            left = [f for f in left if f.name not in passed_over]
            return ([], left) if whole else ([_source("redcap", roles)], _without(left, roles))
        if not whole:
            roles["data"] = xml[0].name
            return [_source("redcap", roles)], _without(left, roles)
    if "data" not in roles:
        passed_over[dictionaries[0].name] = (
            "is not read: it is REDCap's data dictionary; put the export of the records beside it"
        )
        return [], [f for f in left if f not in dictionaries]
    return [_source("redcap", roles)], _without(left, roles)


def _without(files: list[Path], roles: Mapping[str, str]) -> list[Path]:
    return [file for file in files if file.name not in roles.values()]


def _has_definitions(file: Path) -> bool:
    """Whether the XML of a project begins with its definitions; they stand before the records."""
    with file.open("rb") as text:
        return b"<MetaDataVersion" in text.read(1 << 22)


def _namespaces(file: Path) -> frozenset[str]:
    try:
        return first_namespaces(file)
    except RawDataError:
        return frozenset()


def _share(head: list[str], names_known: list[str]) -> float:
    """How many names of a head are known, a checkbox by the name before its code."""
    names = set(names_known)
    return sum(name in names or name.partition("___")[0] in names for name in head) / len(
        head or " "
    )


def _fields_of(dictionary: Path) -> tuple[list[str], list[str]]:
    """The names and the labels of the fields of a data dictionary."""
    with dictionary.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        rows = [row for row in csv.reader(text, delimiter=shape_of(dictionary).delimiter) if row]
    head = [name.strip() for name in rows[0]]
    place = next((n for n, name in enumerate(head) if name in ("Field Label", "field_label")), 0)
    names = [row[0] for row in rows[1:]]
    return names or [""], [row[place] for row in rows[1:] if len(row) > place and row[place]]


def _head(file: Path) -> list[str]:
    shape = shape_of(file)
    with file.open(encoding=shape.encoding, errors="replace", newline="") as text:
        try:
            head = next(csv.reader(text, delimiter=shape.delimiter), [])
        except csv.Error:
            return []
    return [name.removeprefix("\ufeff") for name in head]
