"""What a statistical method is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specs.numbers import exact, fixed_text

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
        paired = self.values.notna() & self.against.notna()
        return self.values[paired], self.against[paired]


@dataclass(frozen=True)
class Statistic:
    """One number of a result: its code, how tables head it, its value and how they print it."""

    code: str
    label: str
    value: float
    shown: str


def count(code: str, label: str, value: float) -> Statistic:
    """A whole number."""
    return Statistic(code, label, float(value), fixed_text(value, 0))


def number(code: str, label: str, value: float, digits: int = 2) -> Statistic:
    """A number with some decimals; empty where it cannot be computed."""
    return Statistic(code, label, float(value), "" if value != value else fixed_text(value, digits))


def percent(code: str, label: str, value: float) -> Statistic:
    """A proportion, printed as a percentage."""
    return Statistic(
        code, label, float(value), "" if value != value else fixed_text(100 * exact(value), 1)
    )


def p_value(code: str, label: str, value: float) -> Statistic:
    """A p-value with four decimals."""
    shown = "" if value != value else "<0.0001" if value < 0.0001 else fixed_text(value, 4)
    return Statistic(code, label, float(value), shown)
