"""Conditions in cells: `QNAM EQ "RSRATER"`, as the sheet ValueLevel has them, or JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.workbooks.sheets import Row, Workbook

_CONDITION: Final = re.compile(
    r"\s*([\w.@*-]+)\s+(EQ|NE|IN|NOTIN|LT|LE|GT|GE)\s+(\(.*?\)|\"[^\"]*\"|.+?)\s*(?:\band\b|$)",
    re.IGNORECASE,
)


def conditions(book: Workbook, row: Row, problems: list[str]) -> list[dict[str, Any]]:
    """The where clause of a row: its text, or in layout A the rows of WhereClauses it names."""
    text = row["Where Clause"]
    if book.sheet("WhereClauses") is not None:
        comparisons = [
            (r["Variable"], r["Comparator"].upper(), r["Value"]) for r in book.clauses.get(text, ())
        ]
    else:
        comparisons = list(_parsed(text))
    if not comparisons:
        problems.append(
            f"{row.place('Where Clause')}: {text or 'nothing'} is not a where clause; write"
            " VARIABLE EQ value"
        )
    return [
        {variable: {comparator: _value(comparator, v)}} for variable, comparator, v in comparisons
    ]


def condition_in(text: str) -> Any:
    """The conditions of a cell; ValueError when it is neither JSON nor a where clause.

    >>> condition_in('aeongo EQ 1 and AESEV IN (MILD, "NOT SEVERE")')
    [{'aeongo': {'EQ': '1'}}, {'AESEV': {'IN': ['MILD', 'NOT SEVERE']}}]
    """
    comparisons = list(_parsed(text))
    if comparisons:
        return [
            {variable: {comparator: _value(comparator, v)}}
            for variable, comparator, v in comparisons
        ]
    return json_in(text)


def json_in(text: str) -> Any:
    """The JSON of a cell; JSONDecodeError when it is none, or lies deeper than is read."""
    try:
        return json.loads(text)
    except (RecursionError, ValueError) as error:
        if isinstance(error, json.JSONDecodeError):
            raise
        raise json.JSONDecodeError("too deep, or a number too long", text, 0) from None


def _parsed(text: str) -> Iterator[tuple[str, str, str]]:
    """The comparisons of a text; none when any part of it is something else."""
    start, comparisons = 0, []
    while start < len(text):
        match = _CONDITION.match(text, start)
        if match is None:
            return
        comparisons.append((match[1], match[2].upper(), match[3]))
        start = match.end()
    yield from comparisons


def _value(comparator: str, text: str) -> str | list[str]:
    if comparator not in ("IN", "NOTIN"):
        return text.strip().strip('"')
    inside = text.strip().removeprefix("(").removesuffix(")")
    return [value.strip().strip('"') for value in inside.split(",") if value.strip()]
