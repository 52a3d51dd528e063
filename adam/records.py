"""What a derivation that makes records gives back."""

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
