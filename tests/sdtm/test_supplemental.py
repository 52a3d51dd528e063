from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sdtm.conftest import DM, EX
from tests.sdtm.test_build import rows

if TYPE_CHECKING:
    from tests.sdtm.conftest import Build

AE = """
dataset: AE
records: {from: ae}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: term}
supplemental:
  AEWHY: {collected: why, label: Reason}
  AEHOW: {derived: upper_case, from: why, label: Reason in Capitals}
  AENUM: {collected: number, label: Number, type: Num}
"""
DATA = "subject,term,why,number\n2,Rash,sun,10\n1,Wart,,1.5\n1,Ache,fall,\n"


def test_each_filled_qualifier_is_a_record_related_by_sequence_number(build: Build) -> None:
    frame = build({"sdtm/ae.yaml": AE, "ae.csv": DATA}).tables["SUPPAE"].frame
    assert rows(frame, "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG") == [
        ("S1-1", "AESEQ", "1", "AEHOW", "Reason in Capitals", "FALL", "Derived"),
        ("S1-1", "AESEQ", "1", "AEWHY", "Reason", "fall", "Collected"),
        ("S1-1", "AESEQ", "2", "AENUM", "Number", "1.5", "Collected"),
        ("S1-2", "AESEQ", "1", "AEHOW", "Reason in Capitals", "SUN", "Derived"),
        ("S1-2", "AESEQ", "1", "AENUM", "Number", "10", "Collected"),
        ("S1-2", "AESEQ", "1", "AEWHY", "Reason", "sun", "Collected"),
    ]
    assert frame["STUDYID"].unique().tolist() == ["S1"]
    assert frame["RDOMAIN"].unique().tolist() == ["AE"]
    assert frame["QEVAL"].isna().all()


def test_a_qualifier_comes_from_the_records_of_its_row(build: Build) -> None:
    trace = build({"sdtm/ae.yaml": AE, "ae.csv": DATA}).tables["SUPPAE"].trace
    assert rows(trace, "row", "source", "record") == [
        (0, "ae", 2), (1, "ae", 2), (2, "ae", 1), (3, "ae", 0), (4, "ae", 0), (5, "ae", 0),
    ]  # fmt: skip


def test_a_qualifier_of_dm_is_related_by_the_subject_alone(build: Build) -> None:
    files = {
        "sdtm/dm.yaml": DM + "supplemental:\n  ROOM: {collected: room, label: Room}\n",
        "sdtm/ex.yaml": EX,
        "dm.csv": "subject,sex,room\n1,F,7\n",
        "ex.csv": "subject,drug,dose,start\n",
    }
    frame = build(files).tables["SUPPDM"].frame
    assert rows(frame, "USUBJID", "IDVAR", "IDVARVAL", "QVAL") == [("S1-1", None, None, "7")]


def test_a_qualifier_of_sv_is_related_by_the_visit(build: Build) -> None:
    sv = """
dataset: SV
records: {from: visit}
keys: [STUDYID, USUBJID, VISITNUM]
variables:
  VISITNUM: {collected: number}
  SVREASOC: {collected: why}
supplemental:
  SVREASOT: {collected: other, label: Reason in Words}
"""
    data = "subject,number,why,other\n1,1,,\n1,90.01,Other,storm\n1,2,Ill,storm\n"
    made = build({"sdtm/sv.yaml": sv, "visit.csv": data}).tables
    assert rows(made["SV"].frame, "VISITNUM", "SVREASOC") == [
        (1, None), (2, "Ill"), (90.01, "Other"),
    ]  # fmt: skip
    assert rows(made["SUPPSV"].frame, "IDVAR", "IDVARVAL", "QNAM", "QVAL") == [
        ("VISITNUM", "2", "SVREASOT", "storm"),
        ("VISITNUM", "90.01", "SVREASOT", "storm"),
    ]


def test_a_qualifier_may_be_what_a_block_assigns(build: Build) -> None:
    ae = AE.replace("{from: ae}", "{from: ae, assign: {AEHOW: WEB}}").replace(
        "{derived: upper_case, from: why, label", "{label"
    )
    frame = build({"sdtm/ae.yaml": ae, "ae.csv": DATA}).tables["SUPPAE"].frame
    assert rows(frame.query("QNAM == 'AEHOW'"), "QVAL", "QORIG") == [("WEB", "Assigned")] * 3


def test_without_any_value_the_dataset_is_empty(build: Build) -> None:
    table = build({"sdtm/ae.yaml": AE, "ae.csv": "subject,term,why,number\n1,A,,\n"}).tables[
        "SUPPAE"
    ]
    assert table.frame.shape == (0, 10)
    assert len(table.trace) == 0
