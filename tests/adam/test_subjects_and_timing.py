from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from adam.derivations import subject_dates as functions_of_dates
from adam.derivations import subjects as functions_of_subjects
from adam.derivations import timing as functions_of_timing
from adam.derivations.subject_dates import (
    earliest_possible,
    first_on_or_after,
    starts_on_or_after,
)
from adam.derivations.subjects import (
    has_record,
    number_group,
    sum_of,
    whole_years,
)
from adam.derivations.timing import (
    analysis_date,
    analysis_time,
    day_number,
    gapless,
    imputation_flag,
    relative_day,
)
from tests.adam.series import as_days, dates, numbers, texts, values_of

earliest_possible_date = values_of(functions_of_timing.earliest_possible_date)
latest_possible_date = values_of(functions_of_timing.latest_possible_date)
first_date = values_of(functions_of_dates.first_date)
first_text = values_of(functions_of_dates.first_text)
last_date = values_of(functions_of_dates.last_date)
last_end = values_of(functions_of_dates.last_end)
cumulative_dose = values_of(functions_of_subjects.cumulative_dose)
last_number = values_of(functions_of_subjects.last_number)


def by_subject(column: pd.Series[Any]) -> dict[str, str]:
    assert column.index.is_unique
    return dict(zip(column.index, as_days(column), strict=True))


PARTIAL = ("2017-06-14T10:30", "2017-06", "2017", "--06-14", None)


def test_only_a_full_date_has_a_day_and_only_a_timed_one_a_time() -> None:
    assert as_days(analysis_date(texts(*PARTIAL))) == ["2017-06-14", "", "", "", ""]
    assert analysis_time(texts(*PARTIAL)).fillna(-1).tolist() == [37800, -1, -1, -1, -1]


def test_a_partial_date_has_an_earliest_and_a_latest_day() -> None:
    earliest, latest = (
        earliest_possible_date(texts(*PARTIAL)),
        latest_possible_date(texts(*PARTIAL)),
    )
    assert as_days(earliest) == ["2017-06-14", "2017-06-01", "2017-01-01", "", ""]
    assert as_days(latest) == ["2017-06-14", "2017-06-30", "2017-12-31", "", ""]
    assert imputation_flag(texts(*PARTIAL)).fillna("").tolist() == ["", "D", "M", "", ""]


@pytest.mark.parametrize(
    ("highest", "days", "flags"),
    [
        ("Y", ["2017-06-14", "2017-06-01", "2017-01-01"], ["", "D", "M", "", ""]),
        ("M", ["2017-06-14", "2017-06-01", "2017-01-01"], ["", "D", "M", "", ""]),
        ("D", ["2017-06-14", "2017-06-01", ""], ["", "D", "", "", ""]),
    ],
)
def test_nothing_above_the_highest_part_is_imputed(
    highest: Any, days: list[str], flags: list[str]
) -> None:
    dtc = texts(*PARTIAL)
    assert as_days(earliest_possible_date(dtc, highest_imputed=highest)) == [*days, "", ""]
    assert imputation_flag(dtc, highest_imputed=highest).fillna("").tolist() == flags


def test_there_is_no_day_0() -> None:
    found = relative_day(
        dates("2017-06-13", "2017-06-14", "2017-06-15", None), dates(*["2017-06-14"] * 4)
    )
    assert found.dtype == "float64"
    assert found.fillna(99).tolist() == [-1, 1, 2, 99]


def test_days_are_counted_without_a_gap_from_the_reference_as_1() -> None:
    found = day_number(dates("2017-06-13", "2017-06-14", None), dates(*["2017-06-14"] * 3))
    assert found.fillna(99).tolist() == [0, 1, 99]
    assert gapless(numbers(-28, -1, 1, None)).fillna(99).tolist() == [-27, 0, 1, 99]


def test_the_first_and_last_full_dates_of_each_subject() -> None:
    dtc, subjects = texts("2017-06-20", "2017-06-14", "2017-05", "2017"), texts("A", "A", "A", "B")
    assert by_subject(last_date(dtc, subjects)) == {"A": "2017-06-20", "B": ""}
    assert by_subject(first_date(dtc[:2], subjects[:2])) == {"A": "2017-06-14"}


def test_the_earliest_possible_day_of_each_subject() -> None:
    found = earliest_possible(texts("2017-06-20", "2017-06", "2018"), texts("A", "A", "B"))
    assert by_subject(found) == {"A": "2017-06-01", "B": "2018-01-01"}


