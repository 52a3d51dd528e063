"""`cdisckit define`: show, print, check and compare a define.xml."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table as Grid
from rich.text import Text

from cdisckit.terminal import say
from specs.findings import SEVERITIES
from specs.output import apart, check_file, new_file
from submission.define import read_define
from submission.define.html import write_html

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from submission.define import Document

SHOWN = 40
"""How many differences or findings the terminal lists."""

_COLOURS = {
    "added": "green",
    "removed": "red",
    "changed": "yellow",
    "error": "red",
    "warning": "yellow",
    "notice": "blue",
}


@dataclass(frozen=True)
class DefineTasks:
    """What is to be done with a define.xml; None and False mean nothing."""

    html: Path | None = None
    pdf: Path | None = None
    check: bool = False
    diff: Path | None = None


def define(file: Path, wanted: DefineTasks, console: Console) -> bool:
    """Do what is wanted with a define.xml; whether nothing was found and nothing differs."""
    for target in (wanted.html, wanted.pdf):
        apart(target, file, *([wanted.diff] if wanted.diff else []))
        if target is not None:
            check_file(target)
    document = read_define(file)
    _print_contents(document, console)
    clean = True
    if wanted.html is not None:
        with new_file(wanted.html) as partial:
            write_html(document, partial)
        say(console, f"HTML: {wanted.html}")
    if wanted.pdf is not None:
        _print_pdf(document, wanted.pdf)
        say(console, f"PDF:  {wanted.pdf}")
    if wanted.diff is not None:
        clean = _compared(read_define(wanted.diff), document, console) and clean
    if wanted.check:
        clean = _checked(file, console) and clean
    return clean


def _print_contents(document: Document, console: Console) -> None:
    say(
        console,
        (document.study, "bold"),
        f"  Define-XML {document.version}:"
        f" {len(document.groups):,} datasets,"
        f" {sum(len(g.references) for g in document.groups):,} variables,"
        f" {len(document.codelists):,} codelists, {len(document.methods):,} methods,"
        f" {sum(len(d.results) for d in document.displays):,} analysis results",
    )


def _print_pdf(document: Document, path: Path) -> None:
    from datetime import datetime

    from submission.define.pdf import write_pdf

    try:
        created = datetime.fromisoformat(document.created)
    except ValueError:
        created = None
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "define.html"
        write_html(document, page)
        write_pdf(page, path, created)


def _compared(old: Document, new: Document, console: Console) -> bool:
    """Print how two define.xml differ; whether they do not."""
    from submission.define.compare import compare

    changes = compare(old, new)
    grid = Grid(title="Differences", title_justify="left")
    for head in ("Change", "Kind", "Name", "Attribute", "Old", "New"):
        grid.add_column(head, overflow="fold")
    for change, *rest in changes.head(SHOWN).itertuples(index=False):
        colour = _COLOURS[change]
        grid.add_row(Text(change, style=colour), *rest)
    if len(changes) > SHOWN:
        grid.caption = f"and {len(changes) - SHOWN:,} more"
    if len(changes):
        console.print(grid)
    counts = changes["change"].value_counts()
    kinds = ("added", "removed", "changed")
    say(console, ", ".join(f"{counts.get(name, 0):,} {name}" for name in kinds))
    return changes.empty


def _checked(file: Path, console: Console) -> bool:
    """Print the findings of a define.xml and the data beside it; whether there is none."""
    from validation.define import check_define

    findings: pd.DataFrame = check_define(file, datasets=file.parent)
    grid = Grid(title="Findings", title_justify="left")
    for head in ("Severity", "Rule", "Where", "Value", "Message"):
        grid.add_column(head, overflow="fold")
    order = findings["severity"].map({name: rank for rank, name in enumerate(SEVERITIES)})
    shown = findings.assign(order=order).sort_values("order", kind="stable").head(SHOWN)
    for row in shown.fillna("").itertuples():
        colour = _COLOURS[str(row.severity)]
        where = ".".join(text for text in (str(row.dataset), str(row.variable)) if text)
        grid.add_row(
            Text(str(row.severity), style=colour),
            str(row.rule),
            where,
            str(row.value),
            str(row.message),
        )
    if len(findings) > SHOWN:
        grid.caption = f"and {len(findings) - SHOWN:,} more"
    if len(findings):
        console.print(grid)
    counts = findings["severity"].value_counts()
    say(console, ", ".join(f"{counts.get(name, 0):,} {name}s" for name in SEVERITIES))
    return findings.empty


def print_verified(verified: pd.DataFrame, console: Console) -> bool:
    """What deriving again gave, and the share; whether nothing differs."""
    from cdisckit.verify import ABSENT, DIFFERS, EQUAL

    absent = verified[verified["verdict"].eq(ABSENT)]
    verified = verified.drop(absent.index)
    for row in absent.itertuples():
        say(console, ("absent", "red"), f" {row.dataset}: {row.reason}")
    counts = verified["verdict"].value_counts()
    grid = Grid(title="Derived and copied variables", title_justify="left")
    for head in ("Dataset", "Variables", "Equal", "Differs", "Not derived again"):
        grid.add_column(head, justify="left" if head == "Dataset" else "right")
    for dataset, of in verified.groupby("dataset", sort=False):
        verdicts = of["verdict"]
        same, other = int(verdicts.eq(EQUAL).sum()), int(verdicts.eq(DIFFERS).sum())
        rest = len(of) - same - other
        grid.add_row(str(dataset), str(len(of)), str(same), str(other), str(rest))
    console.print(grid)
    for row in verified[verified["verdict"].eq(DIFFERS)].itertuples():
        say(
            console,
            ("differs", "red"),
            f" {row.dataset}.{row.variable} ({row.function}): {row.differ:,} of {row.rows:,} rows",
        )
    for row in verified[~verified["verdict"].isin([EQUAL, DIFFERS])].itertuples():
        say(console, f"not derived again {row.dataset}.{row.variable}: {row.reason}")
    again = int(counts.get(EQUAL, 0)) + int(counts.get(DIFFERS, 0))
    share = f"{100 * again / len(verified):.1f} %" if len(verified) else "none"
    say(
        console,
        f"{again:,} of {len(verified):,} derived and copied variables were made again ({share}):"
        f" {counts.get(EQUAL, 0):,} equal, {counts.get(DIFFERS, 0):,} differ",
    )
    return DIFFERS not in counts and absent.empty
