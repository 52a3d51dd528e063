"""Conversion of units, exact, by a table of factors."""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache
from pathlib import Path


def conversion_factor(unit: str, to: str, test: str) -> Fraction | None:
    """What a result in `unit` is multiplied by to be in `to`; None when no factor is known.

    Factors that hold for one analyte alone (mass to amount of substance) are found by its test
    code; others have no test code.

    >>> conversion_factor("g/dL", "g/L", "HGB"), conversion_factor("mg/dL", "umol/L", "HGB")
    (Fraction(10, 1), None)
    """
    if unit == to:
        return Fraction(1)
    factors = _factors()
    found = factors.get((unit, to, test), factors.get((unit, to, "")))
    if found is not None:
        return found
    back = factors.get((to, unit, test), factors.get((to, unit, "")))
    return 1 / back if back is not None else None


@cache
def _factors() -> dict[tuple[str, str, str], Fraction]:
    with (Path(__file__).parent / "units.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (row["unit"], row["to"], row["test"]): Fraction(row["factor"])
            for row in csv.DictReader(lines)
        }