def test_a_partial_date_that_ends_on_the_reference_day_may_be_on_it() -> None:
    """June 2017 ends on the reference day; a date on that day is not before it."""
    reference = dates("2017-06-30", "2017-06-30", "2017-06-30")
    found = first_on_or_after(
        texts("2017-06", "2017-06-30", "2017-06-29"), reference, texts(*"ABC")
    )
    assert by_subject(found) == {"A": "2017-06-30", "B": "2017-06-30", "C": ""}


def test_a_treatment_without_a_year_is_a_finding_that_says_so() -> None:
    dtc = texts("2017-07-01", "--07-01").set_axis([4, 6])
    found = starts_on_or_after(dtc, dates("2017-06-30", "2017-06-30").set_axis([4, 6]))
    assert found.values.to_dict() == {4: "Y", 6: "N"}
    told = "no year is known; it is not counted"
    assert found.problems.fillna("").to_dict() == {4: "", 6: told}


def test_the_end_is_that_of_the_record_with_the_latest_start() -> None:
    """B's latest record has no end, C has two of one start, D's other record has no start."""
    found = last_end(
        texts(
            "2017-06-20", "2017-06-30", "2017-06-20", None, "2017-06-09", "2017-06-08",
            "2017-06-15", "2017-06-30",
        ),
        dates(
            "2017-06-14", "2017-06-01", "2017-06-01", "2017-06-14", "2017-06-01", "2017-06-01",
            "2017-06-14", None,
        ),
        texts(*"AABBCCDD"),
    )  # fmt: skip
    assert by_subject(found) == {"A": "2017-06-20", "B": "", "C": "2017-06-09", "D": "2017-06-15"}


def test_the_last_number_is_that_of_the_latest_record_and_of_equal_ones_the_highest() -> None:
    found = last_number(
        numbers(70, 72, 61, 60, 80, 81.04),
        texts("2017-06-14", "2017-06-01", "2017-06-01", "2017-06-01", None, "2017-06-01"),
        texts(*"AABBCC"),
        decimals=1,
    )
    assert found.to_dict() == {"A": 70, "B": 61, "C": 81.0}


def test_a_number_is_given_to_nine_decimals_where_nothing_else_is_said() -> None:
    found = last_number(numbers(0.1234567894), texts("2017-06-01"), texts("A"))
    assert found.to_dict() == {"A": 0.123456789}


def test_a_record_without_an_order_gives_the_last_number_only_alone() -> None:
    found = last_number(numbers(70, 80, 90), texts("2017-06-01", None, None), texts("A", "A", "B"))
    assert found.to_dict() == {"A": 70, "B": 90}


def test_the_first_text_is_that_of_the_earliest_record_that_has_one() -> None:
    found = first_text(
        texts("LATE", "EARLY", None, "B", "A"),
        texts("2017-06-14", "2017-06-01", "2017-05-01", None, None),
        texts("S", "S", "S", "T", "T"),
    )
    assert found.to_dict() == {"S": "EARLY", "T": "A"}


def test_a_sum_is_missing_where_one_of_its_values_is() -> None:
    found = sum_of(numbers(1, 2, 3, None), texts("A", "A", "B", "B"))
    assert found.fillna(-1).to_dict() == {"A": 3, "B": -1}


def test_the_cumulative_dose_counts_both_ends_and_goes_on_through_the_last_day() -> None:
    """A: 54 mg on 2 days and 81 mg on 3. B: no dose is known on one record. C: no start."""
    found = cumulative_dose(
        numbers(54, 81, 10, None, 10),
        texts("2017-06-14", "2017-06-16", "2017-06-14", "2017-06-15", None),
        texts("2017-06-15", None, "2017-06-14", "2017-06-16", "2017-06-16"),
        dates(*["2017-06-18"] * 5),
        texts(*"AABBC"),
    )
    assert found.fillna(-1).to_dict() == {"A": 351, "B": -1, "C": -1}


def test_a_subject_has_one_record_however_many() -> None:
    found = has_record(texts("X", "Y", None), texts("A", "A", "B"))
    assert found.to_dict() == {"A": "Y"}


def test_a_group_needs_a_name_for_each_limit() -> None:
    with pytest.raises(ValueError, match="zip"):
        number_group(numbers(17), limits=[18, 65], names=["18-64"])


def test_a_value_in_no_group_is_a_missing_text() -> None:
    found = number_group(numbers(17), limits=[18], names=[">=18"])
    assert (found.dtype, found.isna().all()) == ("str", True)


def test_years_are_missing_where_an_end_is() -> None:
    found = whole_years(dates("2009-06-14", None), dates(None, "2017-06-14"))
    assert found.isna().all()
