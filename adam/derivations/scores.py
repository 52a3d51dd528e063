"""Scores of instruments: totals, grades, scales."""

from __future__ import annotations

import pandas as pd

from adam import exact
from specs.derivation import Outcome, derivation


@derivation
def total_of_items(recorded: pd.Series, *items: pd.Series, highest: int) -> pd.DataFrame:
    """The sum of the items {items}. One missing item makes the total missing. Without any item the
    total recorded on the form, {recorded}, is taken, if it is from 0 to {highest}.

    Shape: Series on one index in, frame with AVAL and PROBLEM out; a recorded total that differs
    from the sum, or cannot be, is a finding.
    """
    table = pd.concat(items, axis=1)
    total = table.sum(axis=1, skipna=False).astype("float64")
    no_items = table.isna().all(axis=1)
    possible = recorded.between(0, highest)
    shown = "the recorded total " + _shown(recorded)
    differs = shown + " is not the sum of the items " + _shown(total)
    outside = shown + f" is not from 0 to {highest}"
    problem = differs.where(total.notna() & recorded.notna() & total.ne(recorded))
    return pd.DataFrame(
        {
            "AVAL": total.mask(no_items, recorded.where(possible)),
            "PROBLEM": problem.mask(recorded.notna() & ~possible, outside).astype("str"),
        }
    )


@derivation
def within_scale(text: pd.Series, *, low: str, high: str) -> Outcome:
    """{text} where it is a number from {low} to {high}, in its shortest exact form; missing
    otherwise.
    """
    limits = exact.number(low), exact.number(high)
    found = exact.each(lambda value: value if limits[0] <= value <= limits[1] else None, text)
    bad = text.notna() & found.isna()
    problem = text.astype("str") + f" is not a number from {low} to {high}"
    return Outcome(exact.as_texts(found), problem.where(bad))


def _shown(number: pd.Series) -> pd.Series:
    return number.map("{:g}".format, na_action="ignore").astype("str")
