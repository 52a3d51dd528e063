"""Values found in a table of the study: by keys, or by the range that a number lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.values import as_text
from specs.derivation import Outcome, derivation
from specs.distinct import as_plain
from specs.errors import SpecError, did_you_mean
from specs.numbers import exact, read_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from specs.constants import StudyTable


@derivation(scope="value")
def looked_up(*keys: pd.Series, table: StudyTable, by: list[str], value: str) -> Outcome:
    """The cell under "{value}" in the row of the table in the comment that has {keys}, in this
    order, under {by}; missing where one of them is, and where there is no such row.

    Keys without a row are a finding. The rows of a table are told apart by `by`.

    >>> table = [{"code": "1", "name": "Head"}, {"code": "2", "name": "Neck"}]
    >>> looked_up(pd.Series(["2"]), table=table, by=["code"], value="name").values.tolist()
    ['Neck']
    """
    _check_columns(table, [*by, value])
    if len(keys) != len(by):
        raise SpecError(
            f"there are {len(keys)} sources for the columns {', '.join(by)}",
            remedy="name under by: a column for each source, in their order",
        )
    cells: dict[tuple[str, ...], str | None] = {}
    for row in table:
        key = tuple(str(row[name]) for name in by)
        if key in cells:
            raise SpecError(
                f"the table has two rows with {' and '.join(by)} {', '.join(key)}",
                remedy="remove one, or name more columns under by:",
            )
        cells[key] = _cell_text(row[value])
    index = keys[0].index
    texts = [as_text(as_plain(key)) for key in keys]
    complete = pd.Series(data=True, index=index)
    for text in texts:
        complete &= text.notna()
    asked = list(zip(*texts, strict=True))
    values = pd.Series([cells.get(key) for key in asked], index, dtype="str").where(complete)
    lost = complete & ~pd.Series([key in cells for key in asked], index, dtype="bool")
    named = pd.Series([" and ".join(map(str, key)) for key in asked], index, dtype="str")
    problem = "the table has no row whose " + " and ".join(by) + " is " + named
    return Outcome(values, problem.where(lost))


@derivation(scope="value")
def looked_up_in_ranges(
    number: pd.Series, *, table: StudyTable, low: str, high: str, value: str
) -> Outcome:
    """The cell under "{value}" in the row of the table in the comment whose range, from the cell
    under "{low}" through that under "{high}", has {number} in it; a limit that is not given is
    open. Missing where {number} is, and where there is no such row.

    A number in no range, and a text that is no number, are findings. Ranges do not overlap.

    >>> table = [{"low": 0, "high": 17, "is": "child"}, {"low": 18, "high": None, "is": "adult"}]
    >>> age = pd.Series([18.0])
    >>> looked_up_in_ranges(age, table=table, low="low", high="high", value="is").values.tolist()
    ['adult']
    """
    _check_columns(table, [low, high, value])
    ranges = _ranges(table, low, high)
    values: list[str | None] = []
    problems: list[str | None] = []
    for one in as_plain(number):
        position, problem = _range_of(one, ranges)
        values.append(None if position is None else _cell_text(table[position][value]))
        problems.append(problem)
    return Outcome(
        pd.Series(values, number.index, dtype="str"), pd.Series(problems, number.index, dtype="str")
    )


Range = tuple["Fraction | None", "Fraction | None"]


def _range_of(value: Any, ranges: Sequence[Range]) -> tuple[int | None, str | None]:
    """The range in which a value lies, or why there is none."""
    if pd.isna(value):
        return None, None
    number = read_number(value) if isinstance(value, str) else exact(value)
    if number is None:
        return None, f"{value} is not a number"
    for position, (first, last) in enumerate(ranges):
        if (first is None or first <= number) and (last is None or number <= last):
            return position, None
    return None, f"{value} lies in no range of the table"


def _ranges(table: StudyTable, low: str, high: str) -> list[Range]:
    """The ranges of the rows of a table; SpecError where two overlap, or one ends first."""
    ranges = [(_limit(row, low), _limit(row, high)) for row in table]
    for position, (first, last) in enumerate(ranges):
        for number, (other_first, other_last) in enumerate(ranges[:position], start=1):
            begins_later = first is not None and other_last is not None and first > other_last
            ends_before = last is not None and other_first is not None and last < other_first
            if not begins_later and not ends_before:
                raise SpecError(
                    f"the ranges of rows {number} and {position + 1} of the table overlap",
                    remedy=f"let each {low} be above the {high} of the row before",
                )
        if first is not None and last is not None and first > last:
            raise SpecError(
                f"the range of row {position + 1} of the table ends before it begins",
                remedy=f"mend {low} or {high}",
            )
    return ranges


def _limit(row: Mapping[str, Any], name: str) -> Fraction | None:
    if row[name] is None:
        return None
    number = read_number(str(row[name]))
    if number is None:
        raise SpecError(
            f"the table has {row[name]} as {name}, which is not a number", remedy="write a number"
        )
    return number


def _check_columns(table: StudyTable, names: Iterable[str]) -> None:
    columns = list(table[0]) if table else []
    for name in names:
        if name not in columns:
            raise SpecError(f"the table has no column {name}", remedy=did_you_mean(name, columns))


def _cell_text(cell: Any) -> str | None:
    return None if cell is None else as_text(pd.Series([cell])).iloc[0]
