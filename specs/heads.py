"""The head of a table, of whatever maker: every column has a name of its own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specs.errors import CdisckitError

MOST_COLUMNS: Final = 10_000
"""The most columns of a table."""


def check_head(
    names: Sequence[str],
    where: str,
    error: type[CdisckitError],
    remedy: str = "give every column a name of its own",
) -> None:
    """An error where there are too many columns, one has no name, or two have the same."""
    if len(names) > MOST_COLUMNS:
        raise error(
            f"the head has {len(names):,} columns; at most {MOST_COLUMNS:,} are read",
            where=where,
            remedy="export the data as a table with fewer columns, or in several files",
        )
    twice = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if twice or not names or not all(name.strip() for name in names):
        what = f"the head has {', '.join(twice)} twice" if twice else "a column has no name"
        raise error(what, where=where, remedy=remedy)
