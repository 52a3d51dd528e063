from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from cdisckit.exports import export_of
from specs.errors import RawDataError
from tests.sdtm.test_redcap_kinds import project

if TYPE_CHECKING:
    from pathlib import Path


def test_all_kinds_of_files_in_a_folder_are_sources_and_the_rest_is_passed_over_by_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "odm.xml").write_text(
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><ClinicalData StudyOID="S">'
        '<SubjectData SubjectKey="1"><StudyEventData StudyEventOID="E"><FormData FormOID="F">'
        '<ItemGroupData ItemGroupOID="G"><ItemData ItemOID="I" Value="1"/></ItemGroupData>'
        "</FormData></StudyEventData></SubjectData></ClinicalData></ODM>",
        encoding="utf-8",
    )
    (tmp_path / "lab.csv").write_text("SUBJID,RES\n001,5\n", encoding="utf-8")
    (tmp_path / "cut.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    export = export_of(tmp_path)
    assert [source.reader for source in export.sources] == ["odm", "table"]
    data = export.read()
    assert set(data.forms) == {"F", "lab"}
    told = data.findings[data.findings["rule"] == "CK-RAW-UNREAD"]
    assert told["file"].tolist() == ["notes.pdf", "cut.csv"]
    assert told["message"].iloc[1].startswith("is not read: cut.csv line 2: the row has 3 cells")


def guesses(folder: Path, text: str) -> dict[str, str]:
    (folder / "x.csv").write_text(text, encoding="utf-8")
    export = export_of(folder / "x.csv")
    export.read()
    return {guess.role: guess.value for guess in export.guesses}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STUDY,PATNO,VISITNUM,RES\nABC,001,1,5\nABC,002,1,6\n",
         {"subject": "PATNO", "event": "VISITNUM"}),
        ("STUDY,CODE,RES\nABC,001,5\nABC,002,6\n", {"subject": "CODE"}),
        ("Site,Arm,Who,RES\n1,A,001,5\n1,A,002,6\n", {"subject": "Who"}),
        ("Lab v3\nStudy: ABC\n\nSUBJID,TEST,RES\n1,A,5\n2,B,6\n",
         {"head": "4", "subject": "SUBJID"}),
        ("Lab v3\nStudy: ABC\n\nSUBJID;TEST;RES\n1;A;5,5\n2;B;6\n",
         {"head": "4", "subject": "SUBJID"}),
        (",CD3+ | Count,Count\n1.fcs,65.2,120\n", {"subject": "column_1"}),
        ("id,d\n1,13/02/2024\n2,03/04/2024\n", {"subject": "id", "dates": "DMY"}),
        ("id,d\n1,02/13/2024\n2,03/04/2024\n", {"subject": "id", "dates": "MDY"}),
        ("id,d\n1,02/03/2024\n2,03/04/2024\n", {"subject": "id"}),
        ("id,d\n1,13/02/2024\n2,02/13/2024\n", {"subject": "id"}),
    ],
)  # fmt: skip
def test_what_is_taken_without_being_told_is_said(
    tmp_path: Path, text: str, expected: dict[str, str]
) -> None:
    assert guesses(tmp_path, text) == expected


DICTIONARY = (
    "field_name,form_name,field_type,field_label,select_choices_or_calculations\n"
    'record_id,f1,text,Number,\nsex,f1,radio,Sex of subject,"1, Male | 2, Female"\n'
    "age,f1,text,Age in years,\n"
)
LABELS = "Number,Sex of subject,Age in years,Complete?\n1,Male,50,Complete\n"
RAW = "record_id,sex,age,f1_complete\n1,1,50,2\n"


