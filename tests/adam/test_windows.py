from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from adam.derivations import windows as functions_of_windows
from adam.derivations.windows import (
    analysis_visit,
    before_first_dose,
    days_from_target,
    of_window,
    visit_grid,
    visit_of_day,
    window_table,
    window_unit,
)
from tests.adam.series import dates, numbers, texts, values_of

analysis_flag = values_of(functions_of_windows.analysis_flag)
baseline_flag = values_of(functions_of_windows.baseline_flag)
timed_before_first_dose = values_of(functions_of_windows.timed_before_first_dose)

WINDOWS = (
    {"AVISIT": "Baseline", "AVISITN": 0, "VISIT": None, "AWTARGET": 1, "AWLO": -28, "AWHI": 1},
    {"AVISIT": "Week 20", "AVISITN": 20, "VISIT": "WEEK 20", "AWTARGET": 141}
    | {"AWLO": 127, "AWHI": 154},
    {"AVISIT": "Week 24", "AVISITN": 24, "VISIT": "WEEK 24", "AWTARGET": 169}
    | {"AWLO": 155, "AWHI": 182},
)


@pytest.mark.parametrize(
    ("dtc", "mark", "flag"),
    [
        ("2017-11-01", None, "Y"),
        ("2017-11-02", None, "Y"),
        ("2017-11-02", "AFTER", None),
        ("2017-11-02T09:00", None, "Y"),
        ("2017-11-02T10:30", None, None),
        ("2017-11-02T11:00", "BEFORE", None),
        ("2017-11-03", "BEFORE", None),
        ("2017-10", None, "Y"),
        ("2017-11", None, None),
        (None, None, None),
    ],
)
def test_before_first_dose(dtc: str | None, mark: str | None, flag: str | None) -> None:
    start, start_time = dates("2017-11-02"), numbers(10.5 * 3600)
    result = before_first_dose(texts(dtc), texts(mark), start, start_time).values
    assert result.fillna("").tolist() == [flag or ""]


def test_a_mark_against_the_time_is_a_finding() -> None:
    dtc = texts("2017-11-02T11:00", "2017-11-02T09:00", "2017-11-02T09:00")
    start = dates(*["2017-11-02"] * 3)
    result = before_first_dose(
        dtc, texts("BEFORE", "AFTER", "BEFORE"), start, numbers(*[37800] * 3)
    )
    told = "the record is marked {} the first dose, against its date and time"
    assert result.problems.fillna("").tolist() == [told.format("BEFORE"), told.format("AFTER"), ""]


def test_a_mark_that_agrees_with_the_date_or_the_time_is_no_finding() -> None:
    """The day after at an earlier hour, and the day of the first dose after its time or untimed."""
    dtc = texts("2017-11-03T09:00", "2017-11-02T11:00", "2017-11-02", "2017-11-01T11:00")
    result = before_first_dose(
        dtc, texts("AFTER", "AFTER", "AFTER", "BEFORE"), dates(*["2017-11-02"] * 4),
        numbers(*[37800] * 4),
    )  # fmt: skip
    assert result.problems.isna().all()
    assert result.values.fillna("").tolist() == ["", "", "", "Y"]


def test_windows_are_those_with_a_visit_number_above_0_through_the_last() -> None:
    one = WINDOWS[1] | {"AVISIT": "Week 1", "AVISITN": 1}
    windows = [WINDOWS[0], one, WINDOWS[2]]
    assert window_table(windows)["AVISIT"].tolist() == ["Week 1", "Week 24"]
    assert window_table(windows, through=1)["AVISIT"].tolist() == ["Week 1"]
    assert window_table(windows, after=1)["AVISIT"].tolist() == ["Week 24"]


def baseline(day: Any, value: Any, *, time: Any = None, version: Any = None) -> list[bool]:
    size = len(day)
    flag = baseline_flag(
        texts(*["S"] * size),
        texts(*["P"] * size),
        texts(*["Y"] * size),
        numbers(*day),
        numbers(*(time or [None] * size)),
        numbers(*value),
        texts(*(version or ["2K"] * size)),
        numbers(*range(size)),
        earliest_day=-28,
        versions=("2K", "SELENA"),
    )
    return flag.eq("Y").tolist()


