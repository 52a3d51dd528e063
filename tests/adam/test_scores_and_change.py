from __future__ import annotations

from typing import Any

import pandas as pd

from adam.derivations.change import (
    analysis_sequence,
    baseline_value,
    capped,
    change,
    criterion_flag,
    months_between,
    number_for,
    number_of,
    rank_in,
    rounded_share,
    stated,
    text_for,
    text_or_missing,
)
from adam.derivations.scores import grade_score, total_if_worst, total_of_items, within_scale
from adam.derivations.subject_dates import first_on_or_after, first_time, starts_on_or_after
from adam.derivations.subjects import has_record
from adam.derivations.timing import latest_date
from adam.exact import half_up
from tests.adam.series import dates, numbers, texts


def shown(column: pd.Series[Any]) -> list[Any]:
    return column.astype("object").where(column.notna(), None).tolist()


def test_items_win_over_the_recorded_total_and_one_missing_makes_it_missing() -> None:
    result = total_of_items(
        numbers(5, 4, 4, 300), numbers(4, 2, None, None), numbers(1, None, None, None), highest=105
    )
    assert shown(result.values) == [5, None, 4, None]
    assert result.problems.notna().tolist() == [False, False, False, True]


def test_a_recorded_total_that_is_not_the_sum_is_a_finding() -> None:
    result = total_of_items(numbers(6), numbers(4), numbers(0), highest=105)
    assert shown(result.values) == [4]
    assert shown(result.problems) == ["the recorded total 6 is not the sum of the items 4"]


def test_a_recorded_total_of_0_is_taken_and_one_far_off_is_not() -> None:
    none = numbers(None, None, None)
    result = total_of_items(numbers(0, 105, 2_000_000), none, none, highest=105)
    assert shown(result.values) == [0, 105, None]
    told = "the recorded total 2000000 is not from 0 to 105"
    assert shown(result.problems) == [None, None, told]
    worst = total_if_worst(
        texts(None, None, None), numbers(0, 105, 106), none, none,
        weights=[{"weight": 8}, {"weight": 1}], highest=105,
    )  # fmt: skip
    assert shown(worst) == [0, 105, None]


def test_a_grade_score_is_traced_to_the_record_of_the_grade() -> None:
    result = grade_score(
        texts("A", None), texts("RS", "RS"), texts("RSSTRESC", "RSSTRESC"), numbers(7, 8),
        scores={"A": 12, "B": 8},
    )  # fmt: skip
    assert {name: shown(result[name]) for name in result} == {
        "AVAL": [12, None],
        "SRCDOM": ["RS", "RS"],
        "SRCVAR": ["RSSTRESC", "RSSTRESC"],
        "SRCSEQ": [7, 8],
    }


def test_both_ends_of_a_scale_are_on_it() -> None:
    result = within_scale(texts("0", "3", "0.0"), low="0", high="3")
    assert shown(result.values) == ["0", "3", "0"]
    assert result.problems.isna().all()


def test_a_value_off_its_scale_is_missing_and_a_finding() -> None:
    result = within_scale(texts("1.20", "3", "3.2", "-0.1", "x", None), low="0", high="3")
    assert shown(result.values) == ["1.2", "3", None, None, None, None]
    assert result.problems.notna().tolist() == [False, False, True, True, True, False]


def test_a_grade_that_is_none_is_a_finding_but_the_mark_for_not_graded_is_not() -> None:
    result = text_or_missing(texts("A", "-", "F", None), values=["A", "B"], no_value=("-",))
    assert shown(result.values) == ["A", None, None, None]
    assert shown(result.problems) == [None, None, "F is not one of A, B", None]


def test_the_worst_grade_has_the_highest_number() -> None:
    ranks = rank_in(texts("A", "E", None), values=["E", "D", "C", "B", "A"], lowest=1)
    assert shown(ranks) == [5, 1, None]


def test_baseline_is_taken_within_the_group_only() -> None:
    base = baseline_value(
        numbers(10, 4, 5), texts("Y", None, None), texts("S", "S", "S"), texts("2K", "2K", "SELENA")
    ).values
    assert shown(base) == [10, 10, None]


def test_baseline_may_be_a_text_and_a_group_unknown() -> None:
    """Two subjects without a version: each has its own baseline, of two flagged the first."""
    base = baseline_value(
        texts("A", "B", "C", "D", "E").set_axis([9, 7, 5, 3, 1]),
        texts("Y", None, None, "Y", "Y").set_axis([9, 7, 5, 3, 1]),
        texts("S", "S", "U", "T", "T").set_axis([9, 7, 5, 3, 1]),
        texts(None, None, None, None, None).set_axis([9, 7, 5, 3, 1]),
    ).values
    assert base.dtype == "str"
    assert base.fillna("").to_dict() == {9: "A", 7: "A", 5: "", 3: "D", 1: "D"}


