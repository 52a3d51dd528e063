"""The part of a transport file before its first row, read strictly."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from specs.errors import RawDataError
from submission.xpt.layout import (
    FIRST_YEAR,
    MEMBER_TITLE,
    MONTHS,
    NAMESTR,
    NUMBER_LENGTHS,
    RECORD,
    TIME_OF_FILE,
    Column,
    Member,
    format_text,
    record_length,
    title,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

KIND = 48  # bytes of a header record that name its kind
FIRST_NAMESTR = 640

_TITLE = np.dtype({"names": ["begin"], "formats": ["S8"], "itemsize": RECORD})


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are: the member, the first byte of its rows, each variable in the row."""

    member: Member
    start: int
    positions: tuple[int, ...]


def file_bytes(path: Path) -> NDArray[np.uint8]:
    """The file as bytes that are read when they are looked at."""
    if not path.is_file():
        raise RawDataError("there is no such file", where=str(path))
    if path.stat().st_size == 0:
        raise malformed(path, 0, "the file is empty")
    return np.memmap(path, dtype=np.uint8, mode="r")


def read_layout(octets: NDArray[np.uint8], path: Path, encoding: str) -> Layout:
    """Read and check every record before the first row, and count the rows."""
    size = len(octets)
    head = octets[:FIRST_NAMESTR].tobytes()
    if b"LIBV8" in head[:KIND]:
        raise malformed(path, 0, "this is a version 8 transport file, expected version 5")
    if head.startswith(b"**COMPRESSED**"):
        raise malformed(path, 0, "this file was written by PROC CPORT, expected version 5")
    _expect(head, 0, title("LIBRARY"), path)
    if size % RECORD:
        raise malformed(
            path, size - size % RECORD, f"the file ends within a record of {RECORD} bytes"
        )
    _expect(head, 240, MEMBER_TITLE, path)
    if head[314:318] != b"0140":
        raise malformed(path, 314, f"variables take {head[314:318]!r} bytes, expected 0140")
    _expect(head, 320, title("DSCRPTR"), path)
    _expect(head, 560, title("NAMESTR"), path)
    digits = head[614:618]
    if not digits.isdigit() or not int(digits):
        raise malformed(path, 614, f"number of variables {digits!r}, expected 0001 to 9999")
    end = FIRST_NAMESTR + int(digits) * NAMESTR.size
    first_row = end + -end % RECORD + RECORD
    if size < first_row:
        raise malformed(path, size, f"the file ends before its {int(digits)} variables do")
    head = octets[:first_row].tobytes()
    _expect(head, first_row - RECORD, title("OBS"), path)
    columns, positions = _columns(head[:end], path, encoding)
    member = Member(
        name=_text(head, 408, 8, path, "ascii"),
        label=_text(head, 512, 40, path, encoding),
        columns=columns,
        created=_time(head, 464, path),
        modified=_time(head, 480, path),
        rows=_row_count(octets, first_row, record_length(columns), path),
    )
    return Layout(member, first_row, positions)


def _columns(head: bytes, path: Path, encoding: str) -> tuple[tuple[Column, ...], tuple[int, ...]]:
    """The variables and their positions in the row, which they fill without gaps."""
    columns: dict[str, Column] = {}
    positions: list[int] = []
    for base in range(FIRST_NAMESTR, len(head), NAMESTR.size):
        fields = NAMESTR.unpack_from(head, base)
        kind, _, length = fields[:3]
        name = _text(head, base + 8, 8, path, "ascii")
        if not name or name in columns:
            raise malformed(path, base + 8, f"variable name {name!r} is empty or there twice")
        if kind not in (1, 2):
            raise malformed(path, base, f"{name} has type {kind}, expected 1 or 2")
        if length < 1 or (kind == 1 and length not in NUMBER_LENGTHS):
            raise malformed(path, base + 4, f"{name} has length {length}")
        columns[name] = Column(
            name=name,
            label=_text(head, base + 16, 40, path, encoding),
            type="Num" if kind == 1 else "Char",
            length=length,
            format=format_text(_text(head, base + 56, 8, path, "ascii"), *fields[7:9]),
            informat=format_text(_text(head, base + 72, 8, path, "ascii"), *fields[12:14]),
        )
        positions.append(fields[14])
    following = 0
    for position, number, column in sorted(
        zip(positions, range(len(positions)), columns.values(), strict=True)
    ):
        if position != following:
            raise malformed(
                path,
                FIRST_NAMESTR + number * NAMESTR.size + 84,
                f"{column.name} is at byte {position} of the row, expected {following}",
            )
        following += column.length
    return tuple(columns.values()), tuple(positions)


def _row_count(octets: NDArray[np.uint8], start: int, length: int, path: Path) -> int:
    """Rows by arithmetic: those that fit, less trailing blank ones that the padding can hold."""
    size = len(octets) - start
    titles = octets[start:].view(f"S{RECORD}")[: size // RECORD]
    for mark in np.flatnonzero(titles.view(_TITLE)["begin"] == MEMBER_TITLE[:8]):
        if titles[mark].startswith(MEMBER_TITLE[:KIND]):
            raise malformed(
                path, start + int(mark) * RECORD, "a second dataset begins, expected one in a file"
            )
    count = size // length
    least = size - RECORD
    if size and count * length <= least:
        raise malformed(
            path,
            start + count * length,
            f"{size} bytes of rows are not whole rows of {length} bytes",
        )
    tail = octets[start + count * length :].tobytes()
    if tail.strip(b" "):
        raise malformed(
            path,
            start + count * length,
            f"{tail[:20]!r} behind the last whole row of {length} bytes, expected blanks",
        )
    while (count - 1) * length > least and count > 0:
        row = octets[start + (count - 1) * length : start + count * length]
        if (row != ord(" ")).any():
            break
        count -= 1
    return count


def _text(head: bytes, offset: int, size: int, path: Path, encoding: str) -> str:
    field = head[offset : offset + size].rstrip(b" \0")
    try:
        return field.decode(encoding)
    except UnicodeDecodeError as error:
        raise malformed(
            path,
            offset + error.start,
            f"0x{field[error.start]:02X} is not {encoding}",
            "name the encoding of the file",
        ) from error


def _time(head: bytes, offset: int, path: Path) -> datetime:
    text = head[offset : offset + 16]
    matched = TIME_OF_FILE.fullmatch(text.upper())
    with suppress(ValueError):
        if matched:
            day, month, year, hour, minute, second = (part.decode() for part in matched.groups())
            since = (int(year) - FIRST_YEAR) % 100
            return datetime(
                FIRST_YEAR + since,
                MONTHS.index(month) + 1,
                int(day),
                int(hour),
                int(minute),
                int(second),
            )
    raise malformed(path, offset, f"{text!r} is not a time such as 31DEC24:23:59:59")


def _expect(head: bytes, offset: int, record: bytes, path: Path) -> None:
    """The header record of this kind is at this byte."""
    if head[offset : offset + KIND] != record[:KIND]:
        kind = record[20:28].decode().strip()
        raise malformed(path, offset, f"expected the {kind} header record of a version 5 file")


def malformed(path: Path, offset: int, what: str, remedy: str = "") -> RawDataError:
    """The error at a byte of the file."""
    return RawDataError(what, where=f"{path} byte {offset}", remedy=remedy)
