from __future__ import annotations

import numpy as np
import pandas as pd

from adam.lookup import NONE, SEVERAL, dense, pairs, placed, taken


def test_a_number_is_placed_where_it_occurs_once() -> None:
    places = placed(np.array([3, 0, 5, 1]), np.array([0, 3, 1, 1]))
    assert places.tolist() == [1, 0, NONE, SEVERAL]


def test_no_numbers_are_nowhere() -> None:
    nothing = np.array([], dtype=np.int64)
    assert placed(np.array([0, 2]), nothing).tolist() == [NONE, NONE]
    assert placed(nothing, np.array([0, 2])).tolist() == []


def test_every_number_is_paired_with_each_equal_one() -> None:
    left, right = pairs(np.array([2, 0, 2, 7]), np.array([0, 2, 2, 1]))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [
        (0, 1),
        (0, 2),
        (1, 0),
        (2, 1),
        (2, 2),
    ]


def test_large_numbers_become_small_ones_that_tell_the_same_apart() -> None:
    assert dense(np.array([10**12, 5, 10**12])).tolist() == [0, 1, 0]
    assert dense(np.array([2, 0, 2])).tolist() == [2, 0, 2]


def test_what_is_taken_from_nowhere_is_missing() -> None:
    whole = pd.Series([1, 2], index=[8, 9])
    found = taken(whole, np.array([1, NONE, SEVERAL, 0]), pd.Index([4, 5, 6, 7]))
    assert found.fillna(0).to_dict() == {4: 2, 5: 0, 6: 0, 7: 1}


def test_all_records_in_their_order_keep_their_dtype_on_the_new_index() -> None:
    whole = pd.Series([1, 2], index=[8, 9], name="AVAL")
    found = taken(whole, np.array([0, 1]), pd.Index([4, 5]))
    assert found.to_dict() == {4: 1, 5: 2}
    assert (found.dtype, found.name) == ("int64", "AVAL")
