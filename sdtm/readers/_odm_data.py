"""ODM: reading a file once, from its first element to its last."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sdtm.raw import TICKED
from sdtm.readers._odm_definitions import DEFINITIONS, Definitions, definition
from sdtm.readers._odm_state import SNAPSHOT, TRANSACTIONS, Cell, Collected, FindingRows, KeySet
from sdtm.readers._xml import line_of, local, namespace, stream, text_of
from specs.errors import RawDataError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from lxml import etree

NAMESPACE = "http://www.cdisc.org/ns/odm/v"
REDCAP = "https://projectredcap.org"

_TYPED = (
    "Any", "String", "Integer", "Float", "Double", "Boolean", "Date", "Time", "Datetime",
    "PartialDate", "PartialTime", "PartialDatetime", "IncompleteDate", "IncompleteTime",
    "IncompleteDatetime", "DurationDatetime", "IntervalDatetime", "HexBinary", "Base64Binary",
    "HexFloat", "Base64Float", "URI",
)  # fmt: skip
ITEMS = frozenset({"ItemData", *(f"ItemData{kind}" for kind in _TYPED)})
LEVELS = frozenset({"SubjectData", "StudyEventData", "FormData", "ItemGroupData"})
BESIDE = frozenset(
    {"AuditRecord", "AuditRecords", "Signature", "Signatures", "Annotation", "Annotations",
     "Association", "InvestigatorRef", "SiteRef", "LocationRef", "Query", "ArchiveLayoutRef"}
)  # fmt: skip
"""What stands between the data and is none; skipped with all it holds."""

_STAMP = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?", flags=re.ASCII
)


class _Level(NamedTuple):
    element: str
    keys: KeySet
    transaction: str
    skipped: bool  # a Remove: what it holds is gone with it
    unkeyed: dict[KeySet, int]  # the item groups in it without repeat key, how often each


@dataclass
class OdmFile:
    """What one file holds: its definitions, its values, attributes beside them, and findings."""

    path: Path
    collected: Collected
    findings: FindingRows
    definitions: dict[tuple[str, str], Definitions] = field(default_factory=dict)
    used: dict[tuple[str, str], None] = field(default_factory=dict)
    attributes: dict[tuple[str, KeySet], tuple[int, dict[str, str]]] = field(default_factory=dict)
    of_redcap: bool = False
    project: dict[str, str] = field(default_factory=dict)  # settings of a REDCap project
    repeating: set[tuple[str, str]] = field(default_factory=set)  # REDCap: event, form or ""
    nulls: dict[str, str] = field(default_factory=dict)  # reasons for null
    several: set[str] = field(default_factory=set)  # items with several values
    subjects: dict[str, int] = field(default_factory=dict)


def read_odm(path: Path, language: str) -> OdmFile:
    """Read a file; RawDataError where it is no ODM, holds no data, or values stand twice."""
    findings = FindingRows(path.name)
    file = OdmFile(path, Collected(findings), findings)
    _Reader(file, language).run()
    if not file.subjects:
        raise RawDataError(
            "holds no clinical data" + (" but definitions" if file.definitions else ""),
            where=path.name,
            remedy="export the project with its data",
        )
    return file


class _Reader:
    """Where the reading stands in the file."""

    def __init__(self, file: OdmFile, language: str) -> None:
        self.file = file
        self.language = language
        self.levels: list[_Level] = []
        self.study = self.version = ""
        self.transactional = False
        self.skipping = 0
        self.reported: set[str] = set()
        self.granularity = ""

    def run(self) -> None:
        started = False
        for event, element in stream(self.file.path, DEFINITIONS | ITEMS):
            name = local(element)
            if not started:
                self._root(element, name)
                started = True
            elif self.skipping or name in BESIDE:
                self.skipping += 1 if event == "start" else -1
                if name == "DateTimeStamp" and event == "end":
                    self._stamp(element)
            elif event == "start":
                self._start(element, name)
            else:
                self._end(element, name)
        self.file.collected.number_repeats()

    def _where(self, element: etree._Element) -> str:
        return f"{self.file.path.name} line {element.sourceline}"

    def _root(self, element: etree._Element, name: str) -> None:
        space = namespace(str(element.tag))
        if name != "ODM" or (space and not space.startswith(NAMESPACE)):
            raise RawDataError(
                f"starts with {name}, which is not an ODM export",
                where=self._where(element),
                remedy="a failed download is often saved so: export the data again",
            )
        self.file.of_redcap = REDCAP in element.nsmap.values()
        self.transactional = element.get("FileType") == "Transactional"
        self.granularity = element.get("Granularity", "")

    def _start(self, element: etree._Element, name: str) -> None:
        """An element begins: a level of the data, or what is said of the file."""
        if name in LEVELS:
            self._open(element, name)
        elif self.levels and name not in ITEMS:
            self._unknown(element, name)
        elif name == "Study":
            self.study, self.version = element.get("OID", ""), ""
        elif name == "MetaDataVersion":
            self.version = element.get("OID", "")
            for key, value in element.attrib.items():
                if namespace(str(key)) == REDCAP:
                    self.file.project[str(key).rpartition("}")[2]] = str(value)
        elif name == "Include":
            of = (element.get("StudyOID", self.study), element.get("MetaDataVersionOID", ""))
            self._definitions().included[of] = None
        elif name == "ClinicalData":
            of = (element.get("StudyOID", self.study), element.get("MetaDataVersionOID", ""))
            self.file.used[of] = None
            if self.granularity == "Metadata":
                message = "the file calls itself Metadata and holds data; they are read"
                self._tell_once("notice", "CK-ODM-GRANULARITY", message, element)
        elif name in ("RepeatingInstrument", "RepeatingEvent"):
            attributes = {str(k).rpartition("}")[2]: str(v) for k, v in element.attrib.items()}
            event, form = (
                attributes.get("UniqueEventName", ""),
                attributes.get("RepeatInstrument", ""),
            )
            self.file.repeating.add((event, form))

    def _definitions(self) -> Definitions:
        return self.file.definitions.setdefault((self.study, self.version), Definitions())

    def _open(self, element: etree._Element, name: str) -> None:
        """A level of the data begins."""
        above = self.levels[-1] if self.levels else None
        if (above is None) != (name == "SubjectData"):
            raise RawDataError(
                f"{name} stands " + (f"in {above.element}" if above else "outside SubjectData"),
                where=self._where(element),
                remedy="the file was edited or is not ODM; export it again",
            )
        keys = self._keys(element, name, above.keys if above else KeySet(""))
        transaction = self._transaction(element, above.transaction if above else "")
        new = transaction in (SNAPSHOT, "Insert")
        if above and new and keys.groups and not keys.groups[-1][1]:
            keys = self._numbered(keys, above.unkeyed)
        skipped = bool(above and above.skipped)
        line = line_of(element)
        if transaction == "Remove" and not skipped:
            self.file.collected.removed(keys, name, line)
            skipped = True
        elif name in ("FormData", "ItemGroupData") and not skipped:
            self.file.collected.opened(keys, transaction, line)
        if name == "SubjectData":
            self.file.subjects.setdefault(keys.subject, line)
        beside = {
            str(key).rpartition("}")[2]: str(value)
            for key, value in element.attrib.items()
            if namespace(str(key)) not in ("", REDCAP) and str(value)
        }
        if beside and name != "ItemGroupData" and not skipped:
            attributes = self.file.attributes.setdefault((name, keys), (line, {}))
            attributes[1].update(beside)
        self.levels.append(_Level(name, keys, transaction, skipped, {}))

    def _numbered(self, keys: KeySet, unkeyed: dict[KeySet, int]) -> KeySet:
        """The keys of an item group without repeat key: the second of a form is its repeat 2.

        `Collected.number_repeats` puts parts of one record together again.
        """
        unkeyed[keys] = unkeyed.get(keys, 0) + 1
        if unkeyed[keys] == 1:
            return keys
        oid = keys.groups[-1][0]
        repeat = keys._replace(groups=(*keys.groups[:-1], (oid, str(unkeyed[keys]))))
        self.file.collected.unkeyed.setdefault(keys, []).append(repeat)
        return repeat

    def _keys(self, element: etree._Element, name: str, above: KeySet) -> KeySet:
        """The keys of an element, below those of the elements around it."""
        key = f"{name.removesuffix('Data')}{'Key' if name == 'SubjectData' else 'OID'}"
        oid = element.get(key, "")
        # REDCap 9.5 to 15.2 writes item groups without OID; its items are unique in the form
        if not oid.strip() and not (name == "ItemGroupData" and self.file.of_redcap):
            raise RawDataError(
                f"{name} has no {key}",
                where=self._where(element),
                remedy="the file was edited or is not ODM; export it again",
            )
        repeat = element.get(f"{name.removesuffix('Data')}RepeatKey", "")
        if name == "SubjectData":
            return KeySet(oid)
        if name == "StudyEventData" and not above.form:
            return above._replace(event=oid, event_repeat=repeat)
        if not above.form:  # a form; from ODM 2.0 on it is the outermost item group
            return above._replace(form=oid, form_repeat=repeat)
        if name != "ItemGroupData":
            raise RawDataError(
                f"{name} stands in form {above.form}",
                where=self._where(element),
                remedy="the file was edited or is not ODM; export it again",
            )
        return above._replace(groups=(*above.groups, (oid, repeat)))

    def _transaction(self, element: etree._Element, above: str) -> str:
        """What the element does: its own type of transaction, else the one above."""
        if not self.transactional:
            return SNAPSHOT
        own = element.get("TransactionType")
        if own is not None and own not in TRANSACTIONS:
            raise RawDataError(
                f"TransactionType {own} is not one that ODM has",
                where=self._where(element),
                remedy=did_you_mean(own, TRANSACTIONS),
            )
        if not own and not above:
            self._tell_once(
                "notice",
                "CK-ODM-TRANSACTION",
                "the file is transactional and has no TransactionType; values are set in the"
                " order of the file",
                element,
            )
        return own or above or "Upsert"

    def _item(self, element: etree._Element, name: str) -> None:
        """A value of the level it stands in."""
        level = self.levels[-1] if self.levels else None
        oid = element.get("ItemOID", "")
        if level is None or not level.keys.form or not oid.strip():
            raise RawDataError(
                f"{name} has no ItemOID" if level else f"{name} stands outside a form",
                where=self._where(element),
                remedy="the file was edited or is not ODM; export it again",
            )
        if level.skipped:
            return
        line = line_of(element)
        text = self._text(element, name, oid, level.keys)
        refs = [child for child in element if local(child) == "MeasurementUnitRef"]
        unit = refs[0].get("MeasurementUnitOID", "") if refs else ""
        transaction = self._transaction(element, level.transaction)
        self.file.collected.apply(level.keys, oid, Cell(text, unit, line), transaction)

    def _text(self, element: etree._Element, name: str, oid: str, keys: KeySet) -> str | None:
        """A value's text; several values are separated as ticked codes are."""
        beside = {str(key).rpartition("}")[2]: str(v) for key, v in element.attrib.items()}
        line = line_of(element)
        if name == "ItemDataBase64Binary" and beside.get("DocName"):
            self.file.findings.add(
                "notice",
                "CK-RAW-FILE",
                "an uploaded file is left out; the value is its name",
                line,
                keys=keys,
                item=oid,
                value=beside["DocName"],
            )
            return beside["DocName"]
        values = [child for child in element if local(child) == "Value"]
        if name != "ItemData":
            text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
        elif values:
            text = TICKED.join(filter(None, map(text_of, values)))
            if len(values) > 1:
                self.file.several.add(oid)
        else:
            text = element.get("Value", "")
        if element.get("IsNull") != "Yes":
            return text or None
        reason = beside.get("ReasonForNull", "")
        if text:
            self.file.findings.add(
                "warning",
                "CK-ODM-NULL",
                "the item is null and has a value; the value is kept",
                line,
                keys=keys,
                item=oid,
                value=text,
            )
            return text
        if reason:
            self.file.nulls.setdefault(reason, reason)
        return reason or None

    def _end(self, element: etree._Element, name: str) -> None:
        """An element is whole: a value, a level, a definition, or a fact of a REDCap project."""
        if name in ITEMS:
            self._item(element, name)
        elif name in LEVELS:
            self.levels.pop()
        elif name in DEFINITIONS and not self.levels:
            item = definition(element, self.language)
            version, self.version = self.version, "" if name == "MeasurementUnit" else self.version
            if not self._definitions().add(name, item):
                self.file.findings.add(
                    "error",
                    "CK-ODM-DOUBLED",
                    f"{name} {item.oid} is defined twice; the first counts",
                    item.line,
                )
            self.version = version
        elif namespace(str(element.tag)) == REDCAP and element.text and element.text.strip():
            self.file.project.setdefault(name, element.text.strip())

    def _unknown(self, element: etree._Element, name: str) -> None:
        """An element among the data that has no place there: told once, skipped with its parts."""
        space = namespace(str(element.tag))
        own = not space or space.startswith(NAMESPACE)
        self._tell_once(
            "warning" if own else "notice",
            "CK-ODM-ELEMENT",
            f"the element {name} is not read, nor what it holds",
            element,
        )
        self.skipping = 1

    def _stamp(self, element: etree._Element) -> None:
        text = (element.text or "").strip()
        if not _STAMP.fullmatch(text):
            self.file.findings.add(
                "notice",
                "CK-ODM-STAMP",
                "the time stamp is not ISO 8601",
                line_of(element),
                value=text,
            )

    def _tell_once(self, severity: str, rule: str, message: str, element: etree._Element) -> None:
        if message not in self.reported:
            self.reported.add(message)
            self.file.findings.add(severity, rule, message, line_of(element))
