"""Which of several records counts: by certain order of dates, and by answers, not by texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from sdtm.dates.order import in_order, rivals

if TYPE_CHECKING:
    from tests.sdtm.conftest import Build

CM = """
dataset: CM
records: {from: cm, group_by: ["@subject", drug], collapse: {start: %s}}
keys: [STUDYID, USUBJID, CMTRT]
variables:
  CMTRT: {collected: drug}
  CMSTDTC: {collected: start}
"""
KEPT = """
dataset: CM
records: {from: cm, distinct: ["@subject", drug]%s}
keys: [STUDYID, USUBJID, CMTRT]
variables:
  CMTRT: {collected: drug}
  CMDOSE: {collected: dose}
"""
JOIN = """
dataset: CM
records: {from: cm, join: {visit: {from: visits, by: [subject], %s: day}}}
keys: [STUDYID, USUBJID, CMTRT]
variables:
  CMTRT: {collected: drug}
  CMDOSE: {collected: visit.weight}
"""
STUDY = """
study: S1
title: A study
description: A study of tests
protocol: S1
standards: {SDTMIG: "3.4"}
terminology: {SDTM: "2025-03-28"}
data_cut: 2020-12-31
raw:
  - name: forms
    reader: table
    forms:
      cm: {file: cm.csv, subject: subject, dates: YMD, missing: {NA: none}}
      visits: {file: visits.csv, subject: subject, dates: YMD}
"""


@pytest.mark.parametrize(
    ("rule", "dates", "expected", "found"),
    [
        ("min", ["2020-01-10", "2020-01-09"], "2020-01-09", []),
        ("max", ["2020-01-10", "2020-01-09"], "2020-01-10", []),
        ("min", ["2020-01-10", "2020", "2020-01-09"], "2020-01-09", ["2020"]),
        ("max", ["2020-01-10", "2020", "2020-01-09"], "2020-01-10", ["2020"]),
        ("min", ["2020-01-10", "2020-02"], "2020-01-10", []),  # February is surely later
        ("max", ["2020-01-10", "2019"], "2020-01-10", []),
        ("min", ["2020", "2020-01"], "2020", ["2020-01"]),  # neither is complete
        ("min", ["2020-01-10T10:00+02:00", "2020-01-10T09:00Z"], "2020-01-10T10:00+02:00", []),
        ("max", ["2020-01-10T10:00+02:00", "2020-01-10T09:00Z"], "2020-01-10T09:00Z", []),
        ("min", ["2020-02-30", "2020-03-01"], "2020-03-01", ["2020-02-30"]),
    ],
)
def test_the_smallest_or_largest_date_is_the_one_that_certainly_is(
    build: Build, rule: str, dates: list[str], expected: str, found: list[str]
) -> None:
    files = {"study.yaml": STUDY.replace("visits.csv", "cm.csv")}
    lines = "".join(f"1,A,{date}\n" for date in dates)
    built = build({**files, "sdtm/cm.yaml": CM % rule, "cm.csv": f"subject,drug,start\n{lines}"})
    assert built.tables["CM"].frame["CMSTDTC"].tolist() == [expected]
    told = built.findings.query("rule == 'CK-COLLAPSE-VALUE'")
    assert told["value"].tolist() == found


def test_records_agree_in_answers_not_in_blanks_or_codes_for_none(build: Build) -> None:
    rows = "subject,drug,dose\n1,A,1\n1,A ,2\n1,NA,3\n1,,4\n1,B,5\n"
    files = {"study.yaml": STUDY.replace("visits.csv", "cm.csv")}
    first = build({**files, "sdtm/cm.yaml": KEPT % "", "cm.csv": rows}).tables["CM"].frame
    assert first["CMDOSE"].tolist() == [1, 5, 3]  # A, B, and none
    last = KEPT % ", keep: last"
    assert build({**files, "sdtm/cm.yaml": last, "cm.csv": rows}).tables["CM"].frame[
        "CMDOSE"
    ].tolist() == [2, 5, 4]


@pytest.mark.parametrize(
    ("which", "days", "weight", "found"),
    [
        ("first", ["2020-01-10", "2020-01-09"], 2, []),
        ("last", ["2020-01-10", "2020-01-09"], 1, []),
        ("first", ["2020-01-10", "2020"], 1, ["2020"]),
        ("last", ["2020-01-10", "2020"], 1, ["2020"]),
        ("first", ["2020-01-10", "2021"], 1, []),
    ],
)
def test_a_record_without_a_complete_date_is_not_joined_in_place_of_another(
    build: Build, which: str, days: list[str], weight: int, found: list[str]
) -> None:
    lines = "".join(f"1,{day},{number}\n" for number, day in enumerate(days, 1))
    built = build(
        {
            "study.yaml": STUDY,
            "sdtm/cm.yaml": JOIN % which,
            "cm.csv": "subject,drug\n1,A\n",
            "visits.csv": f"subject,day,weight\n{lines}",
        }
    )
    assert built.tables["CM"].frame["CMDOSE"].tolist() == [weight]
    told = built.findings.query("rule == 'CK-JOIN-ORDER'")
    assert told["value"].tolist() == found


def test_texts_that_are_no_date_have_no_place_in_the_order() -> None:
    dates = pd.Series(["2020-03-01", None, "2020", "2019-12-31T23:00", "2020-03-01"])
    assert in_order(dates, latest=False).tolist() == [3, 0, 4, 2]
    assert in_order(dates, latest=True).tolist() == [2, 3, 0, 4]
    group = pd.Series(["A"] * 5)
    assert rivals(dates, group, latest=False).tolist() == [False] * 5
    assert rivals(dates, group, latest=True).tolist() == [False, False, True, False, False]