def test_baseline_is_the_last_value_before_the_first_dose() -> None:
    assert baseline([-20, -3, 1], [5, 6, None]) == [False, True, False]


def test_baseline_is_not_earlier_than_its_first_day() -> None:
    assert baseline([-28], [5]) == [True]
    assert baseline([-29], [5]) == [False]


def test_on_the_day_of_baseline_the_latest_time_counts_if_all_have_one() -> None:
    assert baseline([1, 1], [9, 4], time=[100, 200]) == [False, True]
    assert baseline([1, 1], [9, 4], time=[None, 200]) == [True, False]


def test_at_baseline_the_version_named_first_counts() -> None:
    assert baseline([1, 1], [4, 9], version=["2K", "SELENA"]) == [True, False]


def test_at_baseline_a_version_not_named_counts_only_where_no_named_one_does() -> None:
    assert baseline([1, 1], [4, 9], version=["SELENA", "1992"]) == [True, False]
    assert baseline([1, 1], [4, 9], version=["2K", None]) == [True, False]
    assert baseline([1, 1], [4, 9], version=["1992", "1992"]) == [False, True]


def test_each_subject_has_its_own_baseline_on_its_own_row() -> None:
    rows = [3, 5, 8]
    flag = baseline_flag(
        texts("S", "T", "T").set_axis(rows), texts(None, None, None).set_axis(rows),
        texts("Y", "Y", "Y").set_axis(rows), numbers(-10, 1, -3).set_axis(rows),
        numbers(None, None, None).set_axis(rows), numbers(2, 2, 2).set_axis(rows),
        texts(None, None, None).set_axis(rows), earliest_day=-28, day_chosen_for="each part",
    )  # fmt: skip
    assert flag.fillna("").to_dict() == {3: "Y", 5: "Y", 8: ""}


def test_two_subjects_with_one_day_and_part_have_a_baseline_each() -> None:
    flag = baseline_flag(
        texts("S", "T"), texts("P", "P"), texts("Y", "Y"), numbers(1, 1), numbers(None, None),
        numbers(2, 3), texts("2K", "2K"), earliest_day=-28,
    )  # fmt: skip
    assert flag.tolist() == ["Y", "Y"]


def test_of_equal_records_the_first_order_decides_before_the_second() -> None:
    flag = baseline_flag(
        texts("S", "S"), texts("P", "P"), texts("Y", "Y"), numbers(1, 1), numbers(None, None),
        numbers(2, 2), texts("2K", "2K"), numbers(2, 1), numbers(1, 2), earliest_day=-28,
    )  # fmt: skip
    assert flag.fillna("").tolist() == ["Y", ""]


def test_an_equal_record_without_an_order_gives_way_wherever_it_stands() -> None:
    rows = [0, 7, 9]
    flag = baseline_flag(
        texts("R", "S", "S").set_axis(rows), texts("P", "P", "P").set_axis(rows),
        texts("Y", "Y", "Y").set_axis(rows), numbers(1, 1, 1).set_axis(rows),
        numbers(None, None, None).set_axis(rows), numbers(2, 2, 2).set_axis(rows),
        texts("2K", "2K", "2K").set_axis(rows), numbers(None, None, 1).set_axis(rows),
        earliest_day=-28,
    )  # fmt: skip
    assert flag.fillna("").to_dict() == {0: "Y", 7: "", 9: "Y"}


def test_a_record_without_an_order_counts_where_it_is_alone() -> None:
    flag = baseline_flag(
        texts("S"), texts("P"), texts("Y"), numbers(1), numbers(None), numbers(2), texts("2K"),
        numbers(None), earliest_day=-28,
    )  # fmt: skip
    assert flag.tolist() == ["Y"]


def test_analysis_visit_takes_both_ends_of_a_window() -> None:
    day = numbers(126, 127, 154, 155, 182, 183)
    none = texts(*[None] * 6)
    visit = analysis_visit(
        day, none, none, none, dates(*["2017-11-02"] * 6), windows=WINDOWS
    ).values
    expected = ["", "Week 20", "Week 20", "Week 24", "Week 24", ""]
    assert visit.fillna("").tolist() == expected


