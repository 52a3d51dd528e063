"""Studies proposed from exports: they build, and wait for review."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from cdisckit.building import build
from cdisckit.exports import export_of
from cdisckit.init import propose_study
from cdisckit.proposals import proposals
from cdisckit.spec import check_spec
from specs.errors import OutputError, RawDataError

if TYPE_CHECKING:
    from pathlib import Path

ODM = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot"><Study OID="S">
<MetaDataVersion OID="1" Name="1"><FormDef OID="F" Name="F" Repeating="No">
<ItemGroupRef ItemGroupOID="G" Mandatory="No"/></FormDef>
<ItemGroupDef OID="G" Name="G" Repeating="No"><ItemRef ItemOID="I1" Mandatory="No"/>
<ItemRef ItemOID="I2" Mandatory="No"/><ItemRef ItemOID="I3" Mandatory="No"/></ItemGroupDef>
<ItemDef OID="I1" Name="x" DataType="text"><Alias Context="SDTM" Name="DM.SEX"/></ItemDef>
<ItemDef OID="I2" Name="y" DataType="text"><Alias Context="SDTM" Name="BRTHDTC"/></ItemDef>
<ItemDef OID="I3" Name="z" DataType="text">
<Alias Context="SDTM" Name="VS.VSORRES.HEIGHT"/></ItemDef>
</MetaDataVersion></Study><ClinicalData StudyOID="S" MetaDataVersionOID="1">
<SubjectData SubjectKey="1"><StudyEventData StudyEventOID="V1"><FormData FormOID="F">
<ItemGroupData ItemGroupOID="G"><ItemData ItemOID="I1" Value="M"/>
<ItemData ItemOID="I2" Value="1980-01-02"/><ItemData ItemOID="I3" Value="180"/>
</ItemGroupData></FormData></StudyEventData></SubjectData></ClinicalData></ODM>"""

