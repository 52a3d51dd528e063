"""Baseline values and changes from them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from adam import exact
from adam.lookup import NONE, dense, taken
from specs.choices import taken_from
from specs.derivation import Outcome, derivation
from specs.distinct import mapped, text_where
from specs.numbers import numbers_of, rounded
from specs.source_kinds import Dates
from specs.tables import numbered, stable_order

_DAYS_OF_MONTH = Fraction("365.25") / 12


@derivation
def baseline_value(value: pd.Series, flag: pd.Series, *group: pd.Series) -> Outcome:
    """{value} of the record with {flag} EQ "Y" and the same {group}, of several the first in
    the order of the records; missing where there is none.
    """
    code = dense(numbered(group, len(value)))
    last_first = np.flatnonzero(flag.eq("Y"))[::-1]  # so that of several the first one stays
    position = np.full(code.max(initial=-1) + 1, NONE)
    position[code[last_first]] = last_first
    there = np.flatnonzero(position[code] != NONE)
    records = value.index.take(position[code][there])
    choices = taken_from(value.index.take(there), records)
    return Outcome(taken(value, position[code], value.index), choices=choices)


@derivation
def change(value: pd.Series, base: pd.Series, before: pd.Series) -> pd.Series:
    """{value} minus {base}, computed exactly from the shortest decimals of both and rounded once to
    the nearest number; missing where either is missing, and for records before the first dose
    ({before} EQ "Y").
    """
    return exact.differences(value, base).mask(before.eq("Y"))


@derivation
def difference(value: pd.Series, base: pd.Series) -> pd.Series:
    """{value} minus {base}, computed exactly from the shortest decimals of both and rounded once to
    the nearest number; missing where either is missing.
    """
    return exact.differences(value, base)


@derivation
def percent_change(change: pd.Series, base: pd.Series) -> pd.Series:
    """100 x {change} / {base}, computed exactly from the shortest decimals of both and rounded once
    to the nearest number; missing where either is missing, or {base} is 0.
    """
    return exact.computed(
        lambda share, of: 100 * share / of if of else None, change, base, read=exact.delivered
    )


@derivation
def shift(base: pd.Series, value: pd.Series) -> pd.Series:
    """{base}, the word "to" and {value}, with spaces between; missing where {base} or {value} is
    missing.
    """
    return (base + " to " + value).astype("str")


@derivation
def rounded_share(value: pd.Series, divisor: pd.Series, *, decimals: int) -> pd.Series:
    """{value} divided by {divisor}, computed exactly from the shortest decimals of both and rounded
    to {decimals} with a half away from zero; missing where either is missing, or {divisor} is 0.

    decimals=1: 1 decimal

    decimals: {decimals} decimals
    """
    return exact.computed(
        lambda whole, by: rounded(whole / by, decimals) if by else None,
        value,
        divisor,
        read=exact.delivered,
    )


@derivation
def capped(value: pd.Series, *, highest: float) -> pd.Series:
    """{value}, but not more than {highest}; missing where {value} is missing."""
    return value.clip(upper=highest)


@derivation(severity="warning")
def number_for(text: pd.Series, *, numbers: dict[str, float]) -> Outcome:
    """The number for {text}. Numbers: {numbers}. Missing where there is none.

    A text without a number is a finding.
    """
    values = mapped(text, {name: float(number) for name, number in numbers.items()})
    problem = text.astype("str") + " has no number among those of " + ", ".join(numbers)
    return Outcome(values, problem.where(text.notna() & values.isna()))


@derivation
def text_for(text: pd.Series, *, texts: dict[str, str]) -> pd.Series:
    """The text for {text}. Texts: {texts}. Missing where there is none."""
    return mapped(text, texts).astype("str")


@derivation
def months_between(start: Dates, end: Dates, *, decimals: int) -> pd.Series:
    """Days from {start} through {end}, both counted, divided by 365.25 / 12 and rounded to
    {decimals} with a half away from zero; missing where either is missing.

    decimals=1: 1 decimal

    decimals: {decimals} decimals
    """
    days = (end - start).dt.days + 1
    return exact.computed(lambda count: rounded(count / _DAYS_OF_MONTH, decimals), days)


@derivation
def share_of(value: pd.Series, limit: pd.Series) -> pd.Series:
    """{value} divided by {limit}, computed exactly from the shortest decimals of both and rounded
    once to the nearest number; missing where either is missing, or {limit} is 0.
    """
    return exact.computed(
        lambda number, of: number / of if of else None, value, limit, read=exact.delivered
    )


@derivation(severity="warning")
def number_of(text: pd.Series) -> Outcome:
    """{text} as a number; missing where it is none.

    A text that is no number, such as <20 or 1,5, is a finding.
    """
    number = numbers_of(text)
    problem = text.astype("str") + " is not a number"
    return Outcome(number, problem.where(text.notna() & number.isna()))


@derivation
def rank_in(text: pd.Series, *, values: list[str], lowest: int) -> pd.Series:
    """The place of {text} in the order {values}, of which the first has the number {lowest};
    missing where it is none of them.
    """
    return mapped(text, {value: float(rank) for rank, value in enumerate(values, lowest)})


@derivation(severity="warning")
def text_or_missing(
    text: pd.Series, *, values: list[str], no_value: tuple[str, ...] = ()
) -> Outcome:
    """{text} where it is {values:or}; otherwise missing.

    Texts in `no_value` mean that there is none; any other text is a finding.
    """
    listed = text.isin(values)
    problem = text.astype("str") + " is not one of " + ", ".join(values)
    return Outcome(text.where(listed), problem.where(text.notna() & ~listed & ~text.isin(no_value)))


@derivation(gives=("Y", "N"))
def criterion_flag(value: pd.Series, *, at_most: int) -> pd.Series:
    """Y where {value} is {at_most} or less, N where it is more; missing where {value} is
    missing.
    """
    met = value.le(at_most).map({True: "Y", False: "N"}).astype("str")
    return met.where(value.notna())


@derivation
def stated(value: pd.Series, *, text: str) -> pd.Series:
    """The text "{text}" where {value} is not missing; otherwise missing."""
    return text_where(value.notna(), text)


@derivation
def analysis_sequence(subject: pd.Series, *keys: pd.Series) -> pd.Series:
    """The number of the record within {subject}, from 1, in the order of {keys}; missing values
    come last.
    """
    ordered = subject.iloc[stable_order([subject, *keys], len(subject))]
    return ordered.groupby(ordered, sort=False).cumcount().add(1).reindex(subject.index)
