"""What a statistical method is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sample:
    """The values of some records and, for methods that compare two, a second value for each.

    `values`, `subjects` and `against` have one index; `event` and `level` are the analysis's.
    """

    values: pd.Series
    subjects: pd.Series
    against: pd.Series | None = None
    event: str = ""
    level: float = 0.95

    def pairs(self) -> tuple[pd.Series, pd.Series]:
        """Both values of the records that have both."""
        if self.against is None:
            return self.values[:0], self.values[:0]
        known = self.values.notna() & self.against.notna()
        return self.values[known], self.against[known]


@dataclass(frozen=True)
class Statistic:
    """One number of a result: its code, how tables head it, its value and how they print it."""

    code: str
    label: str
    value: float
    shown: str


def count(code: str, label: str, value: float) -> Statistic:
    """A whole number."""
    return Statistic(code, label, float(value), f"{value:.0f}")


def number(code: str, label: str, value: float, digits: int = 2) -> Statistic:
    """A number with some decimals; empty where it cannot be computed."""
    return Statistic(code, label, float(value), "" if value != value else f"{value:.{digits}f}")


def percent(code: str, label: str, value: float) -> Statistic:
    """A proportion, printed as a percentage."""
    return Statistic(code, label, float(value), f"{100 * value:.1f}")


def p_value(code: str, label: str, value: float) -> Statistic:
    """A p-value with four decimals."""
    shown = "" if value != value else "<0.0001" if value < 0.0001 else f"{value:.4f}"
    return Statistic(code, label, float(value), shown)
