# ruff: noqa: E501 - elements as an EDC writes them, one on a line
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sdtm.readers import read_source as read
from specs.errors import RawDataError, SpecError
from specs.model import RawSource

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.raw import RawData

DEFINED = """
<Study OID="S"><GlobalVariables><StudyName>S</StudyName></GlobalVariables>
<BasicDefinitions><MeasurementUnit OID="MU.KG" Name="kilogram"><Symbol><TranslatedText xml:lang="en">kg</TranslatedText></Symbol></MeasurementUnit>
<MeasurementUnit OID="MU.LB" Name="lb"/></BasicDefinitions>
<MetaDataVersion OID="1" Name="1">
<StudyEventDef OID="SE.1" Name="Visit" Repeating="No" Type="Common"><FormRef FormOID="F.VS" Mandatory="No"/></StudyEventDef>
<FormDef OID="F.VS" Name="Vital signs" Repeating="No"><ItemGroupRef ItemGroupOID="IG.VS" Mandatory="No"/></FormDef>
<ItemGroupDef OID="IG.VS" Name="VS" Repeating="No">
<ItemRef ItemOID="I.DATE" Mandatory="No"/><ItemRef ItemOID="I.WEIGHT" Mandatory="No"/><ItemRef ItemOID="I.SEX" Mandatory="No"/></ItemGroupDef>
<ItemDef OID="I.DATE" Name="Date" DataType="date"><Alias Context="SDTM" Name="VS.VSDTC"/></ItemDef>
<ItemDef OID="I.WEIGHT" Name="Weight" DataType="float"><MeasurementUnitRef MeasurementUnitOID="MU.KG"/></ItemDef>
<ItemDef OID="I.SEX" Name="Sex" DataType="text"><Question><TranslatedText xml:lang="de">Geschlecht</TranslatedText><TranslatedText xml:lang="en">Sex</TranslatedText></Question><CodeListRef CodeListOID="CL.SEX"/></ItemDef>
<CodeList OID="CL.SEX" Name="Sex" DataType="text"><CodeListItem CodedValue="1"><Decode><TranslatedText xml:lang="en">Male</TranslatedText></Decode></CodeListItem><EnumeratedItem CodedValue="U"/></CodeList>
</MetaDataVersion></Study>
"""
SPACE = "http://www.cdisc.org/ns/odm/v1.3"


def odm(
    items: str,
    *,
    defined: str = DEFINED,
    kind: str = "Snapshot",
    space: str = SPACE,
    more: str = "",
) -> str:
    return (
        f'<ODM xmlns="{space}" FileType="{kind}" xmlns:OpenClinica="http://openclinica.org">{defined}'
        f'<ClinicalData StudyOID="S" MetaDataVersionOID="1"><SubjectData SubjectKey="01" {more}>'
        f'<StudyEventData StudyEventOID="SE.1"><FormData FormOID="F.VS">'
        f'<ItemGroupData ItemGroupOID="IG.VS">{items}</ItemGroupData>'
        "</FormData></StudyEventData></SubjectData></ClinicalData></ODM>"
    )


def read_text(folder: Path, text: str | bytes, **given: object) -> RawData:
    data = text.encode() if isinstance(text, str) else text
    (folder / "odm.xml").write_bytes(data)
    return read(RawSource("edc", "odm", {"data": "odm.xml", **given}, "study.yaml line 7"), folder)


def values(raw: RawData) -> dict[str, str]:
    tidy = raw.tidy()
    return dict(zip(tidy["item"], tidy["text"], strict=True))


def rules(raw: RawData) -> list[tuple[str, str]]:
    found = raw.findings
    return list(zip(found["severity"], found["rule"], strict=True))


def test_a_value_has_its_subject_event_form_and_line(tmp_path: Path) -> None:
    raw = read_text(tmp_path, odm('<ItemData ItemOID="I.SEX" Value="1"/>'))
    row = raw.tidy().iloc[0]
    assert row[["subject", "event", "form", "item", "text", "file"]].tolist() == [
        "01", "SE.1", "F.VS", "I.SEX", "1", "odm.xml",
    ]  # fmt: skip
    assert row["line"] == 15
    assert rules(raw) == []


def test_fields_have_the_labels_codes_and_targets_of_their_definitions(tmp_path: Path) -> None:
    fields = read_text(tmp_path, odm("")).forms["F.VS"].fields
    assert fields["I.SEX"].label == "Sex"
    assert dict(fields["I.SEX"].choices) == {"1": "Male", "U": "U"}
    assert fields["I.DATE"].targets == ("VS.VSDTC",)
    german = read_text(tmp_path, odm(""), language="de").forms["F.VS"].fields
    assert german["I.SEX"].label == "Geschlecht"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ('<ItemDataDate ItemOID="I.DATE">2020-01-02</ItemDataDate>', "2020-01-02"),
        ('<ItemDataAny ItemOID="I.DATE"> 2020-01-02\n</ItemDataAny>', "2020-01-02"),
        ('<ItemDataPartialDate ItemOID="I.DATE">2020-01</ItemDataPartialDate>', "2020-01"),
        ('<ItemDataDatetime ItemOID="I.DATE">2020-01-02T03:04:05</ItemDataDatetime>', "2020-01-02T03:04:05"),
        ('<ItemData ItemOID="I.DATE" Value=" 2020 "/>', " 2020 "),
    ],
)  # fmt: skip
def test_typed_values_are_their_text(tmp_path: Path, item: str, text: str) -> None:
    assert values(read_text(tmp_path, odm(item))) == {"I.DATE": text}


