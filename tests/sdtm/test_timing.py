from __future__ import annotations

import calendar
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtm.dates import (
    first_day,
    full_day,
    imputed_part,
    last_day,
    precision,
    study_day,
    time_of_day,
)

# text, earliest day, latest day, the day, seconds, precision, imputed part: typed by hand.
CASES = [
    ("2003", "2003-01-01", "2003-12-31", None, None, "Y", "M"),
    ("2003-12", "2003-12-01", "2003-12-31", None, None, "M", "D"),
    ("2020-02", "2020-02-01", "2020-02-29", None, None, "M", "D"),
    ("1900-02", "1900-02-01", "1900-02-28", None, None, "M", "D"),
    ("2003-12-15", "2003-12-15", "2003-12-15", "2003-12-15", None, "D", None),
    ("2003-12-15T13", "2003-12-15", "2003-12-15", "2003-12-15", None, "h", None),
    ("2003-12-15T13:14", "2003-12-15", "2003-12-15", "2003-12-15", 47640.0, "m", None),
    ("2003-12-15T13:14:17", "2003-12-15", "2003-12-15", "2003-12-15", 47657.0, "s", None),
    ("2003-12-15T13:14:17.5+05:00", "2003-12-15", "2003-12-15", "2003-12-15", 47657.5, "s", None),
    ("2003-12-15T-:15", "2003-12-15", "2003-12-15", "2003-12-15", None, "D", None),
    ("2003-12-15T13:-:17", "2003-12-15", "2003-12-15", "2003-12-15", None, "h", None),
    ("2003---15", "2003-01-15", "2003-12-15", None, None, "Y", "M"),
    ("2020-03--T09:30", "2020-03-01", "2020-03-31", None, 34200.0, "M", "D"),
    ("2003----T13:14", "2003-01-01", "2003-12-31", None, 47640.0, "Y", "M"),
    ("--12-15", None, None, None, None, None, "Y"),
    ("-----T07:15", None, None, None, 26100.0, None, "Y"),
    ("2003-12-01/2003-12-10", "2003-12-01", "2003-12-10", None, None, "M", "D"),
    ("2003-12/2004-02", "2003-12-01", "2004-02-29", None, None, None, "Y"),
    ("2003-12-15T10:00/2003-12-15T10:30", *["2003-12-15"] * 3, None, "h", None),
    ("1492-10-12", "1492-10-12", "1492-10-12", "1492-10-12", None, "D", None),
    ("2003-02-30", None, None, None, None, None, None),
    ("12NOV2020", None, None, None, None, None, None),
    (" ", None, None, None, None, None, None),
    (None, None, None, None, None, None, None),
]
COLUMNS = ["dtc", "first", "last", "full", "seconds", "precision", "imputed"]


@pytest.fixture
def cases() -> pd.DataFrame:
    table = pd.DataFrame(CASES, columns=COLUMNS, index=range(100, 100 + len(CASES)))
    return table.astype(dict.fromkeys(set(COLUMNS) - {"seconds"}, "str"))


def test_days_are_the_earliest_the_latest_and_the_one(cases: pd.DataFrame) -> None:
    for name, days in (("first", first_day), ("last", last_day), ("full", full_day)):
        got = days(cases["dtc"])
        assert got.dtype == np.dtype("datetime64[s]")
        assert got.index.equals(cases.index)
        pd.testing.assert_series_equal(
            got.dt.strftime("%Y-%m-%d").astype("str"), cases[name], check_names=False
        )


def test_time_of_day_needs_hour_and_minute(cases: pd.DataFrame) -> None:
    got = time_of_day(cases["dtc"])
    pd.testing.assert_series_equal(got, cases["seconds"].astype(float), check_names=False)


def test_precision_ends_at_the_first_gap(cases: pd.DataFrame) -> None:
    pd.testing.assert_series_equal(precision(cases["dtc"]), cases["precision"], check_names=False)


def test_the_imputed_part_is_the_highest_missing_one(cases: pd.DataFrame) -> None:
    pd.testing.assert_series_equal(imputed_part(cases["dtc"]), cases["imputed"], check_names=False)


def test_no_rows_give_no_rows_of_the_same_kinds() -> None:
    nothing = pd.Series([], dtype="str")
    assert first_day(nothing).dtype == np.dtype("datetime64[s]")
    assert time_of_day(nothing).dtype == np.dtype("float64")
    assert str(precision(nothing).dtype) == "str"


def test_there_is_no_study_day_zero() -> None:
    moments = ["2020-01-01T23:59", "2020-01-02T00:00", "2019-12-31T23:59", None]
    reference = pd.Series(["2020-01-01"] * 4, dtype="datetime64[s]")
    got = study_day(pd.Series(moments, dtype="datetime64[s]"), reference)
    assert [None if value is pd.NA else value for value in got] == [1, 2, -1, None]
    assert str(got.dtype) == "Int64"


def test_study_day_refuses_series_of_different_rows() -> None:
    day = pd.to_datetime(pd.Series(["2020-01-01"]))
    with pytest.raises(ValueError, match="same index"):
        study_day(day, day.set_axis([5]))


days = st.dates(date(1850, 1, 1), date(2099, 12, 31))


@settings(deadline=None)
@given(st.lists(days, min_size=1))
def test_a_month_ends_where_the_calendar_says(known: list[date]) -> None:
    month = pd.Series([f"{day:%Y-%m}" for day in known])
    ends = [calendar.monthrange(day.year, day.month)[1] for day in known]
    assert last_day(month).dt.day.tolist() == ends
    assert first_day(month).dt.day.tolist() == [1] * len(known)


@settings(deadline=None)
@given(st.lists(days, min_size=1), st.sampled_from([4, 7, 10]))
def test_cutting_a_date_never_moves_it_out_of_its_bounds(known: list[date], length: int) -> None:
    whole = pd.Series([day.isoformat() for day in known])
    cut, day = whole.str[:length], full_day(whole)
    assert (first_day(cut) <= day).all()
    assert (day <= last_day(cut)).all()
    assert full_day(cut).notna().all() == (length == 10)


@settings(deadline=None)
@given(days, st.integers(-40000, 40000).filter(bool))
def test_study_day_counts_from_one_in_both_directions(reference: date, study: int) -> None:
    day = reference + timedelta(days=study - (study > 0))
    got = study_day(
        pd.Series([day.isoformat()], dtype="datetime64[s]"),
        pd.Series([reference.isoformat()], dtype="datetime64[s]"),
    )
    assert got.tolist() == [study]
