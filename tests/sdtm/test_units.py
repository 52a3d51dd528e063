from __future__ import annotations

import csv
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from sdtm.units import conversion_factor

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
    assert conversion_factor(unit, to, "HGB") == factor


def test_a_factor_between_mass_and_amount_is_that_of_the_analyte_alone() -> None:
    # creatinine has 113.12 g/mol: 1 mg/dL = 88.4 umol/L
    factor = conversion_factor("mg/dL", "umol/L", "CREAT")
    assert factor is not None
    assert float(factor) == pytest.approx(88.4, abs=0.05)
    back = conversion_factor("umol/L", "mg/dL", "CREAT")
    assert back == 1 / factor
    assert conversion_factor("mg/dL", "umol/L", "HGB") is None


@pytest.mark.parametrize(("unit", "to"), [("mg", "L"), ("", "g/L"), ("G/DL", "g/L")])
def test_without_a_factor_there_is_none(unit: str, to: str) -> None:
    assert conversion_factor(unit, to, "HGB") is None


def test_no_pair_of_units_has_two_factors_that_disagree(root: Path) -> None:
    with (root / "sdtm" / "units.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    pairs = {(r["unit"], r["to"], r["test"]): Fraction(r["factor"]) for r in rows}
    assert len(pairs) == len(rows)
    assert all(factor > 0 for factor in pairs.values())
    for (unit, to, test), factor in pairs.items():
        assert pairs.get((to, unit, test), 1 / factor) == 1 / factor
