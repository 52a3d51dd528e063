"""The closing summary of a build, as a person reads it in the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text

from cdisckit.final import DEIDENTIFIED, unsettled
from cdisckit.terminal import say
from specs.findings import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from rich.console import Console

    from cdisckit.building import Build

SHOWN = 12
"""How many kinds of findings the terminal lists; the report has all."""

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


def summary_of(build: Build) -> Summary:
    """The summary of a build."""
    study, findings = build.study, build.findings
    kinds = list(_kinds(build.unexplained))
    return Summary(
        study.id,
        study.title,
        study.synthetic.strip(),
        bool((findings["rule"] == DEIDENTIFIED).any()),
        tuple(_datasets(build)),
        tuple(kinds[:SHOWN]),
        max(0, len(kinds) - SHOWN),
        _counts(findings),
        _records(build),
        tuple((result.title, str(result)) for result in build.results),
        _refusal(findings) if build.folder is None else "",
    )


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


def _refusal(findings: pd.DataFrame) -> str:
    """Why a final package is refused: how many findings of which kind it may not hold."""
    waiting = findings["status"].eq("open").sum()
    errors = int(unsettled(findings).sum()) - waiting
    return (
        f"a final package may hold no unexplained error (here {errors:,}) and no finding whose"
        f" explanation is open (here {waiting:,}); settle them, and give their explanations the"
        " status accepted."
    )


def _datasets(build: Build) -> Iterator[tuple[str, str, str, str]]:
    for dataset in build.study.datasets:
        table = build.tables.get(dataset.name)
        rows = len(table.frame) if table else 0
        yield dataset.name, dataset.label, f"{rows:,}", str(len(dataset.variables))


def _dataset_grid(summary: Summary) -> Grid:
    grid = Grid(title="Datasets", title_justify="left")
    grid.add_column("Dataset")
    grid.add_column("Label")
    for head in ("Rows", "Variables"):
        grid.add_column(head, justify="right")
    for row in summary.datasets:
        grid.add_row(*row)
    return grid


def _kinds(found: pd.DataFrame) -> Iterator[tuple[str, str, str, str, str]]:
    """The kinds of findings, errors first: severity, rule, where, count, first message."""
    place = found["dataset"].fillna(found["form"]).fillna("study")
    kinds = [
        (str(severity), str(rule), str(where), str(len(rows)), str(rows["message"].iloc[0]))
        for (severity, rule, where), rows in found.groupby(
            [found["severity"], found["rule"], place], sort=False
        )
    ]
    yield from sorted(kinds, key=lambda kind: SEVERITIES.index(kind[0]))


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


def _counts(found: pd.DataFrame) -> str:
    return ", ".join(
        f"{(found['severity'] == name).sum()} {name}s"
        f" ({(found['explanation'].notna() & (found['severity'] == name)).sum()} explained)"
        for name in SEVERITIES
    )


def _records(build: Build) -> str:
    forms = build.sdtm.ledger.forms
    return (
        f"{forms['records'].sum():,} read,"
        f" {forms['records used'].sum():,} used,"
        f" {forms['records left out'].sum():,} left out by a where clause,"
        f" {forms['records not submitted'].sum():,} not submitted,"
        f" {forms['records unaccounted'].sum():,} unaccounted"
    )
