"""Tables and pages as HTML that prints."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_STYLE = """
:root { --ink: #1b1b1b; --quiet: #5a5a5a; --line: #b8b8b8; --warn: #8a3b00; --paper: #fff; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: var(--ink);
  background: var(--paper); margin: 0 auto; padding: 1.5rem; max-width: 62rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
.synthetic { border-left: .3rem solid var(--warn); padding: .4rem .8rem; color: var(--warn);
  font-weight: 600; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #e4e4e4; }
th[scope=row], thead th:first-child { text-align: left; font-weight: 500; }
thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom; }
tbody tr:last-child > * { border-bottom: 2px solid var(--ink); }
.scroll { overflow-x: auto; }
figure { margin: 1rem 0; } img { max-width: 100%; height: auto; }
.notes { display: grid; grid-template-columns: 7rem 1fr; gap: .2rem 1rem; font-size: .92rem;
  color: var(--quiet); max-width: 48rem; }
.notes dt { font-weight: 600; color: var(--ink); } .notes dd { margin: 0; }
nav ol { columns: 2; padding-left: 1.4rem; } nav li { break-inside: avoid; }
a { color: #004f9e; } .files { font-size: .9rem; color: var(--quiet); }
@media (max-width: 40rem) { nav ol { columns: 1; } .notes { grid-template-columns: 1fr; } }
@media print { body { max-width: none; padding: 0; } section { break-inside: avoid; }
  nav { display: none; } }
"""


def page(title: str, body: str) -> str:
    """A whole page with the style of the report."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def html_table(frame: pd.DataFrame, caption: str) -> str:
    """A table with its caption; the first column heads the rows."""
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in frame.columns)
    rows = "\n".join(_row(list(row)) for row in frame.itertuples(index=False))
    return (
        f'<div class="scroll"><table>\n<caption>{escape(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def notes(published: str, synthetic: str, footnotes: tuple[str, ...] = ()) -> str:
    """What is to be said of the numbers, what is published and what is invented."""
    texts = (("Notes", " ".join(footnotes)), ("Published", published), ("Synthetic", synthetic))
    listed = "".join(
        f"<dt>{name}</dt><dd>{escape(' '.join(text.split()))}</dd>" for name, text in texts if text
    )
    return f'<dl class="notes">{listed}</dl>' if listed else ""


def _row(cells: list[object]) -> str:
    first, *rest = (escape(str(cell)) for cell in cells)
    return (
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
    )
