"""Finding for each row of one table its row in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

NONE, SEVERAL = -1, -2


def matched(left: pd.DataFrame, right: pd.DataFrame) -> NDArray[np.int64]:
    """For each row of `left` the position of the row of `right` that equals it.

    Both have the same columns; missing equals missing. NONE where there is no such row, SEVERAL
    where there is more than one.
    """
    if not len(right):
        return np.full(len(left), NONE, dtype=np.int64)
    keys = np.zeros(len(right) + len(left), dtype=np.int64)
    for name in right:
        both = pd.concat([right[name], left[name]], ignore_index=True)
        codes, distinct = both.array.factorize(use_na_sentinel=False)
        keys = dense(keys * len(distinct) + codes)
    return placed(keys[len(right) :], keys[: len(right)])


def placed(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same for numbers from 0 on, that stand for what is compared."""
    size = 1 + max(left.max(initial=0), right.max(initial=0))
    position = np.full(size, NONE, dtype=np.int64)
    position[right] = np.arange(len(right))
    position[np.bincount(right, minlength=size) > 1] = SEVERAL
    return position[left]


def dense(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers from 0 on that are equal where these are, and not many more than there are rows."""
    if numbers.max(initial=0) < 4 * len(numbers):
        return numbers
    codes, _ = pd.factorize(numbers)
    return codes


def pairs(
    left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The positions of every number of `left` and every equal one of `right`."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    first = np.searchsorted(ordered, left, side="left")
    count = np.searchsorted(ordered, left, side="right") - first
    before = np.cumsum(count) - count
    nth = np.arange(count.sum()) + np.repeat(first - before, count)
    return np.repeat(np.arange(len(left)), count), order[nth]


def taken(column: pd.Series, positions: NDArray[np.int64], index: pd.Index) -> pd.Series:
    """The values of `column` at these positions, missing at NONE and SEVERAL, on `index`."""
    if len(positions) == len(column) and (positions == np.arange(len(positions))).all():
        return column.set_axis(index)  # every record in its order: nothing to copy
    values = column.array.take(np.maximum(positions, NONE), allow_fill=True)
    return pd.Series(values, index=index, name=column.name, copy=False)
