from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from submission.xpt import missing_codes, special_missing
from submission.xpt.numbers import doubles_from_ibm, ibm_from_doubles

# Hexadecimal as in TS-140 and the worked examples of IBM floating point in its literature.
KNOWN = {
    0.0: "0000000000000000",
    1.0: "4110000000000000",
    -1.0: "c110000000000000",
    2.0: "4120000000000000",
    3.0: "4130000000000000",
    0.1: "401999999999999a",
    0.5: "4080000000000000",
    16.0: "4210000000000000",
    100.0: "4264000000000000",
    -118.625: "c276a00000000000",
    2.0**53: "4e20000000000000",
    16.0**-65: "0010000000000000",
    math.nextafter(16.0**63, 0): "7ffffffffffffff8",
}


def ibm_by_the_rules(value: float) -> int:
    """TS-140: sign, power of 16 with excess 64, and 56 bits of a fraction from 1/16 up to 1."""
    if value == 0:
        return 0
    whole, power = math.frexp(abs(value))
    whole = int(whole * 2**53)
    sixteens = -(-power // 4)
    fraction = whole << (3 + power - 4 * sixteens)
    assert 2**52 <= fraction < 2**56
    return (value < 0) << 63 | (64 + sixteens) << 56 | fraction


def double_by_the_rules(bits: int) -> float:
    """The nearest double; Python rounds the quotient of whole numbers half to even."""
    fraction = bits & (2**56 - 1)
    exact = Fraction(fraction, 2**56) * Fraction(16) ** ((bits >> 56 & 127) - 64)
    return -float(exact) if bits >> 63 else float(exact)


def as_hexadecimal(value: float) -> str:
    ibm, unfit = ibm_from_doubles(np.array([value]))
    assert not unfit.size
    return ibm.astype(">i8").tobytes().hex()


@pytest.mark.parametrize(("value", "expected"), KNOWN.items())
def test_a_known_number_has_its_known_bytes(value: float, expected: str) -> None:
    assert as_hexadecimal(value) == expected


def test_the_negative_zero_becomes_zero() -> None:
    assert as_hexadecimal(-0.0) == "0000000000000000"


def test_random_doubles_become_ibm_numbers_bit_for_bit_and_come_back() -> None:
    rng = np.random.default_rng(140)
    exponents = rng.integers(1023 - 260, 1023 + 252, 1_000_000)
    fractions = rng.integers(0, 2**52, 1_000_000)
    signs = rng.integers(0, 2, 1_000_000)
    values = (fractions | exponents << 52).view(np.float64) * np.where(signs, -1.0, 1.0)
    ibm, unfit = ibm_from_doubles(values)
    assert not unfit.size
    expected = [ibm_by_the_rules(value) for value in values.tolist()]
    assert ibm.view(np.uint64).tolist() == expected
    assert doubles_from_ibm(ibm).tolist() == values.tolist()


def test_random_ibm_numbers_normalised_or_not_become_the_nearest_doubles() -> None:
    rng = np.random.default_rng(370)
    bits = rng.integers(0, 2**64, 100_000, dtype=np.uint64)
    # Keep from 1 to 56 bits of the fraction, so that leading digits are zero in many.
    kept = rng.integers(0, 56, 100_000).astype(np.uint64)
    fraction = (bits & np.uint64(2**56 - 1)) >> kept | np.uint64(1)
    bits = bits >> np.uint64(56) << np.uint64(56) | fraction
    expected = [double_by_the_rules(pattern) for pattern in bits.tolist()]
    assert doubles_from_ibm(bits.view(np.int64)).tolist() == expected


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        (0x4E_20000000000001, 2.0**53),  # tie, down to even
        (0x4E_20000000000003, 2.0**53 + 4),  # tie, up to even
        (0x4E_FFFFFFFFFFFFFF, 2.0**56),
        (0x42_01000000000000, 1.0),  # not normalised
        (0x40_00000000000000, 0.0),
        (0x80_00000000000000, 0.0),
    ],
)
def test_a_number_between_doubles_is_rounded_half_to_even(bits: int, expected: float) -> None:
    value = doubles_from_ibm(np.array([bits], dtype=np.uint64).view(np.int64))[0]
    assert value == expected
    assert math.copysign(1, value) == 1


@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")
def test_a_special_missing_value_is_its_letter_and_zeros(letter: str) -> None:
    assert as_hexadecimal(special_missing(letter)) == f"{ord(letter):02x}" + 14 * "0"
    back = doubles_from_ibm(np.array([ord(letter) << 56]))
    assert missing_codes(pd.Series(back)).tolist() == [f".{letter}"]


@pytest.mark.parametrize(
    "bits", [0x7FF8 << 48, 0xFFF8 << 48, 0x7FF00000000007A2, 0x7FF8000000002E30]
)
def test_any_other_nan_is_the_plain_missing_value(bits: int) -> None:
    value = np.array([bits], dtype=np.uint64).view(np.float64)
    ibm, _ = ibm_from_doubles(value)
    assert ibm.tolist() == [0x2E << 56]


def test_missing_codes_are_null_where_there_is_a_number() -> None:
    values = pd.Series([1.0, np.nan, special_missing("_")], index=[5, 6, 7], name="AVAL")
    expected = pd.Series([None, ".", "._"], index=[5, 6, 7], name="AVAL", dtype="str")
    pd.testing.assert_series_equal(missing_codes(values), expected)


def test_a_letter_that_is_no_special_missing_value_is_refused() -> None:
    with pytest.raises(ValueError, match="A to Z and _, not 'a'"):
        special_missing("a")


@pytest.mark.parametrize("value", [np.inf, -np.inf, 16.0**63, 1e300, 5.3e-79, -5e-324])
def test_what_has_no_ibm_number_is_pointed_at(value: float) -> None:
    _, unfit = ibm_from_doubles(np.array([1.0, value, 2.0]))
    assert unfit.tolist() == [1]