def test_a_partial_date_is_placed_by_the_nominal_visit_and_doubted_if_it_cannot_be() -> None:
    dtc = texts("2018-04", "2018-06", None)
    outcome = analysis_visit(
        numbers(None, None, None),
        texts(*["WEEK 24"] * 3),
        texts(*[None] * 3),
        dtc,
        dates(*["2017-11-02"] * 3),
        windows=WINDOWS,
    )
    assert outcome.values.tolist() == ["Week 24"] * 3
    told = "the date 2018-06 cannot lie in the window of Week 24"
    assert outcome.problems.fillna("").tolist() == ["", told, ""]


@pytest.mark.parametrize(
    ("dtc", "reference", "problem"),
    [
        ("2018-04", "2017-11-27", False),  # 30 April is Day 155
        ("2018-04", "2017-11-28", True),  # 30 April is Day 154
        ("2018-05", "2017-11-01", False),  # 1 May is Day 182
        ("2018-05", "2017-10-31", True),  # 1 May is Day 183
    ],
)
def test_a_partial_date_is_doubted_where_none_of_its_days_is_in_the_window(
    dtc: str, reference: str, problem: bool
) -> None:
    outcome = analysis_visit(
        numbers(None), texts("WEEK 24"), texts(None), texts(dtc), dates(reference), windows=WINDOWS
    )
    assert outcome.problems.notna().tolist() == [problem]


def test_only_a_partial_date_is_doubted_and_that_of_any_visit() -> None:
    """A full date of Week 20 named Week 24, and dates in June named Week 20 and Week 24."""
    outcome = analysis_visit(
        numbers(140, None, None),
        texts("WEEK 24", "WEEK 20", "WEEK 24"),
        texts(None, None, None),
        texts("2018-03-21", "2018-06", "2018-06"),
        dates(*["2017-11-02"] * 3),
        windows=WINDOWS,
    )
    assert outcome.values.tolist() == ["Week 20", "Week 20", "Week 24"]
    assert outcome.problems.notna().tolist() == [False, True, True]


def test_a_partial_date_of_no_nominal_visit_is_at_no_visit() -> None:
    rows = [3, 5]
    outcome = analysis_visit(
        numbers(None, 169).set_axis(rows), texts("UNSCHEDULED", "UNSCHEDULED").set_axis(rows),
        texts(None, None).set_axis(rows), texts("2018-04", "2018-04-19").set_axis(rows),
        dates("2017-11-02", "2017-11-02").set_axis(rows), windows=WINDOWS,
    )  # fmt: skip
    assert outcome.values.fillna("").to_dict() == {3: "", 5: "Week 24"}
    assert outcome.problems.fillna("").to_dict() == {3: "", 5: ""}


def test_a_day_lies_in_a_window_to_both_its_ends_and_beyond_one_that_is_open() -> None:
    windows = [
        {"AVISIT": "Early", "AWLO": None, "AWHI": 10},
        {"AVISIT": "Late", "AWLO": 20, "AWHI": None},
    ]
    days = numbers(-99, 10, 11, 19, 20, 999, None).set_axis([9, 8, 7, 6, 5, 4, 3])
    visit = visit_of_day(days, windows=windows).fillna("")
    expected = {9: "Early", 8: "Early", 7: "", 6: "", 5: "Late", 4: "Late", 3: ""}
    assert visit.to_dict() == expected


def test_the_baseline_record_is_at_the_visit_baseline() -> None:
    visit = analysis_visit(
        numbers(1),
        texts("DAY 1"),
        texts("Y"),
        texts("2017-11-02"),
        dates("2017-11-02"),
        windows=WINDOWS,
    ).values
    assert visit.tolist() == ["Baseline"]
    assert of_window(visit, windows=WINDOWS, column="AVISITN").tolist() == [0]


def test_a_window_has_a_unit_where_there_is_a_visit() -> None:
    unit = window_unit(texts("Week 24", None).set_axis([4, 6]), unit="DAYS")
    assert unit.dtype == "str"
    assert unit.fillna("").to_dict() == {4: "DAYS", 6: ""}


