"""Numbers: the one reader of texts, the one writer of texts, and what stands between them.

Inside, numbers are exact fractions. A column holds them as the nearest float64, from which the
fraction is found again (`exact`): no other decimal of 15 digits and no other fraction of a small
denominator lies as near. Outside, they are decimals, rounded half away from zero.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from specs.distinct import once_each

if TYPE_CHECKING:
    from collections.abc import Iterable

QUALIFIERS: Final = ("<=", ">=", "<", ">", "~")
"""What may stand before a number that is not measured exactly."""

PLAIN: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
"""A number without exponent, as a pattern."""

_NUMBER: Final = re.compile(rf"{PLAIN}(?:[eE][+-]?[0-9]{{1,2}})?")
_QUALIFIED: Final = re.compile(rf"({'|'.join(QUALIFIERS)})?\s*(.*)", re.DOTALL)
_DATE: Final = re.compile("[0-9]{4}(?:-[0-9]{2}){1,2}|[0-9]{1,2}[+]")
_NOT_FINITE: Final = ("inf", "infinity", "nan")
_SEPARATORS: Final = ".,'*<>=~+-eE/:"
_LONGEST: Final = 100
LARGEST: Final = 10**75
"""SAS transport files hold numbers up to 7.2e75, and from 5.4e-79 on."""

_SMALL: Final = 10_000
"""Fractions whose denominator is at most this are told apart by their float64."""

_SHORT, _LONG = 12, 15
"""A float64 with no more digits than this was a decimal; a large one lies nearer to fractions."""


class Qualified(NamedTuple):
    """A number with what stands before it, "" where it is exact."""

    qualifier: str
    number: Fraction


def read_number(text: str, decimal: Literal[".", ","] = ".") -> Fraction | None:
    """The number a text stands for, blanks at its ends apart; None where it is none.

    >>> read_number("+1.2E2"), read_number("120."), read_number(".5"), read_number("5,5", ",")
    (Fraction(120, 1), Fraction(120, 1), Fraction(1, 2), Fraction(11, 2))
    >>> [read_number(text) for text in ("1,200", "120*", "1 200", "Inf", "1e400", "")]
    [None, None, None, None, None, None]
    """
    text = text.strip()
    if decimal == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return None
    number = Fraction(text)
    return number if number == 0 or 1 / LARGEST < abs(number) < LARGEST else None


def read_qualified(text: str) -> Qualified | None:
    """A number that may have a qualifier before it; None where the text is no such number.

    >>> read_qualified("< 0.20"), read_qualified("TRACE")
    (Qualified(qualifier='<', number=Fraction(1, 5)), None)
    """
    match = _QUALIFIED.fullmatch(text.strip())
    number = read_number(match[2]) if match else None
    return None if match is None or number is None else Qualified(match[1] or "", number)


def looks_like_number(text: str) -> bool:
    """Whether a text is meant as a number and is none: digits with signs, blanks and separators.

    >>> [looks_like_number(text) for text in ("1,200", "120-130", "120*", "120 H", "Inf", "1 200")]
    [True, True, True, False, True, True]
    >>> [looks_like_number(text) for text in ("12.5", "<5", "TRACE", "2020-01-02", "1+")]
    [False, False, False, False, False]
    """
    text = text.strip()
    if read_qualified(text) is not None or _DATE.fullmatch(text) or not text:
        return False
    if text.strip("+-").casefold() in _NOT_FINITE:
        return True
    others = {c for c in text if not c.isdecimal()}
    return len(others) < len(set(text)) and all(
        c in _SEPARATORS or c.isspace() or unicodedata.category(c) in ("Pd", "Sm") for c in others
    )


def with_point(text: str) -> str | None:
    """A number written with a decimal comma, a qualifier before it or not, with a point; else None.

    >>> with_point("<0,5"), with_point("5"), with_point("1.234,5"), with_point("1.5")
    ('<0.5', '5', None, None)
    """
    pointed = text.replace(",", ".")
    return pointed if "." not in text and read_qualified(pointed) is not None else None


def constant(text: object) -> Fraction:
    """The number of a constant, which may be a fraction such as 5/9; ValueError if it is none."""
    terms = [read_number(text_of) for text_of in str(text).split("/")]
    if len(terms) > 2 or None in terms or (len(terms) == 2 and terms[1] == 0):
        raise ValueError(f"{text} is not a number")
    numbers = [text_of for text_of in terms if text_of is not None]
    return numbers[0] if len(numbers) == 1 else numbers[0] / numbers[1]


def exact(value: float) -> Fraction:
    """The number that a float64 was made of: a fraction of a small denominator, else the decimal.

    >>> exact(0.1), exact(10 / 3), exact(0.123456789)
    (Fraction(1, 10), Fraction(10, 3), Fraction(123456789, 1000000000))
    """
    value = float(value)
    text = repr(value)
    if sum(map(str.isdecimal, text)) > (_SHORT if abs(value) < _SMALL else _LONG):
        fraction = Fraction(value).limit_denominator(_SMALL)
        if float(fraction) == value:
            return fraction
    return Fraction(text)


def rounded(number: Fraction, decimals: int) -> Fraction:
    """A number to some decimals, a half away from zero.

    >>> float(rounded(Fraction("2.345"), 2)), float(rounded(Fraction("-0.5"), 0))
    (2.35, -1.0)
    """
    scale = 10**decimals
    doubled = 2 * abs(number.numerator) * scale + number.denominator
    whole = doubled // (2 * number.denominator)
    return Fraction(whole if number >= 0 else -whole, scale)


def ends_after(number: Fraction) -> int | None:
    """How many decimals a number has; None where they do not end.

    >>> ends_after(Fraction("1.560")), ends_after(Fraction(20, 3))
    (2, None)
    """
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def number_text(number: Fraction | float, decimals: int | None = None) -> str:
    """A number as decimal text without exponent and without zeros at the end.

    It has at most so many `decimals`; without these, all it has, and where they do not end those of
    the shortest decimal with the same float64.

    >>> number_text(Fraction("1.560")), number_text(1e22), number_text(0.1), number_text(-0.0)
    ('1.56', '10000000000000000000000', '0.1', '0')
    >>> number_text(Fraction(20, 3), 2), number_text(Fraction(-1, 3), 0), number_text(1 / 3)
    ('6.67', '0', '0.3333333333333333')
    """
    if decimals is None and (isinstance(number, float) or ends_after(number) is None):
        text = np.format_float_positional(float(number), trim="-")
        return "0" if text == "-0" else text
    text = fixed_text(number, ends_after(Fraction(number)) or 0 if decimals is None else decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def fixed_text(number: Fraction | float, decimals: int) -> str:
    """A number as text with just so many decimals, rounded half away from zero.

    >>> fixed_text(Fraction(5, 2), 0), fixed_text(2.675, 2), fixed_text(7.0, 1)
    ('3', '2.68', '7.0')
    """
    number_rounded = rounded(number if isinstance(number, Fraction) else exact(number), decimals)
    digits = str(abs(number_rounded.numerator) * 10**decimals // number_rounded.denominator).rjust(
        decimals + 1, "0"
    )
    whole, decimal_digits = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    return ("-" if number_rounded < 0 else "") + whole + (f".{decimal_digits}" if decimals else "")


def numbers_of(texts: pd.Series, decimal: Literal[".", ","] = ".") -> pd.Series:
    """Texts as float64, each distinct one read once; NaN where they are no numbers."""
    if pd.api.types.is_numeric_dtype(texts):
        return texts.astype("float64")
    return once_each(lambda distinct: _floats(distinct, decimal), texts)


def _floats(texts: Iterable[object], decimal: Literal[".", ","]) -> pd.Series:
    numbers = [read_number(text, decimal) if isinstance(text, str) else None for text in texts]
    return pd.Series([np.nan if n is None else float(n) for n in numbers], dtype="float64")
