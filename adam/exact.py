"""Numbers that decide, computed exactly: what columns hold is read as fractions (`specs.numbers`).

Values are few and rows are many, so each distinct one is read once, and sums and differences run
over whole numbers. What is given back is the nearest float64, from which the fraction is found
again: compared with a limit, it is below, at or above it as the exact number is.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from specs.numbers import exact, read_number, rounded
from specs.tables import distinct_rows

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST = 2**62
_EXACT_FLOAT = 2**53


def fraction(value: object) -> Fraction | None:
    """The number of a text or a float64; None where it is missing or no number.

    >>> fraction("12.50"), fraction(75 / 7), fraction("n/a"), fraction(float("nan"))
    (Fraction(25, 2), Fraction(75, 7), None, None)
    """
    if isinstance(value, str):
        return read_number(value)
    return exact(value) if isinstance(value, (int, float)) and np.isfinite(value) else None


def delivered(value: object) -> Fraction | None:
    """The number that a text or a float64 shows: its shortest decimal, whatever it was made of.

    >>> delivered("12.50"), delivered(0.1), delivered(float("nan"))
    (Fraction(25, 2), Fraction(1, 10), None)
    >>> delivered(20 / 3) == Fraction("6.666666666666667")
    True
    """
    if isinstance(value, str):
        return read_number(value)
    if isinstance(value, (int, float)) and np.isfinite(value):
        return Fraction(repr(float(value)))
    return None


def each(
    function: Callable[..., Any],
    *columns: pd.Series,
    read: Callable[[object], Fraction | None] = fraction,
) -> pd.Series:
    """The function's value for each row's numbers, computed once for each distinct combination.

    Series of texts or numbers with one index in, object Series on that index out; None where a
    value is missing or no number, or the function gives None. `read` gives the number of a value.
    """
    coded = [pd.factorize(column) for column in columns]
    numbers = [[*map(read, values.tolist()), None] for _, values in coded]
    positions = [pd.Series(codes) for codes, _ in coded]
    first, codes = distinct_rows(positions, len(columns[0]))
    results = np.empty(len(first), dtype="object")
    rows = zip(*(position.to_numpy()[first] for position in positions), strict=True)
    for position, row in enumerate(rows):
        operands = [of[code] for of, code in zip(numbers, row, strict=True)]
        results[position] = None if None in operands else function(*operands)
    return pd.Series(results[codes], index=columns[0].index, dtype="object")


def computed(
    function: Callable[..., Fraction | None],
    *columns: pd.Series,
    read: Callable[[object], Fraction | None] = fraction,
) -> pd.Series:
    """The same for a function that gives numbers, as the nearest float64."""
    return each(function, *columns, read=read).map(float, na_action="ignore").astype("float64")


def half_up(value: pd.Series, decimals: int) -> pd.Series:
    """Numbers to some decimals, a half away from zero.

    >>> half_up(pd.Series([74.25, -0.25, 1.005]), 1).tolist()
    [74.3, -0.3, 1.0]
    """
    return computed(lambda number: rounded(number, decimals), value)


def differences(values: pd.Series, others: pd.Series) -> pd.Series:
    """Numbers minus others of the same index, exact from their decimals, as the nearest float64.

    Series of text or numbers in; NaN where either is missing or no number.
    """
    sides = [pd.factorize(side) for side in (values, others)]
    numbers = [[delivered(value) for value in distinct.tolist()] for _, distinct in sides]
    present = [number for side in numbers for number in side if number is not None]
    denominator = lcm(*(number.denominator for number in present))
    whole = [[np.nan if n is None else int(n * denominator) for n in side] for side in numbers]
    largest = max((abs(int(number * denominator)) for number in present), default=0)
    if max(denominator, 2 * largest) > _EXACT_FLOAT:
        return computed(lambda number, other: number - other, values, others, read=delivered)
    # Whole numbers up to 2^53 are float64s themselves: nothing is rounded but the quotient, once.
    now, then = (
        np.array([*side, np.nan], dtype="float64")[codes]
        for side, (codes, _) in zip(whole, sides, strict=True)
    )
    return pd.Series((now - then) / denominator, index=values.index)


def sums(values: pd.Series, group: pd.Series) -> pd.Series:
    """The exact sum per group as the nearest float64, indexed by group; missing ones are left out.

    A group of missing values alone has the sum 0.
    """
    codes, distinct = pd.factorize(values)
    numbers = [fraction(value) or Fraction(0) for value in distinct.tolist()]
    denominator = lcm(*(number.denominator for number in numbers))
    whole = [int(number * denominator) for number in numbers]
    largest = max((abs(number) for number in whole), default=0)
    # Whole numbers beyond 64 bits are added as Python's own.
    kind = "int64" if largest * (len(values) + 1) < _LARGEST else "object"
    numerators = pd.Series(np.array([*whole, 0], dtype=kind)[codes])
    total = numerators.groupby(group.to_numpy()).sum()
    sums_of = {value: float(Fraction(int(value), denominator)) for value in total.unique()}
    return total.map(sums_of).astype("float64")
