from __future__ import annotations

import csv
import re
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import pytest

from sdtm.units import Conversion, conversion, product_rows, rows_of
from specs.numbers import constant, number_text

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
    assert conversion("mg/dL", "umol/L", "ALB") is None


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


@pytest.mark.parametrize(
    ("unit", "to", "test", "amount", "made"),
    [
        # published examples, to the decimals that they are published with
        ("mg/dL", "mmol/L", "GLUC", "100", "5.55"),
        ("mg/dL", "mmol/L", "CHOL", "200", "5.17"),
        ("mg/dL", "umol/L", "BILI", "1", "17.1"),
        ("mg/dL", "mmol/L", "UREAN", "10", "3.57"),
        ("mg/dL", "mmol/L", "UREA", "10", "1.67"),
        ("mg/dL", "umol/L", "URATE", "5", "297.42"),
        ("mg/dL", "mmol/L", "TRIG", "100", "1.13"),
        ("ng/mL", "nmol/L", "TESTOS", "5", "17.34"),
        ("ug/dL", "nmol/L", "CORTISOL", "10", "275.89"),
        ("mEq/L", "mmol/L", "CA", "5", "2.5"),
        ("g/dL", "mmol/L", "HGB", "10", "6.21"),
        ("%", "mmol/mol", "HBA1CHGB", "7", "53.01"),
        ("LB", "kg", "WEIGHT", "150", "68.04"),
        ("in", "cm", "HEIGHT", "70", "177.8"),
        ("mmHg", "kPa", "SYSBP", "120", "16"),
        ("K", "C", "TEMP", "310.15", "37"),
        ("IU/L", "ukat/L", "ALT", "60", "1"),
        ("10^3/uL", "10^9/L", "WBC", "5.1", "5.1"),
        ("10^6/uL", "10^12/L", "RBC", "4.5", "4.5"),
        ("mg/g", "g/mol", "ALBCREAT", "30", "3.39"),
    ],
)
def test_published_values_are_met(unit: str, to: str, test: str, amount: str, made: str) -> None:
    found = conversion(unit, to, test)
    assert found is not None
    assert number_text(found(Fraction(amount)), 2) == made


def test_what_a_unit_is_worth_does_not_depend_on_the_way() -> None:
    """Every unit that another leads to, for every test, and back again."""
    for test in sorted({row[2] for row in product_rows()}):
        units = {unit for row in product_rows() if row[2] in ("", test) for unit in row[:2]}
        own = {unit for row in product_rows() if row[2] == test for unit in row[:2]}
        for unit, to in product(sorted(own), sorted(units)):
            there, back = conversion(unit, to, test), conversion(to, unit, test)
            assert (there is None) == (back is None), (unit, to, test)
            if there is not None and back is not None:
                assert there.then(back) == Conversion(), (unit, to, test)


@pytest.mark.parametrize(
    ("unit", "to", "test"),
    [("IU/L", "U/L", "TSH"), ("mg/dL", "mmol/L", "CRP"), ("mg", "g/L", ""), ("kg", "cm", "")],
)
def test_no_way_leads_from_one_kind_of_amount_to_another(unit: str, to: str, test: str) -> None:
    assert conversion(unit, to, test) is None


ATOMS = {
    "H": "1.008", "C": "12.011", "N": "14.007", "O": "15.999", "F": "18.998", "P": "30.974",
    "S": "32.06", "Cl": "35.45", "I": "126.90", "Li": "6.94", "Na": "22.990", "Mg": "24.305",
    "Al": "26.982", "K": "39.098", "Ca": "40.078", "Fe": "55.845", "Co": "58.933", "Cu": "63.546",
    "Zn": "65.38", "As": "74.922", "Se": "78.971", "Cd": "112.41", "Hg": "200.59", "Pb": "207.2",
}  # fmt: skip
"""Standard atomic weights, abridged (IUPAC 2021)."""

