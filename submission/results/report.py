"""All results of a study in a folder: data, ARS, tables, figures, and a page that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from submission.results.ars import write_ars
from submission.results.footnotes import footnotes
from submission.results.html import html_table, notes, page
from submission.results.rtf import write_rtf
from submission.results.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from specs.analyses import Display
    from specs.model import Study
    from specs.tables import Table


@dataclass(frozen=True)
class ResultFiles:
    """What was written: the files of each display, and what was left out for lack of an extra."""

    files: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]


def write_results(
    study: Study, results: pd.DataFrame, tables: Mapping[str, Table], folder: Path
) -> ResultFiles:
    """Write results.csv, results.parquet, ars.json, a file per table and figure, and index.html."""
    folder.mkdir(parents=True, exist_ok=True)
    results.to_csv(folder / "results.csv", index=False, lineterminator="\n", encoding="utf-8")
    results.to_parquet(folder / "results.parquet", index=False)
    notice = " ".join(study.synthetic.split())
    left_out = set()
    files: dict[str, tuple[str, ...]] = {}
    sections = []
    for display in study.displays:
        name = display.id.lower()
        if display.kind == "table":
            frame = table(display, results, tables)
            notes_of_display = footnotes(study, display, results, tables, frame)
            shown = html_table(frame, f"{display.id}  {display.title}")
            beside = notes(display.published, display.synthetic, notes_of_display)
            body = f"{_notice_line(notice)}{shown}{beside}"
            (folder / f"{name}.html").write_text(
                page(display.title, body), encoding="utf-8", newline="\n"
            )
            names: tuple[str, ...] = (f"{name}.html",)
            if write_rtf(frame, display, notice, folder / f"{name}.rtf", notes_of_display):
                names = (*names, f"{name}.rtf")
            else:
                left_out.add("RTF: install cdisckit[rtf]")
        else:
            from submission.results.figures import draw

            notes_of_display = footnotes(study, display, results, tables)
            names = draw(display, results, tables, notice, folder)
            shown = _figure(display, names)
        files[display.id] = names
        sections.append(_section(display, shown, names, notes_of_display))
    write_ars(study, results, files, folder / "ars.json")
    text = page(f"{study.id}: results", _body(study, notice, sections))
    (folder / "index.html").write_text(text, encoding="utf-8", newline="\n")
    return ResultFiles(files, tuple(sorted(left_out)))


def _body(study: Study, notice: str, sections: list[str]) -> str:
    listed = "".join(
        f'<li><a href="#{display.id}">{display.id} {escape(display.title)}</a></li>'
        for display in study.displays
    )
    return (
        f"<h1>{escape(study.title)}</h1>\n{_notice_line(notice)}"
        f'<nav aria-label="Contents"><ol>{listed}</ol></nav>\n'
        '<p class="files">All numbers: <a href="results.csv">results.csv</a>,'
        ' <a href="results.parquet">results.parquet</a>; CDISC Analysis Results Standard:'
        ' <a href="ars.json">ars.json</a></p>\n' + "\n".join(sections)
    )


def _section(
    display: Display, shown: str, names: tuple[str, ...], footnotes: tuple[str, ...]
) -> str:
    links = ", ".join(f'<a href="{name}">{name}</a>' for name in names)
    return (
        f'<section id="{display.id}">\n<h2>{display.id} {escape(display.title)}</h2>\n{shown}\n'
        f"{notes(display.published, display.synthetic, footnotes)}\n"
        f'<p class="files">Files: {links}</p>\n</section>'
    )


def _figure(display: Display, names: tuple[str, ...]) -> str:
    about = " ".join(f"{display.title}. {display.synthetic}".split())
    sheets = [name for name in names if name.endswith(".svg")]
    shown = "".join(f'<img src="{name}" alt="{escape(about, quote=True)}">' for name in sheets)
    return f"<figure>{shown}</figure>"


def _notice_line(notice: str) -> str:
    return f'<p class="synthetic">{escape(notice)}</p>\n' if notice else ""