def test_day_minus_1_and_day_1_are_one_day_apart() -> None:
    assert days_from_target(numbers(-1, 1, 170), numbers(1, 1, 169)).tolist() == [1, 0, 1]


def chosen(
    day: Any,
    value: Any,
    *,
    part: Any = None,
    time: Any = None,
    version: Any = None,
    target: int = 169,
) -> list[bool]:
    size = len(day)
    flag = analysis_flag(
        texts(*["S"] * size),
        texts(*(part or ["P"] * size)),
        texts(*["Week 24"] * size),
        texts(*[None] * size),
        (numbers(*day) - target).abs(),
        numbers(*day),
        numbers(*(time or [None] * size)),
        numbers(*value),
        texts(*(version or ["2K"] * size)),
        texts(*["2K"] * size),
        numbers(*range(size)),
    )
    return flag.eq("Y").tolist()


def test_the_record_of_baseline_stands_for_it_and_for_no_visit() -> None:
    """S has a record of Day 1 placed in Week 24 by a wide window, and is at baseline with it."""
    flag = analysis_flag(
        texts("S", "S"), texts("P", "P"), texts("Week 24", "Week 24"), texts("Y", None),
        numbers(0, 5), numbers(169, 174), numbers(None, None), numbers(9, 2), texts("2K", "2K"),
        texts("2K", "2K"),
    )  # fmt: skip
    assert flag.tolist() == ["Y", "Y"]


def test_a_record_is_chosen_for_each_subject_and_visit() -> None:
    flag = analysis_flag(
        texts("S", "S", "S", "T"), texts(*["P"] * 4),
        texts("Week 20", "Week 24", "Week 24", "Week 24"), texts(*[None] * 4),
        numbers(0, 1, 3, 2), numbers(141, 170, 172, 171), numbers(*[None] * 4), numbers(1, 1, 1, 1),
        texts(*["2K"] * 4), texts(*["2K"] * 4),
    )  # fmt: skip
    assert flag.fillna("").tolist() == ["Y", "Y", "", "Y"]


def test_of_other_versions_the_one_named_first_counts_and_one_not_named_last() -> None:
    def flagged(*version: str) -> list[str]:
        flag = analysis_flag(
            texts("S", "S"), texts("P", "P"), texts("Week 24", "Week 24"), texts(None, None),
            numbers(0, 0), numbers(169, 169), numbers(None, None), numbers(1, 5), texts(*version),
            texts("2K", "2K"), versions=("OLD", "SELENA"),
        )  # fmt: skip
        return flag.fillna("").tolist()

    assert flagged("OLD", "SELENA") == ["Y", ""]
    assert flagged("SELENA", "1992") == ["Y", ""]
    assert flagged("2K", "OLD") == ["Y", ""]


def test_the_record_closest_to_the_target_is_chosen_and_of_two_the_later() -> None:
    assert chosen([158, 171], [4, 8]) == [False, True]
    assert chosen([167, 171], [4, 8]) == [False, True]


def test_a_record_without_a_result_is_not_chosen() -> None:
    assert chosen([169, 171], [None, 8]) == [False, True]


def test_of_one_day_the_latest_time_counts_if_all_have_one_else_the_worst_value() -> None:
    assert chosen([169, 169], [6, 7], time=[32400, 54000]) == [False, True]
    assert chosen([169, 169], [7, 6], time=[32400, 54000]) == [False, True]
    assert chosen([169, 169], [6, 7], time=[54000, None]) == [False, True]


def test_the_worst_grade_of_each_system_counts_on_one_day() -> None:
    part = ["BILG1", "BILG2", "BILG1", "BILG2"]
    assert chosen([169] * 4, [5, 1, 3, None], part=part) == [True, True, False, False]


def test_the_day_is_chosen_for_all_systems_together() -> None:
    part = ["BILG1", "BILG2", "BILG1", "BILG2"]
    flags = chosen([169, 169, 171, 171], [5, None, 3, 2], part=part)
    assert flags == [True, False, False, False]


def test_of_one_day_another_version_counts_only_where_that_of_baseline_is_not_there() -> None:
    assert chosen([169, 169], [4, 8], version=["2K", "SELENA"]) == [True, False]
    assert chosen([169], [4], version=["SELENA"]) == [True]


