"""What a subject's records say of the subject: Series of many records to one value per subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from adam import exact
from adam.derivations.subject_dates import last_values
from sdtm import dates
from specs.derivation import Outcome, derivation
from specs.distinct import text_where
from specs.numbers import rounded
from specs.source_kinds import Dates, DateTexts

if TYPE_CHECKING:
    from specs.constants import Ascending


@derivation(scope="subject", gives=("Y",))
def has_record(values: pd.Series, subjects: pd.Series) -> pd.Series:
    """Y where the subject has a record with {values}; otherwise missing."""
    return pd.Series("Y", index=subjects[values.notna()].drop_duplicates().to_numpy(), dtype="str")


@derivation(scope="subject")
def first_day_of(date: Dates, subjects: pd.Series) -> pd.Series:
    """The earliest {date} of the subject; missing where there is none."""
    return date.groupby(subjects).min()


@derivation(scope="subject")
def last_day_of(date: Dates, subjects: pd.Series) -> pd.Series:
    """The latest {date} of the subject; missing where there is none."""
    return date.groupby(subjects).max()


@derivation(scope="subject")
def first_day_within(start: Dates, end: Dates, reference: Dates, subjects: pd.Series) -> pd.Series:
    """The earliest day on or after {reference}, which may be {reference} itself, that lies from
    {start} through {end} of a record of the subject, where a missing {start} or {end} is open;
    missing where there is none.
    """
    first = start.where(start.gt(reference), reference)
    return first.where(~end.lt(reference)).groupby(subjects).min()


@derivation(scope="subject")
def number_on_day(number: pd.Series, date: Dates, day: Dates, subjects: pd.Series) -> pd.Series:
    """The lowest {number} of the records of the subject with {date} on {day}; missing where there
    is none.
    """
    return number.where(date.eq(day)).groupby(subjects).min()


@derivation(scope="subject", severity="warning")
def last_number(
    value: pd.Series, order: pd.Series, subjects: pd.Series, *, decimals: int = 9
) -> Outcome:
    """{value} of the record of the subject with the highest {order} among those with {value}, a
    missing {order} being the lowest; of several the highest {value}. Where it is open whether
    the date of a record is after that of another the complete one counts, with a finding.
    Rounded to {decimals} with a half away from zero; missing where there is none.

    decimals=1: 1 decimal

    decimals: {decimals} decimals
    """
    last = last_values(value, order, subjects)
    return Outcome(exact.half_up(last.values, decimals), last.problems, last.choices)


@derivation(scope="subject")
def sum_of(value: pd.Series, subjects: pd.Series) -> pd.Series:
    """The sum of {value} over the records of the subject; missing where one of them is missing, and
    without records.
    """
    total = exact.sums(value, subjects)
    return total.where(~value.isna().groupby(subjects).any())


@derivation(scope="subject", severity="warning")
def cumulative_dose(
    dose: pd.Series, start: DateTexts, end: DateTexts, last: Dates, subjects: pd.Series
) -> Outcome:
    """The sum over the records of the subject of {dose} a day times the days from {start} through
    {end}, both counted; without {end}, through {last}. Missing where the dose or a day of a record
    is missing, and, with a finding, where {start} or {end} is incomplete or the record ends before
    it starts.
    """
    first, finish = dates.full_day(start), dates.full_day(end)
    days = (finish.where(end.notna(), last) - first).dt.days + 1
    problem = ("the start " + start + " is incomplete").where(first.isna())
    problem = problem.fillna(("the end " + end + " is incomplete").where(finish.isna()))
    problem = problem.fillna(text_where(days.lt(1), "a record ends before it starts"))
    problem = problem.astype("str")
    taken = exact.computed(lambda daily, count: daily * count, dose, days.where(problem.isna()))
    message = (problem + "; there is no cumulative dose").groupby(subjects).first()
    return Outcome(sum_of(taken, subjects), message.astype("str"))


@derivation
def number_group(value: pd.Series, *, limits: Ascending, names: list[str]) -> pd.Series:
    """The last of the groups {names} whose lower limit {value} reaches; the lower limits are
    {limits}, in the same order. Missing where {value} is missing or reaches none.
    """
    group: pd.Series[Any] = pd.Series(np.nan, index=value.index, dtype="str")
    for limit, name in zip(limits, names, strict=True):
        group = group.mask(value.ge(limit), name)
    return group


@derivation
def body_mass_index(weight: pd.Series, height: pd.Series) -> pd.Series:
    """{weight} (kg) divided by the square of {height} (cm) / 100, rounded to one decimal with a
    half away from zero; missing where either is missing, or {height} is 0.
    """
    return exact.computed(
        lambda mass, size: rounded(mass / (size / 100) ** 2, 1) if size else None, weight, height
    )


@derivation
def whole_years(start: Dates, end: Dates) -> pd.Series:
    """Completed years from {start} to {end}, one being complete on the same month and day; missing
    where either is missing.
    """
    years = end.dt.year - start.dt.year
    not_yet = (end.dt.month * 100 + end.dt.day).lt(start.dt.month * 100 + start.dt.day)
    completed: pd.Series = (years - not_yet).astype("float64")
    return completed
