"""Several subjects at once, on an index of their own: each answer and each reason by itself."""

from __future__ import annotations

from typing import Any

import pandas as pd

from adam.derivations.responders import (
    at_most,
    dose_at_most,
    fall_reached,
    free_of_failure,
    grades_improved,
    new_grades,
    no_increase,
    no_new_grades,
    none_present,
    one_for_yes,
    responder,
)

ROWS = [30, 10, 20]


def texts(*values: str | None) -> pd.Series[Any]:
    return pd.Series(list(values), dtype="str", index=ROWS[: len(values)])


def numbers(*values: float | None) -> pd.Series[Any]:
    return pd.Series(list(values), dtype="float64", index=ROWS[: len(values)])


def told(result: pd.DataFrame) -> dict[int, tuple[str, str]]:
    shown = result[["AVALC", "NRIREAS"]].fillna("")
    return {row: (a, b) for row, a, b in shown.itertuples(name=None)}


def test_only_two_versions_that_are_both_known_are_mixed() -> None:
    result = fall_reached(
        numbers(None, None, -4), texts("2K", None, "2K"), texts("SELENA", "2K", "2K"), points=4
    )
    assert told(result.values) == {
        30: ("", "SLEDAI VERSION MIXED"),
        10: ("", "CHG NOT AVAILABLE"),
        20: ("Y", ""),
    }
    assert result.problems.notna().tolist() == [True, False, False]
    same = fall_reached(numbers(None), texts("2K"), texts("2K"), points=4)
    assert told(same.values) == {30: ("", "CHG NOT AVAILABLE")}
    no_base = fall_reached(numbers(None), texts("2K"), texts(None), points=4)
    assert told(no_base.values) == {30: ("", "CHG NOT AVAILABLE")}


def test_new_grades_are_counted_for_each_subject() -> None:
    found = new_grades(
        texts("A", "B", None), texts("A", "A", None), texts("B", "A", "C"), texts("C", "A", "C"),
        grade="A", after=["B", "C", "D", "E"],
    )  # fmt: skip
    assert found.dtype == "float64"
    assert found.fillna(-1).to_dict() == {30: 2, 10: 0, 20: -1}


def bilag(*, missing: Any = "strict") -> dict[int, tuple[str, str]]:
    """Subject 30 without any result, 10 with one system missing, 20 complete; no new grade."""
    return told(
        no_new_grades(
            numbers(None, 0, 0), numbers(None, 0, 0),
            texts(None, "C", "C"), texts(None, None, "D"),
            texts("C", "C", "C"), texts("C", "C", "D"),
            new_a_allowed=0, new_b_allowed=1, missing=missing,
        )
    )  # fmt: skip


def test_a_system_without_a_grade_leaves_only_its_own_subject_open() -> None:
    assert bilag() == {
        30: ("", "NO RESULT OR NO BASELINE"),
        10: ("", "SYSTEM NOT GRADED"),
        20: ("Y", ""),
    }
    no_base = no_new_grades(
        numbers(None, 0), numbers(None, 0), texts("C", "C"), texts(None, "C"),
        new_a_allowed=0, new_b_allowed=1, missing="strict",
    )  # fmt: skip
    assert told(no_base) == {30: ("", "NO RESULT OR NO BASELINE"), 10: ("Y", "")}


def test_the_lenient_rule_passes_what_cannot_be_new() -> None:
    for grade in ("C", "D", "E"):
        result = no_new_grades(
            numbers(0), numbers(0), texts(grade), texts(None),
            new_a_allowed=0, new_b_allowed=1, missing="lenient",
        )  # fmt: skip
        assert told(result) == {30: ("Y", "")}, grade
    result = no_new_grades(
        numbers(0, 0, 0), numbers(0, 0, 0), texts(None, "B", "B"), texts("A", None, "B"),
        new_a_allowed=0, new_b_allowed=1, missing="lenient",
    )  # fmt: skip
    assert [answer for answer, _ in told(result).values()] == ["Y", "", "Y"]


