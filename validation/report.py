"""The findings report: findings.csv for those who work on it, findings.html for those who read it.

Both depend on the findings, the study and the datasets alone: the same input, the same bytes.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import pandas as pd

from specs.findings import FINDING_COLUMNS, SEVERITIES
from validation.titles import rule_titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from specs.model import Study
    from specs.tables import Table

SHOWN: Final = 1000

# A spreadsheet takes a cell that starts so for a formula; a plain number is none.
_FORMULA: Final = r"^[=+\-@\t\r\n]"
_NUMBER: Final = r"^[+-]?\d+(?:\.\d+)?$"

_HEADS: Final = {
    "dataset": "Dataset",
    "form": "Form",
    "subject": "Subject",
    "event": "Event",
    "seq": "Sequence",
    "variable": "Variable",
    "value": "Value",
    "message": "What was found",
    "file": "File",
    "line": "Line",
    "explanation": "Explanation",
    "status": "Status",
}

_STYLE: Final = """
:root { color-scheme: light dark; --line: #767676; --soft: #f2f4f7; --ink: #1a1a1a; --paper: #fff;
  --link: #0b57a4 }
@media (prefers-color-scheme: dark) { :root { --line: #8a8a8a; --soft: #262a30; --ink: #eee;
  --paper: #16181c; --link: #8ab8f0 } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem;
  color: var(--ink); background: var(--paper) }
a { color: var(--link) }
h1 { line-height: 1.2 } h2 { margin-top: 2rem }
table { border-collapse: collapse; margin: .5rem 0 }
caption { text-align: left; font-weight: 600; padding: .25rem 0 }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left;
  vertical-align: top }
td { overflow-wrap: break-word; max-width: 28rem }
thead th { background: var(--soft); white-space: nowrap }
td.number { text-align: right; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto }
.note { border: 2px solid var(--ink); padding: .5rem 1rem; font-weight: 600 }
details { border-top: 1px solid var(--line); padding: .5rem 0 }
summary { cursor: pointer; overflow-wrap: anywhere }
@media print { .wide { overflow: visible } body { max-width: none } }
"""


def write_report(
    found: pd.DataFrame,
    folder: Path,
    study: Study,
    tables: Mapping[str, Table],
    ledger: pd.DataFrame | None = None,
) -> tuple[Path, Path]:
    """Write findings.csv (all findings) and findings.html (summary and details) into a folder.

    Cells of the CSV that a spreadsheet would run as a formula begin with an apostrophe. The page
    shows at most 1,000 findings of a rule and says how many there are. It needs no network. The
    ledger, with a row per form, is the account of the collected records and fields.
    """
    table, page = folder / "findings.csv", folder / "findings.html"
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        without_formulas(found).to_csv(file, index=False, lineterminator="\n")
    text = findings_page(found, study, tables, ledger)
    page.write_text(text, encoding="utf-8", newline="\n")
    return table, page


def without_formulas(found: pd.DataFrame) -> pd.DataFrame:
    """The findings with an apostrophe before every text that a spreadsheet takes for a formula."""
    columns = {}
    for name in FINDING_COLUMNS:
        text = found[name].astype("str")
        risky = text.str.contains(_FORMULA, na=False) & ~text.str.contains(_NUMBER, na=False)
        columns[name] = text.where(~risky, "'" + text)
    return pd.DataFrame(columns)


def findings_page(
    found: pd.DataFrame,
    study: Study,
    tables: Mapping[str, Table],
    ledger: pd.DataFrame | None = None,
) -> str:
    """The HTML page of the findings, without scripts and without links elsewhere."""
    title = f"Findings of study {study.id}"
    parts = (
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<header><h1>{escape(title)}</h1>",
        f"<p>{escape(study.title)}</p>" if study.title else "",
        f'<p class="note" role="note">{escape(study.synthetic)}</p>' if study.synthetic else "",
        f"<p>{escape(_versions(study))}</p></header><main>",
        *_summary(found, tables),
        *(_account(ledger) if ledger is not None and len(ledger) else ()),
        *_details(found),
        "</main></body></html>\n",
    )
    return "\n".join(part for part in parts if part)


def _versions(study: Study) -> str:
    used = [f"{name} {version}" for name, version in study.standards.items()]
    used += [f"{name} terminology {version}" for name, version in study.terminology.items()]
    return ", ".join([*used, f"data cut {study.data_cut.isoformat()}"])


def _summary(found: pd.DataFrame, tables: Mapping[str, Table]) -> Iterator[str]:
    yield "<h2>Summary</h2>"
    open_ = found["explanation"].isna()
    if found.empty:
        yield "<p>Nothing was found.</p>"
    else:
        yield f"<p>{len(found):,} findings, {int((~open_).sum()):,} of them explained.</p>"
        yield from _rule_summary(found, open_)
    yield from _dataset_summary(found, tables)


def _rule_summary(found: pd.DataFrame, open_: pd.Series) -> Iterator[str]:
    rows = (
        (
            severity,
            f'<a href="#{_anchor(severity, rule)}">{escape(rule)}</a>',
            escape(_title(rule, part)),
            escape(", ".join(sorted(part["dataset"].fillna(part["form"]).dropna().unique()))),
            len(part),
            int(open_[part.index].sum()),
        )
        for severity, rule, part in _by_rule(found)
    )
    heads = ("Severity", "Rule", "Title", "Datasets or forms", "Found", "Unexplained")
    yield _table("By rule", heads, rows)


def _dataset_summary(found: pd.DataFrame, tables: Mapping[str, Table]) -> Iterator[str]:
    counts = found.groupby(["dataset", "severity"]).size()
    others = sorted(set(found["dataset"].dropna()) - set(tables))
    rows = (
        (
            escape(name),
            len(tables[name].frame) if name in tables else "",
            *(int(counts.get((name, severity), 0)) for severity in SEVERITIES),
        )
        for name in (*tables, *others)
    )
    yield _table("By dataset", ("Dataset", "Records", "Errors", "Warnings", "Notices"), rows)


def _account(ledger: pd.DataFrame) -> Iterator[str]:
    yield "<h2>Collected records and fields</h2>"
    heads = [str(name).capitalize() for name in ledger.columns]
    rows = [
        [escape(cell) if isinstance(cell, str) else int(cell) for cell in row]
        for row in ledger.itertuples(index=False)
    ]
    yield _table("By form", heads, rows)


def _details(found: pd.DataFrame) -> Iterator[str]:
    if found.empty:
        return
    yield "<h2>Details</h2>"
    for severity, rule, part in _by_rule(found):
        heads = [name for name in _HEADS if part[name].notna().any()]
        shown = part[heads].head(SHOWN).fillna("")
        total = f"{len(part):,} found"
        if len(part) > SHOWN:
            total += f", the first {SHOWN:,} shown; all are in findings.csv"
        rows = ([escape(cell) for cell in row] for row in shown.itertuples(index=False))
        yield (
            f"<details><summary><strong>{escape(rule)}</strong> ({escape(severity)}):"
            f" {escape(_title(rule, part))} &mdash; {total}</summary>"
        )
        # Browsers open what a link leads into, and not what it leads to.
        yield f'<div id="{_anchor(severity, rule)}">'
        yield _table(f"Findings of {rule}", [_HEADS[name] for name in heads], rows)
        yield "</div>"
        yield "</details>"


def _by_rule(found: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The findings of each severity and rule, worst first, in their own order."""
    for severity in SEVERITIES:
        for rule, part in found[found["severity"].eq(severity)].groupby("rule"):
            yield severity, str(rule), part


def _title(rule: str, part: pd.DataFrame) -> str:
    """What a rule is called; of a rule of the build, what it said first."""
    return rule_titles().get(rule) or f"e.g. {part['message'].fillna('').iloc[0]}"


def _anchor(severity: str, rule: str) -> str:
    return escape(f"{severity}-{rule}".replace(" ", "-"))


def _table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str | int]]) -> str:
    """A table with its caption; texts of cells are HTML already, numbers are aligned right."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<td class="number">{cell:,}</td>' if isinstance(cell, int) else f"<td>{cell}</td>"
            for cell in row
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>\n{body}\n</tbody></table></div>"
    )
