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
    findings: pd.DataFrame,
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
        without_formulas(findings).to_csv(file, index=False, lineterminator="\n")
    text = findings_page(findings, study, tables, ledger)
    page.write_text(text, encoding="utf-8", newline="\n")
    return table, page


def without_formulas(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings with an apostrophe before every text that a spreadsheet takes for a formula."""
    columns = {}
    for name in FINDING_COLUMNS:
        text = findings[name].astype("str")
        risky = text.str.contains(_FORMULA, na=False) & ~text.str.contains(_NUMBER, na=False)
        columns[name] = text.where(~risky, "'" + text)
    return pd.DataFrame(columns)


def findings_page(
    findings: pd.DataFrame,
    study: Study,
    tables: Mapping[str, Table],
    ledger: pd.DataFrame | None = None,
) -> str:
    """The HTML page of the findings, without scripts and without links elsewhere."""
    title = f"Findings of study {study.id}"
    texts = (
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<header><h1>{escape(title)}</h1>",
        f"<p>{escape(study.title)}</p>" if study.title else "",
        f'<p class="note" role="note">{escape(study.synthetic)}</p>' if study.synthetic else "",
        f"<p>{escape(_versions(study))}</p></header><main>",
        *_summary(findings, tables),
        *(_account(ledger) if ledger is not None and len(ledger) else ()),
        *_details(findings),
        "</main></body></html>\n",
    )
    return "\n".join(text for text in texts if text)


def _versions(study: Study) -> str:
    used = [f"{name} {version}" for name, version in study.standards.items()]
    used += [f"{name} terminology {version}" for name, version in study.terminology.items()]
    return ", ".join([*used, f"data cut {study.data_cut.isoformat()}"])


def _summary(findings: pd.DataFrame, tables: Mapping[str, Table]) -> Iterator[str]:
    yield "<h2>Summary</h2>"
    open_ = findings["explanation"].isna()
    if findings.empty:
        yield "<p>Nothing was found.</p>"
    else:
        yield f"<p>{len(findings):,} findings, {int((~open_).sum()):,} of them explained.</p>"
        yield from _rule_summary(findings, open_)
    yield from _dataset_summary(findings, tables)


def _rule_summary(findings: pd.DataFrame, open_: pd.Series) -> Iterator[str]:
    rows = (
        (
            severity,
            f'<a href="#{_anchor(severity, rule)}">{escape(rule)}</a>',
            escape(_title(rule, of_rule)),
            escape(", ".join(sorted(of_rule["dataset"].fillna(of_rule["form"]).dropna().unique()))),
            len(of_rule),
            int(open_[of_rule.index].sum()),
        )
        for severity, rule, of_rule in _by_rule(findings)
    )
    heads = ("Severity", "Rule", "Title", "Datasets or forms", "Found", "Unexplained")
    yield _table("By rule", heads, rows)


def _dataset_summary(findings: pd.DataFrame, tables: Mapping[str, Table]) -> Iterator[str]:
    counts = findings.groupby(["dataset", "severity"]).size()
    others = sorted(set(findings["dataset"].dropna()) - set(tables))
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


def _details(findings: pd.DataFrame) -> Iterator[str]:
    """The findings of each rule, folded, the first of many."""
    if findings.empty:
        return
    yield "<h2>Details</h2>"
    for severity, rule, of_rule in _by_rule(findings):
        heads = [name for name in _HEADS if of_rule[name].notna().any()]
        shown = of_rule[heads].head(SHOWN).fillna("")
        total = f"{len(of_rule):,} found"
        if len(of_rule) > SHOWN:
            total += f", the first {SHOWN:,} shown; all are in findings.csv"
        rows = ([escape(cell) for cell in row] for row in shown.itertuples(index=False))
        yield (
            f"<details><summary><strong>{escape(rule)}</strong> ({escape(severity)}):"
            f" {escape(_title(rule, of_rule))} &mdash; {total}</summary>"
        )
        # Browsers open what a link leads into, and not what it leads to.
        yield f'<div id="{_anchor(severity, rule)}">'
        yield _table(f"Findings of {rule}", [_HEADS[name] for name in heads], rows)
        yield "</div>"
        yield "</details>"


def _by_rule(findings: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The findings of each severity and rule, worst first, in their own order."""
    for severity in SEVERITIES:
        for rule, of_rule in findings[findings["severity"].eq(severity)].groupby("rule"):
            yield severity, str(rule), of_rule


def _title(rule: str, of_rule: pd.DataFrame) -> str:
    """What a rule is called; of a rule of the build, what it said first."""
    return rule_titles().get(rule) or f"e.g. {of_rule['message'].fillna('').iloc[0]}"


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
