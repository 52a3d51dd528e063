"""Workbooks of unknown makers, for all that read them: what a sheet holds is known before it is.

The reader of workbooks makes a cell for every place between the first and the last that are
written, and a text for every mention of a shared one, in native code that ends the process where
memory does. So XLSX is looked through first, as a stream. The older and rarer formats are read in
a process of its own, with limits of memory and time where the system has such.
"""

from __future__ import annotations

import io
import pickle
import posixpath
import subprocess
import sys
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat
from zipfile import is_zipfile

from specs.errors import SpecError, shortened
from specs.packed import DAMAGED, check_packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from zipfile import ZipInfo

    from specs.errors import CdisckitError

MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
"""The last row and column that a workbook has."""

MOST_CELLS: Final = 10_000_000
"""The most cells of a sheet, from A1 to the last row and column that are written."""

MOST_TEXT: Final = 200_000_000
"""The most characters that the cells of a sheet hold, shared texts as often as they are used."""

MOST_SHEETS: Final = 1_000

_SCANNED: Final = (".xlsx", ".xlsm")
_NAMES: Final = "_rels/workbook.xml.rels"
_SAVE: Final = "open it in a spreadsheet, save it as XLSX without a password"
_AGAIN: Final = "open it in a spreadsheet and save it again"
_CSV: Final = "save what is needed of it as CSV, or as a workbook with this data alone"


@dataclass(frozen=True)
class Spreadsheet:
    """The names of the sheets of a workbook, of those with cells that are shown, and their rows."""

    names: tuple[str, ...]
    shown: tuple[str, ...]
    rows: Callable[[str], list[list[Any]]]


def open_spreadsheet(
    path: Path, error: type[CdisckitError], *, from_a1: bool = False
) -> Spreadsheet:
    """A workbook: XLSX, XLSM, XLSB, XLS or ODS; an error where it cannot or may not be read.

    Rows are lists of the values of their cells. They begin where the data do, or with `from_a1` at
    the first row and column.
    """
    import python_calamine as calamine

    if path.suffix.lower() not in _SCANNED:
        return _apart(path, error, from_a1=from_a1)
    try:
        changed = path.stat()
    except OSError as problem:
        raise _unreadable(path, problem, error) from None
    fault = _fault_of(path, changed.st_mtime_ns, changed.st_size)
    if fault:
        raise error(fault[0], where=fault[1], remedy=fault[2])
    from specs.spreadsheet_child import shown

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        names = tuple(book.sheet_names)

        def rows(name: str) -> list[list[Any]]:
            sheet = book.get_sheet_by_name(name)
            cells: list[list[Any]] = sheet.to_python(skip_empty_area=not from_a1)
            return cells

        return Spreadsheet(names, shown(book), _guarded(rows, calamine, path, error))
    except (calamine.CalamineError, calamine.PasswordError, OSError) as problem:
        raise _unreadable(path, problem, error) from None


def _guarded(
    rows: Callable[[str], list[list[Any]]], calamine: Any, path: Path, error: type[CdisckitError]
) -> Callable[[str], list[list[Any]]]:
    def read(name: str) -> list[list[Any]]:
        try:
            return rows(name)
        except (calamine.CalamineError, OSError) as problem:
            raise _unreadable(path, problem, error) from None

    return read


def _unreadable(path: Path, problem: object, error: type[CdisckitError]) -> CdisckitError:
    name = type(problem).__name__
    reason = str(problem) if isinstance(problem, str) else f"{name}: {problem}"
    return error(
        f"is not a workbook that can be read ({shortened(reason)})",
        where=path.name,
        remedy=_SAVE,
    )


def _apart(path: Path, error: type[CdisckitError], *, from_a1: bool) -> Spreadsheet:
    """A workbook read in a process of its own, a sheet at a time."""
    with path.open("rb") as file:
        members = check_packed(path, error) if file.read(4) == b"PK\3\4" else ()
    for member in members:
        if member.filename == "content.xml":  # ODS: its reader never ends where an end tag lacks
            try:
                _scan(path, member, lambda *_: None, None)
            except _RefusedError as fault:
                raise error(fault.what, where=fault.where, remedy=fault.remedy) from None
    names, shown, _ = _read_apart(path, -1, error, from_a1=from_a1)

    def rows(name: str) -> list[list[Any]]:
        return _read_apart(path, names.index(name), error, from_a1=from_a1)[2]

    return Spreadsheet(names, shown, rows)


