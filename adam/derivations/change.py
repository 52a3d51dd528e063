"""Baseline values and changes from them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from adam import exact
from adam.lookup import NONE, dense, taken
from specs.derivation import Outcome, derivation
from specs.distinct import mapped, text_where
from specs.numbers import numbers_of, rounded
from specs.source_kinds import Dates
from specs.tables import numbered, stable_order

_DAYS_OF_MONTH = Fraction("365.25") / 12


@derivation
def baseline_value(value: pd.Series, flag: pd.Series, *group: pd.Series) -> pd.Series:
    """{value} of the record with {flag} = Y that has the same values of {group}; missing where
    there is none.
    """
    code = dense(numbered(group, len(value)))
    last_first = np.flatnonzero(flag.eq("Y"))[::-1]  # so that of several the first one stays
    place = np.full(code.max(initial=-1) + 1, NONE)
    place[code[last_first]] = last_first
    return taken(value, place[code], value.index)


@derivation
def change(value: pd.Series, base: pd.Series, before: pd.Series) -> pd.Series:
    """{value} minus {base}, computed exactly from their decimals; missing where either is, and for
    records before the first dose ({before} is Y).
    """
    return exact.differences(value, base).mask(before.eq("Y"))


@derivation
def difference(value: pd.Series, base: pd.Series) -> pd.Series:
    """{value} minus {base}; missing where either is."""
    return exact.differences(value, base)


@derivation
def percent_change(change: pd.Series, base: pd.Series) -> pd.Series:
    """100 x {change} / {base}; missing where either is, or {base} is 0."""
    return exact.computed(lambda part, of: 100 * part / of if of else None, change, base)


@derivation
def shift(base: pd.Series, value: pd.Series) -> pd.Series:
    """{base} and {value} joined by "to"; missing where either is."""
    return (base + " to " + value).astype("str")


@derivation
def rounded_share(value: pd.Series, parts: pd.Series, *, decimals: int) -> pd.Series:
    """{value} divided by {parts}, to {decimals} decimals; missing where either is, or {parts} is
    0.
    """
    return exact.computed(
        lambda whole, by: rounded(whole / by, decimals) if by else None, value, parts
    )


@derivation
def capped(value: pd.Series, *, highest: float) -> pd.Series:
    """{value}, but not more than {highest}."""
    return value.clip(upper=highest)


@derivation(severity="warning")
def number_for(text: pd.Series, *, numbers: dict[str, float]) -> Outcome:
    """The number of {text}: {numbers}; missing where it has none.

    A text without a number is a finding.
    """
    known = mapped(text, {name: float(number) for name, number in numbers.items()})
    problem = text.astype("str") + " has no number among those of " + ", ".join(numbers)
    return Outcome(known, problem.where(text.notna() & known.isna()))


@derivation
def text_for(text: pd.Series, *, texts: dict[str, str]) -> pd.Series:
    """The text that stands for {text}: {texts}; missing where none does."""
    return mapped(text, texts).astype("str")


@derivation
def months_between(start: Dates, end: Dates, *, decimals: int) -> pd.Series:
    """Months of 365.25 / 12 days from {start} through {end}, both counted, to {decimals}
    decimals.
    """
    days = (end - start).dt.days + 1
    return exact.computed(lambda count: rounded(count / _DAYS_OF_MONTH, decimals), days)


@derivation
def share_of(value: pd.Series, limit: pd.Series) -> pd.Series:
    """{value} divided by {limit}; missing where either is, or {limit} is 0."""
    return exact.computed(lambda number, of: number / of if of else None, value, limit)


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
    """The place of {text} in the list {values}, counted from {lowest}; missing where it is not
    listed.
    """
    return mapped(text, {value: float(place) for place, value in enumerate(values, lowest)})


@derivation(severity="warning")
def text_or_missing(
    text: pd.Series, *, values: list[str], no_value: tuple[str, ...] = ()
) -> Outcome:
    """{text} where it is one of {values}; missing otherwise.

    Texts in `no_value` mean that there is none; any other text is a finding.
    """
    known = text.isin(values)
    problem = text.astype("str") + " is not one of " + ", ".join(values)
    return Outcome(text.where(known), problem.where(text.notna() & ~known & ~text.isin(no_value)))


@derivation
def criterion_flag(value: pd.Series, *, at_most: int) -> pd.Series:
    """Y where {value} is {at_most} or less, N where it is more; missing where {value} is."""
    met = value.le(at_most).map({True: "Y", False: "N"}).astype("str")
    return met.where(value.notna())


@derivation
def stated(value: pd.Series, *, text: str) -> pd.Series:
    """The text "{text}" where {value} is given."""
    return text_where(value.notna(), text)


@derivation
def analysis_sequence(subject: pd.Series, *keys: pd.Series) -> pd.Series:
    """The number of the record within {subject} in the order of the keys of the dataset."""
    ordered = subject.iloc[stable_order([subject, *keys], len(subject))]
    return ordered.groupby(ordered, sort=False).cumcount().add(1).reindex(subject.index)
