"""Conversion of units, exact, by tables of factors and offsets: the product's and the study's own.

What is not in a table directly is found over the units between, as ng/mL over ug/L to nmol/L.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypedDict

from specs.numbers import constant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.constants import Numeric

UNITS: Final = Path(__file__).parent / "units.csv"
"""The product's own table of units."""

DECIMALS: Final = 2
"""Of a converted result, beside those for the zeros after the decimal point of its factor."""

_STEPS: Final = 4

Row: TypeAlias = tuple[str, str, str, str, str]


class UnitRow(TypedDict):
    """A row of a study's own table of units; `test` is null where it holds for every test."""

    unit: str
    to: str
    test: str | None
    factor: Numeric
    offset: Numeric | None


@dataclass(frozen=True)
class Conversion:
    """A result in one unit times `factor` plus `offset` is the result in the other."""

    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)

    def __call__(self, value: Fraction) -> Fraction:
        """The converted value."""
        return value * self.factor + self.offset

    def back(self) -> Conversion:
        """The conversion the other way."""
        return Conversion(1 / self.factor, -self.offset / self.factor)

    def then(self, other: Conversion) -> Conversion:
        """The conversion and another one after it."""
        return Conversion(self.factor * other.factor, other(self.offset))

    @property
    def decimals(self) -> int | None:
        """The decimals of a converted result that no table tells; None where all it has are kept.

        They are 2, and one more for each zero after the decimal point of the factor. A factor that
        moves the decimal point alone loses nothing.

        >>> [Conversion(Fraction(f)).decimals for f in ("10", "0.4536", "0.0555", "0.00113")]
        [None, 2, 3, 4]
        """
        moved = self.factor.numerator * self.factor.denominator  # 1 of them is 1, if it is 10^n
        if not self.offset and str(moved).strip("0") == "1" and 1 in self.factor.as_integer_ratio():
            return None
        zeros = 0
        while abs(self.factor) * 10 ** (zeros + 1) < 1:
            zeros += 1
        return DECIMALS + zeros


def conversion(unit: str, to: str, test: str, own: Iterable[Row] = ()) -> Conversion | None:
    """How a result in `unit` becomes one in `to`; None when that is not known.

    Conversions that hold for one analyte alone (mass to amount of substance) are found by its
    test code; others have no test code. A study's own rows go before those of the product.

    >>> conversion("g/dL", "g/L", "HGB")(Fraction(15)), conversion("C", "F", "TEMP")(Fraction(37))
    (Fraction(150, 1), Fraction(493, 5))
    >>> conversion("mg/dL", "umol/L", "ALB") is None
    True
    """
    return _reached(unit, test, tuple(own)).get(to)


def rows_of(table: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    """The rows of a table of units as texts, a missing offset as 0."""
    return tuple(
        (
            str(row["unit"]),
            str(row["to"]),
            str(row.get("test") or ""),
            str(row["factor"]),
            str(row.get("offset") or 0),
        )
        for row in table
    )


@cache
def _reached(unit: str, test: str, own: tuple[Row, ...]) -> Mapping[str, Conversion]:
    """The units that one leads to, each over the fewest others; of two ways what stands first."""
    met = last = {unit: Conversion()}
    for _ in range(_STEPS):
        reached: dict[str, Conversion] = {}
        for here, way in last.items():
            for table in (_steps(own), _steps(product_rows())):
                for code in (test, ""):
                    for other, step in table.get((here, code), {}).items():
                        if other not in met:
                            reached.setdefault(other, way.then(step))
        met, last = {**met, **reached}, reached
    return met


@cache
def _steps(rows: tuple[Row, ...]) -> Mapping[tuple[str, str], Mapping[str, Conversion]]:
    """By unit and test the units that a row leads to, forward before backward."""
    steps: dict[tuple[str, str], dict[str, Conversion]] = {}
    ways = [
        (unit, to, test, Conversion(constant(factor), constant(offset)))
        for unit, to, test, factor, offset in rows
    ]
    back = [(to, unit, test, way.back()) for unit, to, test, way in ways]
    for unit, to, test, way in (*ways, *back):
        steps.setdefault((unit, test), {}).setdefault(to, way)
    return steps


@cache
def product_rows() -> tuple[Row, ...]:
    """The product's own table of units."""
    with UNITS.open(encoding="utf-8", newline="") as lines:
        return rows_of(csv.DictReader(lines))
