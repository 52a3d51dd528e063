from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from specs.errors import RawDataError, did_you_mean
from submission.xpt.description import Layout, file_bytes, malformed, read_layout
from submission.xpt.layout import Column, Member, byte_encoding, cell_type, record_length
from submission.xpt.numbers import doubles_from_ibm

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from numpy.typing import NDArray

BLOCK_ROWS = 65_536


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
    `member.rows`. Raises `RawDataError` naming the byte where a file is not a version 5 transport
    file with one dataset.
    """
    path, encoding = Path(path), byte_encoding(encoding)
    octets = file_bytes(path)
    layout = read_layout(octets, path, encoding)
    member = layout.member
    wanted = _wanted(member, columns, path)
    span = range(member.rows) if rows is None else range(member.rows)[rows.start : rows.stop]
    if rows is not None and rows.step != 1:
        raise ValueError(f"rows are read one after the other, not in steps of {rows.step}")
    records = _records(octets, layout)
    found: dict[str, list[Any]] = {name: [] for name in wanted}
    by_name = {column.name: column for column in member.columns}
    for first in range(span.start, span.stop, BLOCK_ROWS):
        block = records[first : min(first + BLOCK_ROWS, span.stop)]
        for name in wanted:
            if by_name[name].type == "Num":
                found[name].append(_numbers(block[name]))
                continue
            try:
                found[name].append(_texts(block[name], encoding))
            except UnicodeDecodeError as error:
                raise _undecodable(path, layout, block, first, name, encoding) from error
    frame = pd.DataFrame(
        {name: _series(by_name[name], parts) for name, parts in found.items()},
        index=pd.RangeIndex(len(span)),
    )
    return frame, member


def read_member(path: str | os.PathLike[str], *, encoding: str = "ascii") -> Member:
    """What a transport file says about its dataset, without reading the rows."""
    return read_layout(file_bytes(Path(path)), Path(path), byte_encoding(encoding)).member


def _records(octets: NDArray[np.uint8], layout: Layout) -> Any:
    """The rows as numpy records, not copied."""
    columns = layout.member.columns
    length = record_length(columns)
    record = np.dtype(
        {
            "names": [column.name for column in columns],
            "formats": [cell_type(column) for column in columns],
            "offsets": list(layout.positions),
            "itemsize": length,
        }
    )
    size = layout.member.rows * length
    return octets[layout.start : layout.start + size].view(record)


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


def _series(column: Column, parts: list[Any]) -> Any:
    if column.type == "Num":
        return np.concatenate(parts) if parts else np.empty(0)
    text: Any = pd.StringDtype(na_value=np.nan)
    return text.__from_arrow__(pa.chunked_array(parts, pa.large_string()))


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


def _undecodable(
    path: Path, layout: Layout, block: Any, first: int, name: str, encoding: str
) -> RawDataError:
    """The first value of a block that is not text in the encoding, with its row and byte."""
    names = [column.name for column in layout.member.columns]
    for position, cell in enumerate(block[name]):
        try:
            cell.decode(encoding)
        except UnicodeDecodeError as error:
            row = first + position
            offset = layout.start + row * block.dtype.itemsize
            offset += layout.positions[names.index(name)] + error.start
            return malformed(
                path,
                offset,
                f"{layout.member.name} row {row + 1}, {name}: 0x{cell[error.start]:02X} is not"
                f" {encoding}",
                "name the encoding of the file",
            )
    raise AssertionError("every value of the block is text in the encoding")
