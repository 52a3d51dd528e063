from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from specs import output
from specs.encodings import byte_encoding
from specs.errors import TransportError
from submission.xpt.layout import (
    Column,
    Member,
    checked,
    header,
    padding,
    record_length,
)
from submission.xpt.rows import check_end, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor
    from datetime import datetime

RESERVED = 64 << 20  # bytes of disk taken ahead where the number of rows is not known

Source = TypeVar("Source")


def write_xpt(
    frame: pd.DataFrame | Iterable[pd.DataFrame],
    path: str | os.PathLike[str],
    *,
    name: str,
    label: str,
    columns: Sequence[Column],
    created: datetime,
    modified: datetime | None = None,
    encoding: str = "ascii",
) -> Member:
    """Write a frame, or frames that follow each other, as one transport file; say what it holds.

    Frames have exactly the variables of `columns`, in any order; the index is not written. Text is
    of dtype str, category, an Arrow string or object; numbers are integers, floats, truth values
    or, under a format of dates or datetimes, datetimes without zone. Missing text is blank, a
    missing number is `.` or what `special_missing` made of it. Trailing blanks of a text are not
    told from padding. The file appears at `path` when it is complete; on any error nothing of it
    is left and a file that was there stays. Memory is that of one block of rows above the frame.
    Raises `TransportError`.
    """
    encoding = byte_encoding(encoding)
    member = _planned(name, label, columns, created, modified)
    length, rows, last = record_length(member.columns), 0, b""
    frames = [frame] if isinstance(frame, pd.DataFrame) else frame
    size = len(frame) if isinstance(frame, pd.DataFrame) else None
    with new_file(Path(path), name) as partial, partial.open("xb", buffering=0) as file:
        begin = header(member)
        reserved = _reserve(file, RESERVED if size is None else len(begin) + size * length)
        _write_all(file, begin)
        for octets, count in records(frames, member, encoding):
            if file.tell() + len(octets) > reserved:
                reserved = _reserve(file, 2 * reserved)
            _write_all(file, octets)
            rows += count
            last = bytes(octets[-length:])
        check_end(member, rows, last)
        _write_all(file, padding(rows * length))
        file.truncate()
    return replace(member, rows=rows)


def write_xpt_parts(
    sources: Iterable[Source],
    path: str | os.PathLike[str],
    *,
    load: Callable[[Source], pd.DataFrame],
    rows: Sequence[int],
    executor: Executor,
    name: str,
    label: str,
    columns: Sequence[Column],
    created: datetime,
    modified: datetime | None = None,
    encoding: str = "ascii",
) -> Member:
    """Write parts of a dataset that workers load, each at its place in one file; say what it holds.

    `load` makes the frame of a source, of as many rows as `rows` says; both travel to the workers
    of the executor, which may be processes and share the disk. The bytes are those of `write_xpt`
    for the frames one after the other, and so are the errors but for the order in which they are
    found: the first in the order of the sources is raised.
    """
    encoding = byte_encoding(encoding)
    member = _planned(name, label, columns, created, modified)
    length, first, total = record_length(member.columns), len(header(member)), sum(rows)
    listed = list(sources)
    if len(listed) != len(rows):
        raise ValueError(f"{len(listed)} sources, but rows of {len(rows)}")
    with new_file(Path(path), name) as partial:
        with partial.open("xb", buffering=0) as file:
            _reserve(file, first + total * length)
            _write_all(file, header(member))
        starts = [sum(rows[:number]) for number in range(len(rows))]
        parts = [
            _Part(str(partial), member, encoding, start, count)
            for start, count in zip(starts, rows, strict=True)
        ]
        list(executor.map(_write_part, parts, listed, [load] * len(parts)))  # raises their errors
        with partial.open("r+b", buffering=0) as file:
            file.seek(first + max(total - 1, 0) * length)
            check_end(member, total, file.read(length) if total else b"")
            _write_all(file, padding(total * length))
            file.truncate()
    return replace(member, rows=total)


def write_xpt_rows(
    octets: Iterable[bytes | memoryview], path: str | os.PathLike[str], member: Member
) -> None:
    """Write a transport file of rows whose bytes are there already, as many as `member` says.

    The bytes are those of `submission.xpt.rows.records`. Raises `TransportError`.
    """
    length, last = record_length(member.columns), b""
    with new_file(Path(path), member.name) as partial, partial.open("xb", buffering=0) as file:
        begin = header(checked(member))
        _reserve(file, len(begin) + member.rows * length)
        _write_all(file, begin)
        for some in octets:
            _write_all(file, some)
            last = (last + bytes(some[-length:]))[-length:]
        check_end(member, member.rows, last)
        _write_all(file, padding(member.rows * length))
        file.truncate()


@dataclass(frozen=True, slots=True)
class _Part:
    """Where a part of the rows goes: the unfinished file, the first row and the number of rows."""

    file: str
    member: Member
    encoding: str
    before: int
    rows: int


def _write_part(part: _Part, source: Source, load: Callable[[Source], pd.DataFrame]) -> None:
    frame = load(source)
    if len(frame) != part.rows:
        raise TransportError(
            f"{source!r} has {len(frame)} rows, {part.rows} were announced",
            where=part.member.name,
            remedy="count the rows of what is written",
        )
    with Path(part.file).open("r+b", buffering=0) as file:
        file.seek(len(header(part.member)) + part.before * record_length(part.member.columns))
        for octets, _ in records([frame], part.member, part.encoding, part.before):
            _write_all(file, octets)


def _planned(
    name: str, label: str, columns: Sequence[Column], created: datetime, modified: datetime | None
) -> Member:
    modified = created if modified is None else modified
    return checked(Member(name, label, tuple(columns), created, modified))


@contextmanager
def new_file(path: Path, name: str) -> Iterator[Path]:
    """The path of an unfinished file of a dataset, in a folder that is there; see `specs.output`.

    It is not waited for that the disk has it: a package is put on the disk as a whole.
    """
    if not path.parent.is_dir():
        raise TransportError(
            f"there is no folder {path.parent}", where=name, remedy="create it first"
        )
    with output.new_file(path, sync=False) as partial:
        yield partial


def _reserve(file: Any, size: int) -> int:
    """Take the disk space at once, where the system can: a full disk is told before the work.

    A file whose space is taken is also renamed at once, without waiting for the disk.
    """
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except AttributeError:  # not on this system
        pass
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
    return size


def _write_all(file: Any, octets: memoryview | bytes) -> None:
    """Write without a buffer in between; the system may take less than all at once."""
    rest = memoryview(octets)
    while rest:
        rest = rest[file.write(rest) :]
