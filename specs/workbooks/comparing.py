"""What became of the cells of a workbook: those that changed a study, and those it does not keep.

Three workbooks are compared: the one given, the study's before, and the study's that results. A
cell that says what it said before follows from others, and is no edit.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specs.workbooks.layouts import ADDED, LAYOUTS
from specs.workbooks.rule_cells import CONDITIONS
from specs.workbooks.sheets import same_column
from specs.workbooks.value_level import condition_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from specs.workbooks.sheets import Row, Sheet, Workbook

    Keyed = Mapping[tuple[str, ...], Row]

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "Study": ("Attribute",),
    "Define": ("Attribute",),
    "Datasets": ("Dataset",),
    "Variables": ("Dataset", "Variable"),
    "ValueLevel": ("Dataset", "Variable", "Where Clause"),
    "WhereClauses": ("ID",),
    "Codelists": ("ID", "Term"),
    "Files": ("File",),
    "Records": ("File",),
    "Tests": ("File",),
    "Rules": ("File", "Part", "Name"),
    "Terms": ("Codelist", "Kind", "Value"),
}
"""What tells the rows of a sheet apart, with their order among equals; the ID for others."""

_OF_RULES: Final = ("Origin", "Assigned Value", "Method", "Predecessor", *CONDITIONS)
_OF_GUIDE: Final = {"Data Type": "type", "Significant Digits": "digits", "Mandatory": "core"}
_SHEETS: Final = {
    "Study": "edit study.yaml",
    "Define": "edit study.yaml",
    "Datasets": "edit Other in the sheet Files",
    "ValueLevel": "edit the sheet Rules",
    "WhereClauses": "it follows from the sheet ValueLevel",
    "Codelists": "edit the sheet Terms",
    "Dictionaries": "edit study.yaml",
    "Methods": "it is the text of a function; edit Rule beside the variable, or derivations.py",
    "Comments": "name the comment beside its variable, or edit Other in the sheet Files",
    "Documents": "edit study.yaml",
    "Files": "files are not removed; remove it from the study's folder",
}


@dataclass(frozen=True)
class Compared:
    """The count of cells by sheet that changed the study, and the edits that did not, each told."""

    taken: Mapping[str, int]
    kept: tuple[str, ...]


def compared(edited: Workbook, before: Workbook | None, after: Workbook) -> Compared:
    """What became of the cells; without a `before` every difference counts as an edit."""
    taken: Counter[str] = Counter()
    kept: list[str] = []
    for name in (*LAYOUTS[edited.family], *ADDED, "Tests"):  # type: ignore[index]  # one of three
        sheet, sheet_after = edited.sheet(name), after.sheet(name)
        if sheet is None or sheet_after is None:
            continue
        was = before.sheet(name) if before else None
        comparison = _Sheet(sheet, was, sheet_after, before is not None)
        kept.extend(comparison.kept())
        if count := comparison.taken():
            taken[name] += count
    return Compared(dict(taken), tuple(kept))


def same_content(sheets: Iterable[Sheet], others: Iterable[Sheet]) -> bool:
    """Whether sheets have the same rows in the same order, whatever the order of columns."""
    for sheet, other in zip(sheets, others, strict=True):
        rows, compared_with = keyed(sheet), keyed(other)
        if list(rows) != list(compared_with):
            return False
        columns = dict.fromkeys((*sheet.columns, *other.columns))
        for row, other_row in zip(rows.values(), compared_with.values(), strict=True):
            if not all(
                same_text(c, row.cells.get(c, ""), other_row.cells.get(c, "")) for c in columns
            ):
                return False
    return True


def row_key(row: Row) -> tuple[str, ...]:
    """What tells a row from others of its sheet."""
    return tuple(row[column] for column in _KEYS.get(row.sheet, ("ID",)))


def keyed(sheet: Sheet | None) -> Keyed:
    """The rows of a sheet by what tells them apart."""
    rows: dict[tuple[str, ...], Row] = {}
    seen: Counter[tuple[str, ...]] = Counter()
    for row in sheet.rows if sheet else ():
        key = row_key(row)
        seen[key] += 1
        rows[*key, str(seen[key])] = row
    return rows


def same_text(column: str, text: str, other: str) -> bool:
    """Whether two cells mean the same: JSON and lists are compared without their blanks."""
    return text == other or _meant(column, text) == _meant(column, other)


class _Sheet:
    """One sheet of the three workbooks."""

    def __init__(self, edited: Sheet, before: Sheet | None, after: Sheet, has_before: bool) -> None:
        self._name = after.name
        self._has_before = has_before
        self._edited_rows, self._before, self._after = keyed(edited), keyed(before), keyed(after)
        self._heads = _heads(after, edited)

    def kept(self) -> Iterator[str]:
        """Each edit that the study does not have."""
        for key, row in self._edited_rows.items():
            after, was = self._after.get(key), self._before.get(key)
            if after is None:
                if self._has_before and was and not any(self._edited(row, was)):
                    continue
                why = self._why("")
                yield f"{row.place(self._first)}: the study has no such row: {_short(key)}; {why}"
                continue
            edited = self._edited(row, was) if self._has_before else self._heads
            for column in edited:
                text, now = row.cells.get(self._heads[column], ""), after.cells.get(column, "")
                if not same_text(column, text, now):
                    yield (
                        f"{row.place(column)}: given {_cut(text)}, the study keeps {_cut(now)};"
                        f" {self._why(column)}"
                    )
        for key in self._after:
            if key not in self._edited_rows and (key in self._before or not self._has_before):
                why = self._why("gone")
                yield f"{self._name}: the row {_short(key)} is gone, the study keeps it; {why}"

    def taken(self) -> int:
        """The cells that changed the study; a row that is gone counts as one."""
        if not self._has_before:
            return 0
        count = sum(key not in self._edited_rows and key not in self._after for key in self._before)
        for key, row in self._edited_rows.items():
            after = self._after.get(key)
            if after is not None:
                count += sum(
                    same_text(c, row.cells.get(self._heads[c], ""), after.cells.get(c, ""))
                    for c in self._edited(row, self._before.get(key))
                )
        return count

    def _edited(self, row: Row, was: Row | None) -> Iterator[str]:
        """The columns in which a row differs from what the study said."""
        for column, head in self._heads.items():
            old = was.cells.get(column, "") if was else ""
            if not same_text(column, row.cells.get(head, ""), old):
                yield column

    @property
    def _first(self) -> str:
        return _KEYS.get(self._name, ("ID",))[-1]

    def _why(self, column: str) -> str:
        if self._name != "Variables":
            default = "the cell beside its variable counts" if column else "it belongs to no file"
            return _SHEETS.get(self._name, default)
        if column == "gone":
            return "remove its rows from the sheet Rules"
        if column in _OF_RULES:
            return "it follows from Rule, Sources, Constants and Condition; edit these"
        if column == "Source":
            return "edit Other in the sheet Rules"
        if column == "Order":
            return "the order is that of the guide and of the sheet Rules"
        name = _OF_GUIDE.get(column, column.casefold())
        if not column:
            return "add it to the sheet Rules"
        return f"edit {name} under Given in the sheet Rules"


def _heads(after: Sheet, sheet: Sheet) -> dict[str, str]:
    """The columns that a sheet has in common with the study's, by the study's name for them."""
    return {
        column: head
        for column in after.columns
        if (head := next((c for c in sheet.columns if same_column(c, column)), ""))
    }


def _meant(column: str, text: str) -> object:
    try:
        if column in CONDITIONS:
            lines = [line.strip() for line in text.split("\n") if line.strip()]
            return [line if line == "-" else _texts(condition_in(line)) for line in lines]
        return json.loads(text)
    except json.JSONDecodeError:
        return re.sub(r"\s*([,\n])\s*", r"\1", text.strip())


def _texts(value: object) -> object:
    """A condition with its values as text, as all of them are compared."""
    if isinstance(value, dict):
        return {key: _texts(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_texts(held) for held in value]
    return "" if value is None else str(value)


def _short(key: tuple[str, ...]) -> str:
    *names, number = key
    return " ".join(names) + (f" ({number})" if number != "1" else "")


def _cut(text: str) -> str:
    line = text.replace("\n", " | ")
    return (line[:60] + "...") if len(line) > 60 else line or "nothing"
