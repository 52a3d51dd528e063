from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sdtm.conftest import STUDY
from tests.sdtm.test_build import rows

if TYPE_CHECKING:
    from tests.sdtm.conftest import Build

DM = """
dataset: DM
records: {from: dm, join: {visit: {from: vs, JOIN}}}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: visit.room}
"""
VS = "subject,room,date\n1,B,2/1/2020\n1,A,1/1/2020\n2,C,\n"


def joined(build: Build, how: str, vs: str = VS) -> list[tuple[object, ...]]:
    files = {"sdtm/dm.yaml": DM.replace("JOIN", how), "dm.csv": "subject\n1\n2\n", "vs.csv": vs}
    return rows(build(files).tables["DM"].frame, "USUBJID", "SUBJID")


def test_of_several_joined_records_the_first_or_last_by_date_is_taken(build: Build) -> None:
    assert joined(build, "first: date") == [("S1-1", "A"), ("S1-2", None)]
    assert joined(build, "last: date") == [("S1-1", "B"), ("S1-2", None)]


def test_joined_records_may_be_restricted(build: Build) -> None:
    assert joined(build, "where: [{room: {NE: A}}]") == [("S1-1", "B"), ("S1-2", "C")]


def test_a_join_without_records_gives_nothing(build: Build) -> None:
    assert joined(build, "by: subject", "subject,room,date\n") == [("S1-1", None), ("S1-2", None)]


def test_a_joined_record_is_in_the_trace_and_is_used(build: Build) -> None:
    how = DM.replace("JOIN", "first: date")
    built = build({"sdtm/dm.yaml": how, "dm.csv": "subject\n1\n", "vs.csv": VS})
    assert rows(built.tables["DM"].trace, "row", "source", "record") == [(0, "dm", 0), (0, "vs", 2)]
    ledger = built.ledger.forms.set_index("form")
    assert ledger.loc["vs", ["records", "records used", "records unaccounted"]].tolist() == [
        3,
        1,
        2,
    ]


def test_two_blocks_may_give_one_name_to_joins_of_different_forms(build: Build) -> None:
    ae = """
    dataset: AE
    records:
      - {from: a, join: {other: {from: x}}}
      - {from: b, join: {other: {from: y}}}
    keys: [STUDYID, USUBJID, AETERM]
    variables:
      AETERM: {collected: other.term}
    """
    files = {
        "sdtm/ae.yaml": ae,
        "a.csv": "subject\n1\n",
        "b.csv": "subject\n2\n",
        "x.csv": "subject,term\n1,X\n",
        "y.csv": "subject,term\n2,Y\n",
    }
    table = build(files).tables["AE"]
    assert table.frame["AETERM"].tolist() == ["X", "Y"]
    assert rows(table.trace, "row", "source") == [(0, "a"), (0, "x"), (1, "b"), (1, "y")]


def test_a_test_without_result_gives_no_row(build: Build) -> None:
    lb = """
    dataset: LB
    records: {from: lb, bind: {date: taken}}
    tests:
      - [LBTESTCD, result]
      - [ALT, alt]
      - [AST, ast]
    keys: [STUDYID, USUBJID, LBTESTCD]
    variables:
      LBORRES: {collected: result}
      LBDTC: {collected: date}
    """
    files = {"sdtm/lb.yaml": lb, "lb.csv": "subject,taken,alt,ast\n1,1/2/2020,30,\n2,,31,32\n"}
    frame = build(files).tables["LB"].frame
    assert rows(frame, "USUBJID", "LBTESTCD", "LBTEST", "LBORRES", "LBDTC") == [
        ("S1-1", "ALT", "Alanine Aminotransferase", "30", "2020-02-01"),
        ("S1-2", "ALT", "Alanine Aminotransferase", "31", None),
        ("S1-2", "AST", "Aspartate Aminotransferase", "32", None),
    ]


def test_the_field_of_units_is_read_by_the_name_of_what_it_is_the_unit_of(build: Build) -> None:
    study = STUDY + (
        "      vs: {file: vs.csv, subject: subject, units: {weight: wtunit}}\n"
        "      lb: {file: lb.csv, subject: subject, units: {alt: altunit}}\n"
    )
    vs = """
    dataset: VS
    records:
      - {from: vs, join: {lab: {from: lb}}, assign: {VSTESTCD: WEIGHT, VSTEST: Weight},
         where: [{weight@unit: {NE: st}}]}
    keys: [STUDYID, USUBJID, VSTESTCD]
    variables:
      VSTESTCD: {}
      VSTEST: {}
      VSORRES: {collected: weight}
      VSORRESU: {collected: weight@unit}
      VSLOC: {collected: lab.alt@unit, codelist: ""}
    """
    files = {
        "study.yaml": study,
        "sdtm/vs.yaml": vs,
        "vs.csv": "subject,weight,wtunit\n1,80,kg\n2,176,LB\n3,12,st\n",
        "lb.csv": "subject,alt,altunit\n1,30,U/L\n",
    }
    built = build(files)
    assert rows(built.tables["VS"].frame, "USUBJID", "VSORRES", "VSORRESU", "VSLOC") == [
        ("S1-1", "80", "kg", "U/L"),
        ("S1-2", "176", "LB", None),
    ]
    forms = built.ledger.forms.set_index("form")
    assert forms.loc[["vs", "lb"], "fields unaccounted"].tolist() == [0, 1]


def test_visits_come_from_the_event_and_a_repeat_adds_a_hundredth(build: Build) -> None:
    study = STUDY.replace("table", "redcap").replace(
        "    forms:\n",
        "    data: data.csv\n    dictionary: dictionary.csv\n"
        "visits:\n  - [event, visitnum, visit, visitdy]\n"
        "  - [v1, 1, ONE, 1]\n  - [un, 90, UNSCHEDULED, ~]\n",
    )
    vs = """
    dataset: AE
    records: {from: ae}
    keys: [STUDYID, USUBJID, VISITNUM]
    variables:
      AETERM: {collected: term}
      VISITNUM: standard
      VISIT: standard
      VISITDY: standard
    """
    from tests.sdtm.test_redcap import HEAD, field

    files = {
        "study.yaml": study,
        "sdtm/ae.yaml": vs,
        "dictionary.csv": "\n".join([HEAD, field("id", "ae", "text"), field("term", "ae", "text")]),
        "data.csv": "id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,term\n"
        "1,v1,,,a\n1,un,,1,b\n1,un,,2,c\n",
    }
    assert rows(build(files).tables["AE"].frame, "VISITNUM", "VISIT", "VISITDY") == [
        (1.0, "ONE", 1.0),
        (90.01, "UNSCHEDULED 1", None),
        (90.02, "UNSCHEDULED 2", None),
    ]


def test_an_event_that_is_no_visit_of_the_study_is_found(build: Build) -> None:
    visits = "visits:\n  - [event, visitnum, visit]\n  - [v1, 1, ONE]\n"
    form = "      ae: {file: ae.csv, subject: subject, event: event}\n"
    ae = """
    dataset: AE
    records: {from: ae}
    keys: [STUDYID, USUBJID, VISITNUM]
    variables:
      AETERM: {collected: term}
      VISITNUM: standard
    """
    built = build(
        {
            "study.yaml": STUDY + form + visits,
            "sdtm/ae.yaml": ae,
            "ae.csv": "subject,event,term\n1,v1,a\n1,v2,b\n1,,c\n",
        }
    )
    assert rows(built.findings, "rule", "dataset", "subject", "variable", "value", "line") == [
        ("CK-VISIT-EVENT", "AE", "1", "VISITNUM", "v2", "3")
    ]