@pytest.mark.parametrize(
    "item",
    [
        '<ItemData ItemOID="I.SEX"/>',
        '<ItemData ItemOID="I.SEX" Value=""/>',
        '<ItemData ItemOID="I.SEX" IsNull="Yes"/>',
        '<ItemDataAny ItemOID="I.SEX" IsNull="Yes"></ItemDataAny>',
    ],
)
def test_what_is_null_has_no_value_and_the_form_is_there(tmp_path: Path, item: str) -> None:
    raw = read_text(tmp_path, odm(item))
    assert raw.tidy().empty
    assert len(raw.forms["F.VS"].frame) == 1


def test_a_null_with_its_reason_is_a_missing_code(tmp_path: Path) -> None:
    item = '<ItemData ItemOID="I.SEX" IsNull="Yes" OpenClinica:ReasonForNull="NASK"/>'
    raw = read_text(tmp_path, odm(item))
    field = raw.forms["F.VS"].fields["I.SEX"]
    assert values(raw) == {"I.SEX": "NASK"}
    assert field.answered(raw.forms["F.VS"].frame["I.SEX"]).isna().all()


def test_a_null_that_has_a_value_keeps_it_and_is_found(tmp_path: Path) -> None:
    raw = read_text(tmp_path, odm('<ItemData ItemOID="I.SEX" Value="1" IsNull="Yes"/>'))
    assert values(raw) == {"I.SEX": "1"}
    assert rules(raw) == [("warning", "CK-ODM-NULL")]


def test_the_unit_of_a_value_stands_before_that_of_its_item(tmp_path: Path) -> None:
    own = '<MeasurementUnitRef MeasurementUnitOID="MU.LB"/>'
    for inner, unit in (("", "kg"), (own, "lb")):
        raw = read_text(
            tmp_path, odm(f'<ItemData ItemOID="I.WEIGHT" Value="70">{inner}</ItemData>')
        )
        assert raw.tidy()[["text", "unit"]].to_numpy().tolist() == [["70", unit]]
        assert raw.forms["F.VS"].frame["I.WEIGHT@unit"].tolist() == [unit]


def test_a_value_of_another_type_stays_and_is_found(tmp_path: Path) -> None:
    raw = read_text(tmp_path, odm('<ItemData ItemOID="I.WEIGHT" Value="heavy"/>'))
    assert values(raw) == {"I.WEIGHT": "heavy"}
    assert rules(raw) == [("error", "CK-RAW-TYPE")]


def test_what_nothing_defines_is_read_and_found(tmp_path: Path) -> None:
    raw = read_text(tmp_path, odm('<ItemData ItemOID="I.SEXX" Value="1"/>'))
    assert values(raw) == {"I.SEXX": "1"}
    assert raw.findings.loc[0, "message"] == (
        "no ItemDef defines I.SEXX; its data are read. did you mean I.SEX?"
    )


def test_an_element_that_has_no_place_is_found_and_skipped(tmp_path: Path) -> None:
    raw = read_text(tmp_path, odm('<Extra><ItemData ItemOID="I.SEX" Value="2"/></Extra><Extra/>'))
    assert rules(raw) == [("warning", "CK-ODM-ELEMENT")]
    assert raw.tidy().empty


def test_attributes_of_an_edc_are_a_form_and_may_name_the_subject(tmp_path: Path) -> None:
    text = odm('<ItemData ItemOID="I.SEX" Value="1"/>', more='OpenClinica:StudySubjectID="P-7"')
    raw = read_text(tmp_path, text, subject="StudySubjectID")
    assert raw.tidy()["subject"].unique().tolist() == ["P-7"]
    assert raw.forms["SubjectData"].frame["StudySubjectID"].tolist() == ["P-7"]
    with pytest.raises(RawDataError, match="subject 01 has no attribute StudySubject; did you"):
        read_text(tmp_path, text, subject="StudySubject")


def test_data_of_another_study_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match="holds data of the study S, not of T"):
        read_text(tmp_path, odm(""), study="T")


