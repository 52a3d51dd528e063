"""Conversion of units, exact, by a table of factors and offsets."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path


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


def conversion(unit: str, to: str, test: str) -> Conversion | None:
    """How a result in `unit` becomes one in `to`; None when that is not known.

    Conversions that hold for one analyte alone (mass to amount of substance) are found by its
    test code; others have no test code.

    >>> conversion("g/dL", "g/L", "HGB")(Fraction(15)), conversion("C", "F", "TEMP")(Fraction(37))
    (Fraction(150, 1), Fraction(493, 5))
    >>> conversion("mg/dL", "umol/L", "HGB") is None
    True
    """
    if unit == to:
        return Conversion()
    known = _conversions()
    found = known.get((unit, to, test), known.get((unit, to, "")))
    if found is not None:
        return found
    inverse = known.get((to, unit, test), known.get((to, unit, "")))
    return inverse.back() if inverse is not None else None


@cache
def _conversions() -> dict[tuple[str, str, str], Conversion]:
    with (Path(__file__).parent / "units.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (row["unit"], row["to"], row["test"]): Conversion(
                Fraction(row["factor"]), Fraction(row["offset"])
            )
            for row in csv.DictReader(lines)
        }
