from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from sdtm.derivations.results import ticked_choice
from sdtm.derivations.timing import age_in_years, end_in_period, start_in_period

if TYPE_CHECKING:
    from tests.sdtm.conftest import Build

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
"""
DM_CSV = "subject,x\n1,\n2,\n"
CM = """
dataset: CM
records: {from: meds, numbered: 3, where: [{trt: {NE: ""}}],
          bind: {trt: "med_{n}", start: "from_{n}"}, assign: {CMSPID: "{n}"}}
keys: [STUDYID, USUBJID, CMTRT, CMSPID]
variables:
  CMSPID: {}
  CMTRT: {collected: trt}
  CMSTDTC: {collected: start}
"""
AE = """
dataset: AE
records: {from: ae, distinct: ["@subject", term], keep: KEEP}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: term}
  AESTDTC: {collected: start}
"""


def none_as_none(values: pd.Series) -> list[object]:
    return values.astype(object).where(values.notna(), None).tolist()


def test_numbered_columns_become_records_and_empty_ones_none(build: Build) -> None:
    made = build(
        {
            "sdtm/dm.yaml": DM,
            "sdtm/cm.yaml": CM,
            "dm.csv": DM_CSV,
            "meds.csv": "subject,med_1,from_1,med_2,from_2,med_3,from_3\n"
            "1,A,2020-01-01,B,2020-01-02,,\n2,,,C,,,\n",
        }
    )
    frame = made.tables["CM"].frame
    assert frame[["USUBJID", "CMTRT", "CMSPID"]].to_numpy().tolist() == [
        ["S1-1", "A", "1"],
        ["S1-1", "B", "2"],
        ["S1-2", "C", "2"],
    ]
    assert none_as_none(frame["CMSTDTC"]) == ["2020-01-01", "2020-01-02", None]
    assert made.tables["CM"].trace["record"].tolist() == [2, 2, 3]


@pytest.mark.parametrize(
    ("keep", "start", "line"), [("first", "2020-01-01", 3), ("last", "2020-02-02", 2)]
)
def test_of_double_records_one_is_kept_and_the_others_are_named(
    build: Build, keep: str, start: str, line: int
) -> None:
    made = build(
        {
            "sdtm/dm.yaml": DM,
            "sdtm/ae.yaml": AE.replace("KEEP", keep),
            "dm.csv": DM_CSV,
            "ae.csv": "subject,term,start\n1,Rash,2020-01-01\n1,Rash,2020-02-02\n"
            "2,Rash,2020-03-03\n",
        }
    )
    assert none_as_none(made.tables["AE"].frame["AESTDTC"]) == [start, "2020-03-03"]
    left = made.ledger.left_out
    assert left[["form", "subject", "file", "rule"]].to_numpy().tolist() == [
        ["ae", "1", "ae.csv", f"{keep} of the records that agree in @subject, term"]
    ]
    assert left["line"].tolist() == [line]
    balance = made.ledger.forms.set_index("form").loc["ae"]
    assert (balance["records used"], balance["records left out"]) == (2, 1)


def test_records_of_another_dataset_keep_their_trace_to_the_raw_records(build: Build) -> None:
    co = """
    dataset: CO
    records: {from: AE, where: [{AESTDTC: {EQ: ""}}], assign: {RDOMAIN: AE, IDVAR: AESEQ}}
    keys: [STUDYID, USUBJID, RDOMAIN, IDVARVAL]
    variables:
      RDOMAIN: {}
      IDVAR: {}
      IDVARVAL: {derived: as_it_is, from: AESEQ}
      COVAL: {derived: as_it_is, from: AETERM}
    """
    made = build(
        {
            "sdtm/dm.yaml": DM,
            "sdtm/ae.yaml": AE.replace(', distinct: ["@subject", term], keep: KEEP', ""),
            "sdtm/co.yaml": co,
            "dm.csv": DM_CSV,
            "ae.csv": "subject,term,start\n1,Rash,2020-01-01\n2,Pain,\n2,Itch,\n",
        }
    )
    frame = made.tables["CO"].frame
    assert frame[["USUBJID", "IDVARVAL", "COVAL"]].to_numpy().tolist() == [
        ["S1-2", "1", "Itch"],
        ["S1-2", "2", "Pain"],
    ]
    trace = made.tables["CO"].trace
    assert trace[["source", "record"]].to_numpy().tolist() == [["ae", 4], ["ae", 3]]


def test_a_table_of_the_study_makes_records_without_collected_data(build: Build) -> None:
    from tests.sdtm.conftest import STUDY

    ta = """
    dataset: TE
    records: {from: "@elements", where: [{ETCD: {NE: X}}]}
    keys: [STUDYID, ETCD]
    variables:
      ETCD: {protocol: ETCD}
      ELEMENT: {protocol: ELEMENT}
      TESTRL: {protocol: TESTRL}
      TEDUR: {protocol: TEDUR}
    """
    study = (
        STUDY
        + "      dm: {file: dm.csv, subject: subject, dates: DMY}\n"
        + "tables:\n  elements:\n    - [ETCD, ELEMENT, TESTRL, TEDUR]\n"
        + "    - [SCRN, Screening, Consent, P14D]\n    - [TRT, Treatment, First dose, ~]\n"
        + "    - [X, Not used, Never, ~]\n"
    )
    made = build({"study.yaml": study, "sdtm/dm.yaml": DM, "sdtm/te.yaml": ta, "dm.csv": DM_CSV})
    frame = made.tables["TE"].frame
    assert list(frame) == ["STUDYID", "DOMAIN", "ETCD", "ELEMENT", "TESTRL", "TEDUR"]
    assert none_as_none(frame["ETCD"]) == ["SCRN", "TRT"]
    assert none_as_none(frame["TEDUR"]) == ["P14D", None]
    assert set(made.tables["TE"].trace["source"]) == {"@elements"}
    assert made.ledger.forms["form"].tolist() == ["dm"]


def test_each_of_several_ticked_choices_has_its_own_qualifier() -> None:
    answers = pd.Series(["1;3", "2", None, "1;2;9"], dtype="str")
    choices = [{"code": 1, "term": "A"}, {"code": 2, "term": "B"}, {"code": 3, "term": "C"}]
    assert none_as_none(ticked_choice(answers, number=1, choices=choices)) == ["A", None, None, "A"]
    assert none_as_none(ticked_choice(answers, number=2, choices=choices)) == ["C", None, None, "B"]
    assert none_as_none(ticked_choice(answers, number=3, choices=choices)) == [
        None,
        None,
        None,
        "9",
    ]


@pytest.mark.parametrize(
    ("birth", "date", "age"),
    [
        ("1980-05-02", "2020-05-01", 39),
        ("1980-05-02", "2020-05-02T08:00", 40),
        ("1980-02-29", "2021-02-28", 40),
        ("1980-02-29", "2021-03-01", 41),
        ("1980-05", "2020-05-01", None),
        (None, "2020-05-01", None),
        ("2020-05-02", "2020-05-01", None),
    ],
)
def test_an_age_counts_completed_years(birth: str | None, date: str, age: int | None) -> None:
    made = age_in_years(pd.Series([birth], dtype="str"), pd.Series([date])).values
    assert none_as_none(made) == [age]


def test_a_birth_after_the_date_of_the_age_is_found() -> None:
    births = pd.Series(["2020-05-02", "1980-05", None, "1980-01-01"], dtype="str")
    made = age_in_years(births, pd.Series(["2020-05-01"] * 4))
    assert none_as_none(made.problems) == ["is after the date of the age", None, None, None]


@pytest.mark.parametrize(
    ("date", "ongoing", "start", "end"),
    [
        ("2020-01-09", None, "BEFORE", "BEFORE"),
        ("2020-01-10", None, "DURING", "DURING"),
        ("2020-03-31", None, "DURING", "DURING"),
        ("2020-04-01", None, "AFTER", "AFTER"),
        ("2020-01", None, None, None),
        ("2020-02", None, "DURING", "DURING"),
        ("2019", None, "BEFORE", "BEFORE"),
        (None, "1", None, "AFTER"),
        (None, "0", None, None),
    ],
)
def test_a_date_lies_before_in_or_after_the_reference_period(
    date: str | None, ongoing: str | None, start: str | None, end: str | None
) -> None:
    dates, running = pd.Series([date], dtype="str"), pd.Series([ongoing], dtype="str")
    period = pd.Series(["2020-01-10T09:00"]), pd.Series(["2020-03-31"])
    told = "may lie on either side of a limit of the period" if date == "2020-01" else None
    for made, expected in (
        (start_in_period(dates, *period), start),
        (end_in_period(dates, running, *period), end),
    ):
        assert none_as_none(made.values) == [expected]
        assert none_as_none(made.problems) == [told]
