"""A comparison in the terminal: what differs, by dataset and variable, and the first values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table as Grid
from rich.text import Text

from cdisckit.terminal import say
from specs.numbers import number_text
from specs.shown import counted

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from cdisckit.compare.files import Compared
    from validation.comparison import Comparison


def print_compared(result: Compared, console: Console, most: int) -> None:
    """Print what differs: of each variable and of each side the first `most`."""
    for note in result.notes:
        say(console, ("Note", "yellow"), f" {note}")
    for names, side in ((result.only_base, "base"), (result.only_compare, "compare")):
        for name, path in names.items():
            say(console, ("Only in", "red"), f" {side}: {name} ({path})")
    for name, one in result.comparisons.items():
        for note in one.notes:
            say(console, ("Note", "yellow"), f" {name}: {note}")
        if not one.same:
            _print(one, console, most)
    console.print(_overview(result))
    equal = sum(one.same for one in result.comparisons.values())
    say(
        console,
        "Everything is the same"
        if result.same
        else f"{equal} of {counted(len(result.comparisons), 'dataset')} the same",
    )


def _print(one: Comparison, console: Console, most: int) -> None:
    """Print what differs in one dataset, the first of many."""
    say(console, (one.dataset, "bold"), f" by {', '.join(one.keys) or 'position'}")
    if len(one.attributes):
        grid = _grid("Attributes", "Variable", "Attribute", "Base", "Compare")
        for row in one.attributes.itertuples():
            grid.add_row(str(row.variable), str(row.attribute), str(row.base), str(row.compare))
        console.print(grid)
    if len(one.unpaired):
        grid = _grid("Records of one side only", "Side", "Row", "Key")
        for _, rows in one.unpaired.groupby("side", sort=False):
            for row in rows.head(most).itertuples():
                grid.add_row(str(row.side), str(row.row), str(row.key))
        left = len(one.unpaired) - grid.row_count
        grid.caption = f"and {left:,} more" if left else None
        console.print(grid)
    if len(one.values):
        grid = _grid("Values", "Variable", "Record", "Base", "Compare", "Difference")
        for name, rows in one.values.groupby("variable", sort=False):
            for row in rows.head(most).itertuples():
                record = str(row.key) or f"row {row.base_row}"
                cells = (str(row.base), str(row.compare), _number(row.difference))  # type: ignore[arg-type]
                grid.add_row(str(name), record, *cells)
            if len(rows) > most:
                grid.add_row("", f"and {len(rows) - most:,} more of {name}", style="dim")
        console.print(grid)


def _overview(result: Compared) -> Grid:
    """The counts of all datasets as a grid."""
    heads = ("Dataset", "Base", "Compare", "Only base", "Only compare", "Attributes", "Values")
    grid = _grid("Compared", *heads)
    for column in grid.columns[1:]:
        column.justify = "right"
    for name, one in result.comparisons.items():
        only = one.unpaired["side"].value_counts()
        counts = (
            one.base_records,
            one.compare_records,
            only.get("base", 0),
            only.get("compare", 0),
            len(one.attributes),
            len(one.values),
        )
        grid.add_row(Text(name, style="green" if one.same else "red"), *(f"{n:,}" for n in counts))
    return grid


def _grid(title: str, *heads: str) -> Grid:
    grid = Grid(title=title, title_justify="left")
    for head in heads:
        grid.add_column(head, overflow="fold")
    return grid


def _number(value: float) -> str:
    return "" if np.isnan(value) else number_text(float(value))


def by_variable(values: pd.DataFrame) -> pd.DataFrame:
    """How many values of a variable differ, and how far at most: a row for each that differs."""
    apart = values.assign(
        difference=values["difference"].astype("float64").abs(),
        percent=values["percent"].astype("float64").abs(),
    ).groupby(["dataset", "variable"], sort=False)
    table = apart.agg(
        values=("base", "size"), largest=("difference", "max"), largest_percent=("percent", "max")
    )
    return table.reset_index()
