"""Tables of instruments, read from the CSV files beside this file."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent


def instrument_file(name: str) -> Path:
    """The file of a table."""
    return _FOLDER / f"{name}.csv"


@cache
def instrument(name: str) -> Mapping[str, Mapping[str, str]]:
    """The rows of `name`.csv by the value of their first column.

    >>> instrument("steroids")["DEXAMETHASONE"]["factor"]
    '20/3'
    """
    with instrument_file(name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return MappingProxyType({next(iter(row.values())): MappingProxyType(row) for row in rows})
