"""The call of a derivation by a rule: with the distinct rows where that is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from specs.derivation import Outcome
from specs.distinct import as_plain, spread
from specs.errors import MappingError
from specs.tables import distinct_rows

if TYPE_CHECKING:
    from specs.derivation import Derivation
    from specs.model import Rule


def called(derivation: Derivation, columns: list[pd.Series], rule: Rule) -> Outcome:
    """What a derivation gives for Series of one index, as that index has it.

    A derivation of scope `value` is called with the distinct rows alone. MappingError where it
    cannot use its sources or constants.
    """
    if derivation.scope != "value" or not columns:
        return _outcome(_called(derivation, columns, rule))
    index = columns[0].index
    first, codes = distinct_rows(columns, len(index))
    made = _outcome(_called(derivation, [column.iloc[first] for column in columns], rule))
    problems = made.problems
    return Outcome(
        spread(as_plain(made.values), codes, index),
        None if problems is None else spread(as_plain(problems), codes, index),
    )


def _outcome(made: Any) -> Outcome:
    return made if isinstance(made, Outcome) else Outcome(made)


def _called(derivation: Derivation, columns: list[pd.Series], rule: Rule) -> Any:
    given = columns if derivation.categories else map(as_plain, columns)
    try:
        return derivation.function(*given, **rule.arguments)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MappingError(
            f"{derivation.name} cannot use what it is given ({type(error).__name__}: {error})",
            where=rule.place,
            remedy="check the types of its sources and its constants under with",
        ) from error
