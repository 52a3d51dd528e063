from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import as_text
from specs.numbers import (
    constant,
    ends_after,
    exact,
    fixed_text,
    looks_like_number,
    number_text,
    numbers_of,
    read_number,
    read_qualified,
    rounded,
    with_point,
)


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
        ("~120", "~", Fraction(120)),
        ("<=0120.0", "<=", Fraction(120)),
        ("> +5", ">", Fraction(5)),
        ("\u2009 12 \u00a0", "", Fraction(12)),
        ("1e74", "", Fraction(10**74)),
        ("-1e-74", "", Fraction(-1, 10**74)),
        ("0e99", "", Fraction(0)),
    ],
)
def test_a_number_is_exactly_what_is_written(text: str, operator: str, number: Fraction) -> None:
    assert read_qualified(text) == (operator, number)


NO_NUMBERS = [
    "", " ", "TRACE", "1,5", "1e333", "1e400", "1e99", "1e75", "1e-76", "1e", "e5", ".", "+", "-.",
    "\u0661", "\uff11\uff12", "\u22125", "\u20135", "=5", "<", "<>5", "=>5", "<<5",
    "\u22645", "\u00b15",
    "1.5 mg", "nan", "NaN", "inf", "Inf", "-Infinity", "1/2", "120/80", "1:80", "5\n6", "1 200",
    "1\u2009200", "1\u00a0200", "1'200", "1_000", "1,200", "1.234,5",
    "1.234.567", "120-130", "120*",
    "120 H", "1.2 E3", "1.2E 3", "+ 5", "--5", "+-5", "5-", "5+", "0x1A", "1e5.5", "1d5", "5%",
    "<LLOQ",
    "9" * 101,
    "0" * 100 + "5",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_plain_decimal_is_no_number(text: str) -> None:
    assert read_qualified(text) is None
    assert read_number(text) is None
    assert numbers_of(pd.Series([text], dtype="str")).isna().all()


@pytest.mark.parametrize("text", ["<5", "~5", ">= 5"])
def test_a_qualified_number_is_no_exact_one(text: str) -> None:
    assert read_number(text) is None


def test_with_a_decimal_comma_a_point_is_no_decimal_sign() -> None:
    texts = ["5,5", "-,5", "1,2E2", "5", "5.5", "1.234,5", "1,234,5", "1.234"]
    found = [read_number(text, ",") for text in texts]
    assert found == [Fraction(11, 2), Fraction(-1, 2), 120, 5, None, None, None, None]
    assert numbers_of(pd.Series(texts), ",").fillna(-9).tolist()[:5] == [5.5, -0.5, 120, 5, -9]


def test_a_number_with_a_comma_gets_a_point_and_nothing_else_does() -> None:
    texts = ["5,5", "<0,5", "~1,2E2", "5", "1.5", "1,234,5", "120,5 mg", "see page 2,3"]
    found = [with_point(text) for text in texts]
    assert found == ["5.5", "<0.5", "~1.2E2", "5", None, None, None, None]


@pytest.mark.parametrize(
    "text",
    ["1,200", "1 200", "1\u2009200", "120-130", "120\u2013130", "120*", "\uff11\uff12", "\u22125",
     "120/80", "1.234,5", "1.2 E3", "--5", "Inf", "-infinity", "NaN", "1e400", "=5", "12:30:10"],
)  # fmt: skip
def test_what_is_meant_as_a_number_and_is_none_looks_like_one(text: str) -> None:
    assert looks_like_number(text)


@pytest.mark.parametrize(
    "text",
    ["5", "<5", "-1.5e3", "TRACE", "NEGATIVE", "E", "", "-", "1+", "3+", "2020-01-05", "2020-01",
     "120 H", "C3", "SLEDAI-2K"],
)  # fmt: skip
def test_numbers_words_grades_and_dates_do_not(text: str) -> None:
    assert not looks_like_number(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.3", Fraction(3, 10)), ("5/9", Fraction(5, 9)), ("-160/9", Fraction(-160, 9)),
     ("10/180.156", Fraction(2500, 45039)), (3, Fraction(3)), (0.1, Fraction(1, 10))],
)  # fmt: skip
def test_a_constant_may_be_a_fraction(text: object, number: Fraction) -> None:
    assert constant(text) == number


