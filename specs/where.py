"""Conditions, as Define-XML states them: variable, comparator, values; a list of them is AND.

The same object filters records, scopes value-level metadata and becomes `def:WhereClauseDef`. Of a
list of lists one is enough: `[[{A: {EQ: 1}}, {B: {EQ: 2}}], [{C: {EQ: 3}}]]` is A and B, or C.
A date is compared with a date: `{ASTDT: {GE: 2020-01-06}}`. One without a time stands for its day.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd
from pydantic import BaseModel, ConfigDict, model_validator

from specs.distinct import distinct_values, is_among, spread_plain, without
from specs.errors import SpecError
from specs.numbers import numbers_of, read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping


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

_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")
_LOOKS_DATED: Final = re.compile(r"[0-9]{4}-([0-9]{2}|-)|([0-9]{1,2}[-/.]){2}[0-9]{2,4}|[0-9]{4}/")

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
        if self.comparator in _ORDERED:
            limit = self.values[0]
            if _number(limit) is None and _moment(limit) is None:
                raise ValueError(
                    f"{self.comparator} compares numbers or complete dates; {limit} is neither"
                )
        return self

    def holds(self, column: pd.Series, unanswered: Collection[str] = ()) -> pd.Series:
        """True where the condition holds for the values of its variable: Series to bool Series.

        The texts `unanswered` stand for no answer, so they count as missing, but for those that
        the condition itself names.
        """
        if isinstance(column.dtype, pd.CategoricalDtype):
            values, codes = distinct_values(column)
            return spread_plain(self.holds(values, unanswered), codes, column.index)
        missing = [text for text in unanswered if text not in self.values]
        if missing:
            column = without(column, missing)
        if self.comparator in (Comparator.EQ, Comparator.NE, Comparator.IN, Comparator.NOTIN):
            texts = [value for value in self.values if value]
            if pd.api.types.is_datetime64_dtype(column):
                among = self._among_dates(column, texts)
            else:
                numeric = pd.api.types.is_numeric_dtype(column)
                among = is_among(column, self._numbers(texts) if numeric else texts)
            if "" in self.values:
                among |= column.isna()
            return ~among if self.comparator in (Comparator.NE, Comparator.NOTIN) else among
        compared, limit = self._ordered(column)
        compare = {
            Comparator.LT: compared.lt,
            Comparator.LE: compared.le,
            Comparator.GT: compared.gt,
            Comparator.GE: compared.ge,
        }[self.comparator]
        return compare(limit).fillna(value=False).astype(bool)

    def without_number(self, column: pd.Series, unanswered: Collection[str] = ()) -> pd.Series:
        """True where a text that is no number is compared with a number: then no order holds."""
        none = pd.Series(data=False, index=column.index)
        ordered = self.comparator in _ORDERED and _number(self.values[0]) is not None
        kinds = pd.api.types
        if not ordered or kinds.is_numeric_dtype(column) or kinds.is_datetime64_dtype(column):
            return none
        if isinstance(column.dtype, pd.CategoricalDtype):
            values, codes = distinct_values(column)
            return spread_plain(self.without_number(values, unanswered), codes, column.index)
        answered = column.notna() & ~column.isin([*unanswered, ""])
        return answered & pd.to_numeric(column, errors="coerce").isna()

    def _ordered(self, column: pd.Series) -> tuple[pd.Series, Any]:
        """What a comparator of order compares: numbers with a number, dates with a date."""
        (text,) = self.values
        number = _number(text)
        if number is None:
            if pd.api.types.is_datetime64_dtype(column):
                return next(self._dates(column, [text]))
            kind = "numeric" if pd.api.types.is_numeric_dtype(column) else "text"
            raise SpecError(
                f"{self}: {self.variable} is {kind}, {text} is a date",
                remedy="compare a date of ADaM such as ASTDT; a --DTC may be incomplete",
            )
        if pd.api.types.is_datetime64_dtype(column) or self._is_text_of_dates(column):
            raise self._no_number(text)
        return numbers_of(column), number

    def _is_text_of_dates(self, column: pd.Series) -> bool:
        if pd.api.types.is_numeric_dtype(column):
            return False
        present = column.dropna().astype("str")
        return self.variable.endswith("DTC") or bool(present.str.match(_LOOKS_DATED.pattern).any())

    def _no_number(self, text: str) -> SpecError:
        return SpecError(
            f"{self}: {self.variable} is a date, {text} is not",
            remedy="compare it with a complete date such as 2020-01-31",
        )

    def _among_dates(self, column: pd.Series, texts: Iterable[str]) -> pd.Series:
        among = pd.Series(data=False, index=column.index)
        for compared, moment in self._dates(column, texts):
            among |= compared.eq(moment)
        return among

    def _dates(
        self, column: pd.Series, texts: Iterable[str]
    ) -> Iterator[tuple[pd.Series, pd.Timestamp]]:
        """For each text what it is compared with, and its date; without a time it is with days."""
        for text in texts:
            moment = _moment(text)
            if moment is None:
                raise self._no_number(text)
            yield (column if "T" in text else column.dt.normalize()), moment

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


class AnyOf(BaseModel):
    """Several lists of conditions, of which one is enough."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alternatives: tuple[tuple[Where, ...], ...]

    def __str__(self) -> str:
        """The alternatives as reviewers read them: `(A EQ "1" and B EQ "2") or C EQ "3"`."""
        return (
            "(" + " or ".join(conditions_text(one, several=True) for one in self.alternatives) + ")"
        )


