"""Scores of instruments: totals, grades, scales."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypedDict

import pandas as pd

from adam import exact
from specs.derivation import Outcome, derivation
from specs.numbers import constant, number_text, numbers_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specs.constants import NumberText, Numeric


class ItemWeight(TypedDict):
    """A row of a table of items and their weights."""

    weight: Numeric


@derivation(severity="warning")
def total_of_items(recorded: pd.Series, *items: pd.Series, highest: int) -> Outcome:
    """The sum of {items}; missing where one of them is missing. Where all are missing: {recorded},
    if it is from 0 to {highest}, else missing.

    A recorded total that differs from the sum, or cannot be, is a finding.
    """
    table = pd.concat(items, axis=1)
    total = exact.computed(_sum, *items)
    no_items = table.isna().all(axis=1)
    possible = recorded.between(0, highest)
    shown = "the recorded total " + _shown(recorded)
    differs = shown + " is not the sum of the items " + _shown(total)
    outside = shown + f" is not from 0 to {highest}"
    problem = differs.where(total.notna() & recorded.notna() & total.ne(recorded))
    return Outcome(
        total.mask(no_items, recorded.where(possible)),
        problem.mask(recorded.notna() & ~possible, outside).astype("str"),
    )


@derivation
def total_if_worst(
    before: pd.Series,
    recorded: pd.Series,
    *items: pd.Series,
    weights: Sequence[ItemWeight],
    highest: int,
) -> pd.Series:
    """The sum of {items}, where a missing item counts 0 on a record before the first dose ({before}
    EQ "Y") and its weight on any other, by {weights} in the order of the items. Where all items
    are missing: {recorded}, if it is from 0 to {highest}, else missing.
    """
    table = pd.concat(items, axis=1).set_axis(range(len(items)), axis=1)
    worst = pd.Series([float(row["weight"]) for row in weights])
    filled = table.fillna(worst).where(before.ne("Y"), table.fillna(0))
    total = exact.computed(_sum, *(filled[name] for name in filled))
    return total.mask(table.isna().all(axis=1), recorded.where(recorded.between(0, highest)))


@derivation
def grade_score(
    grade: pd.Series,
    domain: pd.Series,
    variable: pd.Series,
    number: pd.Series,
    *,
    scores: Mapping[str, int],
) -> pd.DataFrame:
    """The score of a grade, traced to the record of the grade.

    AVAL: The score for {grade}. Scores: {scores}. Missing where there is no grade.

    SRCDOM, SRCVAR, SRCSEQ: {column} of the record of the grade that AVAL is made from.
    """
    return pd.DataFrame(
        {
            "AVAL": grade.map(dict(scores)).astype("float64"),
            "SRCDOM": domain,
            "SRCVAR": variable,
            "SRCSEQ": number,
        }
    )


@derivation
def total_of_scores(*scores: pd.Series) -> pd.Series:
    """The sum of {scores}; missing where one of them is missing."""
    return exact.computed(_sum, *scores)


@derivation
def titer_number(text: pd.Series) -> pd.Series:
    """The number n where {text} is 1:n and n has digits alone; otherwise missing."""
    return numbers_of(text.str.extract("^1:([0-9]+)$")[0])


@derivation(severity="warning")
def within_scale(text: pd.Series, *, low: NumberText, high: NumberText) -> Outcome:
    """{text} where it is a number from {low} to {high}, written without needless zeros, as 2.5 for
    2.50; otherwise missing.
    """
    limits = constant(low), constant(high)
    scores = exact.each(lambda value: value if limits[0] <= value <= limits[1] else None, text)
    bad = text.notna() & scores.isna()
    problem = text.astype("str") + f" is not a number from {low} to {high}"
    return Outcome(scores.map(number_text, na_action="ignore").astype("str"), problem.where(bad))


def _sum(*numbers: Fraction) -> Fraction:
    return sum(numbers, start=Fraction(0))


def _shown(number: pd.Series) -> pd.Series:
    return number.map(number_text, na_action="ignore").astype("str")
