from __future__ import annotations

import numpy as np
import pandas as pd

from engine.account import Account


def listed(trace: pd.DataFrame) -> list[tuple[int, str, int]]:
    return list(trace.itertuples(index=False, name=None))


def test_a_trace_is_in_the_order_of_rows_sources_and_records_each_pair_once() -> None:
    account = Account("ADLB")
    account.trace([0, 1, 1], "LB", [5, 9, 2])
    account.trace([1, 0], "LB", [9, 4])
    account.trace([0], "DM", [3])
    traced = account.traced(np.array([1, 0]))  # the two rows change places
    assert listed(traced) == [(0, "LB", 2), (0, "LB", 9), (1, "DM", 3), (1, "LB", 4), (1, "LB", 5)]
    assert traced.dtypes.astype(str).tolist() == ["int64", "str", "int64"]


def test_rows_that_are_not_kept_leave_no_trace() -> None:
    account = Account("ADLB")
    account.trace([0, 1], "LB", [5, 9])
    assert listed(account.traced(np.array([-1, 0]))) == [(0, "LB", 9)]


def test_records_of_the_dataset_itself_are_named_by_their_place_in_the_end() -> None:
    account = Account("ADLB")
    account.trace([2], "ADLB", [0])
    assert listed(account.traced(np.array([1, 2, 0]))) == [(0, "ADLB", 1)]


def test_a_dataset_of_nothing_has_no_trace() -> None:
    traced = Account("ADLB").traced(np.array([], dtype=np.int64))
    assert listed(traced) == []
    assert traced.dtypes.astype(str).tolist() == ["int64", "str", "int64"]


def test_rows_of_a_grid_tell_what_they_were_made_from() -> None:
    account = Account("ADLB")
    account.trace([4, 6, 5], "LB", [10, 11, 12])
    ((source, place, record),) = account.made_from(pd.Index([6, 4]))
    assert (source, place.tolist(), record.tolist()) == ("LB", [1, 0], [10, 11])
