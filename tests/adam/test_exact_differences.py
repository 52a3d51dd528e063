from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from adam.derivations.change import change, difference, percent_change, rounded_share, share_of
from adam.exact import differences, fraction

DECIMALS = st.decimals(-(10**6), 10**6, places=3).map(str)
TEXTS = st.one_of(DECIMALS, st.sampled_from(["", "n/a", "1e-40", "1.25e3", "1e18"]))


def test_a_difference_is_that_of_the_decimals_and_not_of_their_floats() -> None:
    now, then = pd.Series([1.3, 0.3, None]), pd.Series([1.0, 0.1, 1.0])
    assert differences(now, then).fillna(-9).tolist() == [0.3, 0.2, -9]


def test_what_is_no_number_has_no_difference() -> None:
    now = pd.Series(["12.5", "n/a", None, "3"], dtype="str")
    then = pd.Series(["7.5", "1", "1", None], dtype="str")
    found = differences(now, then)
    assert found.isna().tolist() == [False, True, True, True]
    assert found[0] == 5


def test_no_rows_have_no_differences() -> None:
    none = pd.Series([], dtype="str")
    assert differences(none, none).tolist() == []


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
def test_a_difference_is_the_nearest_float_of_the_exact_one(rows: list[tuple[str, str]]) -> None:
    now, then = (pd.Series(side, dtype="str") for side in zip(*rows, strict=True))
    for (text, other), found in zip(rows, differences(now, then), strict=True):
        number, taken_off = fraction(text), fraction(other)
        if number is None or taken_off is None:
            assert pd.isna(found)
        else:
            assert found == float(number - taken_off)


def test_a_change_is_that_of_the_values_as_they_are_delivered() -> None:
    """65/12 and 20/3 are delivered as 5.416666666666667 and 6.666666666666667; no fraction of them
    is taken up again: -25/12 would be -2.0833333333333335.
    """
    value, base = pd.Series([65 / 12, 20 / 3]), pd.Series([7.5, 5.0])
    never = pd.Series([None, None], dtype="str")
    expected = [-2.083333333333333, 1.666666666666667]
    assert difference(value, base).tolist() == expected
    assert change(value, base, never).tolist() == expected
    assert float(-25 / 12) != expected[0]


def test_shares_are_those_of_the_values_as_they_are_delivered() -> None:
    """3 x 6.666666666666667 is above 20, and so the share above 1/3; of 0 there is none."""
    value, whole = pd.Series([6.666666666666667, 1.0]), pd.Series([20.0, 0.0])
    assert share_of(value, whole).fillna(-9).tolist() == [0.33333333333333335, -9]
    assert percent_change(value, whole).fillna(-9).tolist() == [33.333333333333336, -9]
    third, six = pd.Series([1 / 3]), pd.Series([6.0])  # 0.3333333333333333 x 1/6 = 0.05555...
    assert rounded_share(third, six, decimals=3).tolist() == [0.056]
