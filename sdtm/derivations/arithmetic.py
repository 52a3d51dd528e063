"""Arithmetic on the numbers of a record, exact from their decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from specs.derivation import Outcome, derivation
from specs.distinct import as_plain
from specs.numbers import exact, read_number
from specs.numbers import rounded as rounded_number

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction


@derivation(scope="value")
def plus(left: pd.Series, right: pd.Series) -> Outcome:
    """{left} plus {right}, computed exactly; missing where either is missing or not a number.

    A text that is not a number is a finding.

    >>> plus(pd.Series(["0.1"]), pd.Series([0.2])).values.tolist()
    [0.3]
    """
    return _computed(lambda one, other: one + other, left, right)


@derivation(scope="value")
def minus(left: pd.Series, right: pd.Series) -> Outcome:
    """{left} minus {right}, computed exactly; missing where either is missing or not a number.

    A text that is not a number is a finding.
    """
    return _computed(lambda one, other: one - other, left, right)


@derivation(scope="value")
def times(left: pd.Series, right: pd.Series) -> Outcome:
    """{left} times {right}, computed exactly; missing where either is missing or not a number.

    A text that is not a number is a finding.
    """
    return _computed(lambda one, other: one * other, left, right)


@derivation(scope="value")
def divided_by(left: pd.Series, right: pd.Series) -> Outcome:
    """{left} divided by {right}, computed exactly; missing where either is missing or not a number,
    and where {right} is 0.

    A text that is not a number, and a divisor of 0, are findings.
    """
    return _computed(lambda one, other: one / other, left, right)


@derivation(scope="value")
def rounded(value: pd.Series, *, decimals: int) -> Outcome:
    """{value} rounded to {decimals} decimals, a half away from zero; missing where it is missing or
    not a number.

    A text that is not a number is a finding.

    >>> rounded(pd.Series(["2.345", "-0.5"]), decimals=2).values.tolist()
    [2.35, -0.5]
    """
    return _computed(lambda number: rounded_number(number, decimals), value)


def _computed(function: Callable[..., Fraction], *sources: pd.Series) -> Outcome:
    """What a function gives for the numbers of each row, and why it gives nothing."""
    for source in sources:
        if pd.api.types.is_datetime64_dtype(source):
            raise TypeError("dates are not numbers; days between dates have functions of their own")
    pairs = [_one(function, row) for row in zip(*map(as_plain, sources), strict=True)]
    index = sources[0].index
    return Outcome(
        pd.Series([value for value, _ in pairs], index, dtype="float64"),
        pd.Series([problem for _, problem in pairs], index, dtype="str"),
    )


def _one(
    function: Callable[..., Fraction], row: tuple[Any, ...]
) -> tuple[float | None, str | None]:
    if any(map(pd.isna, row)):
        return None, None
    numbers = [read_number(value) if isinstance(value, str) else exact(value) for value in row]
    strange = next((v for v, n in zip(row, numbers, strict=True) if n is None), None)
    if strange is not None:
        return None, f"{strange} is not a number"
    try:
        return float(function(*numbers)), None
    except ZeroDivisionError:
        return None, f"{row[0]} cannot be divided by 0"
