"""Rows of frames as the records of a transport file, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from specs.errors import TransportError, did_you_mean
from submission.xpt.cells import cells
from submission.xpt.faults import Place
from submission.xpt.layout import RECORD, cell_type, record_length

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from submission.xpt.layout import Member

BLOCK_ROWS = 16_384
BLOCK_BYTES = 8 << 20


def records(
    frames: Iterable[pd.DataFrame], member: Member, encoding: str, before: int = 0
) -> Iterator[tuple[memoryview, int]]:
    """The bytes of the frames' rows and their number, in blocks; each block is overwritten next.

    `before` rows of the dataset are written by others.
    """
    length = record_length(member.columns)
    most = max(1, min(BLOCK_ROWS, BLOCK_BYTES // length))
    buffer = np.empty(0, dtype=np.uint8)
    block: Any = buffer
    for frame in frames:
        _check_names(frame, member)
        if len(block) < min(most, len(frame)):
            buffer = np.empty(min(most, len(frame)) * length, dtype=np.uint8)
            block = buffer.view([(column.name, cell_type(column)) for column in member.columns])
        of_column: dict[str, Any] = {
            column.name: cells(frame[column.name], Place(member.name, column, before), encoding)
            for column in member.columns
        }
        for start in range(0, len(frame), most):
            stop = min(start + most, len(frame))
            for name, of_rows in of_column.items():
                block[name][: stop - start] = of_rows(start, stop)
            yield buffer.data[: (stop - start) * length], stop - start
        before += len(frame)


def check_end(member: Member, rows: int, last: bytes) -> None:
    """The last row is distinguishable from the blanks that fill the file."""
    length = record_length(member.columns)
    if rows > 1 and -rows * length % RECORD + length < RECORD and not last.strip(b" "):
        raise TransportError(
            "the last row is blank in every variable, as is the padding behind it",
            where=f"{member.name} row {rows}",
            remedy="remove the row, or add a variable that is never missing",
        )


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
