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
    ],
)
def test_a_number_that_ends_is_a_decimal_and_one_that_does_not_a_fraction(
    number: Fraction, text: str
) -> None:
    assert exact.number_text(number) == text


@pytest.mark.parametrize("text", ["", "n/a", "1/0", "1,5", "<0.3", "nan", "inf"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert exact.fraction(text) is None


def test_each_is_none_where_a_text_is_missing() -> None:
    left = pd.Series(["1.5", None, "x", "1.5"], dtype="str", index=[4, 5, 6, 7])
    right = pd.Series(["1.2", "1", "1", "1.2"], dtype="str", index=[4, 5, 6, 7])
    result = exact.each(lambda a, b: a - b, left, right)
    assert result.tolist() == [Fraction(3, 10), None, None, Fraction(3, 10)]
    assert result.index.tolist() == [4, 5, 6, 7]


def test_sums_are_exact_per_group() -> None:
    texts = pd.Series(["75/7", "0.1", "0.2", None], dtype="str")
    total = exact.sums(texts, pd.Series(["a", "b", "b", "b"]))
    assert total.to_dict() == {"a": "75/7", "b": "0.3"}


def test_sums_beyond_64_bits_are_exact_too() -> None:
    texts = pd.Series(["0.30000000000000000001", "12345678901234567890"], dtype="str")
    total = exact.sums(texts, pd.Series([1, 1]))
    assert total[1] == "12345678901234567890.30000000000000000001"


def test_ranks_follow_the_numbers_not_their_texts() -> None:
    ranks = exact.ranks(pd.Series(["10", "9.5", "75/7", "10.0", None], dtype="str"))
    assert ranks.tolist() == [1, 0, 2, 1, -1]
