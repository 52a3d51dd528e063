"""Analysis dates, times and relative days."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from sdtm import dates
from specs.derivation import Outcome, derivation
from specs.distinct import once_each, text_where
from specs.source_kinds import Dates, DateTexts


@derivation
def analysis_date(dtc: DateTexts) -> pd.Series:
    """The day of {dtc}; missing where the day is not fully known. Nothing is imputed."""
    return dates.full_day(dtc)


@derivation
def analysis_time(dtc: DateTexts) -> pd.Series:
    """The time of day in {dtc}, in seconds from midnight, a missing second being 0; missing without
    hour and minute.
    """
    return once_each(dates.time_of_day, dtc)


@derivation(severity="warning")
def earliest_possible_date(
    dtc: DateTexts, *, highest_imputed: Literal["D", "M", "Y"] = "Y"
) -> Outcome:
    """The earliest calendar day that {dtc} allows. {highest_imputed} Missing, with a finding, where
    the year is not known.

    highest_imputed=Y:

    highest_imputed: Missing where a part above {highest_imputed} (D day, M month) would have to be
    imputed.
    """
    return dated(dtc, once_each(dates.first_day, dtc).where(_may_be(dtc, highest_imputed)))


@derivation(severity="warning")
def latest_possible_date(
    dtc: DateTexts, *, highest_imputed: Literal["D", "M", "Y"] = "Y"
) -> Outcome:
    """The latest calendar day that {dtc} allows. {highest_imputed} Missing, with a finding, where
    the year is not known.

    highest_imputed=Y:

    highest_imputed: Missing where a part above {highest_imputed} (D day, M month) would have to be
    imputed.
    """
    return dated(dtc, once_each(dates.last_day, dtc).where(_may_be(dtc, highest_imputed)))


@derivation(severity="warning")
def middle_possible_date(
    dtc: DateTexts, *, highest_imputed: Literal["D", "M", "Y"] = "Y"
) -> Outcome:
    """The calendar day of {dtc}, with day 15 where the month alone is known and 30 June where the
    year alone is; known parts stay (2020---28 is 28 June, day 31 is in July).
    {highest_imputed} Missing, with a finding, where the year is not known.

    highest_imputed=Y:

    highest_imputed: Missing where a part above {highest_imputed} (D day, M month) would have to be
    imputed.
    """
    return dated(dtc, once_each(dates.middle_day, dtc).where(_may_be(dtc, highest_imputed)))


@derivation(gives=("D", "M"))
def imputation_flag(dtc: DateTexts, *, highest_imputed: Literal["D", "M", "Y"] = "Y") -> pd.Series:
    """The highest part of {dtc} that had to be imputed to get a day: M month or D day; missing
    where none had to, and where the year is not known, so that there is no date.
    {highest_imputed}

    highest_imputed=Y:

    highest_imputed: Missing where it is above {highest_imputed} (D day, M month), so that nothing
    is imputed.
    """
    flags = once_each(lambda texts: dates.imputed_part(texts).replace("Y", None), dtc)
    return flags.where(_may_be(dtc, highest_imputed)).astype("str")


@derivation
def date_and_time(date: Dates, time: pd.Series) -> pd.Series:
    """The moment of {time}, in seconds from midnight, on {date}; missing where either is."""
    return (date + pd.to_timedelta(time, unit="s")).astype("datetime64[s]")


@derivation
def relative_day(date: Dates, reference: Dates) -> pd.Series:
    """Days from {reference} to {date}, where {reference} is Day 1 and the day before it is Day -1;
    there is no Day 0. Missing where either is missing.
    """
    return dates.study_day(date, reference).astype("float64")


@derivation
def latest_date(*several: Dates) -> pd.Series:
    """The latest of {several}; missing dates are left out, missing where all are missing.

    several=single: The value of {several}.
    """
    return pd.concat(several, axis=1).max(axis=1).astype("datetime64[s]")


@derivation
def earliest_date(*several: Dates) -> pd.Series:
    """The earliest of {several}; missing dates are left out, missing where all are missing.

    several=single: The value of {several}.
    """
    return pd.concat(several, axis=1).min(axis=1).astype("datetime64[s]")


@derivation
def not_after(date: Dates, limit: Dates) -> pd.Series:
    """{date} where it is not after {limit}, or {limit} is missing; otherwise missing."""
    return date.where(~date.gt(limit))


@derivation
def named_date(date: Dates, candidate: Dates, *, text: str) -> pd.Series:
    """The text "{text}" where {date} equals {candidate}; otherwise missing."""
    return text_where(date.eq(candidate), text)


def dated(dtc: pd.Series, day: pd.Series) -> Outcome:
    """The days made of texts, and a sentence where a text has no year."""
    none = dtc.notna() & once_each(dates.first_day, dtc).isna()
    return Outcome(day, text_where(none, "no year is known, so there is no date"))


def _may_be(dtc: pd.Series, highest: str) -> pd.Series:
    above = ["D", "M", "Y"][["D", "M", "Y"].index(highest) + 1 :]
    return once_each(lambda texts: ~dates.imputed_part(texts).isin(above), dtc)


def day_number(date: pd.Series, reference: pd.Series) -> pd.Series:
    """Days from the reference to the date counted without a gap: the reference is 1, before it 0.

    What the windows and limits of the specification write as Day -1 is 0 here: see `gapless`.
    """
    return (date - reference).dt.days.astype("float64") + 1


def gapless(day: pd.Series) -> pd.Series:
    """Relative days (no Day 0) counted without a gap, so that they can be subtracted."""
    return day.where(day > 0, day + 1)
