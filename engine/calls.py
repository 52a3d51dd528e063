"""The call of a derivation by a rule: with the distinct rows where that is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from specs.calls import VALUES, called
from specs.derivation import Outcome
from specs.distinct import as_plain, spread
from specs.errors import MappingError
from specs.tables import distinct_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from specs.model import Rule


def outcome_of(
    rule: Rule,
    columns: Sequence[pd.Series],
    record: Callable[[Any], str],
    *,
    gives: tuple[type, ...] = VALUES,
    index: pd.Index | None = None,
) -> Outcome:
    """What the function of a rule gives for its sources, see `specs.calls`.

    One of scope `value` is called with the distinct rows alone. `record` names a record of the
    sources by its label.
    """
    derivation = rule.derivation
    if derivation is None:
        raise MappingError("only a derivation makes records", where=rule.place)

    def called_with(sources: Sequence[pd.Series]) -> Outcome:
        result = called(
            derivation,
            sources,
            rule.arguments,
            place=rule.place,
            gives=gives,
            index=index,
            record=record,
        )
        return result if isinstance(result, Outcome) else Outcome(result)

    if derivation.scope != "value" or not columns:
        return called_with(columns)
    first, codes = distinct_rows(columns, len(columns[0]))

    def in_all(values: pd.Series) -> pd.Series:
        return spread(as_plain(values), codes, columns[0].index)

    distinct = called_with([column.iloc[first] for column in columns])
    problems = distinct.problems
    return Outcome(in_all(distinct.values), None if problems is None else in_all(problems))
