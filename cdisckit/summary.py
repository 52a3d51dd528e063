"""The closing summary of a build, as a person reads it in the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text

from cdisckit.terminal import say

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

_COLOURS = {"error": "red", "warning": "yellow", "notice": "blue"}


@dataclass(frozen=True)
class Summary:
    """What the terminal tells of a build.

    `datasets` has name, label, rows and variables of each. `open_findings` are kinds that nothing
    explains, errors first: severity, rule, where, count, message of the first; `more` is how many
    kinds are not among them. `counts` and `records` are lines on findings and raw records.
    """

    study: str
    title: str
    synthetic: str
    deidentified: bool
    datasets: tuple[tuple[str, str, str, str], ...]
    open_findings: tuple[tuple[str, str, str, str, str], ...]
    more: int
    counts: str
    records: str
    results: tuple[tuple[str, str], ...]
    refused: str = ""

    @property
    def clean(self) -> bool:
        """Whether there is a package, and no finding that nothing explains."""
        return not self.refused and not self.open_findings


def print_summary(summary: Summary, folder: Path, console: Console) -> None:
    """Datasets and rows, findings by kind, declared results, and that the files are in `folder`."""
    console.print(Text.assemble((summary.study, "bold"), f"  {summary.title}"))
    if summary.synthetic:
        console.print(Text(summary.synthetic, style="bold magenta"))
    if summary.deidentified:
        say(console, ("NOT FOR SUBMISSION", "bold red"), ": the raw data are de-identified.")
    console.print(_dataset_grid(summary))
    if summary.open_findings:
        console.print(_finding_grid(summary))
    say(console, ("Findings", "bold"), f": {summary.counts}")
    say(console, ("Raw records", "bold"), f": {summary.records}")
    for title, result in summary.results:
        say(console, (title, "bold"), f": {result}")
    if summary.refused:
        say(console, ("Refused", "red"), f": {summary.refused}")
    else:
        say(console, f"Package:  {folder / 'm5'}")
    say(console, f"Findings: {folder / 'findings.html'}")


def _dataset_grid(summary: Summary) -> Grid:
    grid = Grid(title="Datasets", title_justify="left")
    grid.add_column("Dataset")
    grid.add_column("Label")
    for head in ("Rows", "Variables"):
        grid.add_column(head, justify="right")
    for row in summary.datasets:
        grid.add_row(*row)
    return grid


def _finding_grid(summary: Summary) -> Grid:
    """The kinds of errors and warnings that nothing explains, errors first."""
    grid = Grid(title="Open findings", title_justify="left")
    for head in ("Severity", "Rule", "Where"):
        grid.add_column(head, no_wrap=True)
    grid.add_column("Count", justify="right", no_wrap=True)
    grid.add_column("Message")
    for severity, *cells in summary.open_findings:
        grid.add_row(Text(severity, style=_COLOURS[severity]), *cells)
    if summary.more:
        grid.caption = f"and {summary.more} more kinds in the report"
    return grid