@pytest.mark.parametrize("text", ["0,3", "1/0", "1/2/3", "/2", "1/", "", "x", "inf", "None"])
def test_a_constant_that_is_no_number_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=rf"^{text} is not a number$"):
        constant(text)


@given(st.fractions(-9_999, 9_999, max_denominator=10_000))
def test_a_fraction_is_found_again_from_its_float(number: Fraction) -> None:
    assert exact(float(number)) == number


@given(st.decimals(-(10**9), 10**9, places=5, allow_nan=False))
def test_a_decimal_is_found_again_from_its_float(number: object) -> None:
    assert exact(float(str(number))) == Fraction(str(number))


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("0.5", 0, "1"), ("1.5", 0, "2"), ("2.45", 1, "2.5"),
        ("2.449999", 1, "2.4"), ("-2.449999", 1, "-2.4"), ("-0.04", 1, "0.0"), ("7", 2, "7.00"),
        ("1.005", 2, "1.01"), ("999.95", 1, "1000.0"), ("0.05", 1, "0.1"),
    ],
)  # fmt: skip
def test_a_half_is_rounded_away_from_zero(number: str, decimals: int, text: str) -> None:
    assert fixed_text(Fraction(number), decimals) == text
    assert fixed_text(float(number), decimals) == text
    assert float(rounded(Fraction(number), decimals)) == float(text)


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        (Fraction(0), None, "0"),
        (Fraction("1.560"), None, "1.56"),
        (Fraction(1500), None, "1500"),
        (Fraction(-1, 20), None, "-0.05"),
        (Fraction(1, 3), None, "0.3333333333333333"),
        (Fraction(20, 3), 6, "6.666667"),
        (Fraction(-2, 3), 6, "-0.666667"),
        (Fraction(1, 30_000_000), 6, "0"),
        (Fraction(-1, 30_000_000), 6, "0"),
        (Fraction(1, 2**10), None, "0.0009765625"),
        (Fraction(1500), 0, "1500"),
        (Fraction("12.30"), 2, "12.3"),
        (0.1, None, "0.1"),
        (2e6, None, "2000000"),
        (1e-7, None, "0.0000001"),
        (-0.0, None, "0"),
        (10 / 3, 2, "3.33"),
    ],
)
def test_a_number_is_written_without_zeros_at_its_end(
    number: Fraction | float, decimals: int | None, text: str
) -> None:
    assert number_text(number, decimals) == text


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=8, min_value=-(10**6), max_value=10**6
    )
)
def test_a_decimal_that_is_written_reads_back_the_same(number: object) -> None:
    written = Fraction(str(number))
    assert read_qualified(number_text(written)) == ("", written)


def test_binary_floats_are_written_as_the_shortest_decimal() -> None:
    values = pd.Series([5, 0.1, 1234567.0, 1e-7, 1e20, None])
    expected = ["5", "0.1", "1234567", "0.0000001", "100000000000000000000"]
    assert as_text(values).tolist()[:5] == expected
    assert as_text(values).isna().tolist() == [False] * 5 + [True]


def test_whole_numbers_and_text_stay_as_they_are() -> None:
    assert as_text(pd.Series([5, 12])).tolist() == ["5", "12"]
    assert as_text(pd.Series(["a", None], dtype="str")).isna().tolist() == [False, True]


@pytest.mark.parametrize("text", ["0.1234567890123", "3.14159265358979", "12345678.9012345"])
def test_a_long_decimal_is_no_fraction(text: str) -> None:
    assert exact(float(text)) == Fraction(text)


@pytest.mark.parametrize(
    ("number", "decimals"),
    [("1/4", 2), ("1/8", 3), ("1/5", 1), ("1/25", 2), ("1/40", 3), ("3", 0), ("1/3", None)],
)
def test_a_number_ends_after_as_many_decimals_as_it_has(number: str, decimals: int | None) -> None:
    assert ends_after(Fraction(number)) == decimals


def test_a_text_of_more_than_a_hundred_characters_is_not_read() -> None:
    assert read_number("0" * 99 + "5") == 5
    assert read_number("0" * 100 + "5") is None
