"""Rows of frames as the records of a transport file, block by block."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from specs.errors import TransportError, did_you_mean
from submission.xpt.cells import cells
from submission.xpt.faults import Place
from submission.xpt.layout import RECORD, cell_type, record_length

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from submission.xpt.layout import Member

    Cells = Callable[[int, int], NDArray[Any]]

BLOCK_ROWS = 16_384
BLOCK_BYTES = 8 << 20
NEAR_ROWS = 4096  # put together while the processor still has them at hand


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
        of_column = {
            column.name: cells(frame[column.name], Place(member.name, column, before), encoding)
            for column in member.columns
        }
        spans = [(start, min(start + most, len(frame))) for start in range(0, len(frame), most)]
        fields = [block[column.name] for column in member.columns] if spans else []
        for (start, stop), texts in zip(spans, _texts_ahead(of_column, member, spans), strict=True):
            block_cells = []
            for name, of_rows in of_column.items():
                octets = texts[name] if name in texts else of_rows(start, stop)
                if isinstance(octets, TransportError):
                    raise octets
                block_cells.append(octets)
            for first in range(0, stop - start, NEAR_ROWS):
                last = min(first + NEAR_ROWS, stop - start)
                for field, octets in zip(fields, block_cells, strict=True):
                    field[first:last] = octets[first:last]
            yield buffer.data[: (stop - start) * length], stop - start
        before += len(frame)


def _texts_ahead(
    of_column: Mapping[str, Cells], member: Member, spans: Sequence[tuple[int, int]]
) -> Iterator[dict[str, NDArray[Any] | TransportError]]:
    """The text columns of each block, made by a second thread while the block before is used.

    The first column at fault ends a block; its error is raised where its turn comes, so that it
    does not depend on the threads which error is found.
    """
    names = [column.name for column in member.columns if column.type == "Char"]

    def texts(start: int, stop: int) -> dict[str, NDArray[Any] | TransportError]:
        by_name: dict[str, NDArray[Any] | TransportError] = {}
        for name in names:
            try:
                by_name[name] = of_column[name](start, stop)
            except TransportError as error:
                by_name[name] = error
                break
        return by_name

    if len(spans) < 2:
        yield from (texts(*span) for span in spans)
        return
    with ThreadPoolExecutor(1) as thread:
        ahead = thread.submit(texts, *spans[0])
        for following in [*spans[1:], (0, 0)]:
            ready, ahead = ahead, thread.submit(texts, *following)
            yield ready.result()


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
    """TransportError where the frame has other columns than are planned."""
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
