"""The closing summary of a build, as a person reads it in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table as Grid

from cdisckit.final import DEIDENTIFIED
from specs.findings import SEVERITIES

if TYPE_CHECKING:
    from rich.console import Console

    from cdisckit.build import Build

SHOWN = 12
"""How many kinds of findings the terminal lists; the report has all."""

_COLOURS = {"error": "red", "warning": "yellow", "notice": "blue"}


def print_summary(build: Build, console: Console) -> None:
    """Datasets and rows, findings by kind, declared results, and where the files are."""
    study = build.study
    console.print(f"[bold]{study.id}[/bold]  {study.title}", highlight=False)
    if study.synthetic:
        console.print(f"[bold magenta]{study.synthetic.strip()}[/bold magenta]", highlight=False)
    if (build.findings["rule"] == DEIDENTIFIED).any():
        console.print("[bold red]NOT FOR SUBMISSION[/bold red]: the raw data are de-identified.")
    console.print(_datasets(build))
    if len(build.unexplained):
        console.print(_findings(build))
    _print_counts(build, console)
    for result in build.results:
        console.print(f"[bold]{result.title}[/bold]: {result}", highlight=False, soft_wrap=True)
    if build.folder is None:
        console.print("[red]Refused[/red]: a final package may hold no unexplained error.")
        console.print(f"Findings: {build.report / 'findings.html'}", soft_wrap=True)
        return
    console.print(f"Package:  {build.folder / 'm5'}", soft_wrap=True, highlight=False)
    console.print(f"Findings: {build.folder / 'findings.html'}", soft_wrap=True, highlight=False)


def _datasets(build: Build) -> Grid:
    grid = Grid(title="Datasets", title_justify="left")
    grid.add_column("Dataset")
    grid.add_column("Label")
    for head in ("Rows", "Variables"):
        grid.add_column(head, justify="right")
    for dataset in build.study.datasets:
        table = build.tables.get(dataset.name)
        rows = len(table.frame) if table else 0
        grid.add_row(dataset.name, dataset.label, f"{rows:,}", str(len(dataset.variables)))
    return grid


def _findings(build: Build) -> Grid:
    """The kinds of errors and warnings that nothing explains, errors first."""
    grid = Grid(title="Open findings", title_justify="left")
    found = build.unexplained
    for head in ("Severity", "Rule", "Where"):
        grid.add_column(head, no_wrap=True)
    grid.add_column("Count", justify="right", no_wrap=True)
    grid.add_column("Message")
    place = found["dataset"].fillna(found["form"]).fillna("study")
    kinds = found.groupby([found["severity"], found["rule"], place], sort=False)
    rows = [
        (SEVERITIES.index(str(severity)), severity, rule, where, len(rows), rows["message"].iloc[0])
        for (severity, rule, where), rows in kinds
    ]
    for _, severity, rule, where, count, message in sorted(rows, key=lambda row: row[0])[:SHOWN]:
        colour = _COLOURS[str(severity)]
        grid.add_row(
            f"[{colour}]{severity}[/{colour}]", str(rule), str(where), str(count), str(message)
        )
    if len(rows) > SHOWN:
        grid.caption = f"and {len(rows) - SHOWN} more kinds in the report"
    return grid


def _print_counts(build: Build, console: Console) -> None:
    found = build.findings
    counts = ", ".join(
        f"{(found['severity'] == name).sum()} {name}s"
        f" ({(found['explanation'].notna() & (found['severity'] == name)).sum()} explained)"
        for name in SEVERITIES
    )
    forms = build.sdtm.ledger.forms
    console.print(f"[bold]Findings[/bold]: {counts}", highlight=False, soft_wrap=True)
    console.print(
        f"[bold]Raw records[/bold]: {forms['records'].sum():,} read,"
        f" {forms['records used'].sum():,} used,"
        f" {forms['records left out'].sum():,} left out by a where clause,"
        f" {forms['records not submitted'].sum():,} not submitted,"
        f" {forms['records unaccounted'].sum():,} unaccounted",
        highlight=False,
        soft_wrap=True,
    )
