"""Kinds of REDCap export: surveys, groups, no OID of item groups, EAV, blank status, old heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sdtm.readers import read_source
from specs.errors import RawDataError
from specs.model import RawSource
from tests.sdtm.test_redcap import DICTIONARY, HEAD, ROWS, field, read_redcap

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sdtm.raw import RawData

FIELDS = [
    field("record_id", "visit", "text", "Record"),
    field("age", "visit", "text", "Age", valid="integer"),
    field("race", "visit", "checkbox", "Race", "1, Asian | 2.5, White | X-Y, Other"),
    field("seen", "visit", "text", "Seen", valid="date_ymd"),
    field("mood", "survey", "text", "Mood"),
]
CODES = {"1": "Asian", "2.5": "White", "X-Y": "Other"}
COLUMNS = (
    "record_id,redcap_data_access_group,redcap_survey_identifier,age,race___1,race___2_5,"
    "race___x_y,race___unk,seen,visit_complete,survey_timestamp,mood,survey_complete"
)
FLAT = [
    COLUMNS,
    "1,north,S-1,50,0,1,1,0,2024-01-02,2,2024-01-02 10:00:00,good,2",
    "2,south,,51,0,0,0,1,UNK,0,[not completed],,0",
    "3,south,,,0,0,0,0,,0,,,",
]
EAV = [
    "record,field_name,value",
    "1,record_id,1", "1,age,50", "1,race,2.5", "1,race,X-Y", "1,seen,2024-01-02",
    "1,visit_complete,2", "1,mood,good", "1,survey_complete,2", "2,age,51", "2,race,UNK",
    "2,seen,UNK", "2,visit_complete,0", "3,visit_complete,0",
]  # fmt: skip


def values(raw: RawData) -> dict[str, list[dict[str, object]]]:
    """The filled cells of every record, without where they were read."""
    return {
        form.name: [
            {k: v for k, v in row.items() if isinstance(v, str) and k != "@file"}
            for row in form.frame.astype(object).to_dict("records")
        ]
        for form in raw.forms.values()
    }


GROUPS = {
    "visit": [
        {"@subject": "1", "@status": "Complete", "age": "50", "race": "2.5;X-Y",
         "seen": "2024-01-02", "redcap_data_access_group": "north",
         "redcap_survey_identifier": "S-1"},
        {"@subject": "2", "@status": "Incomplete", "age": "51", "race": "UNK", "seen": "UNK",
         "redcap_data_access_group": "south"},
        {"@subject": "3", "@status": "Incomplete", "redcap_data_access_group": "south"},
    ],
    "survey": [
        {"@subject": "1", "@status": "Complete", "mood": "good", "redcap_data_access_group":
         "north", "redcap_survey_identifier": "S-1", "survey_timestamp": "2024-01-02 10:00:00"},
        {"@subject": "2", "@status": "Incomplete", "redcap_data_access_group": "south",
         "survey_timestamp": "[not completed]"},
    ],
}  # fmt: skip


def item(oid: str, value: str) -> str:
    return f'<ItemData ItemOID="{oid}" Value="{value}"/>'


def group(oid: str, items: dict[str, str]) -> str:
    inner = "".join(item(name, value) for name, value in items.items())
    return f'<ItemGroupData ItemGroupOID="{oid}" ItemGroupRepeatKey="1">{inner}</ItemGroupData>'


def form(name: str, groups: Iterable[str]) -> str:
    return f'<FormData FormOID="Form.{name}" FormRepeatKey="1">{"".join(groups)}</FormData>'


def subject(key: str, forms: Iterable[str]) -> str:
    told = f'SubjectKey="{key}" redcap:RecordIdField="record_id"'
    return f"<SubjectData {told}>{''.join(forms)}</SubjectData>"


def boxes(**ticked: str) -> dict[str, str]:
    zero = dict.fromkeys(("race___1", "race___2_5", "race___x_y", "race___unk"), "0")
    return {**zero, **ticked}


def definitions() -> str:
    """The metadata of the project as REDCap writes it, in the order of its dictionary."""
    choices = "|".join(f"{code}, {label}" for code, label in CODES.items())
    text = 'redcap:FieldType="text"'
    box = 'redcap:Variable="race" redcap:FieldType="checkbox"'
    items = {
        "record_id": f'redcap:Variable="record_id" {text}',
        "redcap_data_access_group": 'redcap:Variable="redcap_data_access_group"',
        "redcap_survey_identifier": 'redcap:Variable="redcap_survey_identifier"',
        "age": f'redcap:Variable="age" {text} redcap:TextValidationType="int"',
        **dict.fromkeys(boxes(), box),
        "seen": f'redcap:Variable="seen" {text} redcap:TextValidationType="date_ymd"',
        "visit_complete": 'redcap:Variable="visit_complete" redcap:FieldType="select"',
        "survey_timestamp": 'redcap:Variable="survey_timestamp"',
        "mood": f'redcap:Variable="mood" {text}',
        "survey_complete": 'redcap:Variable="survey_complete" redcap:FieldType="select"',
    }
    first = list(items)[: list(items).index("survey_timestamp")]
    parts = {"visit": first, "survey": [name for name in items if name not in first]}
    forms = "".join(
        f'<FormDef OID="Form.{name}" Name="{name}" Repeating="No" redcap:FormName="{name}">'
        f'<ItemGroupRef ItemGroupOID="{name}.a"/></FormDef>'
        for name in parts
    )
    groups = "".join(
        f'<ItemGroupDef OID="{name}.a" Name="{name}" Repeating="No">'
        + "".join(f'<ItemRef ItemOID="{oid}" Mandatory="No"/>' for oid in oids)
        + "</ItemGroupDef>"
        for name, oids in parts.items()
    )
    defs = "".join(
        f'<ItemDef OID="{oid}" Name="{oid}" DataType="text" {told}>'
        f"<Question><TranslatedText>{oid}</TranslatedText></Question>"
        + ('<CodeListRef CodeListOID="race.choices"/>' if told == box else "")
        + "</ItemDef>"
        for oid, told in items.items()
    )
    codelist = f'<CodeList OID="race.choices" Name="race" redcap:CheckboxChoices="{choices}"/>'
    return (
        '<Study OID="P"><GlobalVariables><StudyName>P</StudyName></GlobalVariables>'
        '<MetaDataVersion OID="M" Name="P" redcap:RecordIdField="record_id">'
        f"{forms}{groups}{defs}{codelist}</MetaDataVersion></Study>"
    )


def project(*, metadata: bool = True, empty: bool = False) -> str:
    """The same project as FLAT; groups of items without OID where `empty`."""
    oid = "" if empty else "visit.a"
    first = {"record_id": "1", "redcap_data_access_group": "north", "redcap_survey_identifier":
             "S-1", "age": "50", **boxes(race___2_5="1", race___x_y="1"),
             "seen": "2024-01-02"}  # fmt: skip
    stamp = {"survey_timestamp": "2024-01-02 10:00:00"}
    second = {"record_id": "2", "redcap_data_access_group": "south", "age": "51",
              **boxes(race___unk="1"), "seen": "UNK"}  # fmt: skip
    third = {"record_id": "3", "redcap_data_access_group": "south", **boxes()}
    subjects = [
        subject("1", [
            form("visit", [group(oid, first), group("visit.z", {"visit_complete": "2"})]),
            form("survey", [group("survey.t", stamp), group(oid, {**stamp, "mood": "good"}),
                            group("survey.z", {"survey_complete": "2"})]),
        ]),
        subject("2", [
            form("visit", [group(oid, second), group("visit.z", {"visit_complete": "0"})]),
            form("survey", [group(oid, {"survey_timestamp": "[not completed]"}),
                            group("survey.z", {"survey_complete": "0"})]),
        ]),
        subject("3", [
            form("visit", [group(oid, third), group("visit.z", {"visit_complete": "0"})]),
            form("survey", [group(oid, {"mood": ""})]),
        ]),
    ]  # fmt: skip
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"'
        ' xmlns:redcap="https://projectredcap.org" ODMVersion="1.3.1" FileType="Snapshot">'
        + (definitions() if metadata else "")
        + '<ClinicalData StudyOID="P" MetaDataVersionOID="M">'
        + "".join(subjects)
        + "</ClinicalData></ODM>"
    )


def read_xml(folder: Path, text: str, **given: object) -> RawData:
    (folder / "project.xml").write_text(text, encoding="utf-8")
    (folder / "dictionary.csv").write_text("\n".join([HEAD, *FIELDS]) + "\n", encoding="utf-8")
    return read_source(RawSource("edc", "redcap", {"data": "project.xml", **given}), folder)


def rules(raw: RawData) -> set[str]:
    return set(raw.findings["rule"]) - {"CK-RAW-STATUS"}


def test_a_flat_export_with_groups_surveys_and_a_code_of_missing_data(tmp_path: Path) -> None:
    raw = read_redcap(tmp_path, FLAT, [HEAD, *FIELDS], "")
    assert values(raw) == GROUPS
    assert rules(raw) == {"CK-RAW-MISSING-CODE"}
    survey = raw.forms["survey"]
    stamp = survey.fields["survey_timestamp"].answered(survey.frame["survey_timestamp"])
    assert stamp.dropna().tolist() == ["2024-01-02 10:00:00"]


@pytest.mark.parametrize("empty", [False, True])
def test_the_xml_of_a_project_gives_what_its_flat_export_gives(
    tmp_path: Path, *, empty: bool
) -> None:
    raw = read_xml(tmp_path, project(empty=empty))
    assert values(raw) == GROUPS
    assert rules(raw) == {"CK-RAW-MISSING-CODE"}


def test_xml_of_records_alone_is_read_with_the_dictionary(tmp_path: Path) -> None:
    given = {"dictionary": "dictionary.csv", "missing": {"UNK": "Unknown"}}
    raw = read_xml(tmp_path, project(metadata=False), **given)
    assert values(raw) == GROUPS
    assert raw.files[1].name == "dictionary.csv"
    with pytest.raises(RawDataError, match="has records and no definitions of forms"):
        read_xml(tmp_path, project(metadata=False))


def test_an_export_with_a_row_for_each_value_gives_what_the_flat_one_gives(tmp_path: Path) -> None:
    raw = read_redcap(tmp_path, EAV, [HEAD, *FIELDS], "", missing={"UNK": "Unknown"})
    beside = ("redcap_data_access_group", "redcap_survey_identifier", "survey_timestamp")
    bare = {
        form: [{k: v for k, v in row.items() if k not in beside} for row in rows]
        for form, rows in GROUPS.items()
    }
    assert values(raw) == {**bare, "survey": bare["survey"][:1]}
    assert raw.forms["visit"].frame["@line"].tolist() == [3, 10, 14]
    assert rules(raw) == set()


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["1,height,1"], r"line 15: field_name height is not in dictionary\.csv"),
        (["1,age,52"], "line 15: record 1 has two values of age"),
    ],
)
def test_values_that_do_not_fit_the_dictionary_are_told(
    tmp_path: Path, rows: list[str], told: str
) -> None:
    with pytest.raises(RawDataError, match=told):
        read_redcap(tmp_path, [*EAV, *rows], [HEAD, *FIELDS], "", missing={"UNK": "Unknown"})


def test_a_ticked_code_that_is_no_choice_is_found(tmp_path: Path) -> None:
    raw = read_redcap(tmp_path, [*EAV, "3,race,9"], [HEAD, *FIELDS], "", missing={"UNK": "?"})
    found = raw.findings[raw.findings["rule"] == "CK-RAW-CODE"]
    assert found[["subject", "variable", "value", "line"]].to_numpy().tolist() == [
        ["3", "race", "9", "15"]
    ]


def test_a_status_of_0_is_a_saved_form_where_others_are_blank(tmp_path: Path) -> None:
    rows = ["record_id,mood,survey_complete", "1,,0", "2,,", "3,good,2"]
    fields = [HEAD, FIELDS[0].replace("visit", "survey"), FIELDS[4]]
    assert values(read_redcap(tmp_path, rows, fields, ""))["survey"] == [
        {"@subject": "1", "@status": "Incomplete"},
        {"@subject": "3", "@status": "Complete", "mood": "good"},
    ]
    rows[2] = "2,,0"  # every status is there, so that 0 may be a form never saved
    assert [
        row["@subject"] for row in values(read_redcap(tmp_path, rows, fields, ""))["survey"]
    ] == ["3"]


def test_a_single_status_that_was_lost_makes_no_records_of_forms_never_saved(
    tmp_path: Path,
) -> None:
    rows = ["record_id,mood,survey_complete", "1,,", "2,good,", "3,good,2"]
    rows += [f"{number},,0" for number in range(4, 15)]
    fields = [HEAD, FIELDS[0].replace("visit", "survey"), FIELDS[4]]
    assert [
        row["@subject"] for row in values(read_redcap(tmp_path, rows, fields, ""))["survey"]
    ] == ["2", "3"]


def test_dictionaries_of_older_versions_are_read(tmp_path: Path) -> None:
    def cut(line: str) -> str:
        return line.removesuffix(",Field Annotation") if line == HEAD else line.removesuffix(",")

    older = [cut(line) for line in DICTIONARY]
    assert older[0].endswith("Matrix Ranking?")
    assert values(read_redcap(tmp_path, ROWS, older)) == values(read_redcap(tmp_path, ROWS))


def test_a_whole_number_that_is_no_choice_of_a_checkbox_is_no_code_of_missing_data(
    tmp_path: Path,
) -> None:
    rows = [FLAT[0].replace("race___unk", "race___7"), *FLAT[1:]]
    with pytest.raises(RawDataError, match=r"column race___7 is not in dictionary\.csv"):
        read_redcap(tmp_path, rows, [HEAD, *FIELDS], "")
