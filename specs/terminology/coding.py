"""Collected text to submission values of a codelist."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from specs.errors import TerminologyError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from specs.terminology.codelist import Codelist


def coded(
    text: pd.Series, codelist: Codelist, own: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Collected text coded to a codelist: `value` (text) and `matched` (bool) on the same index.

    The first that fits decides, blanks around the text aside:

    1. a submission value, exactly
    2. `own`, the study's map from collected text to submission value, exactly
    3. a synonym or preferred term, exactly
    4. a submission value in any case
    5. a synonym or preferred term in any case

    A text that fits more than one term at 3 is decided by 4; at 4 or 5 it fits none of them. Where
    nothing fits, `value` is the collected text, unchanged. Missing text has a missing value and
    counts as matched.

    An exact synonym comes before another term in a different case because units need it: G/L is
    a synonym of 10^9/L, and not g/L.

    TerminologyError when `own` leads to a value that the codelist does not have.
    """
    _check(own or {}, codelist)
    steps = _steps(codelist, own or {})
    uniques = text.dropna().unique()
    codes = {collected: _code(collected.strip(), steps) for collected in uniques}
    values = text.map(codes).astype("str")
    return pd.DataFrame(
        {"value": values.fillna(text.astype("str")), "matched": values.notna() | text.isna()}
    )


def nearest(text: str, codelist: Codelist, count: int = 3) -> tuple[str, ...]:
    """The submission values most like a text, by value, preferred term or synonym; maybe none."""
    values: dict[str, str] = {}
    for term in codelist.terms:
        for name in (term.value, term.preferred, *term.synonyms):
            values.setdefault(name.casefold(), term.value)
    near = get_close_matches(text.strip().casefold(), values, n=3 * count, cutoff=0.6)
    return tuple(dict.fromkeys(values[name] for name in near))[:count]


def _check(own: Mapping[str, str], codelist: Codelist) -> None:
    wrong = sorted({value for value in own.values() if value not in codelist})
    if wrong:
        raise TerminologyError(
            f"{', '.join(wrong)}: not in the codelist {codelist.name} ({codelist.code})",
            remedy="declare it as a term of the study's own"
            if codelist.extensible
            else did_you_mean(wrong[0], codelist.values),
        )


# A step turns a text into a key and looks it up in its table; None in a table ends the search.
_Step = tuple["Callable[[str], str]", "dict[str, str | None]"]


def _steps(codelist: Codelist, own: Mapping[str, str]) -> tuple[_Step, ...]:
    values = [(term.value, term.value) for term in codelist.terms]
    synonyms = [
        (name, term.value) for term in codelist.terms for name in (term.preferred, *term.synonyms)
    ]
    return (
        (str, dict(values)),
        (str, {collected.strip(): value for collected, value in own.items()}),
        (str, {name: value for name, value in _table(synonyms, str).items() if value}),
        (str.casefold, _table(values, str.casefold)),
        (str.casefold, _table(synonyms, str.casefold)),
    )


def _table(names: Iterable[tuple[str, str]], key: Callable[[str], str]) -> dict[str, str | None]:
    table: dict[str, str | None] = {}
    for name, value in names:
        if name and table.setdefault(key(name), value) != value:
            table[key(name)] = None
    return table


def _code(collected: str, steps: tuple[_Step, ...]) -> str | None:
    for key, table in steps:
        if key(collected) in table:
            return table[key(collected)]
    return None