FORMULAS = {
    "GLUC": "C6H12O6", "CREAT": "C4H7N3O", "UREA": "CH4N2O", "UREAN": "N2", "URATE": "C5H4N4O3",
    "BILI": "C33H36N4O6", "BILDIR": "C33H36N4O6", "BILIND": "C33H36N4O6", "CHOL": "C27H46O",
    "HDL": "C27H46O", "LDL": "C27H46O", "VLDL": "C27H46O", "TRIG": "C57H104O6", "CA": "Ca",
    "CAION": "Ca", "CACR": "Ca", "MG": "Mg", "PHOS": "P", "IRON": "Fe", "IBCT": "Fe", "IBCU": "Fe",
    "SODIUM": "Na", "K": "K", "CL": "Cl", "LACTICAC": "C3H6O3", "AMMONIA": "NH3",
    "VITB12": "C63H88CoN14O14P", "VITB9": "C19H19N7O6", "V25HD3": "C27H44O2", "V25HD2": "C28H44O2",
    "VTD3125": "C27H44O3", "VITA": "C20H30O", "VITC": "C6H8O6", "VITE": "C29H50O2",
    "T4": "C15H11I4NO4", "T4FR": "C15H11I4NO4", "T3": "C15H12I3NO4", "T3FR": "C15H12I3NO4",
    "CORTISOL": "C21H30O5", "TESTOS": "C19H28O2", "TESTOSFR": "C19H28O2", "ESTRDIOL": "C18H24O2",
    "PROGEST": "C21H30O2", "HYPGST17": "C21H30O3", "ALDSTRN": "C21H28O5", "ANDSTNDN": "C19H26O2",
    "DHEA": "C19H28O2", "DHEAS": "C19H28O5S", "DHT": "C19H30O2", "HOMOCY": "C4H9NO2S",
    "BHYXBTR": "C4H8O3", "PYRUVATE": "C3H4O3", "COPPER": "Cu", "ZINC": "Zn", "SE": "Se",
    "LEAD": "Pb", "MERCURY": "Hg", "ALUMINUM": "Al", "CADMIUM": "Cd", "ARSENIC": "As",
    "FLUORIDE": "F", "ETHANOL": "C2H6O", "METHANOL": "CH4O", "LITHIUM": "Li",
    "SRTONIN": "C10H12N2O", "NOREPIN": "C8H11NO3", "EPIN": "C9H13NO3", "DOPAMINE": "C8H11NO2",
    "METANEPH": "C10H15NO3", "NORMETA": "C9H13NO3", "CAMP": "C10H12N5O6P", "CITRATE": "C6H8O7",
    "ACETAMIN": "C8H9NO2", "SALCYLT": "C7H6O3", "PHENYTN": "C15H12N2O2", "CRBMZPN": "C15H12N2O",
    "PHNBRBTL": "C12H12N2O3", "VALPRATE": "C8H16O2", "THEOPHYL": "C7H8N4O2",
    "CAFFEINE": "C8H10N4O2", "AMITRPTL": "C20H23N", "NORTRPTL": "C19H21N",
    "HALOPRDL": "C21H23ClFNO2", "LVTRCTM": "C8H14N2O2", "COTININE": "C10H12N2O",
    "CREATEXR": "C4H7N3O", "CAEXR": "Ca", "CRTFREXR": "C21H30O5", "VMAEXR": "C9H10O5",
    "IA5OHEXR": "C10H9NO3", "UREANEXR": "N2", "PHOSEXR": "P", "SODMEXR": "Na",
    "URATEEXR": "C5H4N4O3", "PROTCRT": "C4H7N3O", "ALBCREAT": "C4H7N3O",
}  # fmt: skip
"""What an analyte's mass is of: of ratios to creatinine, the creatinine."""

CONVENTIONS = {"HGB": "16114.5", "MCHC": "16114.5", "MCH": "16114.5", "CPEPTIDE": "3020.3"}
"""Molar masses of the haemoglobin monomer and of C-peptide."""

PREFIXES = {"": 0, "k": 3, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}