Condition: TypeAlias = Where | AnyOf


def written(data: Any) -> Any:
    """A condition as files write it, which is not by the names of its parts."""
    if isinstance(data, dict) and {"variable", "comparator"} <= set(data):
        raise ValueError(_SHAPE)
    return data


def one_written(data: Any) -> Condition:
    """One condition of a file, or alternatives as `any_written` gives them."""
    return data if isinstance(data, AnyOf) else Where.model_validate(written(data))


def any_written(data: Any) -> Any:
    """Conditions as files write them, a list of lists as one condition of alternatives."""
    if not isinstance(data, list) or not any(isinstance(one, list) for one in data):
        return data
    if not all(isinstance(one, list) and one for one in data):
        raise ValueError(
            "write a list of conditions, or a list of such lists of which one is enough"
        )
    return [
        AnyOf(
            alternatives=tuple(
                tuple(Where.model_validate(written(one)) for one in listed) for listed in data
            )
        )
    ]


def conditions_text(conditions: Iterable[Condition], *, several: bool = False) -> str:
    """Conditions that hold together, as reviewers read them; in brackets where they are `several`.

    >>> conditions_text([Where(variable="AESER", comparator=Comparator.EQ, values=("Y",))])
    'AESER EQ "Y"'
    """
    texts = [str(condition) for condition in conditions]
    text = " and ".join(texts)
    return f"({text})" if several and len(texts) > 1 else text


def clauses_in(conditions: Iterable[Condition]) -> Iterator[Where]:
    """The single conditions in conditions, those of alternatives among them."""
    for condition in conditions:
        if isinstance(condition, Where):
            yield condition
        else:
            yield from chain.from_iterable(condition.alternatives)


def variables_of(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """The variables that conditions read, each once."""
    return tuple(dict.fromkeys(clause.variable for clause in clauses_in(conditions)))


def renamed(conditions: Iterable[Condition], name: Callable[[str], str]) -> tuple[Condition, ...]:
    """Conditions with other names for their variables."""

    def one(clause: Where) -> Where:
        return clause.model_copy(update={"variable": name(clause.variable)})

    return tuple(
        one(condition)
        if isinstance(condition, Where)
        else AnyOf(alternatives=tuple(tuple(map(one, a)) for a in condition.alternatives))
        for condition in conditions
    )


def left_to_meet(
    conditions: Iterable[Condition], values: Mapping[str, object]
) -> tuple[Condition, ...] | None:
    """What of conditions is open where these variables have these values; None if they cannot hold.

    >>> soc = Where(variable="AESOC", comparator=Comparator.EQ, values=("Eye disorders",))
    >>> left_to_meet([soc], {"AESER": "Y"}) == (soc,), left_to_meet([soc], {"AESOC": "X"})
    (True, None)
    """
    left: list[Condition] = []
    for condition in conditions:
        if isinstance(condition, Where):
            if condition.variable not in values:
                left.append(condition)
            elif not _met(condition, str(values[condition.variable])):
                return None
            continue
        possible = [left_to_meet(one, values) for one in condition.alternatives]
        open_ones = tuple(one for one in possible if one is not None)
        if not open_ones:
            return None
        if all(open_ones):
            clauses = tuple(tuple(clauses_in(one)) for one in open_ones)
            left.extend(clauses[0] if len(clauses) == 1 else [AnyOf(alternatives=clauses)])
    return tuple(left)


@lru_cache(maxsize=10_000)
def _met(clause: Where, value: str) -> bool:
    return bool(clause.holds(pd.Series([value], dtype="str")).iloc[0])


def _number(text: str) -> float | None:
    number = read_number(text)
    return None if number is None else float(number)


def _moment(text: str) -> pd.Timestamp | None:
    try:
        return pd.Timestamp(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None


def all_hold(
    conditions: Iterable[Condition],
    frame: pd.DataFrame,
    unanswered: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> pd.Series:
    """True for the rows of `frame` for which every condition holds; all rows when there is none.

    `unanswered` gives for a variable the texts that stand for no answer, as `Where.holds` has them.
    """
    mask = pd.Series(data=True, index=frame.index)
    for condition in conditions:
        if isinstance(condition, Where):
            name = condition.variable
            mask &= condition.holds(frame[name], unanswered.get(name, ()))
            continue
        either = pd.Series(data=False, index=frame.index)
        for alternative in condition.alternatives:
            either |= all_hold(alternative, frame, unanswered)
        mask &= either
    return mask
