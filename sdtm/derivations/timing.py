"""Study days and reference dates."""

from __future__ import annotations

import pandas as pd

from sdtm.dates import first_day, full_day, last_day
from sdtm.dates import study_day as day_number
from sdtm.dates.order import earliest_of, latest_of
from specs.derivation import Outcome, derivation
from specs.distinct import text_where


@derivation(scope="value")
def study_day(date: pd.Series, reference: pd.Series) -> pd.Series:
    """The date part of {date} minus that of {reference}, plus 1 on and after it; there is no day 0.
    Missing where either is missing or its day is not fully known.

    Missing when either date is missing or not complete (SDTMIG 3.4, section 4.4.4). The dates
    themselves are left as they are.

    >>> study_day(pd.Series(["2020-02-01", "2020-01-30", "2020-02"]), pd.Series(["2020-02-01"] * 3))
    0    1.0
    1   -2.0
    2    NaN
    dtype: float64
    """
    return day_number(full_day(date), full_day(reference)).astype("float64")


@derivation(scope="subject", severity="warning")
def earliest(date: pd.Series, subject: pd.Series) -> Outcome:
    """The earliest {date} of the subject; missing when there is none. Dates that agree to the day
    and leave open which is earlier count as what they agree in. Where a partial date may be
    earlier, it is the earliest complete date, with a finding; missing when none is complete.

    What is certain of the order of partial dates is told in `sdtm.dates.order`.
    """
    return _certain(earliest_of(date, subject), "earlier")


@derivation(scope="subject", severity="warning")
def latest(date: pd.Series, subject: pd.Series) -> Outcome:
    """The latest {date} of the subject; missing when there is none. Dates that agree to the day
    and leave open which is later count as what they agree in. Where a partial date may be later,
    it is the latest complete date, with a finding; missing when none is complete.
    """
    return _certain(latest_of(date, subject), "later")


def _certain(extremes: pd.DataFrame, word: str) -> Outcome:
    """The dates found, and a sentence where a partial one may be `word`."""
    none = extremes["dtc"].isna()
    doubt = extremes["rival"] + f" may be {word}; " + extremes["dtc"].fillna("") + " is the "
    doubt += {"earlier": "earliest", "later": "latest"}[word] + " complete date"
    open_ = (
        extremes["rival"] + f" may be {word} than another; no date is complete, so none is given"
    )
    return Outcome(extremes["dtc"], doubt.mask(none, open_).astype("str"))


@derivation(scope="subject", gives=("{value}",))
def exists(record: pd.Series, subject: pd.Series, *, value: str = "Y") -> pd.Series:
    """{value} where the subject has a record with {record}; otherwise missing."""
    has_record = record.groupby(subject).count() > 0
    return text_where(has_record, value)


@derivation(scope="value")
def date_of(datetime: pd.Series) -> pd.Series:
    """The date part of {datetime}; missing where no part of the date is known."""
    date: pd.Series[str] = datetime.str.partition("T")[0].str.rstrip("-")
    return date.where(date.ne(""))


@derivation(scope="value")
def age_in_years(birth: pd.Series, date: pd.Series) -> Outcome:
    """Completed years from {birth} to {date}; missing when either date is missing or not complete,
    and, with a finding, when {birth} is the later of the two.

    Whoever is born on 29 February completes a year on 1 March where there is no such day.

    >>> births, dates = pd.Series(["1980-05-02", "1980-05-02"]), pd.Series(["2020-05-01"] * 2)
    >>> age_in_years(births, dates).values.tolist()
    [39.0, 39.0]
    """
    born, then = full_day(birth), full_day(date)
    before = (then.dt.month < born.dt.month) | (
        (then.dt.month == born.dt.month) & (then.dt.day < born.dt.day)
    )
    years = then.dt.year - born.dt.year - before.astype("int64")
    complete = born.notna() & then.notna()
    values = years.where(complete & (then >= born)).astype("float64")
    return Outcome(values, text_where(complete & (then < born), "is after the date of the age"))


@derivation(scope="value", severity="warning")
def start_in_period(date: pd.Series, begin: pd.Series, end: pd.Series) -> Outcome:
    """BEFORE, DURING or AFTER, as {date} lies to the period from the day of {begin} to that of
    {end}. An incomplete date counts by the earliest and the latest day it can be. Missing when the
    date or a limit that decides is missing or incomplete, and, with a finding, when the date may
    lie on either side of a limit.
    """
    return _in_period(date, begin, end)


@derivation(scope="value", severity="warning")
def end_in_period(
    date: pd.Series, ongoing: pd.Series, begin: pd.Series, end: pd.Series, *, value: str = "1"
) -> Outcome:
    """BEFORE, DURING or AFTER, as {date} lies to the period from the day of {begin} to that of
    {end}. AFTER where {ongoing} is {value} and there is no date. An incomplete date counts by the
    earliest and the latest day it can be; missing, with a finding, when it may lie on either side
    of a limit.
    """
    period = _in_period(date, begin, end)
    return Outcome(period.values.mask(date.isna() & ongoing.eq(value), "AFTER"), period.problems)


def _in_period(date: pd.Series, begin: pd.Series, end: pd.Series) -> Outcome:
    earliest_day, latest_day = first_day(date), last_day(date)
    opened, closed = full_day(begin), full_day(end)
    periods = (
        pd.Series(index=date.index, dtype="str")
        .mask(latest_day < opened, "BEFORE")
        .mask((earliest_day >= opened) & (latest_day <= closed), "DURING")
        .mask(earliest_day > closed, "AFTER")
    )
    doubt = date.notna() & periods.isna() & opened.notna() & closed.notna()
    return Outcome(periods, text_where(doubt, "may lie on either side of a limit of the period"))
