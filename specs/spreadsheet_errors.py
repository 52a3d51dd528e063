"""The cells of a workbook whose formula failed, which readers of values leave blank."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from typing import TYPE_CHECKING, Final

from specs.errors import RawDataError
from specs.packed import DAMAGED, check_packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from zipfile import ZipInfo

ERRORS: Final = ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!",
                 "#GETTING_DATA", "#SPILL!", "#CALC!")  # fmt: skip
"""What a spreadsheet shows in the place of a value that it could not make."""

_SCANNED: Final = (".xlsx", ".xlsm")
_TAG = re.compile(rb"<(?:\w+:)?(sheet|Relationship)\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^>]*?\bt=[\"']e[\"'][^>]*>"
    rb"(?:<(?:\w+:)?f\b[^<]*(?:/>|</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]{1,20})</"
)
_LONGEST: Final = 20_000
"""The most bytes between the start of a cell and the end of its value."""


def cell_errors(path: Path, sheet: str) -> Mapping[tuple[int, int], str]:
    """The text of the error by row and column, both from 0; none for formats other than XLSX."""
    if path.suffix.lower() not in _SCANNED:
        return {}
    members = {member.filename: member for member in check_packed(path, RawDataError)}
    of_sheet = _member(path, members, sheet)
    if of_sheet is None:
        return {}
    errors: dict[tuple[int, int], str] = {}
    rest = b""
    for block in unpacked(path, of_sheet, RawDataError):
        rest += block
        if b't="e"' in rest or b"t='e'" in rest:
            for cell in _CELL.finditer(rest):
                errors[int(cell[2]) - 1, _number(cell[1])] = html.unescape(cell[3].decode())
        rest = rest[-_LONGEST:]
    return errors


def _member(path: Path, members: Mapping[str, ZipInfo], sheet: str) -> ZipInfo | None:
    """The member that holds a sheet, by the workbook's list of sheets and of their targets."""
    book = next((name for name in members if posixpath.basename(name) == "workbook.xml"), "")
    folder = posixpath.dirname(book)
    names, targets = {}, {}
    try:
        with zipfile.ZipFile(path) as packed:
            listed = packed.read(book) if book else b""
            rels = posixpath.join(folder, "_rels", "workbook.xml.rels")
            listed += packed.read(rels) if rels in members else b""
    except DAMAGED:
        return None
    for tag, attributes in _TAG.findall(listed):
        of = {
            name.rpartition(b":")[2]: value.decode()
            for name, value in _ATTRIBUTE.findall(attributes)
        }
        if tag == b"sheet":
            names[html.unescape(of.get(b"name", ""))] = of.get(b"id", "")
        else:
            targets[of.get(b"Id", "")] = of.get(b"Target", "")
    target = targets.get(names.get(sheet, ""), "")
    name = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
    return members.get(posixpath.normpath(name)) if target else None


def _number(letters: bytes) -> int:
    """The column of letters, from 0: A is 0, AA is 26.

    >>> _number(b"AB")
    27
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
