from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from specs.distinct import as_category, stacked
from specs.encodings import byte_encoding
from specs.errors import RawDataError, did_you_mean
from submission.xpt.description import (
    check_one_dataset,
    check_whole_file,
    malformed,
    opened,
    read_into,
    read_layout,
)
from submission.xpt.layout import RECORD, Member, cell_type, record_length
from submission.xpt.numbers import doubles_from_ibm

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

BLOCK_ROWS = 32_768
BLOCK_BYTES = 8 << 20
_EPOCH = pd.Timestamp("1960-01-01")


def read_xpt(
    path: str | os.PathLike[str],
    *,
    encoding: str = "ascii",
    columns: Sequence[str] | None = None,
    rows: range | None = None,
) -> tuple[pd.DataFrame, Member]:
    """The dataset of a transport file as a frame, and what the file says about it.

    Text is of dtype str, without trailing blanks, missing where blank; it is decoded strictly.
    Numbers are float64, the nearest to the stored ones, dates and datetimes too (days or seconds
    from 1960); missing ones are NaN and `missing_codes` tells the special ones apart. `columns`
    names those wanted, in the order wanted; `rows` are counted from 0, the whole file has
    `member.rows`, and what is not among the rows is not read. Raises `RawDataError` naming the
    byte where a file is not a version 5 transport file with one dataset.
    """
    with _Rows(Path(path), byte_encoding(encoding), columns) as reading:
        return reading.frame(reading.span(rows)), reading.layout.member


def read_delivered(path: str | os.PathLike[str]) -> tuple[pd.DataFrame, Member]:
    """The same of a file whose encoding nobody tells: ASCII and UTF-8, else Latin-1.

    A transport file does not say its encoding; bytes that are UTF-8 by chance are very rare.
    """
    return _by_encoding(partial(read_xpt, path))


def with_dates(frame: pd.DataFrame, member: Member) -> pd.DataFrame:
    """A frame that was read, with the numbers that its formats show as dates as datetime64[s]."""
    units = {"dates": pd.Timedelta(days=1), "datetimes": pd.Timedelta(seconds=1)}
    dates = {c.name: units[c.holds] for c in member.columns if c.holds in units}
    return frame.assign(
        **{n: (_EPOCH + frame[n] * unit).astype("datetime64[s]") for n, unit in dates.items()}
    )


def read_categories(path: str | os.PathLike[str]) -> tuple[pd.DataFrame, Member]:
    """The same with texts as categories, block by block, so that few are in memory at once."""

    def read(encoding: str) -> tuple[pd.DataFrame, Member]:
        columns: dict[str, list[pd.Series]] = {}
        for frame in iter_xpt(path, encoding=encoding):
            for name, column in frame.items():
                texts = not pd.api.types.is_numeric_dtype(column)
                columns.setdefault(str(name), []).append(as_category(column) if texts else column)
        whole = {name: stacked(columns.pop(name)) for name in list(columns)}
        return pd.DataFrame(whole, copy=False), read_member(path, encoding=encoding)

    return _by_encoding(lambda *, encoding: read(encoding))


def _by_encoding(read: Callable[..., tuple[pd.DataFrame, Member]]) -> tuple[pd.DataFrame, Member]:
    """What is read in UTF-8, else in Latin-1."""
    try:
        return read(encoding="utf-8")
    except RawDataError as error:
        if "is not utf-8" not in str(error):
            raise
    return read(encoding="latin-1")


def iter_xpt(
    path: str | os.PathLike[str],
    *,
    encoding: str = "ascii",
    columns: Sequence[str] | None = None,
    rows: range | None = None,
    at_once: int = 128_000,
) -> Iterator[pd.DataFrame]:
    """The same rows as frames of at most `at_once` rows that follow each other; at least one."""
    with _Rows(Path(path), byte_encoding(encoding), columns) as reading:
        span = reading.span(rows)
        for first in range(span.start, max(span.stop, span.start + 1), at_once):
            yield reading.frame(range(first, min(first + at_once, span.stop)))


def read_member(path: str | os.PathLike[str], *, encoding: str = "ascii") -> Member:
    """What a transport file says about its dataset; its rows are looked at, not converted."""
    path = Path(path)
    with opened(path) as file:
        layout = read_layout(file, path, byte_encoding(encoding))
        check_whole_file(file, path, layout.start)
        return layout.member


