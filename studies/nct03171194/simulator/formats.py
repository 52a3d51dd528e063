"""The same data as other systems hand them over: REDCap project XML, ODM 2.0, one table per form.

Each function reads the flat export that lies in a folder and writes the other format.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import XMLGenerator

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Row = Mapping[str, str]

CODED = ("radio", "dropdown", "checkbox")
YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
STATUS = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
MISSING = "NASK, Not asked | UNK, Unknown | ND, Not done | NA, Not applicable"
STUDY, VERSION = "NCT03171194-SYN", "V1"
STAMP = "2018-10-25T00:00:00"
KEYS = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")

NAME, FORM = "Variable / Field Name", "Form Name"
KIND, LABEL = "Field Type", "Field Label"
CHOICES = "Choices, Calculations, OR Slider Labels"
VALIDATION = "Text Validation Type OR Show Slider Number"


@dataclass(frozen=True)
class Saved:
    """A saved form: whose it is, its repeats, and its row of the export."""

    subject: str
    event: str
    event_repeat: str
    form: str
    form_repeat: str
    row: Row


class Export:
    """A flat export with its dictionary and its event tables."""

    def __init__(self, folder: Path) -> None:
        self.fields = _rows(folder / "dictionary.csv")[1:]  # without the record id
        self.events = _rows(folder / "events.csv")
        self.planned = _rows(folder / "event_forms.csv")
        self.data = _rows(folder / "data.csv")
        self.forms = list(dict.fromkeys(field[FORM] for field in self.fields))
        rows = [row for row in self.data if row[KEYS[2]]]
        self.repeating = sorted({(row[KEYS[1]], row[KEYS[2]]) for row in rows})
        rows = [row for row in self.data if row[KEYS[3]] and not row[KEYS[2]]]
        self.repeating_events = sorted({row[KEYS[1]] for row in rows})

    def of(self, form: str) -> list[Row]:
        """The fields of a form."""
        return [field for field in self.fields if field[FORM] == form]

    def saved(self) -> Iterator[Saved]:
        """The saved forms that hold an answer or were marked, in the order of the export."""
        for row in self.data:
            subject, event, instrument, instance = (row[key] for key in KEYS)
            for form in [instrument] if instrument else self.forms:
                answered = any(answer(field, row) for field in self.of(form))
                if not answered and row[f"{form}_complete"] not in ("1", "2"):
                    continue
                yield Saved(
                    subject, event, "" if instrument else instance,
                    form, instance if instrument else "", row,
                )  # fmt: skip


def answer(field: Row, row: Row) -> list[str]:
    """The values of a field: none, one, or the codes that are ticked."""
    if field[KIND] == "checkbox":
        return [code for code in choices(field) if row[f"{field[NAME]}___{code.lower()}"] == "1"]
    return [row[field[NAME]]] if row[field[NAME]] else []


def choices(field: Row) -> dict[str, str]:
    """The codes of a field and their labels."""
    if field[KIND] not in CODED:
        return YES_NO.get(field[KIND], {})
    parts = (part.partition(",") for part in field[CHOICES].split("|"))
    return {code.strip(): label.strip() for code, _, label in parts}


def as_redcap_xml(folder: Path, file: Path) -> None:
    """Write the project as REDCap does: ODM 1.3.1 with its own namespace."""
    export = Export(folder)
    with _Xml(file) as xml:
        space = {
            "xmlns": "http://www.cdisc.org/ns/odm/v1.3",
            "xmlns:redcap": "https://projectredcap.org",
        }
        about = {"ODMVersion": "1.3.1", "FileType": "Snapshot", "FileOID": STUDY,
                 "CreationDateTime": STAMP, "SourceSystem": "REDCap"}  # fmt: skip
        with xml("ODM", space | about):
            with xml("Study", {"OID": STUDY}):
                _redcap_settings(xml, export)
                with xml(
                    "MetaDataVersion",
                    {"OID": VERSION, "Name": STUDY, "redcap:RecordIdField": KEYS[0]},
                ):
                    _redcap_definitions(xml, export)
            with xml("ClinicalData", {"StudyOID": STUDY, "MetaDataVersionOID": VERSION}):
                _redcap_data(xml, export)


def _redcap_settings(xml: _Xml, export: Export) -> None:
    with xml("GlobalVariables"):
        for name in ("StudyName", "StudyDescription", "ProtocolName"):
            xml.text(name, "SYNTHETIC DATA")
        xml.text("redcap:MissingDataCodes", MISSING)
        with xml("redcap:RepeatingInstrumentsAndEvents"):
            with xml("redcap:RepeatingInstruments"):
                for event, form in export.repeating:
                    told = {"redcap:UniqueEventName": event, "redcap:RepeatInstrument": form}
                    xml.empty("redcap:RepeatingInstrument", told)
            for event in export.repeating_events:
                xml.empty("redcap:RepeatingEvent", {"redcap:UniqueEventName": event})


def _redcap_definitions(xml: _Xml, export: Export) -> None:
    for event in export.events:
        name = event["unique_event_name"]
        told = {"OID": f"Event.{name}", "Name": event["event_name"], "Type": "Common",
                "Repeating": "No", "redcap:UniqueEventName": name}  # fmt: skip
        with xml("StudyEventDef", told):
            for row in export.planned:
                if row["unique_event_name"] == name:
                    xml.empty("FormRef", {"FormOID": f"Form.{row['form']}", "Mandatory": "No"})
    for form in export.forms:
        with xml(
            "FormDef",
            {"OID": f"Form.{form}", "Name": form, "Repeating": "No", "redcap:FormName": form},
        ):
            for group in (form, f"{form}_complete"):
                xml.empty("ItemGroupRef", {"ItemGroupOID": f"{form}.{group}", "Mandatory": "No"})
    columns = {
        form: [c for field in export.of(form) for c in _columns(field)] for form in export.forms
    }
    columns[export.forms[0]].insert(0, KEYS[0])
    for form, names in columns.items():
        for group, items in ((form, names), (f"{form}_complete", [f"{form}_complete"])):
            with xml("ItemGroupDef", {"OID": f"{form}.{group}", "Name": form, "Repeating": "No"}):
                for item in items:
                    xml.empty("ItemRef", {"ItemOID": item, "Mandatory": "No"})
    _redcap_item(xml, KEYS[0], KEYS[0], "Record ID", {"redcap:FieldType": "text"}, {})
    for field in export.fields:
        kind = {"dropdown": "select", "notes": "textarea"}.get(field[KIND], field[KIND])
        valid = {"integer": "int", "number": "float"}.get(field[VALIDATION], field[VALIDATION])
        told = {"redcap:FieldType": kind} | ({"redcap:TextValidationType": valid} if valid else {})
        for column in _columns(field):
            _redcap_item(xml, column, field[NAME], field[LABEL], told, choices(field))
    for form in export.forms:
        name = f"{form}_complete"
        _redcap_item(xml, name, name, "Complete?", {"redcap:FieldType": "select"}, STATUS)
    for field in export.fields:
        for column in _columns(field):
            _codelist(
                xml,
                f"{column}.choices",
                choices(field),
                field if field[KIND] == "checkbox" else None,
            )
    for form in export.forms:
        _codelist(xml, f"{form}_complete.choices", STATUS)


def _columns(field: Row) -> list[str]:
    if field[KIND] != "checkbox":
        return [field[NAME]]
    return [f"{field[NAME]}___{code.lower()}" for code in choices(field)]


def _redcap_item(
    xml: _Xml, oid: str, variable: str, label: str, told: Row, codes: Mapping[str, str]
) -> None:
    about = {
        "OID": oid,
        "Name": oid,
        "DataType": "text",
        "Length": "999",
        "redcap:Variable": variable,
    }
    with xml("ItemDef", about | dict(told)):
        with xml("Question"):
            xml.text("TranslatedText", label)
        if codes:
            xml.empty("CodeListRef", {"CodeListOID": f"{oid}.choices"})


def _codelist(xml: _Xml, oid: str, codes: Mapping[str, str], box: Row | None = None) -> None:
    if not codes:
        return
    told = {"OID": oid, "Name": oid.removesuffix(".choices"), "DataType": "text"}
    if box:
        told["redcap:CheckboxChoices"] = box[CHOICES]
        codes = {"1": "Checked", "0": "Unchecked"}
    with xml("CodeList", told):
        for code, label in codes.items():
            with xml("CodeListItem", {"CodedValue": code}), xml("Decode"):
                xml.text("TranslatedText", label)


def _redcap_data(xml: _Xml, export: Export) -> None:
    for subject, events in _nested(export).items():
        with xml("SubjectData", {"SubjectKey": subject, "redcap:RecordIdField": KEYS[0]}):
            first = True
            for (event, repeat), forms in events.items():
                told = {"StudyEventOID": f"Event.{event}", "StudyEventRepeatKey": repeat or "1",
                        "redcap:UniqueEventName": event}  # fmt: skip
                with xml("StudyEventData", told):
                    for saved in forms:
                        _redcap_form(xml, export, saved, subject if first else "")
                        first = False


def _redcap_form(xml: _Xml, export: Export, saved: Saved, record_id: str) -> None:
    form = saved.form
    with xml("FormData", {"FormOID": f"Form.{form}", "FormRepeatKey": saved.form_repeat or "1"}):
        with xml("ItemGroupData", {"ItemGroupOID": f"{form}.{form}", "ItemGroupRepeatKey": "1"}):
            if record_id and form == export.forms[0]:
                xml.empty("ItemData", {"ItemOID": KEYS[0], "Value": record_id})
            for field in export.of(form):
                for column in _columns(field):
                    if saved.row[column]:
                        xml.empty("ItemData", {"ItemOID": column, "Value": saved.row[column]})
        told = {"ItemGroupOID": f"{form}.{form}_complete", "ItemGroupRepeatKey": "1"}
        with xml("ItemGroupData", told):
            status = saved.row[f"{form}_complete"]
            xml.empty("ItemData", {"ItemOID": f"{form}_complete", "Value": status})


def as_odm_2(folder: Path, file: Path) -> None:
    """Write ODM 2.0: forms are item groups, values are elements."""
    export = Export(folder)
    with _Xml(file) as xml:
        about = {"xmlns": "http://www.cdisc.org/ns/odm/v2.0", "ODMVersion": "2.0",
                 "FileType": "Snapshot",
                 "Granularity": "All", "FileOID": STUDY, "CreationDateTime": STAMP}  # fmt: skip
        with xml("ODM", about):
            told = {"OID": STUDY, "StudyName": STUDY, "ProtocolName": "SYNTHETIC DATA"}
            with xml("Study", told), xml("MetaDataVersion", {"OID": VERSION, "Name": VERSION}):
                _odm_definitions(xml, export)
            with xml("ClinicalData", {"StudyOID": STUDY, "MetaDataVersionOID": VERSION}):
                _odm_data(xml, export)


def _odm_definitions(xml: _Xml, export: Export) -> None:
    for event in export.events:
        name = event["unique_event_name"]
        again = "Yes" if name in export.repeating_events else "No"
        told = {
            "OID": f"SE.{name}",
            "Name": event["event_name"],
            "Repeating": again,
            "Type": "Common",
        }
        with xml("StudyEventDef", told):
            for row in export.planned:
                if row["unique_event_name"] == name:
                    xml.empty(
                        "ItemGroupRef", {"ItemGroupOID": f"FO.{row['form']}", "Mandatory": "No"}
                    )
    repeating = {form for _, form in export.repeating}
    for form in export.forms:
        again = "Simple" if form in repeating else "No"
        with xml(
            "ItemGroupDef", {"OID": f"FO.{form}", "Name": form, "Type": "Form", "Repeating": again}
        ):
            xml.empty("ItemGroupRef", {"ItemGroupOID": f"IG.{form}", "Mandatory": "No"})
        with xml(
            "ItemGroupDef",
            {"OID": f"IG.{form}", "Name": form, "Type": "Section", "Repeating": "No"},
        ):
            for field in export.of(form):
                xml.empty("ItemRef", {"ItemOID": f"IT.{field[NAME]}", "Mandatory": "No"})
    for field in export.fields:
        with xml("ItemDef", {"OID": f"IT.{field[NAME]}", "Name": field[NAME], "DataType": "text"}):
            with xml("Question"):
                xml.text("TranslatedText", field[LABEL])
            if choices(field):
                xml.empty("CodeListRef", {"CodeListOID": f"CL.{field[NAME]}"})
    for field in export.fields:
        _codelist(xml, f"CL.{field[NAME]}", choices(field))


def _odm_data(xml: _Xml, export: Export) -> None:
    for subject, events in _nested(export).items():
        with xml("SubjectData", {"SubjectKey": subject}):
            for (event, repeat), forms in events.items():
                again = {"StudyEventRepeatKey": repeat} if repeat else {}
                with xml("StudyEventData", {"StudyEventOID": f"SE.{event}"} | again):
                    for saved in forms:
                        _odm_form(xml, export, saved)


def _odm_form(xml: _Xml, export: Export, saved: Saved) -> None:
    again = {"ItemGroupRepeatKey": saved.form_repeat} if saved.form_repeat else {}
    with (
        xml("ItemGroupData", {"ItemGroupOID": f"FO.{saved.form}"} | again),
        xml("ItemGroupData", {"ItemGroupOID": f"IG.{saved.form}"}),
    ):
        for field in export.of(saved.form):
            if values := answer(field, saved.row):
                with xml("ItemData", {"ItemOID": f"IT.{field[NAME]}"}):
                    for value in values:
                        xml.text("Value", value)


def as_tables(folder: Path, out: Path, kind: Literal["csv", "xpt"]) -> None:
    """Write one table per form as SAS programmers keep them, and `codes.csv`, what codes mean."""
    export = Export(folder)
    rows: dict[str, list[dict[str, str]]] = {form: [] for form in export.forms}
    for saved in export.saved():
        told = {"SUBJECT": saved.subject, "EVENT": saved.event, "EVENTREP": saved.event_repeat,
                "FORMREP": saved.form_repeat}  # fmt: skip
        told |= {field[NAME]: ";".join(answer(field, saved.row)) for field in export.of(saved.form)}
        rows[saved.form].append(told)
    for form, records in rows.items():
        table = pd.DataFrame(records)
        if kind == "csv":
            table.to_csv(out / f"{form}.csv", index=False, lineterminator="\n")
        else:
            import pyreadstat

            pyreadstat.write_xport(table, out / f"{form}.xpt", file_format_version=8)
    codes = [
        (field[FORM], field[NAME], code, label, "Y" if field[KIND] == "checkbox" else "")
        for field in export.fields
        for code, label in choices(field).items()
    ]
    head = ["form", "field", "code", "label", "several"]
    pd.DataFrame(codes, columns=head).to_csv(out / "codes.csv", index=False, lineterminator="\n")


def _nested(export: Export) -> dict[str, dict[tuple[str, str], list[Saved]]]:
    """The saved forms by subject, then by event and its repeat."""
    nested: dict[str, dict[tuple[str, str], list[Saved]]] = {}
    for saved in export.saved():
        events = nested.setdefault(saved.subject, {})
        events.setdefault((saved.event, saved.event_repeat), []).append(saved)
    return nested


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class _Xml:
    """A file of XML that is written element by element."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._xml = XMLGenerator(self._file, encoding="utf-8", short_empty_elements=True)
        self._open: list[str] = []

    def __enter__(self) -> _Xml:
        if not self._open and self._file.tell() == 0:
            self._xml.startDocument()
        return self

    def __exit__(self, *_: object) -> None:
        if self._open:
            self._xml.endElement(self._open.pop())
            self._xml.ignorableWhitespace("\n")
        else:
            self._file.close()

    def __call__(self, name: str, attributes: Row | None = None) -> _Xml:
        """Begin an element; it ends with the `with` block."""
        self._xml.startElement(name, dict(attributes or {}))
        self._open.append(name)
        return self

    def empty(self, name: str, attributes: Row) -> None:
        """An element without content."""
        with self(name, attributes):
            pass

    def text(self, name: str, text: str) -> None:
        """An element with a text."""
        with self(name):
            self._xml.characters(text)
