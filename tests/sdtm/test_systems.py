"""EDC systems by name: a small synthetic export in each layout, after the vendors' descriptions."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from sdtm.readers import read_source
from specs.errors import RawDataError
from specs.model import RawSource

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.raw import RawData

Row = dict[str, str]


def read(folder: Path, system: str, **given: object) -> RawData:
    return read_source(RawSource("edc", system, {"data": "raw", **given}), folder)


def write(folder: Path, **files: str) -> None:
    (folder / "raw").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "raw" / name.replace("__", ".")).write_bytes(text.encode())


def records(raw: RawData, form: str) -> list[Row]:
    """The filled cells of each record, without its file and line."""
    frame = raw.forms[form].frame.drop(columns=["@file", "@line"])
    return [
        {k: v for k, v in row.items() if isinstance(v, str)}
        for row in frame.astype(object).to_dict("records")
    ]


def rules(raw: RawData) -> list[str]:
    return raw.findings["rule"].tolist()


RAVE = """\
project,environmentName,Subject,SiteNumber,InstanceName,InstanceRepeatNumber,Folder,PageRepeatNumber,RecordId,recordposition,RecordActive,AETERM,AESTDAT,AESTDAT_RAW,AESTDAT_INT,AESTDAT_YYYY,AESTDAT_MM,AESTDAT_DD,AESEV,AESEV_STD,WT,WT_RAW,WT_UN
"Z","Prod","041-007","041","Adverse","0","AE","0","55001","1","1","Headache","2024-03-05T00:00:00","05 MAR 2024","2024-03-05T00:00:00","2024","3","5","Mild","1","70.0","70.0","kg"
"Z","Prod","041-007","041","Adverse","0","AE","0","55002","2","1","Nausea","","UN APR 2024","2024-04-01T00:00:00","2024","4","","Moderate","2","","about 70","kg"
"Z","Prod","041-007","041","Adverse","0","AE","0","55003","3","0","entered in error","","","","","","","Mild","1","","",""
EOF
"""  # noqa: E501 - as the system writes it


def test_rave_gives_an_item_and_its_parts_as_one_field(tmp_path: Path) -> None:
    write(tmp_path, AE__csv=RAVE)
    raw = read(tmp_path, "rave")
    whose = {"@subject": "041-007", "@event": "AE", "SiteNumber": "041"}
    assert records(raw, "ae") == [
        {**whose, "@group_repeat": "1", "AETERM": "Headache", "AESTDAT": "05 MAR 2024",
         "AESEV": "1", "WT": "70.0", "WT@unit": "kg"},
        {**whose, "@group_repeat": "2", "AETERM": "Nausea", "AESTDAT": "UN APR 2024",
         "AESEV": "2", "WT": "about 70", "WT@unit": "kg"},
    ]  # fmt: skip
    form = raw.forms["ae"]
    assert dict(form.fields["AESEV"].choices) == {"1": "Mild", "2": "Moderate"}
    assert form.fields["AESTDAT"].iso(form.frame["AESTDAT"]).tolist() == ["2024-03-05", "2024-04"]
    assert form.identity == {"SiteNumber"}
    assert sorted(rules(raw)) == ["CK-RAW-LEFT-OUT", "CK-RAW-NONCONFORMANT"]


def test_rave_without_its_last_line_was_cut(tmp_path: Path) -> None:
    write(tmp_path, AE__csv=RAVE, CM__csv=RAVE.removesuffix("EOF\n"))
    with pytest.raises(RawDataError, match=r"CM\.csv: does not end with the line EOF"):
        read(tmp_path, "rave")


def test_rave_of_a_test_environment_is_found(tmp_path: Path) -> None:
    write(tmp_path, AE__csv=RAVE.replace('"Prod"', '"UAT"'))
    assert "CK-RAW-ENVIRONMENT" in rules(read(tmp_path, "rave"))
    assert "CK-RAW-ENVIRONMENT" not in rules(read(tmp_path, "rave", environment="UAT"))


def test_rave_takes_labels_and_choices_from_the_loader(tmp_path: Path) -> None:
    write(tmp_path, AE__csv=RAVE)
    with xlsxwriter.Workbook(tmp_path / "raw" / "als.xlsx") as book:
        for name, rows in {
            "Forms": [["OID", "DraftFormName"], ["AE", "Adverse Events"]],
            "Fields": [
                ["FormOID", "FieldOID", "VariableOID", "DataFormat", "DataDictionaryName",
                 "PreText", "IsRequired"],
                ["AE", "AETERM", "AETERM", "$200", "", "<b>What</b> happened?", "TRUE"],
                ["AE", "AESEV", "AESEV", "1", "SEV", "How bad?", "FALSE"],
            ],
            "DataDictionaryEntries": [
                ["DataDictionaryName", "CodedData", "UserDataString"],
                ["SEV", "1", "Mild"], ["SEV", "3", "Severe"],
            ],
        }.items():  # fmt: skip
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    form = read(tmp_path, "rave").forms["ae"]
    assert (form.label, form.fields["AETERM"].label) == ("Adverse Events", "What happened?")
    assert form.fields["AETERM"].required
    assert dict(form.fields["AESEV"].choices) == {"1": "Mild", "2": "Moderate", "3": "Severe"}


STUDY = """\
Participant Id;Participant Status;Site Abbreviation;Participant Creation Date;sex;visit1_date;hb;meds#Aspirin;meds#None;
110001;Not Set;AMS;"04-02-2024 10:11:12";1;05-02-2024;8.4;1;0;
110002;Not Set;TES;"04-02-2024 10:15:40";2;01-01-2999;##USER_MISSING_95##;0;0;
"""  # noqa: E501 - as the system writes it
EVENTS = """\
Participant Id;Participant Status;Repeating Data Creation Date;Repeating data Name Custom;Repeating data Parent;AE_term
110001;Not Set;"12-03-2024 09:00:01";"Adverse event - 1";"Visit 2";Dizziness
110001;Not Set;"12-03-2024 09:00:02";"Adverse event - 2";No parent;Rash
"""  # noqa: E501 - as the system writes it


def test_castor_is_read_from_its_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("ZEPH_export_20240401.csv", STUDY)
        packed.writestr("ZEPH_Adverse_event_export_20240401.csv", EVENTS)
    raw = read(tmp_path, "castor", data="x.zip")
    assert list(raw.forms) == ["zeph_adverse_event", "zeph"]
    study = raw.forms["zeph"]
    assert records(raw, "zeph") == [
        {"@subject": "110001", "Participant Status": "Not Set", "Site Abbreviation": "AMS",
         "sex": "1", "visit1_date": "05-02-2024", "hb": "8.4", "meds": "Aspirin"},
        {"@subject": "110002", "Participant Status": "Not Set", "Site Abbreviation": "TES",
         "sex": "2", "visit1_date": "01-01-2999", "hb": "##USER_MISSING_95##"},
    ]  # fmt: skip
    assert study.fields["visit1_date"].iso(study.frame["visit1_date"]).tolist()[0] == "2024-02-05"
    for name in ("visit1_date", "hb"):  # a reason is no answer
        assert study.fields[name].answered(study.frame[name]).notna().tolist() == [True, False]
    events = raw.forms["zeph_adverse_event"].frame
    assert events[["@event", "@form_repeat", "AE_term"]].astype(object).to_numpy().tolist()[0] == [
        "Visit 2", "1", "Dizziness",
    ]  # fmt: skip
    assert events["@form_repeat"].tolist() == ["1", "2"]
    assert [path.name for path in raw.files] == ["x.zip"]


def test_castor_by_value_has_the_names_of_its_structure(tmp_path: Path) -> None:
    write(
        tmp_path,
        data__csv="Study ID;Record ID;Form Type;Form Instance ID;Field ID;Value\n"
        "Z;1;study;;F1;2\nZ;1;report;R7;F2;Rash\nZ;1;report;R9;F2;Pain\n",
        structure__csv="Study ID;Form Type;Form Collection Name;Form Name;Field ID;"
        "Field Variable Name;Field Label;Field Option Group\n"
        "Z;study;Visit 1;Demography;F1;sex;Sex;G\nZ;report;Adverse event;AE;F2;ae_term;Term;\n",
        optiongroups__csv="Study ID;Option Group Id;Option Name;Option Value\nZ;G;Female;2\n",
    )
    raw = read(tmp_path, "castor")
    assert records(raw, "demography") == [{"@subject": "1", "@event": "Visit 1", "sex": "2"}]
    assert records(raw, "adverse event") == [
        {"@subject": "1", "@form_repeat": "1", "ae_term": "Rash"},
        {"@subject": "1", "@form_repeat": "2", "ae_term": "Pain"},
    ]
    field = raw.forms["demography"].fields["sex"]
    assert (field.label, dict(field.choices)) == ("Sex", {"2": "Female"})


VIEDOC = """\
Site code,Subject Id,Event sequence number,Event Id,Event name,Event date,Form Id,Subject form sequence number,Item group Id,Item group sequence number,Item Id,Item export label,Item value,Item code
SiteCode,SubjectId,EventSeq,EventId,EventName,EventDate,FormId,SubjectFormSeq,ItemGroupId,ItemGroupSeq,ItemId,ItemExportLabel,ItemValue,ItemCode
SE01,SE01-003,1,SCR,Screening,2024-02-05,DM,1,G1,1,BRTHDAT,Date of birth,1961-NK-NK,NA
SE01,SE01-003,1,SCR,Screening,2024-02-05,DM,1,G2,1,SEX,Sex,Female,2
SE01,SE01-003,1,SCR,Screening,2024-02-05,DM,1,G2,1,RACE1,Race - 1,NA,NA
SE01,SE01-003,1,SCR,Screening,2024-02-05,DM,1,G3,1,DRUG,Drug,Aspirin,NA
SE01,SE01-003,1,SCR,Screening,2024-02-05,DM,1,G3,2,DRUG,Drug,Zinc,NA
"""  # noqa: E501 - as the system writes it


def test_viedoc_by_item_is_a_record_for_each_form(tmp_path: Path) -> None:
    write(tmp_path, ZEPH_20240401_101112_DM__csv=VIEDOC)
    raw = read(tmp_path, "viedoc")
    beside = {"SiteCode": "SE01", "EventDate": "2024-02-05", "EventName": "Screening"}
    whose = {"@subject": "SE01-003", "@event": "SCR", "@event_repeat": "1", "@form_repeat": "1"}
    assert records(raw, "dm") == [{**whose, **beside, "BRTHDAT": "1961-NK-NK", "SEX": "2"}]
    assert records(raw, "dm.g3") == [
        {**whose, "@group_repeat": number, **beside, "DRUG": drug}
        for number, drug in (("1", "Aspirin"), ("2", "Zinc"))
    ]
    form = raw.forms["dm"]
    assert (form.fields["SEX"].label, dict(form.fields["SEX"].choices)) == ("Sex", {"2": "Female"})
    assert form.fields["BRTHDAT"].iso(form.frame["BRTHDAT"]).tolist() == ["1961"]
    assert "RACE1" in form.fields  # a box that is not ticked


def test_viedoc_by_form_has_codes_beside_texts(tmp_path: Path) -> None:
    write(
        tmp_path,
        DM__csv="Site,Subject,Event,Event,Form,Form,Sex,Sex code,Note\n"
        "SiteSeq,SubjectId,EventSeq,EventId,FormSeq,FormId,SEX,SEXCD,NOTE\n"
        "1,SE01-003,1,SCR,1,DM,Female,2,NA\n",
    )
    raw = read(tmp_path, "viedoc")
    assert records(raw, "dm") == [
        {"@subject": "SE01-003", "@event": "SCR", "@event_repeat": "1", "@form_repeat": "1",
         "SEX": "2"},
    ]  # fmt: skip
    assert dict(raw.forms["dm"].fields["SEX"].choices) == {"2": "Female"}


def test_veeva_tells_repeats_of_events_forms_and_groups(tmp_path: Path) -> None:
    head = "STUDYID,COUNTRY,SITENUM,SUBJID,EGROUP,EVENT,EVENTDT,ESEQ,FORM,FSEQ,IGSEQ,DLASTMOD,SYSBP"
    rows = [
        f"Z,Sweden,104,104-002,Treatment,Day 1,2024-02-12,{e},Vital Signs,1,{g},x,{v}"
        for e, g, v in ((1, 1, "128"), (1, 2, "131"), (2, 1, ""))
    ]
    write(tmp_path, VS__csv="\n".join([head, *rows]) + "\n", SYS_SITE__csv="SITE\n104\n")
    raw = read(tmp_path, "veeva")
    assert list(raw.forms) == ["vs"]
    frame = raw.forms["vs"].frame
    names = ["@event", "@event_repeat", "@form_repeat", "@group_repeat", "SYSBP"]
    texts = frame[names].astype("str").fillna("").to_numpy().tolist()
    assert texts == [
        ["Day 1", "1", "1", "1", "128"], ["Day 1", "1", "1", "2", "131"],
        ["Day 1", "2", "1", "1", ""],
    ]  # fmt: skip
    assert raw.forms["vs"].identity == {"COUNTRY", "SITENUM", "EGROUP", "EVENTDT"}


OPENCLINICA = """\
Dataset Name:\t\tall
Subjects: \t2
Study Events Definitions\t2
Study Event Definition 1\tScreening\tE1
CRF1\tVitals - v1.0\tC1
CRF2\tVitals - v1.1\tC2
Study Event Definition 2\tVisit\tE2
CRF3\tDrugs\tC3

