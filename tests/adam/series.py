"""Series typed by hand, and dates as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from specs.derivation import Outcome


def values_of(function: Callable[..., Outcome]) -> Callable[..., Any]:
    """The function, giving its values alone."""

    def values(*columns: Any, **constants: Any) -> Any:
        return function(*columns, **constants).values

    return values


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
