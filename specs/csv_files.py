"""CSV files that belong to a specification, which spreadsheets save in many ways."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from specs.errors import SpecError
from specs.heads import check_head

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SAVE = "save it as CSV in UTF-8, separated by commas"


def read_csv(path: Path) -> tuple[list[str], list[tuple[int, Mapping[str, str]]]]:
    """The head of a file, and its rows by the names there, each with its last line.

    The text is UTF-8, or UTF-16 with its mark. SpecError names the file, and the line where there
    is one. OSError passes.
    """
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    head: list[str] = []
    rows: list[tuple[int, Mapping[str, str]]] = []
    try:
        for row in reader:
            where = f"{path.name} line {reader.line_num}"
            if not row:
                continue
            if not head:
                head = row
                _check_head(head, where)
                continue
            if len(row) != len(head):
                raise SpecError(
                    f"the row has {len(row)} cells, the head of the table has {len(head)}",
                    where=where,
                    remedy="mend the row",
                )
            rows.append((reader.line_num, dict(zip(head, row, strict=True))))
    except csv.Error as error:
        raise SpecError(
            f"cannot be read as CSV ({error})",
            where=f"{path.name} line {reader.line_num}",
            remedy=_SAVE,
        ) from None
    if not head:
        raise SpecError("is empty", where=path.name, remedy="write a head and rows into it")
    return head, rows


def _text(path: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark; SpecError for other bytes."""
    data = path.read_bytes()
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError(
            f"byte {data[error.start]:#04x} is not UTF-8 text",
            where=f"{path.name} line {line}",
            remedy=f"spreadsheets often save in Windows-1252: {_SAVE}",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SpecError(
            "holds a NUL character, so it is not CSV",
            where=f"{path.name} line {line}",
            remedy=_SAVE,
        )
    return text


def _check_head(head: list[str], where: str) -> None:
    if len(head) == 1:
        for sign, name in ((";", "semicolons"), ("\t", "tabs")):
            if sign in head[0]:
                raise SpecError(f"the columns are separated by {name}", where=where, remedy=_SAVE)
    check_head(head, where, SpecError)
