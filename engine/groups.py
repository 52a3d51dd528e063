"""Datasets built for groups of subjects, put together as if they had been built at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from specs.choices import below, moved
from specs.distinct import as_plain, stacked
from specs.tables import Table, stable_order, traces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    Whole: TypeAlias = NDArray[np.int64]


def joined(tables: list[Table], keys: Sequence[str]) -> tuple[Table, list[Whole]]:
    """Tables of groups, each in the order of the keys, as one; and where the rows of each stand.

    Numbers are as such. The list is emptied: of millions of records there is no room for the parts
    and the whole.
    """
    ends = [table.frame[list(keys)].iloc[[0, -1]] for table in tables if len(table.frame)]
    sizes = [len(table.frame) for table in tables]
    if len(tables) == 1 and not _has_categories(tables[0].frame):
        return tables.pop(), [np.arange(sizes[0])]
    whole = _below_each_other(tables)
    positions = np.arange(sum(sizes))
    if len(ends) > 1 and not _in_order(_below(ends)):
        order = stable_order([whole.frame[key] for key in keys], len(whole.frame))
        positions[order] = np.arange(len(order))
        whole = whole.in_order(order)
    return whole, np.split(positions, np.cumsum(sizes)[:-1])


def _has_categories(frame: pd.DataFrame) -> bool:
    return any(isinstance(dtype, pd.CategoricalDtype) for dtype in frame.dtypes)


def _in_order(frame: pd.DataFrame) -> bool:
    order = stable_order([frame[name] for name in frame], len(frame))
    return bool((np.diff(order) == 1).all())


def _below_each_other(tables: list[Table]) -> Table:
    name, trace = tables[0].name, _traced(tables)
    qualifiers = [t.supplemental for t in tables if t.supplemental is not None]
    rules = [t.rules for t in tables if t.rules is not None]
    frames = [table.frame for table in tables]
    starts = np.cumsum([0, *map(len, frames)])
    chosen = below(
        moved(table.choices, name, start + np.arange(len(table.frame)))
        for table, start in zip(tables, starts, strict=False)
    )
    tables.clear()
    of_rows, fired = (_below(stack) if stack else None for stack in (qualifiers, rules))
    return Table(name, _below(frames), trace, of_rows, fired, chosen)


def _traced(tables: list[Table]) -> pd.DataFrame:
    """The traces of tables that stand below each other."""
    trace = traces([table.trace for table in tables])
    starts = np.cumsum([0, *(len(table.frame) for table in tables)])[:-1]
    start = np.repeat(starts, [len(table.trace) for table in tables])
    own = (trace["source"] == tables[0].name).to_numpy()
    record = trace["record"].to_numpy() + np.where(own, start, 0)
    return trace.assign(row=trace["row"].to_numpy() + start, record=record)


def _below(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames of the same columns below each other, a column at a time; the list is emptied."""
    names, size = list(frames[0]), sum(map(len, frames))
    columns = [dict(frame.items()) for frame in frames]
    frames.clear()
    stack = {name: as_plain(stacked([of.pop(name) for of in columns])) for name in names}
    return pd.DataFrame(stack, index=pd.RangeIndex(size), copy=False)
