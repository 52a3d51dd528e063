"""Terms of a dictionary in a dataset: what MedDRA and WHODrug are checked for alike."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


@dataclass(frozen=True)
class Wrong:
    """Rows that break a rule, with the variable at fault."""

    rule: str
    variable: str
    message: str
    rows: tuple[int, ...]


def wrong_terms(
    values: pd.Series, terms: set[str], dictionary: str, version: str
) -> Iterator[Wrong]:
    """Terms that a dictionary does not have, or writes in another case, with the nearest it has."""
    variable = str(values.name)
    folded = {name.casefold(): name for name in terms}
    for text in values.dropna().unique():
        if text in terms:
            continue
        rows = rows_of(values.eq(text))
        other = folded.get(text.casefold())
        if other is not None:
            yield Wrong(f"CK-{dictionary}-CASE", variable, f"{version} writes {other}", rows)
            continue
        near = get_close_matches(text.casefold(), folded, n=3, cutoff=0.6)
        nearest = f"; nearest are {', '.join(folded[name] for name in near)}" if near else ""
        message = f"{text} is not a term that {version} has for {variable}{nearest}"
        yield Wrong(f"CK-{dictionary}-TERM", variable, message, rows)


def rows_of(mask: pd.Series) -> tuple[int, ...]:
    """The labels of the rows for which a Series of bool is True."""
    return tuple(mask.index[mask.fillna(value=False).astype(bool)])
