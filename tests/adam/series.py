"""Series typed by hand, and dates as they are read."""

from __future__ import annotations

from typing import Any

import pandas as pd


def texts(*values: str | None) -> pd.Series[Any]:
    """A column of text."""
    return pd.Series(list(values), dtype="str")


def numbers(*values: float | None) -> pd.Series[Any]:
    """A column of numbers."""
    return pd.Series(list(values), dtype="float64")


def dates(*values: str | None) -> pd.Series[Any]:
    """A column of days."""
    return pd.Series(pd.to_datetime(list(values)).astype("datetime64[s]"))


def as_days(column: pd.Series[Any]) -> list[str]:
    """The days of a column as ISO 8601 texts, "" where there is none."""
    return column.dt.strftime("%Y-%m-%d").fillna("").tolist()
