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
    both = pd.concat([right, left], ignore_index=True)
    keys = both.groupby(list(both.columns), sort=False, dropna=False).ngroup().to_numpy()
    theirs, mine = keys[: len(right)], keys[len(right) :]
    place = np.full(keys.max() + 1, NONE, dtype=np.int64)
    place[theirs] = np.arange(len(right))
    place[np.bincount(theirs, minlength=len(place)) > 1] = SEVERAL
    return place[mine]


def taken(column: pd.Series, places: NDArray[np.int64], index: pd.Index) -> pd.Series:
    """The values of `column` at these positions, missing at NONE and SEVERAL, on `index`."""
    extended = column.reset_index(drop=True)
    return extended.reindex(np.where(places < 0, -1, places)).set_axis(index)
