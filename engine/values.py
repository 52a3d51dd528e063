"""Values as their variable declares them: text, numbers, or dates of ADaM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from specs.distinct import as_category, as_plain, has_text_categories, missing, on_distinct
from specs.errors import MappingError
from specs.formats import shown_as
from specs.numbers import number_text
from specs.tables import Table, no_trace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specs.model import Dataset, Variable


def kind_of(variable: Variable) -> Any:
    """The dtype of a variable's column; a numeric variable with a date format is a date."""
    if variable.type == "Char":
        return "str"
    dated = shown_as(variable.format) in ("dates", "datetimes")
    return "datetime64[s]" if dated else "float64"


def typed(values: pd.Series, variable: Variable, place: str = "") -> pd.Series:
    """A Series as its variable is declared; what came as categories stays so.

    MappingError, at the `place` of the rule, where a number or a date is given as text, or a text
    whose type is nowhere said as numbers.
    """
    if variable.type == "Char":
        if pd.api.types.is_datetime64_dtype(values):
            raise _dates(variable, "text", "declare type: Num and a format such as DATE9.", place)
        if not variable.own_type and pd.api.types.is_numeric_dtype(values):
            _check_numbers(values, variable, place)
        return values if has_text_categories(values) else as_text(as_plain(values))
    kind = kind_of(variable)
    if kind == "float64" and pd.api.types.is_datetime64_dtype(values):
        raise _dates(variable, "numeric", "give it a format of dates such as DATE9.", place)
    try:
        if isinstance(values.dtype, pd.CategoricalDtype):
            return on_distinct(lambda distinct: _cast(distinct, kind), values)
        return _cast(values, kind)
    except (TypeError, ValueError) as error:
        noun = "numeric" if kind == "float64" else "a date"
        raise MappingError(
            f"{variable.name} is {noun}, its rule gives text ({error})",
            where=place or variable.place,
            remedy="read a field as collected, or use a derivation that gives numbers or dates",
        ) from None


def _check_numbers(values: pd.Series, variable: Variable, place: str) -> None:
    if values.empty or values.notna().any():
        raise MappingError(
            f"{variable.name} is text, as no type is said, and its rule gives numbers",
            where=place or variable.place,
            remedy="declare type: Num, or type: Char where the numbers are to be text",
        )


def _dates(variable: Variable, kind: str, remedy: str, place: str) -> MappingError:
    what = f"{variable.name} is {kind}, its rule gives dates"
    return MappingError(what, where=place or variable.place, remedy=remedy)


def _cast(values: pd.Series, kind: Any) -> pd.Series:
    """Values as numbers or dates; ValueError for a text as a date, however whole it may look."""
    if values.dtype == "str" and kind != "float64" and values.notna().any():
        raise ValueError(str(values.dropna().iloc[0]))
    cast: pd.Series = values.astype(kind)
    return cast


def no_values(variable: Variable, index: pd.Index) -> pd.Series:
    """A column of a variable in which every value is missing."""
    if variable.type == "Char":
        return missing(index)
    return pd.Series(index=index, dtype=kind_of(variable))


def empty_table(dataset: Dataset) -> Table:
    """A dataset without records."""

    def columns(variables: Iterable[Variable]) -> pd.DataFrame:
        none = pd.RangeIndex(0)
        return pd.DataFrame({v.name: as_plain(no_values(v, none)) for v in variables}, index=none)

    return Table(
        dataset.name, columns(dataset.variables), no_trace(), columns(dataset.supplemental)
    )


def combined(values: pd.Series, rows: pd.Series, others: pd.Series) -> pd.Series:
    """The values, in the given rows (a mask) those made."""
    both = as_plain(values).where(~rows, as_plain(others))
    of_categories = isinstance(values.dtype, pd.CategoricalDtype)
    return as_category(both) if of_categories and both.dtype == "str" else both


def in_rows(rows: pd.Series, column: Any) -> Any:
    """A column or frame in the given rows (a mask); as it is where these are all."""
    return column if rows.all() else column[rows]


def as_text(values: pd.Series) -> pd.Series:
    """Values as texts; binary floats as the shortest decimals that stand for them.

    >>> as_text(pd.Series([5, 0.1, 1234567.0, None])).tolist()
    ['5', '0.1', '1234567', nan]
    """
    if pd.api.types.is_float_dtype(values):
        values = values.map(number_text, na_action="ignore")
    return values if values.dtype == "str" else values.astype("str")