def test_a_value_that_stands_twice_is_refused(tmp_path: Path) -> None:
    twice = '<ItemData ItemOID="I.SEX" Value="1"/>\n<ItemData ItemOID="I.SEX" Value="2"/>'
    message = r"odm\.xml line 16: subject 01, event SE\.1, form F\.VS, item group IG\.VS: I\.SEX"
    with pytest.raises(RawDataError, match=message):
        read_text(tmp_path, odm(twice))


def test_an_empty_repeat_key_is_no_repeat_key(tmp_path: Path) -> None:
    text = odm('<ItemData ItemOID="I.SEX" Value="1"/>')
    text = text.replace('ItemGroupOID="IG.VS">', 'ItemGroupOID="IG.VS" ItemGroupRepeatKey="">', 2)
    assert len(read_text(tmp_path, text).forms["F.VS"].frame) == 1


def test_a_group_that_repeats_has_a_form_of_its_own(tmp_path: Path) -> None:
    text = odm('<ItemData ItemOID="I.SEX" Value="1"/>')
    group = '<ItemGroupData ItemGroupOID="IG.VS"'
    again = f'{group} ItemGroupRepeatKey="2"><ItemData ItemOID="I.SEX" Value="U"/></ItemGroupData>'
    text = text.replace(f"{group}>", f'{again}{group} ItemGroupRepeatKey="1">')
    raw = read_text(tmp_path, text)
    frame = raw.forms["F.VS.IG.VS"].frame
    assert frame[["@group_repeat", "I.SEX"]].to_numpy().tolist() == [["2", "U"], ["1", "1"]]
    assert rules(raw) == [("notice", "CK-ODM-REPEATS")]


def test_nested_groups_are_read_at_any_depth_in_either_namespace(tmp_path: Path) -> None:
    for space in ("http://www.cdisc.org/ns/odm/v2.0", SPACE):
        text = (
            f'<ODM xmlns="{space}" FileType="Snapshot"><ClinicalData StudyOID="S">'
            '<SubjectData SubjectKey="1"><StudyEventData StudyEventOID="E">'
            '<ItemGroupData ItemGroupOID="F"><ItemData ItemOID="A"><Value>1</Value></ItemData>'
            '<ItemGroupData ItemGroupOID="G"><ItemGroupData ItemGroupOID="H">'
            '<ItemData ItemOID="B"><Value>2</Value><Value>3</Value></ItemData></ItemGroupData>'
            "</ItemGroupData></ItemGroupData></StudyEventData></SubjectData></ClinicalData></ODM>"
        )
        raw = read_text(tmp_path, text)
        assert values(raw) == {"A": "1", "B": "2;3"}
        assert raw.forms["F"].fields["B"].kind == "checkbox"


def test_an_item_of_two_groups_of_a_form_has_a_field_for_each(tmp_path: Path) -> None:
    group = '<ItemGroupData ItemGroupOID="IG.VS">'
    other = (
        '<ItemGroupData ItemGroupOID="IG.X"><ItemData ItemOID="I.SEX" Value="U"/></ItemGroupData>'
    )
    text = odm('<ItemData ItemOID="I.SEX" Value="1"/>').replace(group, other + group)
    raw = read_text(tmp_path, text)
    assert values(raw) == {"IG.VS.I.SEX": "1", "IG.X.I.SEX": "U"}


def test_prefixes_of_oids_are_taken_off_where_declared(tmp_path: Path) -> None:
    without = {"event": "SE.", "form": "F.", "item": "I."}
    raw = read_text(tmp_path, odm('<ItemData ItemOID="I.SEX" Value="1"/>'), without=without)
    assert raw.tidy()[["event", "form", "item"]].to_numpy().tolist() == [["1", "VS", "SEX"]]
    with pytest.raises(SpecError, match="without"):
        read_text(tmp_path, odm(""), without={"forms": "F."})


def test_a_later_metadata_version_includes_an_earlier_one(tmp_path: Path) -> None:
    second = (
        '<MetaDataVersion OID="2" Name="2"><Include StudyOID="S" MetaDataVersionOID="1"/>'
        '<ItemDef OID="I.SEX" Name="Gender" DataType="text"/></MetaDataVersion></Study>'
    )
    text = odm('<ItemData ItemOID="I.SEX" Value="1"/>', defined=DEFINED.replace("</Study>", second))
    text = text.replace(
        'MetaDataVersionOID="1"><SubjectData', 'MetaDataVersionOID="2"><SubjectData'
    )
    fields = read_text(tmp_path, text).forms["F.VS"].fields
    assert fields["I.SEX"].label == "Gender"
    assert "I.WEIGHT" in fields


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "shift_jis"])
def test_the_encoding_is_the_one_the_file_declares(tmp_path: Path, encoding: str) -> None:
    text = "日本" if encoding in ("utf-8", "utf-16", "shift_jis") else "Gräfin"
    body = odm(f'<ItemData ItemOID="I.SEX" Value="{text}"/>')
    raw = read_text(tmp_path, f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding))
    assert values(raw) == {"I.SEX": text}