def test_without_records_there_is_no_baseline() -> None:
    base = baseline_value(texts(), texts(), texts()).values
    assert (len(base), base.dtype) == (0, "str")


def test_a_half_of_the_last_decimal_is_rounded_away_from_zero() -> None:
    """As binary numbers 4539.355 and 1.005 are below the half."""
    assert half_up(numbers(4539.355, 1.005, -1.005, 1.004), 2).tolist() == [
        4539.36, 1.01, -1.01, 1.0,
    ]  # fmt: skip


def test_months_are_of_a_twelfth_of_a_year_and_both_ends_count() -> None:
    """30 days and 365 days of 30.4375 a month."""
    start, end = dates("2017-06-01", "2017-06-14"), dates("2017-06-30", "2018-06-13")
    assert months_between(start, end, decimals=3).tolist() == [0.986, 11.992]


def test_numbers_are_shared_out_capped_and_looked_up() -> None:
    assert shown(rounded_share(numbers(7, None), numbers(4, 1), decimals=1)) == [1.8, None]
    assert shown(capped(numbers(105, 50, None), highest=100)) == [100, 50, None]


def test_a_text_that_has_no_number_is_a_finding() -> None:
    found = number_for(texts("LOW", "MID", None), numbers={"LOW": 1, "HIGH": 3})
    assert shown(found.values) == [1, None, None]
    told = "MID has no number among those of LOW, HIGH"
    assert shown(found.problems) == [None, told, None]


def test_a_text_that_is_no_number_is_a_finding() -> None:
    found = number_of(texts("12.5", "<20", "1,5", "120/80", "Inf", None))
    assert shown(found.values) == [12.5, None, None, None, None, None]
    assert shown(found.problems) == [
        None, "<20 is not a number", "1,5 is not a number", "120/80 is not a number",
        "Inf is not a number", None,
    ]  # fmt: skip


def test_texts_are_looked_up_and_stated() -> None:
    found = text_for(texts("L", "M", None), texts={"L": "LOW"})
    assert (found.dtype, shown(found)) == ("str", ["LOW", None, None])
    given = stated(numbers(0, None).set_axis([4, 6]), text="DERIVED")
    assert given.dtype == "str"
    assert given.fillna("").to_dict() == {4: "DERIVED", 6: ""}


def test_a_criterion_is_met_at_its_limit() -> None:
    flag = criterion_flag(numbers(-5, -4, -3, None), at_most=-4)
    assert (flag.dtype, shown(flag)) == ("str", ["Y", "Y", "N", None])


def test_a_change_is_exact_and_only_after_the_first_dose() -> None:
    result = change(texts("1.5", "1.2", None), texts("1.2", "1.2", "1"), texts(None, "Y", None))
    assert shown(result) == [0.3, None, None]


def test_records_are_numbered_by_their_keys_within_the_subject() -> None:
    number = analysis_sequence(texts("A", "B", "A", "A"), numbers(2, 1, None, 1))
    assert number.tolist() == [2, 1, 3, 1]
    alone = analysis_sequence(numbers(*[1, 2] * 500))
    assert alone.tolist() == [place for n in range(1, 501) for place in (n, n)]


def test_a_partial_start_that_may_be_after_day_1_counts_from_day_1() -> None:
    reference = dates(*["2017-11-02"] * 5)
    dtc = texts("2017-11", "2017-10", "2017-11-01", "2018-02", None)
    result = first_on_or_after(dtc, reference, texts(*"ABCDE")).reindex(list("ABCDE"))
    assert shown(result.dt.strftime("%Y-%m-%d")) == ["2017-11-02", None, None, "2018-02-01", None]


def test_a_new_treatment_without_a_date_is_a_finding() -> None:
    dtc = texts("2017-11", "2017-10-30", None)
    result = starts_on_or_after(dtc, dates(*["2017-11-02"] * 3))
    assert shown(result.values) == ["Y", "N", "N"]
    # November 2017 may also be before the day, and nothing is known of the last.
    assert result.problems.notna().tolist() == [True, False, True]


def test_the_first_time_is_that_of_the_first_day() -> None:
    dtc = texts("2017-11-03T08:00", "2017-11-02T10:30", "2017-11-04")
    assert first_time(dtc, texts("A", "A", "B")).fillna(-1).to_dict() == {"A": 37800.0, "B": -1.0}


def test_a_subject_without_record_has_none() -> None:
    assert has_record(texts("MSC", None), texts("A", "B")).to_dict() == {"A": "Y"}


def test_missing_dates_are_left_out_of_the_latest() -> None:
    latest = latest_date(dates("2018-01-01", None), dates("2018-01-02", None))
    assert shown(latest.dt.strftime("%m-%d")) == ["01-02", None]
