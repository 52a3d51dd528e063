"""The export as ODM 2.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .elements import Xml, codelist
from .saved import LABEL, NAME, STAMP, STUDY, VERSION, Export, answer, choices, nested

if TYPE_CHECKING:
    from pathlib import Path

    from .saved import Saved


def as_odm_2(folder: Path, file: Path) -> None:
    """Write ODM 2.0: forms are item groups, values are elements."""
    export = Export(folder)
    with Xml(file) as xml:
        about = {"xmlns": "http://www.cdisc.org/ns/odm/v2.0", "ODMVersion": "2.0",
                 "FileType": "Snapshot",
                 "Granularity": "All", "FileOID": STUDY, "CreationDateTime": STAMP}  # fmt: skip
        with xml("ODM", about):
            told = {"OID": STUDY, "StudyName": STUDY, "ProtocolName": "SYNTHETIC DATA"}
            with xml("Study", told), xml("MetaDataVersion", {"OID": VERSION, "Name": VERSION}):
                _definitions(xml, export)
            with xml("ClinicalData", {"StudyOID": STUDY, "MetaDataVersionOID": VERSION}):
                _data(xml, export)


def _definitions(xml: Xml, export: Export) -> None:
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
        codelist(xml, f"CL.{field[NAME]}", choices(field))


def _data(xml: Xml, export: Export) -> None:
    for subject, events in nested(export).items():
        with xml("SubjectData", {"SubjectKey": subject}):
            for (event, repeat), forms in events.items():
                again = {"StudyEventRepeatKey": repeat} if repeat else {}
                with xml("StudyEventData", {"StudyEventOID": f"SE.{event}"} | again):
                    for saved in forms:
                        _form(xml, export, saved)


def _form(xml: Xml, export: Export, saved: Saved) -> None:
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
