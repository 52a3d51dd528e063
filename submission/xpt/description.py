"""The part of a transport file before its first row, read strictly."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

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
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

KIND = 48  # bytes of a header record that name its kind
FIRST_NAMESTR = 640
SCANNED = 8 << 20  # bytes looked at together

_TITLE = np.dtype({"names": ["begin"], "formats": ["S8"], "itemsize": RECORD})


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are: the member, the first byte of its rows, each variable in the row."""

    member: Member
    start: int
    positions: tuple[int, ...]


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, open for reading."""
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "there is no such file"
        raise RawDataError(what, where=str(path))
    with path.open("rb", buffering=0) as file:
        yield file


def read_layout(file: BinaryIO, path: Path, encoding: str) -> Layout:
    """Read and check every record before the first row, and count the rows."""
    size = file.seek(0, SEEK_END)
    if not size:
        raise malformed(path, 0, "the file is empty")
    head = _octets(file, 0, FIRST_NAMESTR)
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
    head = _octets(file, 0, first_row)
    _expect(head, first_row - RECORD, title("OBS"), path)
    columns, positions = _columns(head[:end], path, encoding)
    member = Member(
        name=_text(head, 408, 8, path, "ascii"),
        label=_text(head, 512, 40, path, encoding),
        columns=columns,
        created=_time(head, 464, path),
        modified=_time(head, 480, path),
        rows=_row_count(file, first_row, size - first_row, record_length(columns), path),
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


def check_one_dataset(block: NDArray[np.uint8], offset: int, layout_start: int, path: Path) -> None:
    """No second dataset begins in some bytes of the rows, which begin at this byte of the file."""
    skipped = (layout_start - offset) % RECORD
    titles = block[skipped : skipped + (len(block) - skipped) // RECORD * RECORD].view(f"S{RECORD}")
    for mark in np.flatnonzero(titles.view(_TITLE)["begin"] == MEMBER_TITLE[:8]):
        if titles[mark].startswith(MEMBER_TITLE[:KIND]):
            raise malformed(
                path,
                offset + skipped + int(mark) * RECORD,
                "a second dataset begins, expected one in a file",
            )


def check_whole_file(file: BinaryIO, path: Path, start: int) -> None:
    """No second dataset begins anywhere behind the first byte of the rows."""
    block, offset = np.empty(SCANNED, dtype=np.uint8), file.seek(start)
    while size := read_into(file, block):
        check_one_dataset(block[:size], offset, start, path)
        offset += size


def read_into(file: BinaryIO, block: NDArray[np.uint8]) -> int:
    """Fill the block from where the file stands; the number of bytes, fewer only at the end."""
    size = 0
    while size < len(block):
        more = file.readinto(block.data[size:])  # type: ignore[attr-defined]  # a raw file
        if not more:
            break
        size += more
    return size


def _row_count(file: BinaryIO, start: int, size: int, length: int, path: Path) -> int:
    """Rows by arithmetic: those that fit, less trailing blank ones that the padding can hold."""
    count = size // length
    least = size - RECORD
    tail = _octets(file, start + max(least, 0), RECORD) if size else b""
    behind = tail[len(tail) - (size - count * length) :] if size > count * length else b""
    if size and count * length <= least:
        check_whole_file(file, path, start)
        raise malformed(
            path,
            start + count * length,
            f"{size} bytes of rows are not whole rows of {length} bytes",
        )
    if behind.strip(b" "):
        check_whole_file(file, path, start)
        raise malformed(
            path,
            start + count * length,
            f"{behind[:20]!r} behind the last whole row of {length} bytes, expected blanks",
        )
    blank = len(tail) - len(tail.rstrip(b" "))
    while (count - 1) * length > least and count > 0 and size - (count - 1) * length <= blank:
        count -= 1
    return count


def _octets(file: BinaryIO, offset: int, size: int) -> bytes:
    """Some bytes of the file, fewer where it ends."""
    block = np.empty(size, dtype=np.uint8)
    file.seek(offset)
    return block[: read_into(file, block)].tobytes()


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
    """A time of the header; RawDataError where it is not one."""
    text = head[offset : offset + 16]
    matched = TIME_OF_FILE.fullmatch(text.upper())
    with suppress(ValueError):
        if matched:
            day, month, year, hour, minute, second = (
                digits.decode() for digits in matched.groups()
            )
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
