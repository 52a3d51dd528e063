"""Low disease activity and remission: new features, grades, versions, and the states themselves."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from adam.derivations.remission import (
    grade_among,
    low_disease_activity,
    new_items,
    remission,
    score_at_most,
)
from specs.derivation import derivations_of
from tests.adam.series import numbers, texts

DAYS = ["2020-01-01", "2020-02-01", "2020-03-01"]


def found(series: pd.Series[Any]) -> list[Any]:
    return [None if pd.isna(value) else value for value in series]


def counted(
    *items: pd.Series[Any], dtc: list[str] | None = None, version: list[str] | None = None
) -> list[Any]:
    size = len(items[0])
    return found(
        new_items(
            texts(*["A"] * size),
            texts(*(version or ["2K"] * size)),
            texts(*(dtc or DAYS[:size])),
            numbers(*range(size)),
            *items,
        )
    )


def test_an_item_is_new_that_was_absent_at_the_previous_assessment() -> None:
    assert counted(numbers(0, 4, 4), numbers(2, 2, 0)) == [None, 1, 0]
    assert counted(numbers(0, 0, 4), numbers(2, 0, 2)) == [None, 0, 2]  # gone and back is new


def test_a_missing_item_is_no_answer_unless_another_is_new() -> None:
    assert counted(numbers(0, None), numbers(0, 0)) == [None, None]
    assert counted(numbers(0, None), numbers(0, 2)) == [None, 1]
    assert counted(numbers(4, None), numbers(0, 0)) == [None, 0]  # it was there before
    assert counted(numbers(None, 0), numbers(0, 0)) == [None, 0]
    assert counted(numbers(None, 4), numbers(0, 0)) == [None, None]


def test_the_previous_assessment_is_the_last_one_of_an_earlier_day() -> None:
    same_day = ["2020-01-01", "2020-02-01T09:00", "2020-02-01T15:00"]
    assert counted(numbers(0, 4, 0), dtc=same_day) == [None, 1, 0]
    later = [*same_day, "2020-03-01"]
    assert counted(numbers(0, 4, 0, 4), dtc=later) == [None, 1, 0, 1]  # as it was at 15:00


def test_rows_in_any_order_give_the_same() -> None:
    assert counted(numbers(4, 4, 0), dtc=DAYS[::-1]) == [0, 1, None]


def test_another_version_or_a_partial_date_has_no_previous_assessment() -> None:
    assert counted(numbers(0, 4), version=["2K", "SELENA"]) == [None, None]
    assert counted(numbers(0, 4), dtc=["2020-01-01", "2020-02"]) == [None, None]


def test_an_assessment_without_items_is_passed_over() -> None:
    assert counted(numbers(0, None, 4)) == [None, None, 1]


@pytest.mark.parametrize(
    ("score", "version", "expected"),
    [(4, "2K", "Y"), (5, "2K", "N"), (4, "SELENA", None), (None, "2K", None), (None, None, None)],
)
def test_a_score_counts_in_its_own_version(
    score: float | None, version: str | None, expected: str | None
) -> None:
    result = score_at_most(numbers(score), texts(version), limit="4", of_version="2K")
    assert found(result["AVALC"]) == [expected]
    assert pd.isna(result["NRIREAS"].iloc[0]) == (expected is not None)


def test_a_quiet_grade_is_one_of_those_named() -> None:
    result = grade_among(texts("D", "E", "C", "A", None), grades=["D", "E"])
    assert found(result["AVALC"]) == ["Y", "Y", "N", "N", None]
    assert found(result["NRIREAS"]) == [None] * 4 + ["NO RESULT IN WINDOW"]


def test_a_system_that_alone_is_not_graded_was_in_an_assessment() -> None:
    own, other = texts("D", None, None), texts("C", "C", None)
    result = grade_among(own, own, other, grades=["D", "E"])
    assert found(result["AVALC"]) == ["Y", None, None]
    assert found(result["NRIREAS"]) == [None, "SYSTEM NOT GRADED", "NO RESULT IN WINDOW"]


@pytest.mark.parametrize("state", [low_disease_activity, remission])
def test_a_state_is_met_where_all_components_are(state: Any) -> None:
    parts = {"LOW": ("Y", "Y", "Y"), "NEW": ("Y", "N", None)}
    result = state(*(texts(*part).rename(f"{name}.AVALC") for name, part in parts.items()))
    assert found(result["AVALC"]) == ["Y", "N", "N"]
    assert found(result["DTYPE"]) == [None, None, "NRI"]
    assert found(result["NRIREAS"]) == [None, "NEW", "MISSING NEW"]


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("low_disease_activity", ["haemolytic anaemia", "well tolerated", "azathioprine 200 mg"]),
        ("remission", ["antimalarials, immunosuppressive drugs and biological agents are stable"]),
    ],
)
def test_the_method_names_what_is_not_judged(name: str, left_out: list[str]) -> None:
    import adam.derivations

    method = derivations_of(adam.derivations)[name].paragraphs.columns["AVALC"]
    said = method.partition("Not judged")[2]
    assert all(text in said for text in left_out)
