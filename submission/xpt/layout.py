"""What a transport file says before its first record: the variables, names, labels and times."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from specs.errors import TransportError
from specs.formats import FORMAT, shown_as
from specs.limits import LONGEST_TEXT
from specs.shown import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

RECORD = 80
NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhi52s")
TIME_OF_FILE = re.compile(rb"(\d\d)([A-Z]{3})(\d\d):(\d\d):(\d\d):(\d\d)")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FIRST_YEAR = 1960  # two digits of year are read as 1960 to 2059

MAX_NAME = 8
MAX_LABEL = 40
MAX_COLUMNS = 9999
NUMBER_LENGTHS = range(2, 9)

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_PRINTABLE = re.compile(r"[ -~]*")


@dataclass(frozen=True, slots=True)
class Column:
    """A variable as the file describes it: `length` in bytes, `format` as in DATE9. or 8.2."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    length: int
    format: str = ""
    informat: str = ""

    @property
    def holds(self) -> Literal["dates", "datetimes", "times", ""]:
        """What the numbers count by their format."""
        return shown_as(self.format)


@dataclass(frozen=True, slots=True)
class Member:
    """The one dataset of a transport file. Times are local, naive and exact to the second."""

    name: str
    label: str
    columns: tuple[Column, ...]
    created: datetime
    modified: datetime
    rows: int = 0

    def __repr__(self) -> str:
        counts = (counted(self.rows, "row"), counted(len(self.columns), "variable"))
        return f"<Member {self.name}: {self.label}, {', '.join(counts)}>"


def record_length(columns: Sequence[Column]) -> int:
    """Bytes of one row."""
    return sum(column.length for column in columns)


def cell_type(column: Column) -> np.dtype[Any]:
    """One value as numpy sees it in the file; numbers of less than 8 bytes are loose bytes."""
    if column.type == "Char":
        return np.dtype(f"S{column.length}")
    return np.dtype(">i8" if column.length == 8 else ("u1", (column.length,)))


def title(kind: str, tail: str = "") -> bytes:
    """A header record, 80 bytes: its kind (LIBRARY, MEMBER, ...) and 30 digits."""
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{tail:0<30}  ".encode("ascii")


MEMBER_TITLE = title("MEMBER", "000000000000000001600000000140")


def header(member: Member) -> bytes:
    """Everything before the first row, a multiple of 80 bytes.

    The member has been checked. The version and system fields carry the text of the example in
    TS-140: they describe a SAS session, and no such session wrote this file.
    """
    created, modified = (_time_text(time) for time in (member.created, member.modified))
    session = f"{'6.06':<8}{'bsd4.2':<8}{'':<24}{created}"
    namestrs = b"".join(_namestrs(member.columns))
    return b"".join(
        (
            title("LIBRARY"),
            f"{'SAS':<8}{'SAS':<8}{'SASLIB':<8}{session}".encode("ascii"),
            f"{modified:<80}".encode("ascii"),
            MEMBER_TITLE,
            title("DSCRPTR"),
            f"{'SAS':<8}{member.name:<8}{'SASDATA':<8}{session}".encode("ascii"),
            f"{modified:<32}{member.label:<40}{'':<8}".encode("ascii"),
            title("NAMESTR", f"000000{len(member.columns):04d}"),
            namestrs + padding(len(namestrs)),
            title("OBS"),
        )
    )


def padding(size: int) -> bytes:
    """The blanks that fill `size` bytes up to whole records of 80."""
    return b" " * (-size % RECORD)


