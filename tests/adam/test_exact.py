from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from adam import exact


@pytest.mark.parametrize("text", ["", "n/a", "1/2", "120/80", "1,5", "<0.3", "nan", "inf"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert exact.fraction(text) is None


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), pd.NA, pd.NaT])
def test_what_is_missing_is_none(value: object) -> None:
    assert exact.fraction(value) is None


def test_each_is_none_where_a_value_is_missing() -> None:
    left = pd.Series(["1.5", None, "x", "1.5"], dtype="str", index=[4, 5, 6, 7])
    right = pd.Series([1.2, 1, 1, 1.2], index=[4, 5, 6, 7])
    result = exact.each(lambda a, b: a - b, left, right)
    assert result.tolist() == [Fraction(3, 10), None, None, Fraction(3, 10)]
    assert result.index.tolist() == [4, 5, 6, 7]


def test_each_combination_is_computed_once() -> None:
    calls: list[tuple[Fraction, Fraction]] = []

    def noted(a: Fraction, b: Fraction) -> Fraction:
        calls.append((a, b))
        return a + b

    found = exact.computed(noted, pd.Series([1.0, 2, 1, 1]), pd.Series([1.0, 1, 1, 2]))
    assert found.tolist() == [2, 3, 2, 3]
    assert len(calls) == 3


def test_the_values_of_each_stay_as_the_function_gives_them() -> None:
    texts = pd.Series(["1", "2.5", None], dtype="str")
    result = exact.each(lambda n: "whole" if n.denominator == 1 else "part", texts)
    assert result.dtype == "object"
    assert result.tolist() == ["whole", "part", None]


def test_without_rows_there_are_no_values() -> None:
    texts = pd.Series([], dtype="str", index=pd.Index([], dtype="int64", name="row"))
    result = exact.each(float, texts)
    assert (len(result), result.dtype, result.index.name) == (0, "object", "row")
    assert exact.computed(abs, texts).dtype == "float64"


def test_differences_are_exact_and_missing_where_a_number_is() -> None:
    values = pd.Series([1.5, 75 / 7, float("nan"), 1], index=[9, 7, 5, 3])
    others = pd.Series([1.2, 5 / 7, 1, None], index=[9, 7, 5, 3])
    found = exact.differences(values, others)
    assert found.dtype == "float64"
    assert found.fillna(-1).to_dict() == {9: 0.3, 7: 10, 5: -1, 3: -1}


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


def test_sums_are_exact_per_group() -> None:
    values = pd.Series([10 / 3, 0.1, 0.2, float("nan"), 10 / 3, 10 / 3])
    total = exact.sums(values, pd.Series(["a", "b", "b", "b", "a", "a"]))
    assert total.to_dict() == {"a": 10, "b": 0.3}


def test_sums_beyond_64_bits_are_exact_too() -> None:
    texts = pd.Series(["0.30000000000000000001", "12345678901234567890", "-12345678901234567890"])
    assert exact.sums(texts, pd.Series([1, 1, 1]))[1] == 0.3


def test_sums_of_numbers_of_64_bits_do_not_run_over() -> None:
    """2^62 three times, and 2^64 alone."""
    texts = pd.Series(["4611686018427387904"] * 3, dtype="str")
    assert exact.sums(texts, pd.Series([1, 1, 1])).to_dict() == {1: 3 * 2.0**62}
    alone = pd.Series(["18446744073709551616"], dtype="str")
    assert exact.sums(alone, pd.Series([1])).to_dict() == {1: 2.0**64}


def test_the_sum_of_missing_values_is_0() -> None:
    none = pd.Series([None, None], dtype="str")
    assert exact.sums(none, pd.Series(["a", "b"])).to_dict() == {"a": 0, "b": 0}


def test_halves_are_rounded_away_from_zero_whatever_their_floats() -> None:
    """1.005 and 2.675 as floats lie below, 1.015 too; 0.145 above."""
    values = pd.Series([1.005, 2.675, 1.015, -1.005, 0.145, 1.00499, None])
    found = exact.half_up(values, 2)
    assert found.fillna(-9).tolist() == [1.01, 2.68, 1.02, -1.01, 0.15, 1.0, -9]
