"""What the laboratory analysis of the pilot study computes and no other."""

from __future__ import annotations

import pandas as pd

from specs.derivation import derivation


@derivation
def threshold_distance(
    value: pd.Series, low: pd.Series, high: pd.Series, *, share_of_low: float, share_of_high: float
) -> pd.Series:
    """The greater of {share_of_high} x {high} minus {value}, and {value} minus {share_of_low} x
    {low}; a missing one is left out, missing where both are.
    """
    distances = [share_of_high * high - value, value - share_of_low * low]
    return pd.concat(distances, axis=1).max(axis=1)


@derivation
def range_indicator(
    value: pd.Series, low: pd.Series, high: pd.Series, *, share_of_low: float, share_of_high: float
) -> pd.Series:
    """H where {value} is above {share_of_high} x {high}, L where it is below {share_of_low} x {low}
    and not H, otherwise N; missing where {value} is missing.
    """
    indicator = pd.Series("N", index=value.index, dtype="str").where(value.notna())
    indicator = indicator.mask(value.lt(share_of_low * low), "L")
    return indicator.mask(value.gt(share_of_high * high), "H")


@derivation
def limit_above_zero(limit: pd.Series) -> pd.Series:
    """{limit} where it is above 0; otherwise missing."""
    return limit.where(limit.gt(0))
