from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adam import exact


@given(st.fractions())
def test_the_text_of_a_number_stands_for_exactly_that_number(number: Fraction) -> None:
    assert exact.fraction(exact.number_text(number)) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(25, 2), "12.5"),
        (Fraction(75, 7), "75/7"),
        (Fraction(-3, 100), "-0.03"),
        (Fraction(10), "10"),
        (Fraction(0), "0"),
        (Fraction(1, 8), "0.125"),
        (Fraction(1, 25), "0.04"),
        (Fraction(1, 10**30), "0.000000000000000000000000000001"),
    ],
)
def test_a_number_that_ends_is_a_decimal_and_one_that_does_not_a_fraction(
    number: Fraction, text: str
) -> None:
    assert exact.number_text(number) == text


@pytest.mark.parametrize("text", ["", "n/a", "1/0", "1,5", "<0.3", "nan", "inf"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert exact.fraction(text) is None


def test_a_constant_that_is_no_number_is_an_error() -> None:
    assert exact.number("0.3") == Fraction(3, 10)
    with pytest.raises(ValueError, match=r"^0,3 is no number$"):
        exact.number("0,3")


def test_each_is_none_where_a_text_is_missing() -> None:
    left = pd.Series(["1.5", None, "x", "1.5"], dtype="str", index=[4, 5, 6, 7])
    right = pd.Series(["1.2", "1", "1", "1.2"], dtype="str", index=[4, 5, 6, 7])
    result = exact.each(lambda a, b: a - b, left, right)
    assert result.tolist() == [Fraction(3, 10), None, None, Fraction(3, 10)]
    assert result.index.tolist() == [4, 5, 6, 7]


def test_the_values_of_each_stay_as_the_function_gives_them() -> None:
    texts = pd.Series(["1", "2.5", None], dtype="str")
    result = exact.each(lambda n: "whole" if n.denominator == 1 else "part", texts)
    assert result.dtype == "object"
    assert result.tolist() == ["whole", "part", None]


def test_without_rows_there_are_no_values() -> None:
    texts = pd.Series([], dtype="str", index=pd.Index([], dtype="int64", name="row"))
    result = exact.each(float, texts)
    assert (len(result), result.dtype, result.index.name) == (0, "object", "row")


def test_differences_are_exact_and_missing_where_a_number_is() -> None:
    texts = pd.Series(["1.5", "75/7", "n/a", None, "1"], dtype="str", index=[9, 7, 5, 3, 1])
    others = pd.Series(["1.2", "5/7", "1", "1", None], dtype="str", index=[9, 7, 5, 3, 1])
    found = exact.differences(texts, others)
    assert found.dtype == "float64"
    assert found.fillna(-1).to_dict() == {9: 0.3, 7: 10, 5: -1, 3: -1, 1: -1}


def test_differences_without_any_number_are_missing() -> None:
    texts = pd.Series([None, "n/a"], dtype="str")
    assert exact.differences(texts, texts).isna().all()


@pytest.mark.parametrize(
    ("text", "other", "difference"),
    [
        ("9007199254740993", "9007199254740992", 1),  # 2^53 + 1 and 2^53
        ("4503599627370497.5", "0.5", 4503599627370497),  # 2^52 + 1.5
        ("1.00000000000000001", "1", 1e-17),
    ],
)
def test_differences_of_numbers_beyond_53_bits_are_exact_too(
    text: str, other: str, difference: float
) -> None:
    texts = pd.Series([text, None], dtype="str", index=[5, 3])
    others = pd.Series([other, "1"], dtype="str", index=[5, 3])
    assert exact.differences(texts, others).fillna(-1).to_dict() == {5: difference, 3: -1}


def test_numbers_as_texts_are_missing_where_there_is_none() -> None:
    numbers = pd.Series([Fraction(25, 2), None], dtype="object", index=[3, 5])
    texts = exact.as_texts(numbers)
    assert texts.dtype == "str"
    assert texts.fillna("").to_dict() == {3: "12.5", 5: ""}


def test_texts_as_floats_are_missing_where_they_are_no_number() -> None:
    floats = exact.as_floats(pd.Series(["12.5", "3/8", "n/a", None], dtype="str"))
    assert floats.dtype == "float64"
    assert floats.fillna(-1).tolist() == [12.5, 0.375, -1, -1]


def test_sums_are_exact_per_group() -> None:
    texts = pd.Series(["75/7", "0.1", "0.2", None], dtype="str")
    total = exact.sums(texts, pd.Series(["a", "b", "b", "b"]))
    assert total.to_dict() == {"a": "75/7", "b": "0.3"}


def test_sums_beyond_64_bits_are_exact_too() -> None:
    texts = pd.Series(["0.30000000000000000001", "12345678901234567890"], dtype="str")
    total = exact.sums(texts, pd.Series([1, 1]))
    assert total[1] == "12345678901234567890.30000000000000000001"


def test_sums_of_numbers_of_64_bits_do_not_run_over() -> None:
    """2^62 three times, and 2^64 alone."""
    texts = pd.Series(["4611686018427387904"] * 3, dtype="str")
    assert exact.sums(texts, pd.Series([1, 1, 1])).to_dict() == {1: "13835058055282163712"}
    alone = pd.Series(["18446744073709551616"], dtype="str")
    assert exact.sums(alone, pd.Series([1])).to_dict() == {1: "18446744073709551616"}


def test_the_sum_of_missing_texts_is_0() -> None:
    texts = pd.Series([None, None], dtype="str")
    assert exact.sums(texts, pd.Series(["a", "b"])).to_dict() == {"a": "0", "b": "0"}


def test_ranks_follow_the_numbers_not_their_texts() -> None:
    ranks = exact.ranks(pd.Series(["10", "9.5", "75/7", "10.0", None], dtype="str"))
    assert ranks.tolist() == [1, 0, 2, 1, -1]
    assert ranks.dtype == "int64"


def test_digits_of_other_scripts_are_no_number() -> None:
    assert exact.fraction("\N{ARABIC-INDIC DIGIT ONE}") is None
