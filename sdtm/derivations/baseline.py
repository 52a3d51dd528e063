"""The last observation before exposure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sdtm.dates import full_day
from specs.derivation import derivation
from specs.distinct import as_plain, spread
from specs.tables import numbered, stable_order


@derivation(categories=True)
def last_before_exposure(
    result: pd.Series, date: pd.Series, exposure: pd.Series, *by: pd.Series
) -> pd.Series:
    """Y on the last record by {date} before {exposure} that has a {result}, within {by}.

    Missing on all others. On the day of exposure a record without a time counts as before it;
    records with an incomplete date are passed over. Of records with the same date and time the
    last collected is taken, so there is one at most (SDTMIG 3.4, section 4.5.9).

    >>> result, exposure = pd.Series(["7", "6", "5"]), pd.Series(["2020-01-02T09:00"] * 3)
    >>> date = pd.Series(["2020-01-01", "2020-01-02T08:00", "2020-01-02T10:00"])
    >>> last_before_exposure(result, date, exposure, pd.Series(["A"] * 3)).tolist()
    [nan, 'Y', nan]
    """
    day, first_day = full_day(date), full_day(exposure)
    timed = date.str.contains("T", regex=False, na=False) & exposure.str.contains(
        "T", regex=False, na=False
    )
    before = (day < first_day) | ((day == first_day) & ~timed)
    hours = (day == first_day) & timed
    before |= (as_plain(date[hours]) < as_plain(exposure[hours])).reindex(day.index).eq(other=True)
    rows = np.flatnonzero(before & result.notna())
    group = pd.Series(numbered([column.iloc[rows] for column in by], len(rows)))
    order = stable_order([group, date.iloc[rows]], len(rows))
    last = order[np.diff(group.to_numpy()[order], append=-1) != 0]
    flagged = np.ones(len(result), dtype="int8")
    flagged[rows[last]] = 0
    return spread(pd.Series(["Y", np.nan]), flagged, result.index)
