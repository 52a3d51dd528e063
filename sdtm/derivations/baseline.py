"""The last observation before exposure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sdtm.dates import full_day, precision
from sdtm.dates.order import Spans, spans, spans_of_starts, surely_before, surely_not_after
from specs.choices import choices
from specs.derivation import Outcome, derivation
from specs.distinct import as_plain, spread, text_where
from specs.tables import numbered, stable_order

if TYPE_CHECKING:
    from numpy.typing import NDArray


@derivation(categories=True, severity="warning", gives=("Y",))
def last_before_exposure(
    result: pd.Series, date: pd.Series, exposure: pd.Series, *by: pd.Series
) -> Outcome:
    """Y on the last record by {date} before {exposure} that has {result}, within {by}; otherwise
    missing. On the day of {exposure} a record counts as before it unless its time is known not to
    be, and one without a time counts as the earliest of its day; records whose day is not fully
    known do not count. Of several with the same date and time the last collected is taken.

    A record that does not count, or counts as the earliest of its day, and may be the last is a
    finding (SDTMIG 3.4, section 4.5.9).

    >>> result, exposure = pd.Series(["7", "6", "5"]), pd.Series(["2020-01-02T09:00"] * 3)
    >>> date = pd.Series(["2020-01-01", "2020-01-02T08:00", "2020-01-02T10:00"])
    >>> last_before_exposure(result, date, exposure, pd.Series(["A"] * 3)).values.tolist()
    [nan, 'Y', nan]
    """
    day, first_day = full_day(date), full_day(exposure)
    when, start = spans(date), spans_of_starts(exposure)
    before = surely_before(when, start) | (day.eq(first_day) & ~surely_not_after(start, when))
    candidate = result.notna() & first_day.notna()
    rows = np.flatnonzero(before & day.notna() & candidate)
    group = pd.Series(numbered([column.iloc[rows] for column in by], len(rows)))
    moment = when.first - when.offset.fillna(0.0)
    order = stable_order([group, moment.iloc[rows]], len(rows))
    last = order[np.diff(group.to_numpy()[order], append=-1) != 0]
    flagged = np.ones(len(result), dtype="int8")
    flagged[rows[last]] = 0
    values = spread(pd.Series(["Y", np.nan]), flagged, result.index)
    partial = candidate & day.isna() & when.bounded & ~surely_before(start, when)
    labels = result.index.take(rows)
    reasons = [(moment.iloc[rows].set_axis(labels), "another is later")]
    chosen = pd.Series(flagged[rows] == 0, index=labels)
    account = choices(group.set_axis(labels), chosen, reasons)
    coarse = candidate & before & day.notna() & ~precision(date).isin(["m", "s"])
    return Outcome(values, _doubts(when, partial, coarse, flagged == 0, by), account)


def _doubts(
    when: Spans,
    partial: pd.Series,
    coarse: pd.Series,
    flagged: NDArray[np.bool_],
    by: tuple[pd.Series, ...],
) -> pd.Series:
    """A sentence where a record may be later than the one flagged: its day or time is not known."""
    if not (partial | coarse).any():
        return pd.Series(index=partial.index, dtype="str")
    group = pd.Series(numbered([as_plain(column) for column in by], len(partial)), partial.index)
    last = group.map(pd.Series(when.first.to_numpy()[flagged], index=group[flagged]))
    reaches = ~when.last.lt(last)
    doubts = text_where(
        partial & reaches, "the date is incomplete and may be the last before exposure"
    )
    untimed = coarse & reaches & when.first.lt(last)
    return doubts.mask(
        untimed, "has no time, and may be later than the record of that day that is flagged"
    )