TABLES = {
    "demography.csv": "SUBJECT,SEX,BRTHDAT,SITEID\n1,M,1980-01-02,01\n2,F,1981-02-03,01\n",
    "ae.csv": "SUBJECT,AETERM,AESTDAT,AESTTIM,NOTE\n1,Ache,2020-01-02,10:30,x\n",
    "vs.csv": "SUBJECT,VISIT,VSDAT,SYSBP_VSORRES,SYSBP_VSORRESU\n1,V1,2020-01-02,120,mmHg\n",
}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def told(folder: Path) -> list[tuple[str, str, str, str]]:
    with (folder / "proposals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(r["dataset"], r["variable"], r["form"], r["field"]) for r in rows if r["dataset"]]


def test_names_of_cdash_are_proposed(raw: Path, tmp_path: Path) -> None:
    made = propose_study(raw, tmp_path / "study")
    assert sorted(told(tmp_path / "study")) == [
        ("AE", "AEDECOD", "", ""),
        ("AE", "AESTDTC", "ae", "AESTDAT"),
        ("AE", "AETERM", "ae", "AETERM"),
        ("DM", "BRTHDTC", "demography", "BRTHDAT"),
        ("DM", "COUNTRY", "", ""),
        ("DM", "SEX", "demography", "SEX"),
        ("DM", "SITEID", "demography", "SITEID"),
        ("VS", "VSDTC", "vs", "VSDAT"),
        ("VS", "VSORRES", "vs", "SYSBP_VSORRES"),
        ("VS", "VSORRESU", "vs", "SYSBP_VSORRESU"),
    ]
    assert made.open_fields == 1  # the note; the time of AESTDTC goes with its date


def test_a_proposed_study_builds_and_is_refused_as_final(raw: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    propose_study(raw, study)
    built = build(study, tmp_path / "out")
    assert built.folder is not None
    ae = built.tables["AE"].frame
    assert ae[["AETERM", "AESTDTC"]].to_numpy().tolist() == [["Ache", "2020-01-02T10:30"]]
    vs = built.tables["VS"].frame
    columns = ["VSTESTCD", "VSORRES", "VSORRESU", "VSDTC", "VISIT"]
    assert vs[columns].to_numpy().tolist() == [["SYSBP", "120", "mmHg", "2020-01-02", "V1"]]
    waiting = built.findings[built.findings["rule"] == "CK-INIT-PROPOSAL"]
    assert set(waiting["severity"]) == {"warning"}
    final = build(study, tmp_path / "out", mode="final")
    assert final.folder is None
    rules = {"CK-INIT-PROPOSAL", "CK-LEDGER-FIELD"}
    stricter = final.findings[final.findings["rule"].isin(rules)]
    assert set(stricter["rule"]) == rules
    assert set(stricter["severity"]) == {"error"}


def test_what_an_alias_names_is_proposed(tmp_path: Path) -> None:
    (tmp_path / "odm.xml").write_text(ODM, encoding="utf-8")
    propose_study(tmp_path / "odm.xml", tmp_path / "study")
    assert told(tmp_path / "study") == [
        ("DM", "SEX", "F", "I1"),
        ("DM", "BRTHDTC", "F", "I2"),
        ("VS", "VSORRES", "F", "I3"),
        ("DM", "SITEID", "", ""),
        ("DM", "COUNTRY", "", ""),
    ]
    built = build(tmp_path / "study", tmp_path / "out")
    assert built.tables["DM"].frame[["SEX", "BRTHDTC"]].to_numpy().tolist() == [["M", "1980-01-02"]]
    assert built.tables["VS"].frame["VSTESTCD"].tolist() == ["HEIGHT"]


VISITS = {
    "visits.csv": "SUBJ,VISIT,VISDAT,SEX,RACE,BRTHDT,WEIGHT,WTUNIT\n"
    "101,Screening,2024-01-03,M,WHITE,1980-05-12,80,kg\n"
    "101,Week 1,2024-01-10,M,WHITE,1980-05-12,81,kg\n"
    "102,Screening,2024-01-04,F,ASIAN,1975-06,60,kg\n"
    "103,Screening,2024-01-05,F,WHITE,1971-06-15,61,kg\n",
    "ae.csv": "SUBJ,AETERM,AEDECOD,AESTDAT,AESEV\n"
    "101,Head ache,Headache,2024-01-05,MILD\n103,Rash,Rash,2024-01-06,SEVERE\n",
}


def proposed(tmp_path: Path, tables: dict[str, str]) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
    propose_study(folder, tmp_path / "study")
    return tmp_path / "study"


def test_demography_on_a_form_of_visits_gives_each_subject_once(tmp_path: Path) -> None:
    study = proposed(tmp_path, VISITS)
    assert check_spec(study).problems == ()
    assert [row for row in told(study) if row[0] == "DM"] == [
        ("DM", "SEX", "visits", "SEX"),
        ("DM", "RACE", "visits", "RACE"),
        ("DM", "BRTHDTC", "visits", "BRTHDT"),
        ("DM", "SUBJID", "visits", ""),
        ("DM", "SITEID", "", ""),
        ("DM", "COUNTRY", "", ""),
    ]
    dm = build(study, tmp_path / "out").tables["DM"].frame
    assert dm[["SUBJID", "SEX", "BRTHDTC"]].to_numpy().tolist() == [
        ["101", "M", "1980-05-12"],
        ["102", "F", "1975-06"],
        ["103", "F", "1971-06-15"],
    ]


def test_terms_of_a_dictionary_are_assigned(tmp_path: Path) -> None:
    ae = (proposed(tmp_path, VISITS) / "sdtm" / "ae.yaml").read_text(encoding="utf-8")
    assert "AEDECOD: {assigned: aedecod}" in ae
    assert "AETERM: {collected: aeterm}" in ae


def test_a_form_with_one_record_per_subject_stands_before_one_with_several(tmp_path: Path) -> None:
    demography = {"dm.csv": "SUBJ,SEX\n101,M\n102,F\n103,F\n"}
    study = proposed(tmp_path, {**VISITS, **demography})
    assert ("DM", "SEX", "dm", "SEX") in told(study)
    assert "visits" not in {form for dataset, _, form, _ in told(study) if dataset == "DM"}


def test_what_an_annotation_names_stands_before_a_name(raw: Path) -> None:
    data = export_of(raw).read()
    assert [p.why for p in proposals(data) if p.variable == "SEX"] == ["its CDASH name SEX"]


def test_a_folder_that_is_there_is_not_touched(raw: Path, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is there already, and is not empty"):
        propose_study(raw, tmp_path / "study")
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["mine.txt"]


def test_nothing_is_written_where_nothing_can_be_read(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "note.md").write_text("nothing", encoding="utf-8")
    with pytest.raises(RawDataError, match="holds no file that is read here"):
        propose_study(raw, tmp_path / "sub" / "study")
    assert not (tmp_path / "sub").exists()


def test_a_study_is_not_written_into_its_raw_folder(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_text("SUBJECT,SEX\n1,M\n", encoding="utf-8")
    with pytest.raises(OutputError, match="lies in the raw folder"):
        propose_study(tmp_path, tmp_path / "study")
    assert [path.name for path in tmp_path.iterdir()] == ["ae.csv"]


def test_a_proposal_of_a_formula_is_written_as_text(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "=cmd.csv").write_text("SUBJECT,SEX\n1,M\n", encoding="utf-8")
    propose_study(folder, tmp_path / "study")
    assert ("DM", "SEX", "'=cmd", "SEX") in told(tmp_path / "study")
