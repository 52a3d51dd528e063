"""The export as REDCap's project XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .elements import Xml, codelist
from .saved import (
    CHOICES,
    KEYS,
    KIND,
    LABEL,
    NAME,
    STAMP,
    STUDY,
    VALIDATION,
    VERSION,
    Export,
    choices,
    nested,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .saved import Row, Saved

STATUS = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
MISSING = "NASK, Not asked | UNK, Unknown | ND, Not done | NA, Not applicable"


def as_redcap_xml(folder: Path, file: Path) -> None:
    """Write the project as REDCap does: ODM 1.3.1 with its own namespace."""
    export = Export(folder)
    with Xml(file) as xml:
        space = {
            "xmlns": "http://www.cdisc.org/ns/odm/v1.3",
            "xmlns:redcap": "https://projectredcap.org",
        }
        about = {"ODMVersion": "1.3.1", "FileType": "Snapshot", "FileOID": STUDY,
                 "CreationDateTime": STAMP, "SourceSystem": "REDCap"}  # fmt: skip
        with xml("ODM", space | about):
            with xml("Study", {"OID": STUDY}):
                _settings(xml, export)
                with xml(
                    "MetaDataVersion",
                    {"OID": VERSION, "Name": STUDY, "redcap:RecordIdField": KEYS[0]},
                ):
                    _definitions(xml, export)
            with xml("ClinicalData", {"StudyOID": STUDY, "MetaDataVersionOID": VERSION}):
                _data(xml, export)


def _settings(xml: Xml, export: Export) -> None:
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


def _definitions(xml: Xml, export: Export) -> None:
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
    _item(xml, KEYS[0], KEYS[0], "Record ID", {"redcap:FieldType": "text"}, {})
    for field in export.fields:
        kind = {"dropdown": "select", "notes": "textarea"}.get(field[KIND], field[KIND])
        valid = {"integer": "int", "number": "float"}.get(field[VALIDATION], field[VALIDATION])
        told = {"redcap:FieldType": kind} | ({"redcap:TextValidationType": valid} if valid else {})
        for column in _columns(field):
            _item(xml, column, field[NAME], field[LABEL], told, choices(field))
    for form in export.forms:
        name = f"{form}_complete"
        _item(xml, name, name, "Complete?", {"redcap:FieldType": "select"}, STATUS)
    for field in export.fields:
        boxes = field[CHOICES] if field[KIND] == "checkbox" else ""
        for column in _columns(field):
            codelist(xml, f"{column}.choices", choices(field), boxes)
    for form in export.forms:
        codelist(xml, f"{form}_complete.choices", STATUS)


def _columns(field: Row) -> list[str]:
    if field[KIND] != "checkbox":
        return [field[NAME]]
    return [f"{field[NAME]}___{code.lower()}" for code in choices(field)]


def _item(
    xml: Xml, oid: str, variable: str, label: str, told: Row, codes: Mapping[str, str]
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


def _data(xml: Xml, export: Export) -> None:
    for subject, events in nested(export).items():
        with xml("SubjectData", {"SubjectKey": subject, "redcap:RecordIdField": KEYS[0]}):
            first = True
            for (event, repeat), forms in events.items():
                told = {"StudyEventOID": f"Event.{event}", "StudyEventRepeatKey": repeat or "1",
                        "redcap:UniqueEventName": event}  # fmt: skip
                with xml("StudyEventData", told):
                    for saved in forms:
                        _form(xml, export, saved, subject if first else "")
                        first = False


def _form(xml: Xml, export: Export, saved: Saved, record_id: str) -> None:
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