def test_the_closest_day_is_chosen_whatever_its_version() -> None:
    assert chosen([169, 175], [4, 8], version=["SELENA", "2K"]) == [True, False]


def test_of_the_same_time_the_worst_value_counts() -> None:
    assert chosen([169, 169], [6, 7], time=[32400, 32400]) == [False, True]
    assert chosen([169, 169], [7, 6], time=[32400, 32400]) == [True, False]


def test_a_dated_record_is_preferred_to_one_without_a_full_date() -> None:
    assert chosen([None, 180], [4, 8]) == [False, True]
    assert chosen([None], [4]) == [True]


def test_the_grid_has_one_record_per_subject_and_visit_through_the_last() -> None:
    records = visit_grid(texts("A", "B"), windows=WINDOWS, through=20)
    assert records.rows[["USUBJID", "AVISIT", "AWHI"]].to_numpy().tolist() == [
        ["A", "Week 20", 154],
        ["B", "Week 20", 154],
    ]
    assert list(records.rows) == ["USUBJID", "AVISIT", "AVISITN", "AWTARGET", "AWLO", "AWHI"]
    assert records.made_from[["row", "record"]].to_numpy().tolist() == [[0, 0], [1, 1]]
    baseline = visit_grid(texts("A"), windows=WINDOWS, after=-1, through=0)
    assert baseline.rows[["USUBJID", "AVISIT"]].to_numpy().tolist() == [["A", "Baseline"]]


def chosen_of(order: pd.Series[Any], *, part: Any = ("P", "P"), day: Any = (1, 1)) -> list[str]:
    """Flags of two records with one value and without times, by `order` alone."""
    flag = baseline_flag(
        texts("S", "S"), texts(*part), texts("Y", "Y"), numbers(*day), numbers(None, None),
        numbers(2, 2), texts("2K", "2K"), order, earliest_day=-28,
    )  # fmt: skip
    return flag.fillna("").tolist()


def test_of_equal_records_the_later_in_the_order_counts_and_one_without_it_last() -> None:
    assert chosen_of(numbers(1, 2)) == ["", "Y"]
    assert chosen_of(numbers(2, 1)) == ["Y", ""]
    assert chosen_of(numbers(None, 1)) == ["", "Y"]
    assert chosen_of(numbers(1, None)) == ["Y", ""]


def test_a_day_is_chosen_for_all_parts_or_for_each() -> None:
    """The second part has a later record: it takes the day of the whole assessment with it."""
    assert chosen_of(numbers(1, 1), part=("P", "Q"), day=(-10, 1)) == ["", "Y"]
    apart = baseline_flag(
        texts("S", "S"), texts("P", "Q"), texts("Y", "Y"), numbers(-10, 1), numbers(None, None),
        numbers(2, 2), texts("2K", "2K"), earliest_day=-28, day_chosen_for="each part",
    )  # fmt: skip
    assert apart.tolist() == ["Y", "Y"]


def test_a_record_is_chosen_for_a_visit_of_each_part() -> None:
    flags = {}
    for chosen_for in ("all parts", "each part"):
        flags[chosen_for] = analysis_flag(
            texts("S", "S"), texts("P", "Q"), texts("Week 24", "Week 24"), texts(None, None),
            numbers(0, 3), numbers(169, 172), numbers(None, None), numbers(2, 2),
            texts("2K", "2K"), texts("2K", "2K"), day_chosen_for=chosen_for,
        ).fillna("").tolist()  # fmt: skip
    assert flags == {"all parts": ["Y", ""], "each part": ["Y", "Y"]}


def test_an_unmarked_record_of_the_first_day_is_before_the_first_dose_by_its_time() -> None:
    dtc = texts("2017-11-02T09:00", "2017-11-02T11:00", "2017-11-02", "2017-11-03")
    start, start_time = dates(*["2017-11-02"] * 4), numbers(*[37800] * 4)
    flag = timed_before_first_dose(dtc, start, start_time)
    assert flag.fillna("").tolist() == ["Y", "", "Y", ""]
