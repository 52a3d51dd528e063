from __future__ import annotations

from adam.derivations import occurrences as functions_of_occurrences
from adam.derivations import subjects as functions_of_subjects
from adam.derivations.change import difference, percent_change, share_of, shift
from adam.derivations.occurrences import days_of, grouped
from adam.derivations.subjects import (
    body_mass_index,
    first_day_of,
    first_day_within,
    last_day_of,
    number_group,
    whole_years,
)
from adam.derivations.timing import earliest_date, named_date, not_after
from tests.adam.series import as_days, dates, numbers, texts, values_of

last_number = values_of(functions_of_subjects.last_number)

start_not_before = values_of(functions_of_occurrences.start_not_before)
first_flag = values_of(functions_of_occurrences.first_flag)
treatment_emergent = values_of(functions_of_occurrences.treatment_emergent)


def test_an_event_counts_as_treatment_emergent_where_it_may_be() -> None:
    started = [
        "2017-06-13", "2017-06-14T10:41", "2017-06-14T10:42", "2017-06-14", "2017-06", "2016",
        None, "2017-06-15",
    ]  # fmt: skip
    size = len(started)
    found = treatment_emergent(
        texts(*started), dates(*["2017-06-14"] * size), numbers(*[38520.0] * size)
    )
    assert found.fillna("").tolist() == ["", "", "Y", "Y", "Y", "", "Y", "Y"]


def test_no_event_is_treatment_emergent_without_a_first_dose() -> None:
    assert treatment_emergent(texts("2017-06-15"), dates(None), numbers(None)).isna().all()


def test_a_partial_start_is_moved_to_the_first_dose_only_within_its_days() -> None:
    found = start_not_before(
        texts("2017", "2017-06", "2017-05", "2017-06-01", None), dates(*["2017-06-14"] * 5)
    )
    assert as_days(found) == ["2017-06-14", "2017-06-14", "2017-05-01", "2017-06-01", ""]


def test_both_ends_of_a_duration_count() -> None:
    start, end = dates("2017-06-14", "2017-06-14"), dates("2017-06-14", "2017-06-20")
    assert days_of(start, end).tolist() == [1, 7]


def test_the_first_record_of_a_group_is_flagged_by_the_order_of_the_keys() -> None:
    subject = texts("A", "A", "A", "B").rename("USUBJID")
    grade = numbers(1, 2, 2, None).rename("ATOXGRN")
    day = numbers(1, 9, 5, 3).rename("ASTDY")
    earliest = first_flag(subject, day, within=1)
    worst = first_flag(subject, grade, day, within=1, descending=("ATOXGRN",))
    assert earliest.fillna("").tolist() == ["Y", "", "", "Y"]
    assert worst.fillna("").tolist() == ["", "", "Y", "Y"]


def test_a_value_in_no_group_is_missing() -> None:
    groups = {"RELATED": ["POSSIBLE", "PROBABLE"]}
    assert grouped(texts("PROBABLE", "UNKNOWN", None), groups=groups).fillna("").tolist() == [
        "RELATED", "", "",
    ]  # fmt: skip


def test_a_per_cent_change_is_of_the_baseline_with_its_sign() -> None:
    """ADaMIG 1.3: 100 * CHG / BASE. 0.3 of 0.7 as floats is not 300/7."""
    found = percent_change(numbers(-5, 2, 0.3, 1, None), numbers(20, -4, 0.7, 0, 3))
    assert found.fillna(-999).tolist() == [-25, -50, 300 / 7, -999, -999]


def test_differences_shares_and_shifts_are_missing_where_a_part_is() -> None:
    assert difference(numbers(5, None), numbers(7, 1)).fillna(99).tolist() == [-2, 99]
    shares = share_of(numbers(30, 5, None, 2.1), numbers(20, 0, 2, 0.7))
    assert shares.fillna(-1).tolist() == [1.5, -1, -1, 3]
    assert shift(texts("LOW", None), texts("NORMAL", "LOW")).fillna("").tolist() == [
        "LOW to NORMAL", "",
    ]  # fmt: skip


def test_the_first_and_last_day_of_a_subject() -> None:
    subjects = texts("A", "A", "B")
    days = dates("2017-06-20", "2017-06-14", None)
    assert as_days(first_day_of(days, subjects)) == ["2017-06-14", ""]
    assert as_days(last_day_of(days, subjects)) == ["2017-06-20", ""]


def test_a_day_within_an_interval_is_not_before_the_reference() -> None:
    """A's first interval contains the reference, B's starts after it, C's is over before it."""
    found = first_day_within(
        dates(None, "2017-07-01", "2017-05-01"),
        dates("2017-06-30", None, "2017-06-13"),
        dates(*["2017-06-14"] * 3),
        texts("A", "B", "C"),
    )
    assert as_days(found) == ["2017-06-14", "2017-07-01", ""]


def test_the_last_number_passes_over_missing_ones() -> None:
    found = last_number(
        numbers(70, 72, None), texts("2017-06-01", "2017-06-14", "2017-06-15"), texts("A", "A", "A")
    )
    assert found.to_dict() == {"A": 72}


def test_ages_fall_into_groups_from_their_lower_limit_on() -> None:
    found = number_group(numbers(17, 18, 64, 65), limits=[18, 65], names=["18-64", ">=65"])
    assert found.fillna("").tolist() == ["", "18-64", "18-64", ">=65"]


def test_body_mass_index_is_given_to_one_decimal() -> None:
    """71.4 / 1.65^2 = 26.226; 59.2 / 1.68^2 = 20.975."""
    assert body_mass_index(numbers(71.4, 59.2), numbers(165, 168)).tolist() == [26.2, 21.0]


def test_a_year_is_completed_on_its_day() -> None:
    found = whole_years(
        dates("2009-06-14", "2009-06-15", None), dates("2017-06-14", "2017-06-14", "2017-06-14")
    )
    assert found.fillna(-1).tolist() == [8, 7, -1]


def test_censoring_takes_the_earliest_date_and_says_which_it_was() -> None:
    end, left = dates("2017-12-01", "2017-12-01"), dates(None, "2017-10-02")
    censored = earliest_date(end, left)
    assert as_days(censored) == ["2017-12-01", "2017-10-02"]
    assert named_date(censored, left, text="DISCONTINUATION").fillna("").tolist() == [
        "", "DISCONTINUATION",
    ]  # fmt: skip
    events = dates("2017-12-01", "2017-10-03")
    assert as_days(not_after(events, censored)) == ["2017-12-01", ""]
    assert as_days(not_after(events, dates(None, None))) == ["2017-12-01", "2017-10-03"]
