"""Where the head and the rows of a delimited file stand: what is above, below and beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SEPARATOR = re.compile(rb'"?sep=(.)"?[ \t]*\r?\n', flags=re.IGNORECASE)
_BLANK = re.compile(rb"[\r\n]+")
_END = b"EOF"


@dataclass(frozen=True)
class Layout:
    """The lines of a file that are its head and its records.

    `head` is the line of the head, 0 the first that is not blank; `heads` how many rows it spans,
    `below` how many rows after it are no records, `foot` how many lines at the end. `end` is the
    last line of a file that is whole. `detail` is the first cell of the rows that are records,
    where others stand between them. `columns` are the names of a file without a head.
    """

    head: int = 0
    heads: int = 1
    below: int = 0
    foot: int = 0
    end: str = ""
    detail: str = ""
    columns: tuple[str, ...] = ()


PLAIN = Layout()
"""A file that begins with its head and ends with its last record."""


def separator(start: bytes) -> str:
    """The delimiter that a first line `sep=;` of Excel tells; "" where there is none."""
    match = _SEPARATOR.match(start)
    return match[1].decode("latin-1") if match else ""


def laid_out(text: bytes, layout: Layout, delimiter: str, path: Path) -> tuple[bytes, int]:
    """The text from its head to its last record, and how many lines stand before it.

    RawDataError where the declared end is not there.
    """
    before = 0
    match = _SEPARATOR.match(text)
    if match:
        text, before = text[match.end() :], 1
    while before < layout.head - 1:
        line, _, text = text.partition(b"\n")
        before += 1
        if not text and not line:
            raise RawDataError(
                f"has no line {layout.head}, which is to be its head",
                where=path.name,
                remedy="mend head: in study.yaml",
            )
    blank = _BLANK.match(text)
    if blank:
        text, before = text[blank.end() :], before + len(blank[0].splitlines())
    text = _without_end(text, layout, path)
    for _ in range(layout.foot):
        text = text.rstrip(b"\r\n").rpartition(b"\n")[0] + b"\n"
    if layout.detail:
        text = _details(text, layout, delimiter)
    return text, before


def _without_end(text: bytes, layout: Layout, path: Path) -> bytes:
    """The text without the line that only says that it is whole, as Rave writes one."""
    rest, newline, last = text.rstrip(b"\r\n \x1a").rpartition(b"\n")
    wanted = layout.end.encode() if layout.end else _END
    if newline and last.strip().strip(b'"') == wanted and rest.strip():
        return rest + newline
    if layout.end:
        raise RawDataError(
            f"does not end with the line {layout.end}, so it was cut",
            where=path.name,
            remedy="download the file again",
        )
    return text


def _details(text: bytes, layout: Layout, delimiter: str) -> bytes:
    """The text with a blank line in the place of each row that is no record."""
    first = layout.heads + layout.below if not layout.columns else 0
    sign, detail = delimiter.encode(), layout.detail.encode()
    lines = text.split(b"\n")
    return b"\n".join(
        line if n < first or line.partition(sign)[0].strip().strip(b'"') == detail else b""
        for n, line in enumerate(lines)
    )


def joined_heads(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name for each column of a head of several rows, the upper ones carried to the right."""
    width = max(map(len, rows))
    names = [""] * width
    for depth, row in enumerate(rows):
        carried = ""
        for place in range(width):
            cell = row[place].strip() if place < len(row) else ""
            carried = cell or (carried if depth < len(rows) - 1 else "")
            names[place] = " ".join(filter(None, (names[place], carried)))
    return names


def unnamed(names: Sequence[str]) -> list[str]:
    """Names for all columns: one without is called after its place, `column_3`."""
    return [name if name.strip() else f"column_{n}" for n, name in enumerate(names, 1)]


def head_of(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows is the head, from 0: the first as wide as most of those after it.

    What stands above is a title or the particulars of an export, of fewer cells. A head may lack
    the name of its first column.
    """
    widths = [sum(1 for cell in row if cell.strip()) for row in rows]
    if not widths:
        return 0
    usual = max(dict.fromkeys(widths), key=lambda width: (widths.count(width) * (width > 1), width))
    full = [
        n
        for n, row in enumerate(rows)
        if widths[n] >= usual or (not row[0].strip() and widths[n] == usual - 1)
    ]
    return full[0] if usual > 1 and len(full) > 1 else 0