def test_each_missing_value_has_its_reason() -> None:
    rise = no_increase(texts(None, "1", "1"), texts("1", None, "1"), limit="0.3", at_limit="Y")
    assert told(rise) == {
        30: ("", "NO RESULT IN WINDOW"),
        10: ("", "NO BASELINE"),
        20: ("Y", ""),
    }
    level = at_most(texts(None, "2", "1"), limit="1", at_limit="Y")
    assert told(level) == {30: ("", "VALUE NOT AVAILABLE"), 10: ("N", ""), 20: ("Y", "")}
    items = none_present(numbers(None, 0, 0), numbers(None, None, 0))
    assert told(items) == {
        30: ("", "NO RESULT IN WINDOW"),
        10: ("", "ITEM MISSING"),
        20: ("Y", ""),
    }


def test_a_dose_that_is_not_known_is_missing_only_where_a_day_is_tested() -> None:
    result = dose_at_most(
        numbers(None, None, 10), texts("5", None, "10"), numbers(28, 0, 28), limit="10"
    )
    assert told(result) == {30: ("", "DOSE MISSING"), 10: ("Y", ""), 20: ("Y", "")}
    known = dose_at_most(numbers(None, None), texts("10.5", None), numbers(28, None), limit="10")
    assert told(known) == {30: ("N", ""), 10: ("", "DOSE MISSING")}


def test_each_subject_improves_by_her_own_grades() -> None:
    result = grades_improved(
        texts("B", "A", None), texts("C", "C", None), texts("A", "A", "B"), texts("C", "C", "C"),
        improved={"A": ["B", "C", "D"], "B": ["C", "D"]}, none_active="N",
    )  # fmt: skip
    assert told(result) == {
        30: ("Y", ""),
        10: ("N", ""),
        20: ("", "NO RESULT OR NO BASELINE"),
    }
    part = grades_improved(
        texts(None, "C", "C"), texts("C", "C", "C"), texts("A", None, "C"), texts("C", None, "C"),
        improved={"A": ["B", "C", "D"], "B": ["C", "D"]}, none_active="N",
    )  # fmt: skip
    assert told(part) == {
        30: ("", "SYSTEM NOT GRADED"),
        10: ("", "NO RESULT OR NO BASELINE"),
        20: ("N", ""),
    }
    first_failed = grades_improved(
        texts("A"), texts("C"), texts("A"), texts("B"),
        improved={"A": ["B", "C", "D"], "B": ["C", "D"]}, none_active="N",
    )  # fmt: skip
    assert told(first_failed) == {30: ("N", "")}


def test_yes_is_one_and_no_is_zero() -> None:
    assert one_for_yes(texts("Y", "N", None)).fillna(-1).to_dict() == {30: 1, 10: 0, 20: -1}


def test_an_item_of_weight_one_is_present() -> None:
    assert told(none_present(numbers(1), numbers(0))) == {30: ("N", "")}


def test_each_subject_has_her_own_assessment_day() -> None:
    """Both leave on Day 100: 30 was assessed before it, 10 after it."""

    def day(number: int | None) -> Any:
        return pd.NaT if number is None else pd.Timestamp(2017, 11, 1) + pd.Timedelta(days=number)

    def days(*values: int | None) -> pd.Series[Any]:
        column = pd.Series(pd.to_datetime([day(value) for value in values]), index=[30, 10])
        return column.astype("datetime64[s]")

    result = free_of_failure(
        days(None, None), days(100, 100), days(None, None), days(1, 1), numbers(182, 182),
        days(90, 169), days(80, 160),
    )  # fmt: skip
    assert told(result) == {30: ("Y", ""), 10: ("N", "DISCONTINUED")}


def test_a_missing_component_leaves_only_its_own_subject_open() -> None:
    result = responder(
        texts("Y", "Y", "N").rename("SRI4SLE.AVALC"),
        texts(None, "Y", None).rename("SRI4BIL.AVALC"),
        always=[],
    )
    assert told(result) == {
        30: ("N", "MISSING SRI4BIL"),
        10: ("Y", ""),
        20: ("N", "SRI4SLE"),
    }
    assert result["DTYPE"].fillna("").tolist() == ["NRI", "", ""]
