"""Numbers that decide, computed exactly from their text.

A number's text is a decimal ("12.50") or a fraction ("75/7"). Texts are few and rows are many, so
each distinct text is read once as a fraction, and sums run over whole numbers.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from specs.tables import distinct_rows

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?|[+-]?[0-9]+/0*[1-9][0-9]*"
)
_LARGEST = 2**62
_EXACT_FLOAT = 2**53


def fraction(text: str) -> Fraction | None:
    """The number a text stands for; None where it is no number.

    >>> fraction("12.50"), fraction("75/7"), fraction("n/a")
    (Fraction(25, 2), Fraction(75, 7), None)
    """
    stripped = text.strip()
    return Fraction(stripped) if _NUMBER.fullmatch(stripped) else None


def number(text: str) -> Fraction:
    """The number of a constant; ValueError where the text is none."""
    found = fraction(text)
    if found is None:
        raise ValueError(f"{text} is no number")
    return found


def number_text(exact: Fraction) -> str:
    """The shortest text that stands for exactly this number.

    >>> number_text(Fraction(25, 2)), number_text(Fraction(75, 7)), number_text(Fraction(-3, 100))
    ('12.5', '75/7', '-0.03')
    """
    rest, twos, fives = exact.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{exact.numerator}/{exact.denominator}"
    places = max(twos, fives)
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).rjust(places + 1, "0")
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :]
    sign = "-" if exact < 0 else ""
    return f"{sign}{whole}.{decimals}" if places else f"{sign}{whole}"


def each(function: Callable[..., Any], *texts: pd.Series) -> pd.Series:
    """The function's value for each row's numbers, computed once for each distinct combination.

    Series of text with one index in, object Series on that index out; None where a text is missing
    or no number, or the function gives None.
    """
    columns = [text.astype("str") for text in texts]
    first, codes = distinct_rows(columns, len(columns[0]))
    results = np.empty(len(first), dtype="object")
    for place, row in enumerate(zip(*(column.iloc[first] for column in columns), strict=True)):
        numbers = [fraction(value) if isinstance(value, str) else None for value in row]
        results[place] = None if None in numbers else function(*numbers)
    return pd.Series(results[codes], index=texts[0].index, dtype="object")


def differences(texts: pd.Series, others: pd.Series) -> pd.Series:
    """Numbers minus others of the same index, exactly, as the nearest float64.

    Series of text or numbers in; NaN where either is missing or no number.
    """
    sides = [pd.factorize(side) for side in (texts, others)]
    numbers = [[fraction(text) for text in pd.Series(values).astype("str")] for _, values in sides]
    known = [number for side in numbers for number in side if number is not None]
    denominator = lcm(*(number.denominator for number in known))
    whole = [[np.nan if n is None else int(n * denominator) for n in side] for side in numbers]
    largest = max((abs(int(number * denominator)) for number in known), default=0)
    if max(denominator, 2 * largest) > _EXACT_FLOAT:
        exact = each(lambda number, other: number - other, texts, others)
        return exact.map(float, na_action="ignore").astype("float64")
    # Whole numbers up to 2^53 are float64s themselves: nothing is rounded but the quotient, once.
    now, then = (
        np.array([*side, np.nan], dtype="float64")[codes]
        for side, (codes, _) in zip(whole, sides, strict=True)
    )
    return pd.Series((now - then) / denominator, index=texts.index)


def as_texts(numbers: pd.Series) -> pd.Series:
    """Fractions as text: object Series in, `str` Series on the same index out."""
    return numbers.map(number_text, na_action="ignore").astype("str")


def as_floats(texts: pd.Series) -> pd.Series:
    """Texts of numbers as the nearest float64; NaN where missing or no number."""
    return each(float, texts).astype("float64")


def sums(texts: pd.Series, group: pd.Series) -> pd.Series:
    """The exact sum per group as text, indexed by group; missing texts are left out."""
    distinct = {text: fraction(text) for text in texts.dropna().unique()}
    known = {text: number for text, number in distinct.items() if number is not None}
    denominator = lcm(*(number.denominator for number in known.values()))
    whole = {text: int(number * denominator) for text, number in known.items()}
    largest = max((abs(number) for number in whole.values()), default=0)
    # Whole numbers beyond 64 bits are added as Python's own.
    kind = "int64" if largest * (len(texts) + 1) < _LARGEST else "object"
    numerator = np.array([*whole.values(), 0], dtype=kind)
    place = texts.map({text: place for place, text in enumerate(whole)}).fillna(-1)
    numerators = pd.Series(numerator[place.astype("int64").to_numpy()])
    total = numerators.groupby(group.to_numpy()).sum()
    shown = {int(value): number_text(Fraction(int(value), denominator)) for value in total.unique()}
    return total.map(shown).astype("str")


def ranks(texts: pd.Series) -> pd.Series:
    """Whole numbers in the order of the numbers the texts stand for; -1 where there is none."""
    distinct = {text: fraction(text) for text in texts.dropna().unique()}
    order = sorted({number for number in distinct.values() if number is not None})
    rank = {number: place for place, number in enumerate(order)}
    by_text = {text: rank[number] for text, number in distinct.items() if number is not None}
    return texts.map(by_text).astype("float64").fillna(-1).astype("int64")
