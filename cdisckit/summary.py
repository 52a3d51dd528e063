"""The closing summary of a build, as a person reads it in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text

from cdisckit.final import DEIDENTIFIED, unsettled
from cdisckit.terminal import say
from specs.findings import SEVERITIES

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from cdisckit.building import Build

SHOWN = 12
"""How many kinds of findings the terminal lists; the report has all."""

_COLOURS = {"error": "red", "warning": "yellow", "notice": "blue"}


def print_summary(build: Build, console: Console) -> None:
    """Datasets and rows, findings by kind, declared results, and where the files are."""
    study = build.study
    console.print(Text.assemble((study.id, "bold"), f"  {study.title}"))
    if study.synthetic:
        console.print(Text(study.synthetic.strip(), style="bold magenta"))
    if (build.findings["rule"] == DEIDENTIFIED).any():
        say(console, ("NOT FOR SUBMISSION", "bold red"), ": the raw data are de-identified.")
    console.print(_datasets(build))
    if len(build.unexplained):
        console.print(_findings(build))
    _print_counts(build, console)
    for result in build.results:
        say(console, (result.title, "bold"), f": {result}")
    if build.folder is None:
        say(console, ("Refused", "red"), f": {_refusal(build.findings)}")
        say(console, f"Findings: {build.report / 'findings.html'}")
        return
    say(console, f"Package:  {build.folder / 'm5'}")
    say(console, f"Findings: {build.folder / 'findings.html'}")


def _refusal(findings: pd.DataFrame) -> str:
    """Why a final package is refused: how many findings of which kind it may not hold."""
    waiting = findings["status"].eq("open").sum()
    errors = int(unsettled(findings).sum()) - waiting
    return (
        f"a final package may hold no unexplained error (here {errors:,}) and no finding whose"
        f" explanation is open (here {waiting:,}); settle them, and give their explanations the"
        " status accepted."
    )


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
    findings = build.unexplained
    for head in ("Severity", "Rule", "Where"):
        grid.add_column(head, no_wrap=True)
    grid.add_column("Count", justify="right", no_wrap=True)
    grid.add_column("Message")
    owner = findings["dataset"].fillna(findings["form"]).fillna("study")
    kinds = findings.groupby([findings["severity"], findings["rule"], owner], sort=False)
    rows = [
        (SEVERITIES.index(str(severity)), severity, rule, where, len(rows), rows["message"].iloc[0])
        for (severity, rule, where), rows in kinds
    ]
    for _, severity, rule, where, count, message in sorted(rows, key=lambda row: row[0])[:SHOWN]:
        colour = _COLOURS[str(severity)]
        cells = (str(rule), str(where), str(count), str(message))
        grid.add_row(Text(str(severity), style=colour), *cells)
    if len(rows) > SHOWN:
        grid.caption = f"and {len(rows) - SHOWN} more kinds in the report"
    return grid


def _print_counts(build: Build, console: Console) -> None:
    findings = build.findings
    counts = ", ".join(
        f"{(findings['severity'] == name).sum()} {name}s"
        f" ({(findings['explanation'].notna() & (findings['severity'] == name)).sum()} explained)"
        for name in SEVERITIES
    )
    forms = build.sdtm.ledger.forms
    say(console, ("Findings", "bold"), f": {counts}")
    say(
        console,
        ("Raw records", "bold"),
        f": {forms['records'].sum():,} read,"
        f" {forms['records used'].sum():,} used,"
        f" {forms['records left out'].sum():,} left out by a where clause,"
        f" {forms['records not submitted'].sum():,} not submitted,"
        f" {forms['records unaccounted'].sum():,} unaccounted",
    )
