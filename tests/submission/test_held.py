"""What is measured on the values kept of groups is what is measured on all rows."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submission.measures import (
    date_measure,
    number_measure,
    numeric_text_measure,
    telling,
    text_measure,
)

TEXTS = st.one_of(
    st.sampled_from(["2024-01", "2024-01-05", "2024-01-05T10:30", "2024", "P3D", "-12.50", "1e5"]),
    st.from_regex(r"-?\d{1,4}(\.\d{1,3})?", fullmatch=True),
    st.from_regex(r"20\d\d-[01]\d-[0-3]\d", fullmatch=True),
    st.text("aé0.-", min_size=1, max_size=4),
)


@given(st.lists(TEXTS, min_size=1, unique=True))
@settings(deadline=None, max_examples=60)
def test_the_texts_that_tell_measure_as_all_texts_do(texts: list[str]) -> None:
    values = pd.Series(texts, dtype="str")
    kept = telling(values)
    assert set(kept) <= set(values)
    for measure in (text_measure, date_measure, numeric_text_measure):
        assert measure(kept) == measure(values)


@given(
    st.lists(
        st.one_of(st.integers(-(10**6), 10**6).map(float), st.decimals(-999, 999, places=3)).map(
            float
        ),
        min_size=1,
        unique=True,
    )
)
@settings(deadline=None, max_examples=60)
def test_the_numbers_that_tell_measure_as_all_numbers_do(numbers: list[float]) -> None:
    values = pd.Series(numbers, dtype="float64")
    assert number_measure(telling(values)) == number_measure(values)


@pytest.mark.parametrize("clock", ["", "T10:30:00"])
def test_the_moments_that_tell_measure_as_all_moments_do(clock: str) -> None:
    moments = [*(f"2020-01-{day:02d}" for day in range(1, 28)), f"2020-01-28{clock}"]
    values = pd.Series(pd.to_datetime(moments, format="ISO8601").astype("datetime64[s]"))
    assert len(telling(values)) < 4
    assert number_measure(telling(values)) == number_measure(values)


def test_of_many_texts_of_one_kind_the_longest_is_kept() -> None:
    assert telling(pd.Series(["a", "abc", "ab"], dtype="str")).tolist() == ["abc"]
