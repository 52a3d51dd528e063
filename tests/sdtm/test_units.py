from __future__ import annotations

import csv
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from sdtm.units import Conversion, conversion

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("unit", "to", "factor"),
    [
        ("g/dL", "g/L", Fraction(10)),
        ("g/L", "g/dL", Fraction(1, 10)),
        ("mg/dL", "mg/dL", Fraction(1)),
    ],
)
def test_a_factor_holds_both_ways_and_is_exact(unit: str, to: str, factor: Fraction) -> None:
    assert conversion(unit, to, "HGB") == Conversion(factor)


def test_a_factor_between_mass_and_amount_is_that_of_the_analyte_alone() -> None:
    # creatinine has 113.12 g/mol: 1 mg/dL = 88.4 umol/L
    found = conversion("mg/dL", "umol/L", "CREAT")
    assert found is not None
    assert float(found.factor) == pytest.approx(88.4, abs=0.05)
    assert conversion("umol/L", "mg/dL", "CREAT") == found.back()
    assert conversion("mg/dL", "umol/L", "HGB") is None


@pytest.mark.parametrize(
    ("fahrenheit", "celsius"), [(Fraction(32), 0), (Fraction("98.6"), 37), (Fraction(212), 100)]
)
def test_degrees_have_an_offset_that_is_undone_on_the_way_back(
    fahrenheit: Fraction, celsius: int
) -> None:
    there, back = conversion("F", "C", "TEMP"), conversion("C", "F", "TEMP")
    assert there is not None
    assert back is not None
    assert there(fahrenheit) == celsius
    assert back(Fraction(celsius)) == fahrenheit


@pytest.mark.parametrize(("unit", "to"), [("mg", "L"), ("", "g/L"), ("G/DL", "g/L")])
def test_without_a_factor_there_is_none(unit: str, to: str) -> None:
    assert conversion(unit, to, "HGB") is None


def test_no_pair_of_units_has_two_factors_that_disagree(root: Path) -> None:
    with (root / "sdtm" / "units.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    pairs = {(r["unit"], r["to"], r["test"]): Fraction(r["factor"]) for r in rows}
    assert len(pairs) == len(rows)
    assert all(factor > 0 for factor in pairs.values())
    for (unit, to, test), factor in pairs.items():
        assert pairs.get((to, unit, test), 1 / factor) == 1 / factor