class _Values(pickle.Unpickler):
    """What cells hold: plain values, dates and times, and nothing that is to be imported."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime":
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def _read_apart(
    path: Path, number: int, error: type[CdisckitError], *, from_a1: bool
) -> tuple[tuple[str, ...], tuple[str, ...], list[list[Any]]]:
    """Sheet names, those shown, and rows, read by a process with limits of memory and time."""
    from specs.spreadsheet_child import MEMORY, SECONDS

    skip = "0" if from_a1 else "1"
    command = [sys.executable, "-P", "-m", "specs.spreadsheet_child", str(path.resolve())]
    command += [str(number), skip]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own module
    if done.returncode:
        raise error(
            f"cannot be read with {MEMORY:,} bytes of memory in {SECONDS} seconds: it is damaged,"
            " or has cells far apart or many long texts",
            where=path.name,
            remedy="open it in a spreadsheet, save it as XLSX or CSV",
        )
    answer = _Values(io.BytesIO(done.stdout)).load()
    if isinstance(answer, str):
        raise _unreadable(path, answer, error)
    content: tuple[tuple[str, ...], tuple[str, ...], list[list[Any]]] = answer
    return content


class _RefusedError(SpecError):
    """Why a workbook is not read, before anybody knows whose error it is."""

    def __init__(self, what: str, *, where: str = "", remedy: str = _CSV) -> None:
        super().__init__(what, where=where, remedy=remedy)


@lru_cache(maxsize=32)
def _fault_of(path: Path, _changed: int, _size: int) -> tuple[str, str, str] | None:
    """Why an XLSX file is not read, where, and what to do; None where it may be read."""
    try:
        _look_through(path)
    except _RefusedError as fault:
        return fault.what, fault.where, fault.remedy
    return None


def _look_through(path: Path) -> None:
    """_RefusedError where a sheet of an XLSX file holds more than is read."""
    if not is_zipfile(path):
        raise _RefusedError(
            "is not a workbook that can be read (it is not XLSX)", where=path.name, remedy=_SAVE
        )
    texts: list[ZipInfo] = []
    sheets: list[ZipInfo] = []
    members = check_packed(path, _RefusedError)
    named = {target for m in members if _plain(m).endswith(_NAMES) for target in _named(path, m)}
    for member in members:
        *folders, name = _plain(member).split("/")
        if name == "sharedstrings.xml":
            texts.append(member)
        elif name == "workbook.xml":
            _check_count(path, member)
        elif _plain(member) in named or any(folder.endswith("sheets") for folder in folders):
            sheets.append(member)
    if len(texts) > 1:
        raise _RefusedError("has two tables of shared texts", where=path.name, remedy=_AGAIN)
    lengths = _shared_lengths(path, texts[0]) if texts else array("L")
    for member in sheets:
        _check_sheet(path, member, lengths)


def _plain(member: ZipInfo) -> str:
    return member.filename.replace("\\", "/").lower()


def _named(path: Path, member: ZipInfo) -> set[str]:
    """The parts that the workbook names, which may be sheets whatever they are called."""
    targets: set[str] = set()

    def start(_: str, attributes: dict[str, str]) -> None:
        target = attributes.get("Target", "").replace("\\", "/").lower()
        plain = posixpath.normpath(target.lstrip("/"))
        targets.update((plain, posixpath.normpath(f"xl/{target}")))

    _scan(path, member, start, None)
    return targets


def _shared_lengths(path: Path, member: ZipInfo) -> array[int]:
    """The characters of each shared text."""
    lengths = array("L")
    total = 0

    def start(name: str, _: dict[str, str]) -> None:
        if name == "si" or name.endswith(":si"):
            lengths.append(0)

    def text(chunk: str) -> None:
        nonlocal total
        total += len(chunk)
        _check_text(total, path, member)
        if lengths:
            lengths[-1] += len(chunk)

    _scan(path, member, start, text)
    return lengths


def _check_count(path: Path, member: ZipInfo) -> None:
    count = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal count
        count += name == "sheet" or name.endswith(":sheet")

    _scan(path, member, start, None)
    if count > MOST_SHEETS:
        raise _RefusedError(
            f"has {count:,} sheets; at most {MOST_SHEETS:,} are read", where=path.name
        )


def _check_sheet(path: Path, member: ZipInfo, lengths: array[int]) -> None:
    """_RefusedError where the cells of a sheet lie too far apart, or have too much text."""
    uses = _check_positions(path, member)
    if member.file_size + uses * max(lengths, default=0) > MOST_TEXT:
        _check_texts(path, member, lengths)


def _check_positions(path: Path, member: ZipInfo) -> int:
    """_RefusedError where cells lie too far apart; how many of them use a shared text."""
    where = f"{path.name} {member.filename}"
    row, column, last_row, last_column, uses = 0, 0, 0, 0, 0
    digits = ""
    columns: dict[str, int] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, last_row, last_column, uses, digits
        if name == "v":
            return
        if name == "c" or name.endswith(":c"):
            reference = attributes.get("r")
            if reference is None:
                reference = ""
                column += 1
            else:
                letters = reference.rstrip("0123456789")
                if reference[len(letters) :] != digits:
                    digits = reference[len(letters) :]
                    row = _row(digits, reference, where)
                if letters not in columns:
                    columns[letters] = _column(letters, reference, where)
                column = columns[letters]
            if column > last_column or row > last_row:
                last_row, last_column = max(row, last_row), max(column, last_column)
                _check_area(last_row, last_column, f"{where} {reference}".rstrip())
            uses += attributes.get("t") == "s"
        elif name == "row" or name.endswith(":row"):
            written = attributes.get("r")
            row = row + 1 if written is None else _row(written, written, where)
            digits, column = str(row), 0

    _scan(path, member, start, None)
    return uses


def _check_texts(path: Path, member: ZipInfo, lengths: array[int]) -> None:
    """_RefusedError where the cells have too much text."""
    characters, is_shared, in_value, index = 0, False, False, ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_shared, in_value, index
        if name == "c" or name.endswith(":c"):
            is_shared, index = attributes.get("t") == "s", ""
        in_value = is_shared and (name == "v" or name.endswith(":v"))

    def text(chunk: str) -> None:
        nonlocal characters, index
        characters += len(chunk)
        if in_value and not chunk.isspace():
            index += chunk
            if len(index) < 10 and index.isdecimal() and int(index) < len(lengths):
                characters += lengths[int(index)]
        if characters > MOST_TEXT:
            _check_text(characters, path, member)

    _scan(path, member, start, text)


def _row(digits: str, reference: str, where: str) -> int:
    row = int(digits) if digits.isdecimal() and len(digits) < 11 else 0
    if not 0 < row <= MOST_ROWS:
        raise _RefusedError(
            f"{shortened(reference)!r} is not a cell; rows go from 1 to {MOST_ROWS:,}", where=where
        )
    return row


def _column(letters: str, reference: str, where: str) -> int:
    plain = letters.isascii() and letters.isalpha() and len(letters) < 4
    column = _number(letters.upper()) if plain else 0
    if not 0 < column <= MOST_COLUMNS:
        raise _RefusedError(
            f"{shortened(reference)!r} is not a cell; columns go from A to XFD", where=where
        )
    return column


def _number(letters: str) -> int:
    """The number of a column, A being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _check_area(rows: int, columns: int, where: str) -> None:
    if rows * columns > MOST_CELLS:
        raise _RefusedError(
            f"cells are written as far as row {rows:,} and column {columns:,}, which makes"
            f" {rows * columns:,} cells; at most {MOST_CELLS:,} are read",
            where=where,
        )


def _check_text(characters: int, path: Path, member: ZipInfo) -> None:
    if characters > MOST_TEXT:
        raise _RefusedError(
            f"the cells hold more than {MOST_TEXT:,} characters, shared texts counted as often as"
            " they are used",
            where=f"{path.name} {member.filename}",
        )


def _scan(
    path: Path,
    member: ZipInfo,
    start: Callable[[str, dict[str, str]], None],
    text: Callable[[str], None] | None,
) -> None:
    """Read a member as a stream of elements; _RefusedError where it is not whole XML."""
    where = f"{path.name} {member.filename}"

    def doctype(*_: object) -> None:
        raise _RefusedError("has a document type, which no workbook needs", where=where)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        for block in unpacked(path, member, _RefusedError):
            parser.Parse(block)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, *DAMAGED) as problem:  # LookupError: of an encoding
        raise _RefusedError(f"is not whole XML ({problem})", where=where, remedy=_AGAIN) from None
