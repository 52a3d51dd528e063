"""Numbers as written: exact arithmetic on collected decimal texts, never on binary floats."""

from __future__ import annotations

import re
from fractions import Fraction

_NUMBER = re.compile(
    r"^(?P<operator><=|>=|<|>)?\s*(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)$"
)


def split_operator(text: str) -> tuple[str, Fraction] | None:
    """`<0.2` as its operator and exact number; None when the text is no such number.

    >>> split_operator("< 0.20"), split_operator("TRACE")
    (('<', Fraction(1, 5)), None)
    """
    match = _NUMBER.match(text.strip())
    return (match["operator"] or "", Fraction(match["number"])) if match else None


def decimal_text(number: Fraction, places: int = 6) -> str:
    """A number as decimal text without trailing zeros; one that does not end is rounded.

    >>> decimal_text(Fraction("1.560")), decimal_text(Fraction(20, 3)), decimal_text(Fraction(-3))
    ('1.56', '6.666667', '-3')
    """
    denominator = number.denominator
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator //= factor
    scale = 10 ** (places if denominator != 1 else _places(number))
    scaled = round(number * scale)
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled)).rjust(len(str(scale)), "0")
    whole, part = digits[: len(digits) - len(str(scale)) + 1], digits[-(len(str(scale)) - 1) :]
    if scale == 1:
        return sign + digits
    part = part.rstrip("0")
    return sign + whole + (f".{part}" if part else "")


def _places(number: Fraction) -> int:
    """How many decimals a number that ends has."""
    places, denominator = 0, number.denominator
    while 10**places % denominator:
        places += 1
    return places
