"""The values that rules make: derivations called, their results typed and put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sdtm.exact import as_text
from specs.derivation import Outcome
from specs.distinct import as_category, as_plain, on_distinct, spread
from specs.errors import MappingError
from specs.tables import distinct_rows

if TYPE_CHECKING:
    from specs.derivation import Derivation
    from specs.model import Rule, Variable


def called(derivation: Derivation, columns: list[pd.Series], rule: Rule) -> pd.Series | Outcome:
    """What a derivation gives for Series of one index, as that index has it.

    A derivation of scope `value` is called with the distinct rows alone. MappingError where it
    cannot use its sources or constants.
    """
    if derivation.scope != "value" or not columns:
        return _called(derivation, columns, rule)
    index = columns[0].index
    first, codes = distinct_rows(columns, len(index))
    made = _called(derivation, [column.iloc[first] for column in columns], rule)
    if isinstance(made, pd.Series):
        return spread(made, codes, index)
    return Outcome(spread(made.values, codes, index), spread(made.problems, codes, index))


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
    except ValueError as error:
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


def _called(derivation: Derivation, columns: list[pd.Series], rule: Rule) -> pd.Series | Outcome:
    given = columns if derivation.categories else map(as_plain, columns)
    try:
        made: pd.Series | Outcome = derivation.function(*given, **rule.arguments)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MappingError(
            f"{derivation.name} cannot use what it is given ({type(error).__name__}: {error})",
            where=rule.place,
            remedy="check the types of its sources and its constants under with",
        ) from error
    return made


def _are_texts(values: pd.Series) -> bool:
    """Whether a column is of categories that are texts."""
    return isinstance(values.dtype, pd.CategoricalDtype) and values.cat.categories.dtype == "str"
