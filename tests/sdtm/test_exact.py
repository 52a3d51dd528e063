from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import as_text
from sdtm.exact import decimal_text, split_operator


@pytest.mark.parametrize(
    ("text", "operator", "number"),
    [
        ("1.5", "", Fraction(3, 2)),
        ("<0.2", "<", Fraction(1, 5)),
        (">= 10", ">=", Fraction(10)),
        (" -.5 ", "", Fraction(-1, 2)),
        ("+3.", "", Fraction(3)),
        ("1.2E2", "", Fraction(120)),
        ("5e-1", "", Fraction(1, 2)),
        ("0.1000000000000000000001", "", Fraction(10**21 + 1, 10**22)),
    ],
)
def test_a_number_is_exactly_what_is_written(text: str, operator: str, number: Fraction) -> None:
    assert split_operator(text) == (operator, number)


@pytest.mark.parametrize(
    "text", ["", "TRACE", "1,5", "1e333", "1e", "\u0661", "=5", "<", "1.5 mg", "nan", "1/2", "5\n6"]
)
def test_what_is_no_plain_decimal_is_no_number(text: str) -> None:
    assert split_operator(text) is None


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(0), "0"),
        (Fraction("1.560"), "1.56"),
        (Fraction(1500), "1500"),
        (Fraction(-1, 20), "-0.05"),
        (Fraction(1, 3), "0.333333"),
        (Fraction(20, 3), "6.666667"),
        (Fraction(-2, 3), "-0.666667"),
        (Fraction(1, 30_000_000), "0"),
        (Fraction(1, 2**10), "0.0009765625"),
    ],
)
def test_a_number_is_written_without_zeros_at_its_end(number: Fraction, text: str) -> None:
    assert decimal_text(number) == text


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=8, min_value=-(10**6), max_value=10**6
    )
)
def test_a_decimal_that_is_written_reads_back_the_same(number: object) -> None:
    exact = Fraction(str(number))
    assert split_operator(decimal_text(exact)) == ("", exact)


def test_binary_floats_are_written_as_the_shortest_decimal() -> None:
    values = pd.Series([5, 0.1, 1234567.0, 1e-7, 1e20, None])
    expected = ["5", "0.1", "1234567", "0.0000001", "100000000000000000000"]
    assert as_text(values).tolist()[:5] == expected
    assert as_text(values).isna().tolist() == [False] * 5 + [True]


def test_whole_numbers_and_text_stay_as_they_are() -> None:
    assert as_text(pd.Series([5, 12])).tolist() == ["5", "12"]
    assert as_text(pd.Series(["a", None], dtype="str")).isna().tolist() == [False, True]
