"""The values that rules make: derivations called, their results typed and put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sdtm.exact import as_text
from specs.calls import called
from specs.derivation import Outcome
from specs.distinct import as_category, as_plain, on_distinct, spread
from specs.errors import MappingError
from specs.tables import distinct_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from specs.derivation import Derivation
    from specs.model import Rule, Variable


def values_called(
    derivation: Derivation,
    columns: list[pd.Series],
    rule: Rule,
    record: Callable[[Any], str] | None = None,
) -> pd.Series | Outcome:
    """What a derivation gives for Series of one index, as that index has it.

    A derivation of scope `value` is called with the distinct rows alone; see `specs.calls`.
    """
    constants = rule.arguments
    made: pd.Series | Outcome
    if derivation.scope != "value" or not columns:
        made = called(derivation, columns, constants, place=rule.place, record=record)
        return made
    index = columns[0].index
    first, codes = distinct_rows(columns, len(index))
    distinct = [column.iloc[first] for column in columns]
    made = called(derivation, distinct, constants, place=rule.place, record=record)
    if isinstance(made, pd.Series):
        return spread(as_plain(made), codes, index)
    values, problems = as_plain(made.values), as_plain(made.problems)
    return Outcome(spread(values, codes, index), spread(problems, codes, index))


def typed(made: Any, variable: Variable, index: pd.Index, rule: Rule | None = None) -> pd.Series:
    """A Series or one value as the variable's type: Num float64, Char text as categories.

    MappingError where a numeric variable is given text.
    """
    if isinstance(made, pd.Series):
        return as_declared(made, variable, rule)
    one = as_declared(pd.Series([made]), variable, rule)
    return spread(one, np.zeros(len(index), "int8"), index)


def as_declared(values: pd.Series, variable: Variable, rule: Rule | None = None) -> pd.Series:
    """A Series as the variable's type, as `typed` gives it."""
    if variable.type == "Char":
        return as_category(values if _are_texts(values) else as_text(as_plain(values)))
    try:
        if isinstance(values.dtype, pd.CategoricalDtype):
            return on_distinct(lambda distinct: distinct.astype("float64"), values)
        return values.astype("float64")
    except (TypeError, ValueError) as error:
        raise MappingError(
            f"{variable.name} is numeric, its rule gives text ({error})",
            where=rule.place if rule else variable.place,
            remedy="read a field as collected, or use a derivation that gives numbers",
        ) from None


def combined(values: pd.Series, rows: pd.Series, made: pd.Series) -> pd.Series:
    """The values, in the given rows (a mask) those made."""
    both = as_plain(values).where(~rows, as_plain(made))
    return as_category(both) if both.dtype == "str" else both


def in_rows(rows: pd.Series, column: pd.Series) -> pd.Series:
    """The column in the given rows (a mask); as it is where these are all."""
    return column if rows.all() else column[rows]


def _are_texts(values: pd.Series) -> bool:
    """Whether a column is of categories that are texts."""
    return isinstance(values.dtype, pd.CategoricalDtype) and values.cat.categories.dtype == "str"
