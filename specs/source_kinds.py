"""Whether the sources of a derivation are of the kind that its parameters are annotated with.

`Dates` are dates of ADaM (datetime64), `DateTexts` the ISO 8601 texts of --DTC, which may be
incomplete. A text where a date is expected is never completed in silence, and is refused.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from specs.errors import MappingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specs.derivation import Derivation

Dates: TypeAlias = pd.Series
"""Dates, complete by their kind; a Series without any value counts as such."""

DateTexts: TypeAlias = pd.Series
"""Texts of dates, which may be incomplete."""


def check_sources(derivation: Derivation, columns: Sequence[pd.Series], place: str) -> None:
    """MappingError, at the `place` of the rule, for a source that is not of its kind."""
    for number, (parameter, column) in enumerate(_named(derivation, columns), start=1):
        kind = str(parameter.annotation).partition(" ")[0].rpartition(".")[2]
        is_date = pd.api.types.is_datetime64_dtype(column)
        name = column.name or f"its source {number}"
        if kind == "Dates" and not is_date and (_is_text(column) or column.notna().any()):
            raise MappingError(
                f"{derivation.name} takes dates for {parameter.name}; {name} is"
                f" {'text' if _is_text(column) else 'not a date'}",
                where=place,
                remedy="make a date of a --DTC first, with analysis_date or a function that imputes"
                " and is flagged; a date of ADaM has a format of dates, such as DATE9.",
            )
        if kind == "DateTexts" and not _is_text(column) and column.notna().any():
            raise MappingError(
                f"{derivation.name} takes the text of a --DTC for {parameter.name}; {name} is"
                f" {'a date' if is_date else 'not text'}",
                where=place,
                remedy="name the --DTC, or a function of dates",
            )


def _named(
    derivation: Derivation, columns: Sequence[pd.Series]
) -> Iterator[tuple[inspect.Parameter, pd.Series]]:
    """Each source with its parameter; of several alike each."""
    parameters = derivation.sources
    for position, column in enumerate(columns):
        if position < len(parameters):
            yield parameters[position], column
        elif parameters and parameters[-1].kind is inspect.Parameter.VAR_POSITIONAL:
            yield parameters[-1], column


def _is_text(column: pd.Series) -> bool:
    text = pd.api.types.is_string_dtype(column)
    return bool(text and (not pd.api.types.is_object_dtype(column) or column.notna().any()))
