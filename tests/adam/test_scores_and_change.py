from __future__ import annotations

from typing import Any

import pandas as pd

from adam.derivations.change import (
    analysis_sequence,
    baseline_value,
    change,
    rank_in,
    text_or_missing,
)
from adam.derivations.scores import total_of_items, within_scale
from adam.derivations.subjects import first_on_or_after, first_time, has_record, starts_on_or_after
from adam.derivations.timing import latest_date


def texts(*values: str | None) -> pd.Series[Any]:
    return pd.Series(list(values), dtype="str")


def numbers(*values: float | None) -> pd.Series[Any]:
    return pd.Series(list(values), dtype="float64")


def dates(*values: str | None) -> pd.Series[Any]:
    return pd.Series(pd.to_datetime(list(values)).astype("datetime64[s]"))


def shown(column: pd.Series[Any]) -> list[Any]:
    return column.astype("object").where(column.notna(), None).tolist()


def test_items_win_over_the_recorded_total_and_one_missing_makes_it_missing() -> None:
    result = total_of_items(
        numbers(5, 4, 4, 300), numbers(4, 2, None, None), numbers(1, None, None, None), highest=105
    )
    assert shown(result["AVAL"]) == [5, None, 4, None]
    assert result["PROBLEM"].notna().tolist() == [False, False, False, True]


def test_a_recorded_total_that_is_not_the_sum_is_a_finding() -> None:
    result = total_of_items(numbers(6), numbers(4), numbers(0), highest=105)
    assert shown(result["AVAL"]) == [4]
    assert shown(result["PROBLEM"]) == ["the recorded total 6 is not the sum of the items 4"]


def test_a_value_off_its_scale_is_missing_and_a_finding() -> None:
    result = within_scale(texts("1.20", "3", "3.2", "-0.1", "x", None), low="0", high="3")
    assert shown(result.values) == ["1.2", "3", None, None, None, None]
    assert result.problems.notna().tolist() == [False, False, True, True, True, False]


def test_a_grade_that_is_none_is_a_finding_but_the_mark_for_not_graded_is_not() -> None:
    result = text_or_missing(texts("A", "-", "F", None), values=["A", "B"], no_value=("-",))
    assert shown(result.values) == ["A", None, None, None]
    assert result.problems.notna().tolist() == [False, False, True, False]


def test_the_worst_grade_has_the_highest_number() -> None:
    ranks = rank_in(texts("A", "E", None), values=["E", "D", "C", "B", "A"], lowest=1)
    assert shown(ranks) == [5, 1, None]


def test_baseline_is_taken_within_the_group_only() -> None:
    base = baseline_value(
        numbers(10, 4, 5), texts("Y", None, None), texts("S", "S", "S"), texts("2K", "2K", "SELENA")
    )
    assert shown(base) == [10, 10, None]


def test_a_change_is_exact_and_only_after_the_first_dose() -> None:
    result = change(texts("1.5", "1.2", None), texts("1.2", "1.2", "1"), texts(None, "Y", None))
    assert shown(result) == [0.3, None, None]


def test_records_are_numbered_by_their_keys_within_the_subject() -> None:
    number = analysis_sequence(texts("A", "B", "A", "A"), numbers(2, 1, None, 1))
    assert number.tolist() == [2, 1, 3, 1]


def test_a_partial_start_that_may_be_after_day_1_counts_from_day_1() -> None:
    reference = dates(*["2017-11-02"] * 5)
    dtc = texts("2017-11", "2017-10", "2017-11-01", "2018-02", None)
    result = first_on_or_after(dtc, reference, texts(*"ABCDE"))
    assert shown(result.dt.strftime("%Y-%m-%d")) == ["2017-11-02", None, None, "2018-02-01", None]


def test_a_new_treatment_without_a_date_is_a_finding() -> None:
    dtc = texts("2017-11", "2017-10-30", None)
    result = starts_on_or_after(dtc, dates(*["2017-11-02"] * 3))
    assert shown(result.values) == ["Y", "N", "N"]
    assert result.problems.notna().tolist() == [False, False, True]


def test_the_first_time_is_that_of_the_first_day() -> None:
    dtc = texts("2017-11-03T08:00", "2017-11-02T10:30", "2017-11-04")
    assert first_time(dtc, texts("A", "A", "B")).fillna(-1).to_dict() == {"A": 37800.0, "B": -1.0}


def test_a_subject_without_record_has_none() -> None:
    assert has_record(texts("MSC", None), texts("A", "B")).to_dict() == {"A": "Y"}


def test_missing_dates_are_left_out_of_the_latest() -> None:
    latest = latest_date(dates("2018-01-01", None), dates("2018-01-02", None))
    assert shown(latest.dt.strftime("%m-%d")) == ["01-02", None]