def checked(member: Member) -> Member:
    """The member, if a version 5 file can hold its description; else a `TransportError`."""
    where = member.name
    _check_name(member.name, "dataset", where)
    _check_label(member.label, where)
    for time in (member.created, member.modified):
        if time.tzinfo is not None or not FIRST_YEAR <= time.year < FIRST_YEAR + 100:
            raise TransportError(
                f"{time} cannot be written as a time of the file",
                where=where,
                remedy=f"give a time without zone, {FIRST_YEAR} to {FIRST_YEAR + 99}",
            )
    if not 1 <= len(member.columns) <= MAX_COLUMNS:
        raise TransportError(
            f"{len(member.columns)} variables, a file holds 1 to {MAX_COLUMNS}", where=where
        )
    seen: set[str] = set()
    for column in member.columns:
        _check_column(column, f"{where}, {column.name}")
        if column.name in seen:
            raise TransportError(
                "two variables have this name",
                where=f"{where}, {column.name}",
                remedy="rename or remove one",
            )
        seen.add(column.name)
    return member


def format_text(name: str, width: int, decimals: int) -> str:
    """A format as SAS writes it, from the three fields of a NAMESTR."""
    if not (name or width or decimals):
        return ""
    return f"{name}{width or ''}.{decimals or ''}"


def _check_column(column: Column, where: str) -> None:
    """TransportError where a column does not fit the format."""
    _check_name(column.name, "variable", where)
    _check_label(column.label, where)
    lengths = range(1, LONGEST_TEXT + 1) if column.type == "Char" else NUMBER_LENGTHS
    if column.type not in ("Char", "Num"):
        raise TransportError(f"type {column.type!r}, expected Char or Num", where=where)
    if column.length not in lengths:
        raise TransportError(
            f"length {column.length}, expected {lengths[0]} to {lengths[-1]} bytes for"
            f" {column.type}",
            where=where,
            remedy="split longer text over supplemental qualifiers"
            if column.type == "Char"
            else "plan 8",
        )
    for text in (column.format, column.informat):
        if not text:
            continue
        matched = FORMAT.fullmatch(text)
        if not matched or len(matched[1]) > MAX_NAME or not (matched[1] or matched[2]):
            raise TransportError(
                f"{text!r} is not a format",
                where=where,
                remedy="write it with its point, such as DATE9. or 8.2 or $20.",
            )
        if text.startswith("$") != (column.type == "Char"):
            raise TransportError(
                f"format {text} on a {column.type} variable",
                where=where,
                remedy="formats of text, and only they, begin with $",
            )


def _check_name(name: str, what: str, where: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise TransportError(
            f"{name!r} cannot name a {what}",
            where=where,
            remedy=f"use 1 to {MAX_NAME} of A to Z, 0 to 9 and _, a letter first",
        )


def _check_label(label: str, where: str) -> None:
    if not _PRINTABLE.fullmatch(label):
        odd = next(letter for letter in label if not " " <= letter <= "~")
        raise TransportError(
            f"label {label!r} holds {odd!r}, expected printable ASCII",
            where=where,
            remedy="replace the character",
        )
    if len(label) > MAX_LABEL:
        raise TransportError(
            f"label {label!r} has {len(label)} characters, at most {MAX_LABEL} fit",
            where=where,
            remedy="shorten it",
        )


def _namestrs(columns: Sequence[Column]) -> list[bytes]:
    """The records that describe the variables."""
    packed, position = [], 0
    for number, column in enumerate(columns, start=1):
        packed.append(
            NAMESTR.pack(
                1 if column.type == "Num" else 2,
                0,
                column.length,
                number,
                _field(column.name, 8),
                _field(column.label, 40),
                *_format_fields(column.format),
                0,
                b"",
                *_format_fields(column.informat),
                position,
                b"",
            )
        )
        position += column.length
    return packed


def _format_fields(text: str) -> tuple[bytes, int, int]:
    matched = FORMAT.fullmatch(text)
    if not matched:
        return _field("", 8), 0, 0
    return _field(matched[1], 8), int(matched[2] or 0), int(matched[3] or 0)


def _field(text: str, size: int) -> bytes:
    return text.encode("ascii").ljust(size)


def _time_text(time: datetime) -> str:
    # strftime would write the month in the language of the machine.
    return f"{time.day:02d}{MONTHS[time.month - 1]}{time.year % 100:02d}:{time:%H:%M:%S}"