Study Subject ID\tProtocol ID\tSex\tStartDate_E1\tStartDate_E2_1\tStartDate_E2_2\t WEIGHT_E1_C1\t WEIGHT_E1_C2\t DRUG_E2_1_C3_1\t DRUG_E2_1_C3_2\t
301-001\tZ\tf\t2024-04-12\t2024-05-01\t2024-06-01\t70\t\taspirin\tzinc\t
301-002\tZ\tm\t2024-04-13\t\t\t\t81\t\t\t
"""  # noqa: E501 - as the system writes it


def test_openclinica_is_unfolded_and_versions_of_a_form_are_one(tmp_path: Path) -> None:
    write(tmp_path, TAB_all__tsv=OPENCLINICA)
    raw = read(tmp_path, "openclinica")
    assert records(raw, "Vitals") == [
        {"@subject": "301-001", "@event": "Screening", "WEIGHT": "70"},
        {"@subject": "301-002", "@event": "Screening", "WEIGHT": "81"},
    ]
    assert records(raw, "Drugs.repeats") == [
        {"@subject": "301-001", "@event": "Visit", "@event_repeat": "1", "@group_repeat": n,
         "DRUG": drug}
        for n, drug in (("1", "aspirin"), ("2", "zinc"))
    ]  # fmt: skip
    assert [(r["@event"], r["StartDate"]) for r in records(raw, "StudyEventData")] == [
        ("Screening", "2024-04-12"), ("Visit", "2024-05-01"), ("Visit", "2024-06-01"),
        ("Screening", "2024-04-13"),
    ]  # fmt: skip
    assert [r["Sex"] for r in records(raw, "SubjectData")] == ["f", "m"]


def test_openclinica_before_3_1_has_letters_for_events(tmp_path: Path) -> None:
    write(
        tmp_path,
        all__tsv="SubjID\tProtocolID\tGender\tStartDate_A\tSYSBP_A1\tCMTRT_B1_1_CM_1\t\n"
        "301-001\tZ\tf\t2024-04-12\t112\taspirin\t\n",
    )
    raw = read(tmp_path, "openclinica")
    assert {name: records(raw, name) for name in raw.forms} == {
        "SubjectData": [{"@subject": "301-001", "ProtocolID": "Z", "Gender": "f"}],
        "StudyEventData": [{"@subject": "301-001", "@event": "A", "StartDate": "2024-04-12"}],
        "A1": [{"@subject": "301-001", "@event": "A", "SYSBP": "112"}],
        "B1.CM": [{"@subject": "301-001", "@event": "B", "@event_repeat": "1",
                  "@group_repeat": "1", "CMTRT": "aspirin"}],
    }  # fmt: skip


def test_openedc_has_the_path_of_an_item_above_its_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        all__csv=",,,,SE.1-F.1-IG.1-I.1,SE.1-F.2-IG.2-I.2\n"
        "Subject,RepeatKey,Creation_Date,Creation_Time,Weight,Drug\n"
        "S1,1,2024-02-05,10:00,70,\n",
    )
    raw = read(tmp_path, "openedc")
    assert records(raw, "F.1") == [
        {"@subject": "S1", "@event": "SE.1", "@event_repeat": "1", "Weight": "70"}
    ]


def test_another_table_is_not_taken_for_one_of_the_system(tmp_path: Path) -> None:
    write(tmp_path, lab__csv="id,result\n1,5\n")
    with pytest.raises(RawDataError, match="holds no table of Castor EDC"):
        read(tmp_path, "castor")
