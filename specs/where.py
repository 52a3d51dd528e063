"""Conditions, as Define-XML states them: variable, comparator, values; a list of them is AND.

The same object filters records, scopes value-level metadata and becomes `def:WhereClauseDef`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, model_validator

from specs.distinct import distinct_values, spread_plain
from specs.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Comparator(StrEnum):
    """The comparators of Define-XML."""

    EQ = "EQ"
    NE = "NE"
    IN = "IN"
    NOTIN = "NOTIN"
    LT = "LT"
    LE = "LE"
    GT = "GT"
    GE = "GE"


_SHAPE = "a condition is {VARIABLE: {COMPARATOR: value}}, e.g. {AEYN: {EQ: Y}}"

_ORDERED = (Comparator.LT, Comparator.LE, Comparator.GT, Comparator.GE)


class Where(BaseModel):
    """One condition. In YAML `{AEYN: {EQ: "1"}}`, `{RSCAT: {IN: [SLEDAI-2K, SELENA-SLEDAI]}}`.

    The value "" stands for missing. A missing value satisfies NE and NOTIN (unless "" is among
    the values), and no other comparator but EQ or IN "".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variable: str
    comparator: Comparator
    values: tuple[str, ...]

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if not isinstance(data, dict) or {"variable", "comparator"} <= set(data):
            return data
        if len(data) != 1:
            raise ValueError(_SHAPE)
        ((variable, condition),) = data.items()
        if not isinstance(condition, dict) or len(condition) != 1:
            raise ValueError(_SHAPE)
        ((comparator, values),) = condition.items()
        listed = values if isinstance(values, list) else [values]
        if not listed or any(isinstance(value, (dict, list)) for value in listed):
            raise ValueError(_SHAPE)
        texts = tuple("" if value is None else str(value) for value in listed)
        return {"variable": str(variable), "comparator": comparator, "values": texts}

    @model_validator(mode="after")
    def _one_value_unless_listed(self) -> Where:
        if self.comparator not in (Comparator.IN, Comparator.NOTIN) and len(self.values) != 1:
            raise ValueError(f"{self.comparator} takes one value; several need IN or NOTIN")
        if self.comparator in _ORDERED and _number(self.values[0]) is None:
            raise ValueError(f"{self.comparator} compares numbers; {self.values[0]} is none")
        return self

    def holds(self, column: pd.Series) -> pd.Series:
        """True where the condition holds for the values of its variable: Series to bool Series."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            values, codes = distinct_values(column)
            return spread_plain(self.holds(values), codes, column.index)
        if self.comparator in (Comparator.EQ, Comparator.NE, Comparator.IN, Comparator.NOTIN):
            known = [value for value in self.values if value]
            among = column.isin(
                self._numbers(known) if pd.api.types.is_numeric_dtype(column) else known
            )
            if "" in self.values:
                among |= column.isna()
            return ~among if self.comparator in (Comparator.NE, Comparator.NOTIN) else among
        limit = float(self.values[0])
        number = pd.to_numeric(column, errors="coerce")
        compare = {
            Comparator.LT: number.lt,
            Comparator.LE: number.le,
            Comparator.GT: number.gt,
            Comparator.GE: number.ge,
        }[self.comparator]
        return compare(limit).fillna(value=False).astype(bool)

    def _numbers(self, texts: Iterable[str]) -> list[float]:
        numbers = {text: _number(text) for text in texts}
        for text, number in numbers.items():
            if number is None:
                raise SpecError(
                    f"{self}: {self.variable} is numeric, {text} is not",
                    remedy="compare it with a number",
                )
        return [number for number in numbers.values() if number is not None]

    def __str__(self) -> str:
        """The condition as reviewers read it: `LBTESTCD EQ "ALT"`."""
        values = ", ".join(f'"{value}"' for value in self.values)
        listed = self.comparator in (Comparator.IN, Comparator.NOTIN)
        return f"{self.variable} {self.comparator} " + (f"({values})" if listed else values)


def written(data: Any) -> Any:
    """A condition as files write it, which is not by the names of its parts."""
    if isinstance(data, dict) and {"variable", "comparator"} <= set(data):
        raise ValueError(_SHAPE)
    return data


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def all_hold(conditions: Iterable[Where], frame: pd.DataFrame) -> pd.Series:
    """True for the rows of `frame` for which every condition holds; all rows when there is none."""
    mask = pd.Series(data=True, index=frame.index)
    for condition in conditions:
        mask &= condition.holds(frame[condition.variable])
    return mask
