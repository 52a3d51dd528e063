from __future__ import annotations

from functools import partial

import pandas as pd
import pytest

from sdtm.derivations.epochs import epoch

STARTS = ["2020-01-01T08:00", "2020-01-15T09:30", "2020-01-15T11:00"]
ENDS = ["2020-01-15T09:30", "2020-01-15T11:00", "2020-06-30"]
EPOCHS = ["SCREENING", "TREATMENT", "FOLLOW-UP"]
ALL = "may lie in SCREENING or TREATMENT or FOLLOW-UP"


def made(
    date: str | None, starts: list[str] = STARTS, ends: list[str] = ENDS, **by: str
) -> tuple[str | None, str | None]:
    """The epoch of a date, and what is said of it."""
    columns = [pd.Series(x) for x in (["A"] * len(starts), starts, ends, EPOCHS[: len(starts)])]
    dates, subject = pd.Series([date], index=[7], dtype="str"), pd.Series(["A"], index=[7])
    found = epoch(dates, subject, *columns, **by)  # type: ignore[arg-type]
    assert found.problems is not None
    assert found.values.index.tolist() == found.problems.index.tolist() == [7]
    value, problem = (
        part.astype(object).where(part.notna(), None).item()
        for part in (found.values, found.problems)
    )
    return value, problem


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2019-12-31", None),
        ("2020-01-01", "SCREENING"),
        ("2020-01-01T07:59", None),
        ("2020-01-15T09:29", "SCREENING"),
        ("2020-01-15T09:30", "TREATMENT"),
        ("2020-01-15T10", "TREATMENT"),
        ("2020-01-15T09", "TREATMENT"),
        ("2020-01-15T-:45", "TREATMENT"),
        ("2020-01-15", "TREATMENT"),
        ("2020-01-16", "FOLLOW-UP"),
        ("2020-02", "FOLLOW-UP"),
        ("2020---20", None),
        ("2020-06-30T23:00", "FOLLOW-UP"),
        ("2020-06", "FOLLOW-UP"),
        ("2020-07-01", None),
        ("2020-01-02/2020-01-14", "SCREENING"),
        ("2020-01-15T08:00+02:00", "SCREENING"),
        (None, None),
    ],
)
def test_a_date_has_the_epoch_of_the_last_element_begun(
    date: str | None, expected: str | None
) -> None:
    assert made(date)[0] == expected


@pytest.mark.parametrize(
    ("date", "problem"),
    [
        ("2020-01", f"{ALL} or before; it is given no epoch"),
        ("2020", f"{ALL} or before; it is given no epoch"),
        ("--01-20", f"{ALL} or before; it is given no epoch"),
        ("2020---20", "may lie in FOLLOW-UP or after; it is given no epoch"),
        ("2020---10", f"{ALL}; it is given no epoch"),
        ("2020-01-10/2020-01-20", f"{ALL}; it is given no epoch"),
        ("2019-12", None),
        ("2019-12-31", None),
        ("2020-07", None),
        ("2020-01-15", None),
        (None, None),
    ],
)
def test_a_date_that_may_lie_in_several_epochs_has_none_and_says_so(
    date: str | None, problem: str | None
) -> None:
    assert made(date) == (None if date != "2020-01-15" else "TREATMENT", problem)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("first element that starts", "TREATMENT"),
        ("last element that starts", "FOLLOW-UP"),
        ("element that ends", "SCREENING"),
    ],
)
def test_the_study_decides_where_a_day_of_transition_belongs(rule: str, expected: str) -> None:
    assert made("2020-01-15", on_start_day=rule) == (expected, None)


@pytest.mark.parametrize("consent", ["2020-01-15", "2020-01-15T07:00"])
@pytest.mark.parametrize("date", ["2020-01-15", "2020-01-15T-:45"])
def test_a_day_of_consent_and_first_dose_is_of_the_dose(consent: str, date: str) -> None:
    starts, ends = [consent, "2020-01-15T09:30"], ["2020-01-15T09:30", "2020-06-30"]
    assert made(date, starts, ends) == ("TREATMENT", None)
    assert made("2020-01-15T08:00", starts, ends) == ("SCREENING", None)
    assert made("2020-01-15", [consent], ["2020-06-30"]) == ("SCREENING", None)


