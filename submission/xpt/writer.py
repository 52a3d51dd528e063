from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pandas as pd

from specs.errors import TransportError, did_you_mean
from submission.xpt.cells import number_cells, text_cells
from submission.xpt.faults import Place
from submission.xpt.layout import (
    RECORD,
    Column,
    Member,
    byte_encoding,
    cell_type,
    checked,
    header,
    padding,
    record_length,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence
    from datetime import datetime

BLOCK_ROWS = 32_768


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
    of dtype str, category, an Arrow string or object; numbers are integers, floats, truth values,
    Arrow decimals (to the nearest double) or, under a format of dates or datetimes, datetimes
    without zone. Missing text is blank, a missing number is `.` or what `special_missing` made of
    it. Trailing blanks of a text are not told from padding. The file appears at `path` when it is
    complete; on any error nothing of it is left and a file that was there stays. Memory is that of
    one block of rows above the frame. Raises `TransportError`.
    """
    path = Path(path)
    encoding = byte_encoding(encoding)
    member = checked(
        Member(name, label, tuple(columns), created, modified if modified is not None else created)
    )
    if not path.parent.is_dir():
        raise TransportError(
            f"there is no folder {path.parent}", where=name, remedy="create it first"
        )
    partial = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        with partial.open("xb", buffering=0) as file:
            file.write(header(member))
            rows = _write_rows(file, frame, member, encoding)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return replace(member, rows=rows)


def _write_rows(
    file: BinaryIO | Any,
    frame: pd.DataFrame | Iterable[pd.DataFrame],
    member: Member,
    encoding: str,
) -> int:
    length = record_length(member.columns)
    buffer = np.empty(BLOCK_ROWS * length, dtype=np.uint8)
    records = buffer.view([(column.name, cell_type(column)) for column in member.columns])
    rows, last = 0, b""
    for part in [frame] if isinstance(frame, pd.DataFrame) else frame:
        _check_names(part, member)
        for start in range(0, len(part), BLOCK_ROWS):
            block = part.iloc[start : start + BLOCK_ROWS]
            for column in member.columns:
                place = Place(member.name, column, rows)
                cells = _cells(block[column.name], place, encoding)
                records[column.name][: len(block)] = cells
            rows += len(block)
            _write_all(file, buffer.data[: len(block) * length])
            last = buffer[(len(block) - 1) * length : len(block) * length].tobytes()
        for column in member.columns if not len(part) else ():
            _cells(part[column.name], Place(member.name, column, rows), encoding)
    _check_end(member.name, rows, length, last)
    _write_all(file, padding(rows * length))
    return rows


def _write_all(file: BinaryIO | Any, octets: memoryview | bytes) -> None:
    """Write without a buffer in between; the system may take less than all at once."""
    rest = memoryview(octets)
    while rest:
        rest = rest[file.write(rest) :]


def _cells(values: pd.Series[Any], place: Place, encoding: str) -> np.ndarray[Any, np.dtype[Any]]:
    if place.column.type == "Char":
        return text_cells(values, place, encoding)
    ibm = number_cells(values, place)
    if place.column.length == 8:
        return ibm
    octets = ibm.astype(">i8").view(np.uint8).reshape(-1, 8)
    return octets[:, : place.column.length]


def _check_names(frame: pd.DataFrame, member: Member) -> None:
    planned = [column.name for column in member.columns]
    present = list(frame.columns)
    for name in planned:
        if present.count(name) != 1:
            there = "is not in the frame" if name not in present else "is in the frame twice"
            raise TransportError(
                f"the variable {there}",
                where=f"{member.name}, {name}",
                remedy=did_you_mean(name, map(str, set(present) - set(planned)))
                if name not in present
                else "rename or remove one",
            )
    for name in present:
        if name not in planned:
            raise TransportError(
                "the frame has a column that is not planned",
                where=f"{member.name}, {name}",
                remedy="plan or remove it",
            )


def _check_end(name: str, rows: int, length: int, last: bytes) -> None:
    """The last row is distinguishable from the blanks that fill the file."""
    before = (rows - 1) * length
    same_size = before > rows * length + len(padding(rows * length)) - RECORD
    if rows > 1 and same_size and not last.strip(b" "):
        raise TransportError(
            "the last row is blank in every variable, as is the padding behind it",
            where=f"{name} row {rows}",
            remedy="remove the row, or add a variable that is never missing",
        )
