"""The dose at entry is that of ADPRED on Day -1, wherever the steroid was entered."""

from __future__ import annotations

import pandas as pd
import pytest

from adam.derivations.steroid_records import dose_at_entry, question_of_steroids, steroid_record
from tests.adam.series import dates, numbers, texts

LOG, OTHER = "CORTICOSTEROID", "OTHER MEDICATION"
ASKED = {"drug": "SYSTEMIC CORTICOSTEROIDS", "asked": "Y", "route": None, "frequency": None}


def entry(*records: dict[str, object]) -> dict[str, float]:
    """The dose at entry of each subject with the infusion on 2017-06-14; -1 where it is missing."""
    usual = {
        "subject": "A", "drug": "PREDNISONE", "category": LOG, "asked": None, "answer": None,
        "route": "ORAL", "prn": None, "frequency": "QD", "dose": None, "start": None, "end": None,
    }  # fmt: skip
    rows = [{**usual, **record} for record in records]
    column = {name: [row[name] for row in rows] for name in usual}
    names = ("drug", "category", "asked", "answer", "route", "prn", "frequency")
    found = dose_at_entry(
        *(texts(*column[name]) for name in names), numbers(*column["dose"]),
        texts(*["mg"] * len(rows)), texts(*column["start"]), texts(*column["end"]),
        dates(*["2017-06-14"] * len(rows)), texts(*column["subject"]),
        steroid_category=LOG, systemic_routes=["ORAL", "INTRAVENOUS"],
    )  # fmt: skip
    return {str(name): value for name, value in found.fillna(-1).items()}


def test_it_is_the_dose_of_the_day_before_the_first_dose() -> None:
    """10 mg stopped that day and 4 mg methylprednisolone, which is 5 mg."""
    first = {"dose": 10, "start": "2017-01", "end": "2017-06-13"}
    assert entry(first, {"dose": 4, "drug": "METHYLPREDNISOLONE"}) == {"A": 15}


@pytest.mark.parametrize(
    ("frequency", "start", "end", "dose"),
    [
        ("ONCE", "2017-06-06", None, 0),
        ("ONCE", "2017-06-13", None, 20),
        ("ONCE", None, None, -1),  # it may have been that day
        ("QD", "2017-06-13", None, 20),
        ("QD", "2017-06-14", None, 0),
        ("QD", "2017-06-01", "2017-06-12", 0),
        ("QD", "2017-06-20", "2017-06-01", -1),  # ends before it starts: its days are not known
        (None, "2017-06-01", None, -1),
        ("PRN", "2017-06-01", None, 0),
    ],
)
def test_a_steroid_counts_where_that_day_is_one_of_its_days(
    frequency: str | None, start: str | None, end: str | None, dose: float
) -> None:
    record = {"frequency": frequency, "start": start, "end": end, "dose": 20}
    assert entry(record) == {"A": dose}


def test_a_steroid_entered_among_other_medications_counts_and_another_drug_does_not() -> None:
    elsewhere = {"category": OTHER, "dose": 5}
    assert entry(elsewhere, {"category": OTHER, "drug": "AZATHIOPRINE", "dose": 100}) == {"A": 5}


@pytest.mark.parametrize(("answer", "expected"), [("N", {"A": 0}), ("Y", {}), (None, {})])
def test_without_steroids_the_answer_no_is_the_dose_0(
    answer: str | None, expected: dict[str, float]
) -> None:
    other = {"category": OTHER, "drug": "AZATHIOPRINE", "dose": 100}
    assert entry({**ASKED, "answer": answer}, other) == expected


@pytest.mark.parametrize("answer", ["Y", "N", None])
def test_local_steroids_alone_are_the_dose_0_whatever_the_answer(answer: str | None) -> None:
    assert entry({**ASKED, "answer": answer}, {"route": "TOPICAL", "dose": 1}) == {"A": 0}


def test_a_steroid_is_known_by_its_category_or_by_its_drug() -> None:
    found = steroid_record(
        texts("PREDNISONE", "PARAMETHASONE", "BUDESONIDE", None),
        texts(OTHER, LOG, OTHER, None),
        steroid_category=LOG,
    )
    assert found.fillna("").tolist() == ["Y", "Y", "", ""]


@pytest.mark.parametrize(
    ("answer", "route", "told"),
    [
        ("Y", "ORAL", None),
        ("Y", None, None),  # an unknown route counts as systemic
        ("Y", "TOPICAL", "and only local ones are recorded; the dose is 0"),
        ("N", "TOPICAL", None),
        ("N", "ORAL", "no systemic steroids were taken by the answer, and one is recorded"),
        (None, "TOPICAL", None),
    ],
)
def test_an_answer_against_the_records_is_a_finding(
    answer: str | None, route: str | None, told: str | None
) -> None:
    found = question_of_steroids(
        texts("Y", "Y"), texts("Y", None), texts(answer, None), texts(None, route), texts("A", "A"),
        systemic_routes=["ORAL"],
    )  # fmt: skip
    assert found.values.fillna("").tolist() == ["Y", ""]
    assert pd.isna(found.problems[1])
    assert pd.isna(found.problems[0]) if told is None else told in found.problems[0]


def test_steroids_by_the_answer_and_none_recorded_are_a_finding() -> None:
    found = question_of_steroids(
        texts("Y"), texts("Y"), texts("Y"), texts(None), texts("A"), systemic_routes=["ORAL"]
    )
    assert found.problems.tolist() == [
        "steroids were taken by the answer, and none is recorded; the dose is missing"
    ]
