"""Components of BICLA, LLDAS and DORIS, the worst case, and what is kept missing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from adam.derivations.responders import (
    at_most,
    fall_reached,
    grades_improved,
    none_present,
    responder,
)
from adam.derivations.scores import grade_score, titer_number, total_if_worst, total_of_scores
from tests.adam.series import numbers, texts

BICLA: dict[str, Any] = {"improved": {"A": ["B", "C", "D"], "B": ["C", "D"]}, "none_active": "N"}


def answer(frame: pd.DataFrame) -> Any:
    value = frame["AVALC"].iloc[0]
    return None if pd.isna(value) else value


@pytest.mark.parametrize(
    ("base", "now", "expected"),
    [
        ("AB", "BC", "Y"),
        ("AB", "DD", "Y"),
        ("AC", "BC", "Y"),  # C at baseline need not improve
        ("AB", "BB", "N"),
        ("BD", "BD", "N"),
        ("BD", "AD", "N"),
        ("CD", "CD", "N"),  # nothing to improve
        ("AB", "-C", None),
        ("AB", "-B", "N"),  # failed whatever the other is
        ("A-", "BC", None),  # its baseline may have been A or B
        ("AC", "B-", "Y"),  # the system without a grade was not active
    ],
)
def test_every_a_and_b_must_improve(base: str, now: str, expected: str | None) -> None:
    def columns(grades: str) -> list[pd.Series[Any]]:
        return [texts(None if grade == "-" else grade) for grade in grades]

    result = grades_improved(*columns(now), *columns(base), **BICLA)
    assert answer(result) == expected
    assert pd.isna(result["NRIREAS"].iloc[0]) == (expected is not None)


def test_without_an_active_system_the_answer_is_the_one_declared() -> None:
    result = grades_improved(texts("C"), texts("C"), improved=BICLA["improved"], none_active="Y")
    assert answer(result) == "Y"


@pytest.mark.parametrize(
    ("value", "limit", "at_limit", "expected"),
    [
        ("1", "1", "Y", "Y"),
        ("1.01", "1", "Y", "N"),
        ("0.5", "0.5", "N", "N"),  # DORIS: PGA below 0.5
        ("0.49", "0.5", "N", "Y"),
        (None, "1", "Y", None),
    ],
)
def test_a_value_is_compared_exactly_with_its_limit(
    value: str | None, limit: str, at_limit: Any, expected: str | None
) -> None:
    assert answer(at_most(texts(value), limit=limit, at_limit=at_limit)) == expected


def test_a_total_is_compared_as_a_number() -> None:
    assert at_most(numbers(4, 5, None), limit="4", at_limit="Y")["AVALC"].fillna("").tolist() == [
        "Y", "N", "",
    ]  # fmt: skip


def test_one_present_item_fails_whatever_is_missing() -> None:
    result = none_present(numbers(0, 8, 0, None), numbers(0, None, None, None))
    assert result["AVALC"].fillna("").tolist() == ["Y", "N", "", ""]
    assert result["NRIREAS"].fillna("").tolist() == ["", "", "ITEM MISSING", "NO RESULT IN WINDOW"]


def test_a_fall_of_no_points_means_not_worse() -> None:
    version = texts("SLEDAI-2K", "SLEDAI-2K", "SLEDAI-2K")
    result = fall_reached(numbers(0, 1, -1), version, version, points=0, finding="no")
    assert result.values["AVALC"].tolist() == ["Y", "N", "Y"]
    assert result.problems is None


@pytest.mark.parametrize(
    ("parts", "missing_is", "expected", "dtype"),
    [
        (["Y", None], "NRI", "N", "NRI"),
        (["Y", None], "missing", None, None),
        (["N", None], "missing", "N", None),
        (["Y", "Y"], "missing", "Y", None),
    ],
)
def test_what_is_missing_is_imputed_only_where_the_study_says_so(
    parts: list[str | None], missing_is: Any, expected: str | None, dtype: str | None
) -> None:
    series = [texts(part).rename(f"C{n}.AVALC") for n, part in enumerate(parts)]
    result = responder(*series, always=[], missing_is=missing_is)
    assert answer(result) == expected
    given = result["DTYPE"].iloc[0]
    assert (None if pd.isna(given) else given) == dtype


def test_in_the_worst_case_a_missing_item_is_absent_before_and_present_after() -> None:
    weights = [{"item": "A", "weight": 8}, {"item": "B", "weight": 4}]
    total = total_if_worst(
        texts("Y", None, None, None),
        numbers(None, None, 9, 106),
        numbers(None, None, None, None),
        numbers(4, 0, None, None),
        weights=weights,
        highest=105,
    )
    assert total.fillna(-1).tolist() == [4, 8, 9, -1]


def test_a_score_keeps_the_source_of_its_grade() -> None:
    result = grade_score(
        texts("A", "B", "C", "D", "E", None),
        texts(*["RS"] * 6),
        texts(*["RSSTRESC"] * 6),
        numbers(1, 2, 3, 4, 5, 6),
        scores={"A": 12, "B": 8, "C": 1, "D": 0, "E": 0},
    )
    assert result["AVAL"].fillna(-1).tolist() == [12, 8, 1, 0, 0, -1]
    assert result["SRCSEQ"].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_total_of_scores_is_missing_where_one_is() -> None:
    assert total_of_scores(numbers(12, 8), numbers(1, None)).fillna(-1).tolist() == [13, -1]


def test_the_number_of_a_titer_is_its_dilution() -> None:
    found = titer_number(texts("1:320", "1:40", "320", ">1:40", None))
    assert found.fillna(-1).tolist() == [320, 40, -1, -1, -1]
