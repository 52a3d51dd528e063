"""Records taken over once more: the last one, or one carried forward to a visit without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from adam.derivations.occurrences import first_flag
from adam.derivations.windows import NumberedWindow, checked_windows, open_limits
from adam.records import Copies
from specs.derivation import Outcome, derivation
from specs.distinct import text_where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specs.constants import SourceNames


@derivation(scope="dataset")
def last_records(*keys: pd.Series, within: int) -> Copies:
    """The last record of each {keys:first within}, in the order of {keys:after within} with missing
    values first, is taken over once more.
    """
    table = pd.concat(keys, axis=1).set_axis(range(len(keys)), axis=1)
    ordered = table.sort_values(list(table.columns), kind="stable", na_position="first")
    last = ordered.index[~ordered.duplicated(list(range(within)), keep="last")]
    record = last.sort_values().to_series().reset_index(drop=True)
    return Copies(pd.DataFrame(index=record.index), record)


@derivation(scope="dataset", severity="warning")
def carried_forward(
    subject: pd.Series,
    part: pd.Series,
    day: pd.Series,
    value: pd.Series,
    *order: pd.Series,
    windows: Sequence[NumberedWindow],
) -> Outcome:
    """For each {subject} and {part}, and each row of {windows} with AVISITN above 0 in whose days,
    from AWLO through AWHI, {day} of no record with {value} lies: the last record with {value}
    before AWLO is taken over once more, if there is one. The last is the highest in {day}, then
    in {order}, with missing values first. A record with {value} and without {day} may lie in any
    window, so that of its {subject} and {part} none is taken over, with a finding.

    AVISIT: In a record taken over once more the AVISIT of the row of {windows} that it stands for.

    The window at baseline has AVISITN 0; it is the first.
    """
    keys = [subject, part, day, *order]
    table = pd.concat(keys, axis=1).set_axis(range(len(keys)), axis=1)[value.notna()]
    checked_windows([row for row in windows if row["AVISITN"] > 0])
    undated = table[table[2].isna()]
    table = table[~_agree(table, undated)]
    ordered = table.sort_values(list(table.columns[2:]), kind="stable", na_position="first")
    ordered = pd.DataFrame(
        {"group": ordered.groupby([0, 1], dropna=False).ngroup(), "day": ordered[2]}
    )
    copied = [
        _last_before(ordered, *open_limits(window)).assign(AVISIT=window["AVISIT"])
        for window in windows
        if window["AVISITN"] > 0
    ]
    copies = pd.concat(copied).sort_index(kind="stable")
    record = copies.index.to_series().reset_index(drop=True)
    message = "the record has a value and no day; nothing is carried forward beside it"
    problems = pd.Series(message, index=undated.index, dtype="str")
    return Outcome(
        Copies(copies[["AVISIT"]].reset_index(drop=True).astype("str"), record), problems
    )


@derivation(gives=("Y",))
def first_flag_with_copies(*keys: pd.Series, within: int, descending: SourceNames = ()) -> Outcome:
    """Y for the first record of each {keys:first within}, in the order of {keys:after
    within}{descending}, and for all records that agree with it in {keys}; missing values come
    last. Otherwise missing.

    descending: , with {descending} from the highest to the lowest
    """
    table = pd.concat(keys, axis=1).set_axis(range(len(keys)), axis=1)
    record = table.groupby(list(table.columns), dropna=False, sort=False).ngroup()
    first = first_flag(*keys, within=within, descending=descending)
    return Outcome(text_where(record.isin(record[first.values.eq("Y")])), choices=first.choices)


def _last_before(ordered: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    """The last row before the first day of each group that has none through the last day."""
    inside = ordered.loc[ordered["day"].between(low, high), "group"]
    before = ordered[ordered["day"].lt(low) & ~ordered["group"].isin(inside)]
    return before.drop_duplicates("group", keep="last")


def _agree(table: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """True for the rows whose first two columns are those of one of the others."""
    pairs = pd.MultiIndex.from_frame(others[[0, 1]])
    return pd.Series(pd.MultiIndex.from_frame(table[[0, 1]]).isin(pairs), index=table.index)
