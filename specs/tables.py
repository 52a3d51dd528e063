"""Built datasets: their rows, and where each row came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

TRACE_COLUMNS = ("row", "source", "record")


@dataclass(frozen=True)
class Table:
    """A dataset while and after it is built.

    `frame` has one row per record on a RangeIndex and the variables as columns: Char as `str`
    with NaN for missing, Num as numbers, dates of ADaM as datetime64[s].
    `trace` says where each row came from: `row` (position in `frame`), `source` (a raw form, or a
    dataset) and `record` (id of the raw record, or position in that dataset's frame).
    `supplemental` has the qualifiers of SUPP--, wide, on the index of `frame`.
    """

    name: str
    frame: pd.DataFrame
    trace: pd.DataFrame
    supplemental: pd.DataFrame | None = None

    def column(self, name: str) -> pd.Series:
        """A variable, or a supplemental qualifier, as a Series on the index of `frame`."""
        if name in self.frame:
            return self.frame[name]
        if self.supplemental is not None and name in self.supplemental:
            return self.supplemental[name]
        raise KeyError(name)

    def sorted_by(self, keys: Iterable[str]) -> Table:
        """The same rows in the order of the keys (missing last), positions and trace renewed."""
        order = self.frame.sort_values(list(keys), kind="stable", na_position="last").index
        position = pd.Series(range(len(order)), index=order)
        trace = self.trace.assign(row=self.trace["row"].map(position).astype("int64"))
        return Table(
            self.name,
            self.frame.loc[order].reset_index(drop=True),
            trace.sort_values(["row", "source", "record"], ignore_index=True),
            None
            if self.supplemental is None
            else self.supplemental.loc[order].reset_index(drop=True),
        )


def trace(row: pd.Series, source: str | pd.Series, record: pd.Series) -> pd.DataFrame:
    """A trace: rows of a dataset come from records of a source; missing records are left out."""
    sources = source if isinstance(source, str) else source.to_numpy()
    table = pd.DataFrame({"row": row.to_numpy(), "source": sources, "record": record.to_numpy()})
    return table.dropna(subset=["record"]).astype(
        {"row": "int64", "source": "str", "record": "int64"}
    )


def no_trace() -> pd.DataFrame:
    """A trace without rows."""
    return pd.DataFrame({"row": [], "source": [], "record": []}).astype(
        {"row": "int64", "source": "str", "record": "int64"}
    )
