"""Built datasets: their rows, and where each row came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from specs.choices import moved
from specs.distinct import as_category, constant, stacked
from specs.shown import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

TRACE_COLUMNS = ("row", "source", "record")


@dataclass(frozen=True)
class Table:
    """A dataset while and after it is built.

    `frame` has one row per record on a RangeIndex and the variables as columns: Char as `str`
    with NaN for missing, Num as numbers, dates of ADaM as datetime64[s].
    `trace` says where each row came from: `row` (position in `frame`), `source` (a raw form, or a
    dataset) and `record` (id of the raw record, or position in that dataset's frame).
    `supplemental` has the qualifiers of SUPP--, wide, on the index of `frame`. `rules` has, on the
    same index, for each variable of several rules the number of the one that gave the value, from 1
    on; 0 where none did. `choices` tells which records values were chosen among: `variable`, and
    the columns of `specs.choices` with `source` beside `record`.
    """

    name: str
    frame: pd.DataFrame
    trace: pd.DataFrame
    supplemental: pd.DataFrame | None = None
    rules: pd.DataFrame | None = None
    choices: pd.DataFrame | None = None

    def __repr__(self) -> str:
        rows, variables = self.frame.shape
        more = 0 if self.supplemental is None else len(self.supplemental.columns)
        return f"<Table {self.name}: {counted(rows, 'row')}, {counted(variables, 'variable')}" + (
            f", {counted(more, 'supplemental qualifier')}>" if more else ">"
        )

    def _repr_html_(self) -> str:
        """The first rows, under the line that `repr` gives."""
        return f"<p><b>{escape(repr(self)[1:-1])}</b></p>{self.frame.head(10).to_html()}"

    def column(self, name: str) -> pd.Series:
        """A variable, or a supplemental qualifier, as a Series on the index of `frame`."""
        if name in self.frame:
            return self.frame[name]
        if self.supplemental is not None and name in self.supplemental:
            return self.supplemental[name]
        raise KeyError(name)

    def in_order(self, order: NDArray[np.int64]) -> Table:
        """The same rows in another order, given by their positions; the trace renewed."""

        def taken(frame: pd.DataFrame) -> pd.DataFrame:
            return frame.take(order).reset_index(drop=True)

        return replace(
            self,
            frame=taken(self.frame),
            trace=sorted_trace(self.trace, order, self.name),
            supplemental=None if self.supplemental is None else taken(self.supplemental),
            rules=None if self.rules is None else taken(self.rules),
            choices=moved(self.choices, self.name, _inverse(order)),
        )


def _inverse(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each position the place at which an order puts it."""
    position = np.empty(len(order), dtype="int64")
    position[order] = np.arange(len(order))
    return position


def sorted_trace(trace: pd.DataFrame, order: NDArray[np.int64], name: str) -> pd.DataFrame:
    """The trace of rows that have been put in an order, with their new positions.

    Records of the dataset of that name are rows themselves, and named by their new positions too.
    """
    own = (trace["source"] == name).to_numpy()
    one_each = len(trace) == len(order) and (trace["row"] == np.arange(len(order))).all()
    if one_each and not own.any():
        taken = {name: trace[name].array.take(order) for name in TRACE_COLUMNS[1:]}
        return pd.DataFrame({"row": np.arange(len(order)), **taken}, copy=False)
    position = _inverse(order)
    record = trace["record"].to_numpy(copy=True)
    record[own] = position[record[own]]
    renewed = trace.assign(row=position[trace["row"].to_numpy()], record=record)
    placed = stable_order([renewed[name] for name in TRACE_COLUMNS], len(trace))
    return renewed.take(placed).reset_index(drop=True)


def stable_order(columns: Iterable[pd.Series], size: int) -> NDArray[np.int64]:
    """The positions that put rows in the order of the columns, missing values last.

    Rows that agree in all columns keep their order.
    """
    key = numbered(columns, size)
    if bool((key[1:] >= key[:-1]).all()):
        return np.arange(size)
    return np.argsort(key, kind="stable")


def numbered(columns: Iterable[pd.Series], size: int) -> NDArray[np.int64]:
    """For each row a number that stands for its values and grows with them, missing values last."""
    key: NDArray[np.int64] = np.zeros(size, dtype="int64")
    distinct = 1
    for column in columns:
        ranks, count = _ranked(column)
        if count < 2:
            continue
        if distinct > np.iinfo("int64").max // count:
            # Too many combinations to number: number only those that occur.
            distinct_keys, key = np.unique(key, return_inverse=True)
            distinct = len(distinct_keys)
        key = key * count + ranks
        distinct *= count
    return key


def distinct_rows(
    columns: Iterable[pd.Series], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The position of the first of each kind of rows that agree, and for each row its kind."""
    key = numbered(columns, size)
    top = int(key.max()) + 1 if size else 0
    if top > 4 * size:
        key, keys = pd.factorize(key)
        top = len(keys)
    first = np.full(top, -1, dtype="int64")
    first[key[::-1]] = np.arange(size)[::-1]
    used = first >= 0
    return first[used], (np.cumsum(used) - 1)[key]


def _ranked(column: pd.Series) -> tuple[NDArray[np.int64], int]:
    """The rank of each value among the distinct ones, missing values last, and how many ranks."""
    if column.dtype.kind in "iu":
        lowest, highest = (column.min(), column.max()) if len(column) else (0, 0)
        if highest - lowest < 1 << 31:
            return (column.to_numpy() - lowest).astype("int64"), int(highest - lowest) + 1
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, values = pd.factorize(column, use_na_sentinel=True)
    order = pd.Series(values).argsort().to_numpy()
    ranks = np.empty(len(order) + 1, dtype="int64")
    ranks[order] = np.arange(len(order))
    ranks[-1] = len(order)  # the code of missing values is -1, which is the last place
    return ranks[codes], len(order) + 1


def trace(row: pd.Series, source: str | pd.Series, record: pd.Series) -> pd.DataFrame:
    """A trace: rows of a dataset come from records of a source; missing records are left out."""
    present = record.notna().to_numpy()
    rows = row.to_numpy()[present]
    index = pd.RangeIndex(len(rows))
    sources = (
        constant(source, index)
        if isinstance(source, str)
        else as_category(source)[present].set_axis(index)
    )
    records = record.to_numpy()[present].astype("int64")
    return pd.DataFrame({"row": rows.astype("int64"), "source": sources, "record": records})


def traces(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Traces below each other."""
    filled = [frame for frame in frames if len(frame)] or [no_trace()]
    columns = {name: stacked([frame[name] for frame in filled]) for name in TRACE_COLUMNS}
    return pd.DataFrame(columns, copy=False)


def no_trace() -> pd.DataFrame:
    """A trace without rows."""
    return pd.DataFrame({"row": [], "source": [], "record": []}).astype(
        {"row": "int64", "source": "str", "record": "int64"}
    )
