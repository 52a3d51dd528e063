"""Baseline values and changes from them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from adam import exact
from specs.derivation import Outcome, derivation


@derivation
def baseline_value(value: pd.Series, flag: pd.Series, *group: pd.Series) -> pd.Series:
    """{value} of the record with {flag} = Y that has the same values of {group}; missing where
    there is none.
    """
    keys = pd.concat([key.rename(str(n)) for n, key in enumerate(group)], axis=1)
    code = keys.groupby(list(keys.columns), sort=False, dropna=False).ngroup()
    chosen = flag.eq("Y").fillna(value=False).astype(bool)
    at_baseline = value[chosen].set_axis(code[chosen])
    return code.map(at_baseline[~at_baseline.index.duplicated()]).astype(value.dtype)


@derivation
def change(value: pd.Series, base: pd.Series, before: pd.Series) -> pd.Series:
    """{value} minus {base}, computed exactly from their decimal text; missing where either is, and
    for records before the first dose ({before} is Y).
    """
    difference = exact.each(lambda now, then: now - then, value, base)
    return difference.map(float, na_action="ignore").astype("float64").mask(before.eq("Y"))


@derivation
def difference(value: pd.Series, base: pd.Series) -> pd.Series:
    """{value} minus {base}; missing where either is."""
    return value - base


@derivation
def percent_change(change: pd.Series, base: pd.Series) -> pd.Series:
    """100 x {change} / {base}; missing where either is, or {base} is 0."""
    return (100 * change / base.abs()).where(base.ne(0))


@derivation
def shift(base: pd.Series, value: pd.Series) -> pd.Series:
    """{base} and {value} joined by "to"; missing where either is."""
    return (base + " to " + value).astype("str")


@derivation
def rounded_share(value: pd.Series, parts: pd.Series, *, decimals: int) -> pd.Series:
    """{value} divided by {parts}, to {decimals} decimals; missing where either is."""
    return half_up(value / parts, decimals)


@derivation
def capped(value: pd.Series, *, highest: float) -> pd.Series:
    """{value}, but not more than {highest}."""
    return value.clip(upper=highest)


@derivation
def number_for(text: pd.Series, *, numbers: dict[str, float]) -> pd.Series:
    """The number of {text}: {numbers}; missing where it has none."""
    return text.map({name: float(number) for name, number in numbers.items()})


@derivation
def text_for(text: pd.Series, *, texts: dict[str, str]) -> pd.Series:
    """The text that stands for {text}: {texts}; missing where none does."""
    return text.map(dict(texts)).astype("str")


@derivation
def months_between(start: pd.Series, end: pd.Series, *, decimals: int) -> pd.Series:
    """Months of 365.25 / 12 days from {start} through {end}, both counted, to {decimals}
    decimals.
    """
    return half_up(((end - start).dt.days + 1) / (365.25 / 12), decimals)


def half_up(value: pd.Series, decimals: int) -> pd.Series:
    """Numbers rounded as on paper: a half goes away from zero, whatever its binary neighbours.

    >>> half_up(pd.Series([74.25, -0.25, 1.005]), 1).tolist()
    [74.3, -0.3, 1.0]
    """
    scaled = (value.abs() * 10**decimals).round(9)
    rounded: pd.Series = np.sign(value) * np.floor(scaled + 0.5) / 10**decimals
    return rounded


@derivation
def share_of(value: pd.Series, limit: pd.Series) -> pd.Series:
    """{value} divided by {limit}; missing where either is, or {limit} is 0."""
    return (value / limit).where(limit.ne(0))


@derivation
def number_of(text: pd.Series) -> pd.Series:
    """{text} as a number."""
    return exact.as_floats(text)


@derivation
def rank_in(text: pd.Series, *, values: list[str], lowest: int) -> pd.Series:
    """The place of {text} in the list {values}, counted from {lowest}; missing where it is not
    listed.
    """
    return text.map({value: float(place) for place, value in enumerate(values, lowest)})


@derivation
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
    return pd.Series(text, index=value.index, dtype="str").where(value.notna())


@derivation
def analysis_sequence(subject: pd.Series, *keys: pd.Series) -> pd.Series:
    """The number of the record within {subject} in the order of the keys of the dataset."""
    table = pd.concat([subject, *keys], axis=1).set_axis(range(len(keys) + 1), axis=1)
    ordered = table.sort_values(list(table.columns), kind="stable", na_position="last")
    return ordered.groupby(0, sort=False).cumcount().add(1).reindex(subject.index)
