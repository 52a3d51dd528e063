"""Where in a workbook something stands that is wrong in the study's files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from specs.errors import SpecError
from specs.prefixes import with_prefix
from specs.workbooks.added import SECTIONS
from specs.workbooks.layouts import RULED
from specs.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from specs.workbooks.sheets import Row, Workbook
    from specs.yaml_files import YamlFile

_PLACE: Final = re.compile(r"([\w.-]+\.yaml)(?: line (\d+))?: ")
_SEARCHED: Final = (
    *("Rule", "Sources", "Constants", "Condition", "Where", "Codelist", "Label", "Comment"),
    *("Format", "Length", "Verb", "Given", "Other"),
)


def located(problems: Iterable[str], folder: Path, book: Workbook) -> Iterator[tuple[str, str]]:
    """Each problem of the study in `folder` as (sheet and cell or "", what is wrong).

    A problem begins with the file and line it was found in; the line's variable is looked for in
    the workbook, and in its rows the cell whose text the problem names.
    """
    read: dict[str, YamlFile | None] = {}
    for problem in problems:
        match = _PLACE.match(problem)
        if match is None:
            yield "", problem
            continue
        name = match[1]
        if name not in read:
            read[name] = _read(folder, name)
        cell = _cell(read[name], folder, int(match[2] or 0), problem[match.end() :], book)
        yield cell, problem[match.end() :] if cell else problem


def _read(folder: Path, name: str) -> YamlFile | None:
    path = next(
        (p for folder_name in ("sdtm", "adam") if (p := folder / folder_name / name).exists()), None
    )
    try:
        return read_yaml(path) if path else None
    except SpecError:
        return None


def _cell(file: YamlFile | None, folder: Path, line: int, what: str, book: Workbook) -> str:
    """The cell that says what a line of a file says wrongly; "" where none is found."""
    if file is None:
        return ""
    path = file.path.relative_to(folder).as_posix()
    dataset = str(file.data.get("dataset", ""))
    if not line:
        rows = [row for row in book.rows("Variables") if row["Dataset"] == dataset]
        rows += [row for row in book.rows("Rules") if row["File"] == path]
        cell = _naming(rows, what, "", ("Sources", "Condition", "Rule"))
        keys = (r for r in book.rows("Datasets") if r["Dataset"] == dataset)
        return cell or _naming(keys, what, "", ("Key Variables",))
    entries = [(file.line(key), str(key), "") for key in file.data]
    entries += [
        (file.line(section, name), section, str(name))
        for section in SECTIONS
        for name in file.data.get(section) or ()
    ]
    section, name = max(((at, p, n) for at, p, n in entries if at <= line), default=(0, "", ""))[1:]
    rows = list(_rows(book, path, dataset, section, name, file))
    if not rows:
        return ""
    first = "Variable" if rows[0].sheet in RULED else "Name" if name else "File"
    first = "Key Variables" if rows[0].sheet == "Datasets" else first
    return (_naming(rows, what, name, _SEARCHED) if name else "") or rows[0].place(first)


def _naming(rows: Iterable[Row], what: str, variable: str, columns: tuple[str, ...]) -> str:
    """The first cell whose text a problem names."""
    for row in rows:
        for column in columns:
            if _names(what, row[column], variable):
                return row.place(column)
    return ""


def _rows(
    book: Workbook, path: str, dataset: str, section: str, name: str, file: YamlFile
) -> Iterator[Row]:
    """The rows that say what stands in an entry of a file, those of the layout first."""
    if name:
        prefix = str(file.data.get("domain") or dataset)
        meant = with_prefix(name, prefix)
        for row in book.rows("Variables"):
            if (row["Dataset"], row["Variable"]) == (dataset, meant):
                yield row
        for row in book.rows("ValueLevel"):
            if row["Dataset"].removeprefix("SUPP") == dataset and row["Where Clause"].endswith(
                (f" {meant}", f".{meant}")
            ):
                yield row
        for row in book.rows("Rules"):
            if (row["File"], row["Part"], row["Name"]) == (path, section, name):
                yield row
        return
    if section == "keys":
        yield from (row for row in book.rows("Datasets") if row["Dataset"] == dataset)
    sheet = {"records": "Records", "tests": "Tests"}.get(section, "Files")
    yield from (row for row in book.rows(sheet) if row["File"] == path)


def _names(what: str, text: str, variable: str) -> bool:
    """Whether a problem, but for its remedy, speaks of what stands in a cell."""
    if not text or text == variable:
        return False
    problem = what.partition("; ")[0]
    head = re.match(r"(?:key )?([\w.@-]+) is not an? ", problem)
    words = {head[1]} if head and not variable else set(re.findall(r"[\w.@-]+", problem))
    key = re.match(r"(?:variables|supplemental|parameters)\.[\w-]+\.([\w.]+): ", problem)
    words |= set(key[1].split(".")) if key else set()
    words_in_cell = {word.strip(' "[]{}') for word in re.split(r"[,:\n]", text)} - {
        "",
        "-",
        variable,
    }
    return (bool(variable) and text in problem) or any(
        p in words for p in words_in_cell if len(p) > 1
    )
