"""What a subject's records say of the subject: Series of many records to one value per subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from adam import exact
from sdtm import dates
from specs.derivation import Outcome, derivation
from specs.numbers import rounded
from specs.source_kinds import Dates, DateTexts

if TYPE_CHECKING:
    from specs.constants import Ascending


@derivation(scope="subject")
def has_record(values: pd.Series, subjects: pd.Series) -> pd.Series:
    """Y where the subject has a record with {values}; otherwise missing."""
    return pd.Series("Y", index=subjects[values.notna()].drop_duplicates().to_numpy(), dtype="str")


@derivation(scope="subject")
def first_date(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The earliest day in {dtc} of the subject; dates whose day is not fully known are left out,
    missing where there is no other.
    """
    return dates.full_day(dtc).groupby(subjects).min()


@derivation(scope="subject")
def last_date(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The latest day in {dtc} of the subject; dates whose day is not fully known are left out,
    missing where there is no other.
    """
    return dates.full_day(dtc).groupby(subjects).max()


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
    """The earliest day on or after {reference} that lies from {start} through {end} of a record of
    the subject, where a missing {start} or {end} is open; missing where there is none.
    """
    first = start.where(start.gt(reference), reference)
    return first.where(~end.lt(reference)).groupby(subjects).min()


@derivation(scope="subject")
def last_number(
    value: pd.Series, order: pd.Series, subjects: pd.Series, *, decimals: int = 9
) -> pd.Series:
    """{value} of the record of the subject with the highest {order} among those with {value}, a
    missing {order} being the lowest; of several the highest {value}. Rounded to {decimals} with
    a half away from zero; missing where there is none.

    decimals=1: 1 decimal

    decimals: {decimals} decimals
    """
    ordered = pd.DataFrame({"value": value, "order": order, "subject": subjects})
    filled = ordered.dropna(subset=["value"]).sort_values(["order", "value"], na_position="first")
    return exact.half_up(filled.groupby("subject")["value"].last(), decimals)


@derivation(scope="subject")
def last_end(end: pd.Series, start: pd.Series, subjects: pd.Series) -> pd.Series:
    """The day of {end} of the record of the subject with the latest {start}, a missing {start}
    being the earliest; of several that with the latest {end}, a missing one being the latest.
    Missing where the day of {end} is not fully known.
    """
    ordered = pd.DataFrame({"end": dates.full_day(end), "start": start, "subject": subjects})
    ordered = ordered.assign(known=start.notna()).sort_values(["known", "start", "end"])
    return ordered.drop_duplicates("subject", keep="last").set_index("subject")["end"]


@derivation(scope="subject")
def sum_of(value: pd.Series, subjects: pd.Series) -> pd.Series:
    """The sum of {value} over the records of the subject; missing where one of them is missing, and
    without records.
    """
    total = exact.sums(value, subjects)
    return total.where(~value.isna().groupby(subjects).any())


@derivation(scope="subject")
def cumulative_dose(
    dose: pd.Series, start: pd.Series, end: pd.Series, last: pd.Series, subjects: pd.Series
) -> pd.Series:
    """The sum over the records of the subject of {dose} x the days from {start} through {end}, both
    counted; where the day of {end} is not fully known, through {last}. Missing where a part of
    it is missing, and without records.
    """
    finish = dates.full_day(end).fillna(last)
    days = (finish - dates.full_day(start)).dt.days + 1
    return sum_of(exact.computed(lambda daily, count: daily * count, dose, days), subjects)


@derivation(scope="subject")
def first_time(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The earliest time of day in {dtc} of the subject on the earliest day that {dtc} has, in
    seconds from midnight; missing where no record of that day has hour and minute.
    """
    day, time = dates.full_day(dtc), dates.time_of_day(dtc)
    first = day.eq(day.groupby(subjects).transform("min"))
    return time.where(first).groupby(subjects).min()


@derivation(scope="subject")
def earliest_possible(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The earliest calendar day that a value of {dtc} of the subject allows, where a partial date
    counts with its earliest possible day; missing where no year is known.
    """
    return dates.first_day(dtc).groupby(subjects).min()


@derivation(scope="subject")
def first_on_or_after(dtc: DateTexts, reference: Dates, subjects: pd.Series) -> pd.Series:
    """The earliest day of {dtc} of the subject that is on or after {reference}, where a partial
    date whose latest possible day is on or after {reference} counts with the later of its
    earliest possible day and {reference}. Missing where there is none.
    """
    return _on_or_after(dtc, reference).groupby(subjects).min()


@derivation(severity="warning")
def starts_on_or_after(dtc: DateTexts, reference: Dates) -> Outcome:
    """Y where the latest calendar day that {dtc} allows is on or after {reference}; otherwise N.

    A missing date is a finding: N, but nothing is known.
    """
    after = _on_or_after(dtc, reference).notna()
    flag = pd.Series("N", index=dtc.index, dtype="str").mask(after, "Y")
    problem = pd.Series("no year is known; it is not counted", index=dtc.index, dtype="str")
    return Outcome(flag, problem.where(dates.last_day(dtc).isna()))


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


@derivation(scope="subject")
def first_text(values: pd.Series, order: pd.Series, subjects: pd.Series) -> pd.Series:
    """{values} of the record of the subject with the lowest {order} among those with {values}, a
    missing {order} being the highest; of several the first {values} in the order of characters.
    Missing where there is none.
    """
    ordered = pd.DataFrame({"value": values, "order": order, "subject": subjects})
    filled = ordered.dropna(subset=["value"]).sort_values(["order", "value"])
    return filled.groupby("subject")["value"].first()


def _on_or_after(dtc: DateTexts, reference: Dates) -> pd.Series:
    first, last = dates.first_day(dtc), dates.last_day(dtc)
    return first.where(first >= reference, reference).where(last >= reference)