class _Rows:
    """An open file, from which frames of rows are made."""

    def __init__(self, path: Path, encoding: str, columns: Sequence[str] | None) -> None:
        self.path, self.encoding = path, encoding
        with ExitStack() as stack:
            self.file = stack.enter_context(opened(path))
            self.layout = read_layout(self.file, path, encoding)
            member = self.layout.member
            self.wanted = _wanted(member, columns, path)
            self.open = stack.pop_all()
        self.record = np.dtype(
            {
                "names": [column.name for column in member.columns],
                "formats": [cell_type(column) for column in member.columns],
                "offsets": list(self.layout.positions),
                "itemsize": record_length(member.columns),
            }
        )
        most = min(BLOCK_ROWS, BLOCK_BYTES // self.record.itemsize)
        self.most = max(1, min(most, member.rows))
        # In front of the rows stays the end of those before, where a header record may begin.
        self.buffer = np.empty(RECORD + self.most * self.record.itemsize, dtype=np.uint8)
        self.read_to = 0

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()

    def span(self, rows: range | None) -> range:
        """The rows of the file that are among those asked for."""
        if rows is not None and rows.step != 1:
            raise ValueError(f"rows are read one after the other, not in steps of {rows.step}")
        all_rows = range(self.layout.member.rows)
        return all_rows if rows is None else all_rows[rows.start : rows.stop]

    def frame(self, span: range) -> pd.DataFrame:
        """The rows as a frame."""
        size = len(span)
        types = {column.name: column.type for column in self.layout.member.columns}
        numbers = {name: np.empty(size) for name in self.wanted if types[name] == "Num"}
        texts: dict[str, list[Any]] = {name: [] for name in self.wanted if types[name] == "Char"}
        start = 0
        # Texts and numbers at the same time: both leave Python for most of it.
        with ThreadPoolExecutor(1) as thread:
            for block in self._blocks(span):
                ahead = thread.submit(self._block_texts, block, span.start + start, list(texts))
                try:
                    for name, filled in numbers.items():
                        filled[start : start + len(block)] = _numbers(block[name])
                finally:
                    wait([ahead])
                for name, block_texts in ahead.result().items():
                    texts[name].append(block_texts)
                start += len(block)
        columns = {
            name: numbers[name] if name in numbers else _series(texts[name]) for name in self.wanted
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(size), copy=False)

    def _block_texts(self, block: Any, first: int, names: list[str]) -> dict[str, Any]:
        """The texts of a block, whose first row in the file is given."""
        texts = {}
        for name in names:
            try:
                texts[name] = _texts(block[name], self.encoding)
            except UnicodeDecodeError as error:
                raise _undecodable(self, block, first, name) from error
        return texts

    def _blocks(self, span: range) -> Iterator[Any]:
        """The rows as numpy records, some at a time; each block is overwritten by the next."""
        length = self.record.itemsize
        self.file.seek(self.layout.start + span.start * length)
        for first in range(span.start, span.stop, self.most):
            size = min(self.most, span.stop - first) * length
            offset = self.layout.start + first * length
            octets = self.buffer[RECORD : RECORD + size]
            if read_into(self.file, octets) < size:
                raise malformed(self.path, offset, "the file became shorter while it was read")
            kept = RECORD if offset == self.read_to else 0
            together = self.buffer[RECORD - kept : RECORD + size]
            check_one_dataset(together, offset - kept, self.layout.start, self.path)
            yield octets.view(self.record)
            self.buffer[:RECORD] = self.buffer[size : size + RECORD].copy()
            self.read_to = offset + size


def _numbers(cells: NDArray[Any]) -> NDArray[np.float64]:
    if cells.dtype != np.uint8:
        return doubles_from_ibm(cells.astype(np.int64))
    whole = np.zeros((len(cells), 8), dtype=np.uint8)
    whole[:, : cells.shape[1]] = cells
    return doubles_from_ibm(whole.view(">i8")[:, 0].astype(np.int64))


def _texts(cells: NDArray[np.bytes_], encoding: str) -> Any:
    """Fixed-width bytes as an Arrow string array, without what pads them, null where blank."""
    size, width = len(cells), cells.dtype.itemsize
    octets = np.ascontiguousarray(cells).view(np.uint8)
    ends = pa.py_buffer(np.arange(size + 1, dtype=np.int64) * width)
    if octets.max(initial=0) < 128 and encoding in ("ascii", "utf-8"):
        text = pa.LargeStringArray.from_buffers(size, ends, pa.py_buffer(octets))
    else:
        array = pa.Array.from_buffers(pa.large_binary(), size, [None, ends, pa.py_buffer(octets)])
        distinct = array.dictionary_encode()
        decoded = [value.decode(encoding) for value in distinct.dictionary.to_pylist()]
        text = pa.array(decoded, type=pa.large_string()).take(distinct.indices)
    _, ends, values = pc.ascii_rtrim(text, " \0").buffers()
    filled = np.diff(np.frombuffer(ends, dtype=np.int64)[: size + 1]) > 0
    present = pa.py_buffer(np.packbits(filled, bitorder="little"))
    return pa.LargeStringArray.from_buffers(size, ends, values, present)


def _series(chunks: list[Any]) -> Any:
    text: Any = pd.StringDtype(na_value=np.nan)
    return text.__from_arrow__(pa.chunked_array(chunks, pa.large_string()))


def _wanted(member: Member, columns: Sequence[str] | None, path: Path) -> list[str]:
    names = [column.name for column in member.columns]
    for name in columns or ():
        if name not in names:
            raise RawDataError(
                f"there is no variable {name}",
                where=f"{path}, {member.name}",
                remedy=did_you_mean(name, names),
            )
    return names if columns is None else list(dict.fromkeys(columns))


def _undecodable(reading: _Rows, block: Any, first: int, name: str) -> RawDataError:
    """The first value of a block that is not text in the encoding, with its row and byte."""
    layout = reading.layout
    names = [column.name for column in layout.member.columns]
    for position, cell in enumerate(block[name]):
        try:
            cell.decode(reading.encoding)
        except UnicodeDecodeError as error:
            row = first + position
            offset = layout.start + row * block.dtype.itemsize
            offset += layout.positions[names.index(name)] + error.start
            return malformed(
                reading.path,
                offset,
                f"{layout.member.name} row {row + 1}, {name}: 0x{cell[error.start]:02X} is not"
                f" {reading.encoding}",
                "name the encoding of the file",
            )
    raise AssertionError("every value of the block is text in the encoding")
