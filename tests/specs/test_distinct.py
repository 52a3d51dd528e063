from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.distinct import (
    all_once_each,
    as_category,
    as_plain,
    constant,
    from_dictionary,
    mapped,
    missing,
    on_distinct,
    once_each,
    pruned,
    stacked,
    text_where,
    texts_at,
)

TEXTS = st.lists(st.none() | st.text(max_size=3), max_size=8)


def text(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype="str", index=range(10, 10 + len(values)))


@given(TEXTS)
def test_a_column_of_categories_is_the_same_column(values: list[str | None]) -> None:
    column = text(values)
    pd.testing.assert_series_equal(as_plain(as_category(column)), column)


@pytest.mark.parametrize("count", [126, 127, 128, 32766, 32767, 32768])
def test_missing_stays_missing_with_as_many_values_as_a_code_can_count(count: int) -> None:
    column = text([*(f"{n}" for n in range(count)), None])
    pd.testing.assert_series_equal(as_plain(as_category(column)), column)


def test_numbers_may_be_categories_too() -> None:
    column = pd.Series([2.5, np.nan, 2.5])
    assert as_category(column).cat.categories.tolist() == [2.5]
    pd.testing.assert_series_equal(as_plain(as_category(column)), column)


@given(TEXTS, TEXTS)
def test_columns_of_categories_stand_below_each_other(
    above: list[str | None], below: list[str | None]
) -> None:
    made = stacked([as_category(text(above)), as_category(text(below))])
    whole = pd.Series([*above, *below], dtype="str")
    pd.testing.assert_series_equal(as_plain(made), whole)


def test_a_value_is_worked_on_once_and_only_if_a_row_has_it() -> None:
    seen: list[list[str]] = []

    def trimmed(values: pd.Series) -> pd.Series:
        seen.append(values.fillna("-").tolist())
        return values.str.strip()

    column = as_category(text([" b", "a", "a ", None, " b"])).iloc[1:]
    made = on_distinct(trimmed, column)
    assert seen == [[" b", "a", "a ", "-"]]
    on_distinct(trimmed, column.iloc[:1])
    assert seen[1:] == [["a"]]
    assert as_plain(made).fillna("-").to_dict() == {11: "a", 12: "a", 13: "-", 14: "b"}
    assert made.cat.categories.tolist() == ["b", "a"]


def test_values_that_no_row_has_are_dropped_where_there_are_many() -> None:
    many = as_category(text([*(f"{n}" for n in range(200)), None])).iloc[[3, 200, 5]]
    assert pruned(many).cat.categories.tolist() == ["3", "5"]
    pd.testing.assert_series_equal(as_plain(pruned(many)), as_plain(many))


def test_a_constant_and_a_column_without_values_have_every_row() -> None:
    index = pd.Index([4, 7])
    assert as_plain(constant("Y", index)).to_dict() == {4: "Y", 7: "Y"}
    assert missing(index).isna().to_dict() == {4: True, 7: True}


def test_an_arrow_dictionary_in_several_chunks_is_one_column() -> None:
    whole = pa.chunked_array([pa.array(["b", None]), pa.array(["a", "b"])]).dictionary_encode()
    made = from_dictionary(whole, pd.RangeIndex(4))
    assert as_plain(made).fillna("-").tolist() == ["b", "-", "a", "b"]
    assert len(from_dictionary(pa.chunked_array([], type=whole.type), pd.RangeIndex(0))) == 0


def test_a_function_sees_each_value_once_and_its_results_go_to_all_rows() -> None:
    seen: list[list[str]] = []

    def length(texts: pd.Series) -> pd.Series:
        seen.append(texts.fillna("-").tolist())
        return texts.str.len()

    values = pd.Series(["AB", None, "C", "AB"], index=[7, 3, 5, 1], dtype="str", name="TEXT")
    lengths = once_each(length, values)
    assert seen == [["AB", "-", "C"]]
    assert lengths.fillna(0).tolist() == [2, 0, 1, 2]
    assert lengths.index.tolist() == [7, 3, 5, 1]
    assert lengths.name == "TEXT"


def test_several_functions_share_the_distinct_values() -> None:
    days = pd.Series(pd.to_datetime(["2020-02-29", None, "2020-02-29"]).astype("datetime64[s]"))
    years, months = all_once_each([lambda d: d.dt.year, lambda d: d.dt.month], days)
    assert years.fillna(0).tolist() == [2020, 0, 2020]
    assert months.fillna(0).tolist() == [2, 0, 2]


def test_values_are_mapped_and_those_that_stand_for_nothing_are_missing() -> None:
    numbers = mapped(pd.Series(["LOW", "HIGH", None, "ODD"], dtype="str"), {"LOW": 1, "HIGH": 3})
    assert numbers.fillna(-1).tolist() == [1, 3, -1, -1]


def test_no_rows_give_no_values() -> None:
    none = pd.Series([], dtype="str")
    assert mapped(none, {"LOW": 1}).tolist() == []
    assert texts_at(np.array([], dtype=np.int64), ["A"], none.index).tolist() == []


def test_texts_stand_at_their_places() -> None:
    texts = texts_at(np.array([1, -1, 0]), ["A", "B"], pd.Index([4, 5, 6]))
    assert texts.fillna("").to_dict() == {4: "B", 5: "", 6: "A"}
    assert texts.dtype == "str"


def test_a_text_marks_where_a_condition_holds() -> None:
    condition = pd.Series([True, False, None], dtype="boolean")
    assert text_where(condition).fillna("").tolist() == ["Y", "", ""]
    assert text_where(condition, "DAYS").fillna("").tolist() == ["DAYS", "", ""]