def in_folder(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_labels_of_redcap_are_refused_with_the_way_to_export(tmp_path: Path) -> None:
    in_folder(tmp_path, dictionary=DICTIONARY, labels=LABELS)
    with pytest.raises(RawDataError, match=r"the heads are labels: .*export the raw data"):
        export_of(tmp_path).read()


def test_labels_beside_the_raw_export_are_passed_over(tmp_path: Path) -> None:
    export = export_of(in_folder(tmp_path, dictionary=DICTIONARY, labels=LABELS, raw=RAW))
    assert [source.reader for source in export.sources] == ["redcap"]
    assert list(export.passed_over) == ["labels.csv"]
    assert export.read().forms["f1"].frame["sex"].tolist() == ["1"]


def test_a_dictionary_alone_says_what_is_lacking(tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match="data dictionary; put the export of the records"):
        export_of(in_folder(tmp_path, dictionary=DICTIONARY))


def test_values_by_row_are_redcaps_where_a_dictionary_is_beside(tmp_path: Path) -> None:
    eav = "record,field_name,value\n1,sex,2\n1,f1_complete,2\n"
    export = export_of(in_folder(tmp_path, dictionary=DICTIONARY, eav=eav))
    assert export.read().forms["f1"].frame["sex"].tolist() == ["2"]


CASTOR = "Participant Id;Participant Status;Site Abbreviation;sex\n1;Not Set;AMC;1\n"


def test_systems_are_told_by_their_columns_beside_other_files(tmp_path: Path) -> None:
    in_folder(tmp_path, Study_export_20240101=CASTOR, lab="SUBJID,RES\n1,5\n2,6\n")
    export = export_of(tmp_path)
    assert [(s.name, s.reader) for s in export.sources] == [
        ("edc_1", "castor"), ("tables_2", "table"),
    ]  # fmt: skip
    assert set(export.read().forms) == {"study", "lab"}


def test_a_zip_is_read_as_what_it_holds_or_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("Study_export_20240101.csv", CASTOR)
    assert export_of(tmp_path / "a.zip").sources[0].reader == "castor"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr("photo.jpg", "x")
    with pytest.raises(RawDataError, match=r"b\.zip: is a zip of no system known here: .*photo"):
        export_of(tmp_path / "b.zip")


def test_datasets_of_cdisc_are_forms(tmp_path: Path) -> None:
    (tmp_path / "ae.xml").write_text(
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"'
        ' xmlns:data="http://www.cdisc.org/ns/Dataset-XML/v1.0"><ClinicalData StudyOID="s"'
        ' MetaDataVersionOID="m"><ItemGroupData ItemGroupOID="IG.AE" data:ItemGroupDataSeq="1">'
        '<ItemData ItemOID="IT.USUBJID" Value="1"/><ItemData ItemOID="IT.AE.AETERM"'
        ' Value="Rash"/></ItemGroupData></ClinicalData></ODM>',
        encoding="utf-8",
    )
    (tmp_path / "vs.json").write_text(
        '{"datasetJSONVersion": "1.1.0", "name": "VS", "label": "Vital Signs", "columns":'
        ' [{"name": "USUBJID", "label": "Subject"}, {"name": "VSSTRESN", "label": "Result"}],'
        ' "rows": [["1", 70.5], ["2", null]]}',
        encoding="utf-8",
    )
    data = export_of(tmp_path).read()
    assert data.forms["AE"].frame[["@subject", "AETERM"]].to_numpy().tolist() == [["1", "Rash"]]
    vital = data.forms["VS"]
    assert (vital.label, vital.fields["VSSTRESN"].label) == ("Vital Signs", "Result")
    assert vital.frame["VSSTRESN"].astype("str").fillna("").tolist() == ["70.5", ""]


def test_a_project_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    in_folder(tmp_path, dictionary=DICTIONARY, raw=RAW)
    (tmp_path / "project.xml").write_text(project(), encoding="utf-8")
    export = export_of(tmp_path)
    assert [(s.reader, s.options["data"]) for s in export.sources] == [("redcap", "project.xml")]
    assert export.passed_over == dict.fromkeys(
        ("dictionary.csv", "raw.csv"), "is not read: project.xml has the same records"
    )
    (tmp_path / "project.xml").write_text(project(metadata=False), encoding="utf-8")
    assert [s.options["data"] for s in export_of(tmp_path).sources] == ["raw.csv"]


def test_xml_of_records_alone_takes_the_dictionary_beside_it(tmp_path: Path) -> None:
    in_folder(tmp_path, dictionary=DICTIONARY)
    (tmp_path / "records.xml").write_text(project(metadata=False), encoding="utf-8")
    (source,) = export_of(tmp_path).sources
    assert source.options == {"dictionary": "dictionary.csv", "data": "records.xml"}


def test_files_of_one_name_are_forms_of_two(tmp_path: Path) -> None:
    (tmp_path / "AE.csv").write_text("SUBJID,X\n1,5\n", encoding="utf-8")
    (tmp_path / "AE.txt").write_text("SUBJID,X\n1,6\n", encoding="utf-8")
    assert set(export_of(tmp_path).read().forms) == {"ae", "ae_txt"}