def rows(root: Path) -> list[dict[str, str]]:
    with (root / "sdtm" / "units.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def in_base(unit: str) -> tuple[list[str], Fraction]:
    """The dimensions of a unit, g, mol and L over others, and its amount of those."""
    kinds, amount = [], Fraction(1)
    for place, part in enumerate(unit.split("/")):
        match = re.fullmatch("([kdcmunpf]?)(g|mol|L)|(day)", part)
        assert match is not None, unit
        kinds.append(match[2] or match[3])
        scale = Fraction(10) ** PREFIXES[match[1] or ""]
        amount = amount / scale if place else amount * scale
    return kinds, amount


def test_every_molar_factor_follows_from_its_molar_mass(root: Path) -> None:
    molar = [row for row in rows(root) if row["molar_mass"]]
    assert len(molar) > 100
    for row in molar:
        (kinds, amount), (others, made) = in_base(row["unit"]), in_base(row["to"])
        mass, factor = Fraction(row["molar_mass"]), amount / made
        for place, (kind, other) in enumerate(zip(kinds, others, strict=True)):
            if (kind, other) == ("g", "mol"):
                factor = factor * mass if place else factor / mass
            else:
                assert kind == other, row
        assert constant(row["factor"]) == factor, row
        assert constant(row["offset"]) == 0, row


def test_every_molar_mass_is_the_sum_of_its_atoms(root: Path) -> None:
    for row in rows(root):
        if row["test"] in CONVENTIONS and row["molar_mass"]:
            assert row["molar_mass"] == CONVENTIONS[row["test"]]
        elif row["molar_mass"]:
            atoms = re.findall("([A-Z][a-z]?)([0-9]*)", FORMULAS[row["test"]])
            mass = sum(Fraction(ATOMS[atom]) * int(number or 1) for atom, number in atoms)
            assert Fraction(row["molar_mass"]) == mass, row


def test_no_conversion_stands_twice(root: Path) -> None:
    keys = [(frozenset((r["unit"], r["to"])), r["test"]) for r in rows(root)]
    assert len(keys) >= 120
    assert len(set(keys)) == len(keys)
    assert all(constant(row["factor"]) > 0 for row in rows(root))


@pytest.mark.parametrize(
    ("factor", "decimals"),
    [
        ("10", None), ("0.001", None), ("1", None), ("2.54", 2), ("88.4017", 2), ("0.4536", 2),
        ("0.11", 2), ("0.0555", 3), ("0.00113", 4), ("1/60", 3), ("1/3", 2),
    ],
)  # fmt: skip
def test_a_converted_result_has_decimals_by_its_factor(factor: str, decimals: int | None) -> None:
    assert Conversion(constant(factor)).decimals == decimals


def test_a_shift_is_rounded_even_where_the_factor_is_1() -> None:
    assert Conversion(Fraction(1), Fraction("-273.15")).decimals == 2
    assert Conversion(Fraction(1, 10), Fraction(1)).decimals == 2


def test_a_row_of_the_study_goes_before_that_of_the_product() -> None:
    own = rows_of(
        [{"unit": "mg/dL", "to": "mmol/L", "test": "GLUC", "factor": "1/18", "offset": None}]
    )
    found = conversion("mg/dL", "mmol/L", "GLUC", own)
    assert found == Conversion(Fraction(1, 18))
    assert conversion("mmol/L", "mg/dL", "GLUC", own) == Conversion(Fraction(18))
    assert conversion("mg/dL", "mmol/L", "CHOL", own) == conversion("mg/dL", "mmol/L", "CHOL")


def test_a_unit_of_the_study_reaches_those_of_the_product() -> None:
    own = rows_of([{"unit": "st", "to": "LB", "factor": 14}])
    found = conversion("st", "kg", "WEIGHT", own)
    assert found == Conversion(Fraction("6.35029318"))
    assert conversion("st", "kg", "WEIGHT") is None


def test_a_row_for_the_test_goes_before_one_for_every_test() -> None:
    rows_ = [
        {"unit": "a", "to": "b", "test": None, "factor": 2, "offset": None},
        {"unit": "a", "to": "b", "test": "X", "factor": 3, "offset": None},
    ]
    own = rows_of(rows_)
    assert conversion("a", "b", "X", own) == Conversion(Fraction(3))
    assert conversion("a", "b", "Y", own) == Conversion(Fraction(2))
