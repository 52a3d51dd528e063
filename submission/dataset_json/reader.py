from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson
import pandas as pd

from specs.errors import RawDataError, did_you_mean
from submission.dataset_json.description import JsonDataset, from_attributes
from submission.dataset_json.values import series_of
from submission.dataset_json.writer import known_suffix

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

CHUNK = 1 << 20  # bytes taken from the file or the unpacker at once
LONGEST_LINE = 64 << 20
_LIST = frozenset({list})
_EITHER = 47  # zlib or gzip, as the file itself says


def read_dataset_json(
    path: str | os.PathLike[str], *, columns: Sequence[str] | None = None
) -> tuple[pd.DataFrame, JsonDataset]:
    """The dataset of a .json, .ndjson or .dsjc file as a frame, and what the file says of it.

    Text and dates as collected are str (null is missing, "" stays ""), integers Int64, float and
    double float64, booleans boolean, decimals str; numeric dates are float64, days or seconds from
    1960, as in transport files. `columns` names those wanted, in the order wanted. Raises
    `RawDataError` naming file, row and column where the file is not what the standard says, nor
    the rows what the description says.
    """
    reading = _Reading(Path(path), columns)
    frames = list(reading.frames(20_000))
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return frame, reading.dataset


def iter_dataset_json(
    path: str | os.PathLike[str], *, columns: Sequence[str] | None = None, at_once: int = 20_000
) -> Iterator[pd.DataFrame]:
    """The same rows as frames of at most `at_once` rows that follow each other; at least one.

    An .ndjson or .dsjc is read as the frames are taken, a .json at once.
    """
    yield from _Reading(Path(path), columns).frames(at_once)


def read_json_description(path: str | os.PathLike[str]) -> JsonDataset:
    """What a file says of its dataset; of an .ndjson or .dsjc only the first line is read."""
    return _Reading(Path(path), None).dataset


class _Reading:
    """A file whose description has been read and whose rows follow."""

    def __init__(self, path: Path, columns: Sequence[str] | None) -> None:
        self.path = path
        suffix = known_suffix(path)
        if not path.is_file():
            raise RawDataError("there is no such file", where=str(path))
        self.rows: Iterator[list[Any]]
        if suffix == ".json":
            whole = _parsed(path.read_bytes(), str(path))
            self.dataset = from_attributes(whole, RawDataError, str(path), rows=True)
            rows = whole.get("rows", [])
            if not isinstance(rows, list):
                raise RawDataError("rows is not an array", where=str(path))
            self.rows = iter([rows])
        else:
            lines = _lines(path, packed=suffix == ".dsjc")
            first = next(lines, b"")
            attributes = _parsed(first, f"{path} line 1")
            self.dataset = from_attributes(attributes, RawDataError, f"{path} line 1", rows=False)
            self.rows = _rows_of_lines(lines, path)
        names = [column.name for column in self.dataset.columns]
        for name in columns or ():
            if name not in names:
                raise RawDataError(
                    f"there is no column {name}",
                    where=f"{path}, {self.dataset.name}",
                    remedy=did_you_mean(name, names),
                )
        self.wanted = names if columns is None else list(dict.fromkeys(columns))

    def frames(self, at_once: int) -> Iterator[pd.DataFrame]:
        """All rows in frames, the number of rows checked."""
        announced, before = self.dataset.records, 0
        rest: list[Any] = []
        for rows in self.rows:
            if before + len(rest) + len(rows) > announced:
                raise RawDataError(
                    f"there are more rows than the {announced} of `records`", where=str(self.path)
                )
            rest = rest + rows if rest else rows
            while len(rest) >= at_once:
                yield self._frame(rest[:at_once], before)
                before, rest = before + at_once, rest[at_once:]
        if before + len(rest) < announced:
            raise RawDataError(
                f"there are {before + len(rest)} rows, {announced} by `records`",
                where=str(self.path),
            )
        if rest or not before:
            yield self._frame(rest, before)

    def _frame(self, rows: list[Any], before: int) -> pd.DataFrame:
        """Rows of JSON as a frame; RawDataError for a row that is not an array of that size."""
        described = self.dataset.columns
        size = len(described)
        if not (_LIST.issuperset(map(type, rows)) and {size}.issuperset(map(len, rows))):
            number, row = next(
                (number, row)
                for number, row in enumerate(rows, start=before + 1)
                if type(row) is not list or len(row) != size
            )
            content = f"{len(row)} values" if type(row) is list else "no array"
            raise RawDataError(
                f"{content}, expected an array of {size} values", where=f"{self.path} row {number}"
            )
        values = dict(zip((column.name for column in described), zip(*rows, strict=True)))  # noqa: B905 - no rows, no values
        of_name = {column.name: column for column in described}
        return pd.DataFrame(
            {
                name: series_of(values.get(name, ()), of_name[name], self._place(name, before))
                for name in self.wanted
            },
            index=pd.RangeIndex(len(rows)),
            copy=False,
        )

    def _place(self, name: str, before: int) -> Callable[[int], str]:
        return lambda position: f"{self.path} row {before + position + 1}, {name}"


def _parsed(octets: bytes, where: str) -> Any:
    if octets.startswith(b"\xef\xbb\xbf"):
        raise RawDataError(
            "the file begins with a byte order mark", where=where, remedy="remove it"
        )
    try:
        return orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        raise RawDataError(
            f"this is not JSON: {error.msg} at line {error.lineno} column {error.colno}",
            where=where,
        ) from error


def _rows_of_lines(lines: Iterator[bytes], path: Path) -> Iterator[list[Any]]:
    """The rows that lines state, some at a time."""
    number, more = 2, True
    while more:
        block, size = [], 0
        for line in lines:
            block.append(line)
            size += len(line)
            if size > CHUNK:
                break
        else:
            more = False
        try:
            rows = orjson.loads(b"[" + b",\n".join(block) + b"]")
        except orjson.JSONDecodeError:
            rows = None
        if not all(line.startswith(b"[") and line.endswith(b"]") for line in block):
            rows = None  # pieces of rows that make rows only together
        if rows is None or len(rows) != len(block):
            # One after the other, to find the line at fault.
            rows = [
                _parsed(line, f"{path} line {at}") for at, line in enumerate(block, start=number)
            ]
        number += len(block)
        yield rows


def _lines(path: Path, *, packed: bool) -> Iterator[bytes]:
    """The lines of a file, without their ends."""
    with path.open("rb") as file:
        rest = b""
        for octets in _unpacked(file, path) if packed else iter(lambda: file.read(CHUNK), b""):
            *lines, rest = (rest + octets).split(b"\n")
            for line in lines:
                yield line.removesuffix(b"\r")
            if len(rest) > LONGEST_LINE:
                raise RawDataError(f"a line is longer than {LONGEST_LINE} bytes", where=str(path))
        if rest:
            yield rest


def _unpacked(file: BinaryIO, path: Path) -> Iterator[bytes]:
    unpacker, there = zlib.decompressobj(_EITHER), False
    while octets := file.read(CHUNK):
        while octets:
            if unpacker.eof:  # gzip may hold several members, one after the other
                unpacker = zlib.decompressobj(_EITHER)
            try:
                yield unpacker.decompress(octets, CHUNK)
            except zlib.error as error:
                raise RawDataError(f"cannot be unpacked: {error}", where=str(path)) from error
            there = True
            octets = unpacker.unconsumed_tail or unpacker.unused_data
    while there and not unpacker.eof and (more := unpacker.decompress(b"", CHUNK)):
        yield more
    if not (there and unpacker.eof):
        raise RawDataError("the packed text ends early", where=str(path))
