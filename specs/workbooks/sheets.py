"""Sheets of text with a head in row 1, read from and written to XLSX."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from specs.errors import SpecError
from specs.spreadsheets import MOST_CELLS, open_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

LIMIT: Final = 32767
"""The characters that a cell of XLSX holds."""

_STAMP: Final = "2000-01-01T00:00:00Z"

# What else a column is called, by its name in lower case letters and digits alone.
_SYNONYMS: Final = {
    "description": "label",
    "keyvariable": "keyvariables",
    "valuelevelcomment": "comment",
    "ncicodelist": "ncicodelistcode",
    "significantdigit": "significantdigits",
}


@dataclass(frozen=True)
class Row:
    """A row of a sheet: its cells by column, and where it stands."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    columns: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        """The text of a cell; "" when it is empty or the sheet has no such column."""
        for name, text in self.cells.items():
            if same_column(name, column):
                return text
        return ""

    def place(self, column: str) -> str:
        """`Variables!C5`: the sheet and cell of a column in this row."""
        number = next((i for i, n in enumerate(self.columns) if same_column(n, column)), 0)
        return f"{self.sheet}!{_letters(number)}{self.number}"


@dataclass(frozen=True)
class Sheet:
    """A sheet: its columns, and its rows without those that are blank."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, name: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Sheet:
        """A sheet from rows of values; missing ones are blank."""
        head = tuple(columns)
        return cls(
            name,
            head,
            tuple(
                Row(name, number, {c: _text(row.get(c)) for c in head}, head)
                for number, row in enumerate(rows, start=2)
            ),
        )

    def has(self, column: str) -> bool:
        """Whether the sheet has a column, by whatever of its names."""
        return any(same_column(name, column) for name in self.columns)


@dataclass(frozen=True)
class Workbook:
    """A workbook of specifications; `file` is its name in messages."""

    file: str
    sheets: tuple[Sheet, ...]

    @property
    def family(self) -> str:
        """A, B or C; SpecError when the workbook is none of them."""
        datasets = self.sheet("Datasets")
        if self.sheet("Variables") is None or datasets is None:
            names = ", ".join(sheet.name for sheet in self.sheets)
            raise SpecError(
                f"is not a specification: its sheets are {names}",
                where=self.file,
                remedy="it needs the sheets Datasets and Variables",
            )
        if self.sheet("Study") is not None or self.sheet("WhereClauses") is not None:
            return "A"
        return "C" if datasets.has("Standard") else "B"

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, whatever its case and blanks."""
        return next((s for s in self.sheets if same_name(s.name, name)), None)

    @cached_property
    def clauses(self) -> Mapping[str, list[Row]]:
        """The rows of the sheet WhereClauses by their ID."""
        clauses: dict[str, list[Row]] = {}
        for row in self.rows("WhereClauses"):
            clauses.setdefault(row["ID"], []).append(row)
        return clauses

    def rows(self, name: str) -> tuple[Row, ...]:
        """The rows of a sheet; none when it is missing."""
        sheet = self.sheet(name)
        return sheet.rows if sheet else ()


def same_column(name: str, other: str) -> bool:
    """Whether two heads mean the same column."""
    return _meant(name) == _meant(other)


def same_name(name: str, other: str) -> bool:
    """Whether two sheets have the same name but for case and blanks."""
    return _plain(name) == _plain(other)


def read_workbook(path: Path) -> Workbook:
    """Read an XLSX file; SpecError when it is none, or its head names a column twice."""
    if not path.is_file():
        raise SpecError("there is no such file", where=str(path), remedy="name a workbook")
    book = open_spreadsheet(path, SpecError)
    sheets: list[Sheet] = []
    cells = 0
    for name in book.names:
        rows = book.rows(name)
        cells += sum(map(len, rows))
        if cells > MOST_CELLS:
            raise SpecError(
                f"the sheets hold more than {MOST_CELLS:,} cells",
                where=path.name,
                remedy="keep only the sheets of the specification",
            )
        if rows:
            sheets.append(_sheet(path, name, rows))
    return Workbook(path.name, tuple(sheets))


def write_workbook(book: Workbook, path: Path) -> None:
    """Write a workbook as XLSX, always the same bytes; SpecError when a cell cannot hold a text."""
    import xlsxwriter

    content = BytesIO()
    plain = {"in_memory": True, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, plain) as written:
        written.set_properties({"created": datetime.fromisoformat(_STAMP.rstrip("Z"))})
        head = written.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for sheet in book.sheets:
            page = written.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, sheet.columns, head)
            for row in sheet.rows:
                for number, column in enumerate(sheet.columns):
                    text = row.cells.get(column, "")
                    if len(text) > LIMIT:
                        raise SpecError(
                            f"has {len(text):,} characters; a cell holds {LIMIT:,}",
                            where=row.place(column),
                            remedy="shorten the text, or keep it in the study's files",
                        )
                    if text:
                        page.write_string(row.number - 1, number, text)
    path.write_bytes(content.getvalue())


def write_tables(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write frames as the sheets of an XLSX file, always the same bytes; numbers as numbers."""
    import xlsxwriter

    plain = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(path, plain) as book:
        book.set_properties({"created": datetime.fromisoformat(_STAMP.rstrip("Z"))})
        head = book.add_format({"bold": True})
        for name, table in tables.items():
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, list(table.columns), head)
            for number, row in enumerate(table.itertuples(index=False), start=1):
                for place, value in enumerate(row):
                    if not pd.isna(value):
                        cell = value[:LIMIT] if isinstance(value, str) else value
                        page.write(number, place, cell)


def _sheet(path: Path, name: str, rows: list[list[Any]]) -> Sheet:
    head = [_text(cell) for cell in rows[0]]
    while head and not head[-1]:
        head.pop()
    meant = [_meant(column) for column in head if column]
    for number, column in enumerate(head):
        if column and meant.count(_meant(column)) > 1:
            raise SpecError(
                f"the column {column} is there twice",
                where=f"{path.name} {name}!{_letters(number)}1",
                remedy="rename or remove one",
            )
    columns = tuple(head)
    return Sheet(name, columns, tuple(_rows(name, columns, rows[1:])))


def _rows(sheet: str, columns: tuple[str, ...], rows: list[list[Any]]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=2):
        cells = {column: _text(cell) for column, cell in zip(columns, row, strict=False) if column}
        if any(cells.values()):
            yield Row(sheet, number, cells, columns)


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, blanks as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


@cache
def _meant(column: str) -> str:
    plain = _plain(column)
    return _SYNONYMS.get(plain, plain)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _letters(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