def test_starts_without_a_time_leave_the_day_open_for_every_record_of_it() -> None:
    starts, ends = ["2020-01-01", "2020-01-15"], ["2020-01-15", "2020-06-30"]
    for date in ("2020-01-15", "2020-01-15T08:00"):
        assert made(date, starts, ends)[0] == "TREATMENT"
        assert made(date, starts, ends, on_start_day="element that ends")[0] == "SCREENING"


def test_offsets_from_utc_are_compared_as_moments() -> None:
    starts = ["2020-01-01T00:00Z", "2020-01-15T23:30-05:00"]
    ends = ["2020-01-15T23:30-05:00", "2020-06-30"]
    assert made("2020-01-16T04:29Z", starts, ends)[0] == "SCREENING"
    assert made("2020-01-16T04:30Z", starts, ends)[0] == "TREATMENT"
    assert made("2020-01-16T06:00+02:00", starts, ends)[0] == "SCREENING"


def test_a_start_that_is_incomplete_decides_only_what_lies_outside_it() -> None:
    starts, ends = ["2020-01-01", "2020-03"], ["2020-03", "2020-06-30"]
    assert made("2020-02-29", starts, ends) == ("SCREENING", None)
    assert made("2020-04-01", starts, ends) == ("TREATMENT", None)
    told = "may lie in SCREENING or TREATMENT; it is given no epoch"
    assert made("2020-03-10", starts, ends) == (None, told)


def test_elements_of_other_subjects_do_not_count() -> None:
    dates, subjects = pd.Series(["2020-03-01"] * 2), pd.Series(["A", "B"])
    elements = [pd.Series(x) for x in (["B"], ["2020-01-01"], ["2020-06-30"], ["SCREENING"])]
    found = epoch(dates, subjects, *elements).values
    assert found.tolist()[1] == "SCREENING"
    assert found.isna().tolist() == [True, False]


def test_elements_that_start_at_the_moment_of_a_record_are_chosen_as_the_study_says() -> None:
    text = partial(pd.Series, dtype="str")
    elements = (
        text(["S", "S", "S"]),
        text(["2020-01-01", "2020-03-05T08:30", "2020-03-05T08:30"]),
        text(["2020-03-05T08:30", "2020-03-05T08:30", "2020-12"]),
        text(["SCREENING", "TREATMENT", "FOLLOW-UP"]),
    )
    dates = text(["2020-03-05T08:30", "2020-03-05T08:31", "2020-03-05T08:00", "2020-12-30"])
    made = epoch(dates, text(["S"] * 4), *elements)
    assert made.values.tolist() == ["TREATMENT", "FOLLOW-UP", "SCREENING", "FOLLOW-UP"]
    last = epoch(dates, text(["S"] * 4), *elements, on_start_day="last element that starts")
    assert last.values.tolist() == ["FOLLOW-UP", "FOLLOW-UP", "SCREENING", "FOLLOW-UP"]


def test_elements_of_one_day_follow_each_other_as_they_are_planned() -> None:
    text = partial(pd.Series, dtype="str")
    made = epoch(
        text(["2020-12-30"]),
        text(["S"]),
        text(["S", "S", "S"]),
        text(["2020-03-05", "2020-03-05T08:30", "2020-03-05"]),
        text(["2020-03-05T08:30", "2020-03-05", "2020-12-31"]),
        text(["SCREENING", "TREATMENT", "FOLLOW-UP"]),
    )
    assert made.values.tolist() == ["FOLLOW-UP"]


def test_a_month_of_two_elements_of_one_epoch_ends_with_the_last_of_them() -> None:
    """The first of the two is over by then; of the second it is open whether it has begun."""
    starts = ["2020-01-01", "2020-03-10"]
    ends = ["2020-02-15", "2020-06-30"]
    epochs = pd.Series(["TREATMENT", "TREATMENT"])
    found = epoch(
        pd.Series(["2020-03"]),
        pd.Series(["A"]),
        pd.Series(["A", "A"]),
        pd.Series(starts),
        pd.Series(ends),
        epochs,
    )
    assert found.values.tolist() == ["TREATMENT"]
