"""What a derivation that makes records gives back: new records, or copies of records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Records:
    """New records, and which records they were made from.

    `rows` has one row per new record on a RangeIndex, with ADaM variables as columns. `made_from`
    has the columns `row` (position in `rows`) and `record` (index label in the source Series).
    """

    rows: pd.DataFrame
    made_from: pd.DataFrame


@dataclass(frozen=True)
class Copies:
    """Records taken over once more, for another visit say.

    A copy belongs to the parameter of its record and takes its variables from it, but those that
    are columns of `rows` (one row per copy). `record` has their index labels in the source Series,
    in the order of `rows`.
    """

    rows: pd.DataFrame
    record: pd.Series
