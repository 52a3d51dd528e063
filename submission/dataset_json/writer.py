from __future__ import annotations

import zlib
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson
import pandas as pd

from specs.errors import TransportError, did_you_mean
from submission.dataset_json.description import JsonDataset, as_attributes, check_description
from submission.dataset_json.values import json_values
from submission.xpt.writer import new_file

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

BLOCK_ROWS = 20_000
SUFFIXES = (".json", ".ndjson", ".dsjc")
LEVEL = 9  # as the standard recommends
_WINDOW = {"zlib": 15, "gzip": 31}


def write_dataset_json(
    frame: pd.DataFrame | Iterable[pd.DataFrame],
    path: str | os.PathLike[str],
    dataset: JsonDataset,
    *,
    special_missing: Literal["refuse", "null"] = "refuse",
    compression: Literal["zlib", "gzip"] = "zlib",
) -> JsonDataset:
    """Write a frame as .json, .ndjson or .dsjc, by the path's suffix; say what the file holds.

    Frames have exactly the columns of the dataset, in any order; several that follow each other
    need `dataset.records`, which stands before the rows. Text is of dtype str, category or an Arrow
    string; numbers are as in transport files; numeric dates are datetimes, or numbers as SAS counts
    them from 1960; decimals are text or Arrow decimals; booleans are bool or boolean. Missing is
    null, "" is "". Values that the data type cannot hold are refused, special missing values as
    `special_missing` says. A .dsjc holds NDJSON, compressed as `compression` says. The file appears
    when it is complete. Equal input gives equal bytes. Raises `TransportError`.
    """
    path = Path(path)
    suffix = known_suffix(path)
    if isinstance(frame, pd.DataFrame):
        dataset = replace(dataset, records=len(frame))
    check_description(dataset, TransportError, dataset.name)
    begin = orjson.dumps(as_attributes(dataset))
    frames = [frame] if isinstance(frame, pd.DataFrame) else frame
    rows = 0
    with new_file(path, dataset.name) as partial, _output(partial, suffix, compression) as write:
        lines = suffix != ".json"
        write(begin if lines else begin[:-1] + b',"rows":[')
        for block in _blocks(frames):
            texts = _row_texts(block, dataset, rows, special=special_missing == "null")
            if len(block):
                between = b"\n" if lines else b",\n"
                first = b"\n" if rows == 0 else between
                write(first + _as_lines(texts, len(block), between))
                rows += len(block)
        if rows != dataset.records:
            raise TransportError(
                f"{rows} rows were written, {dataset.records} were announced",
                where=dataset.name,
                remedy="count the rows of the frames in `records`",
            )
        write(b"\n" if lines else b"\n]}\n" if rows else b"]}\n")
    return dataset


def known_suffix(path: Path) -> str:
    """The suffix of a Dataset-JSON file in lower case; TransportError if it has another."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TransportError(
            f"{path.name!r} names no Dataset-JSON file", remedy=f"end it in {', '.join(SUFFIXES)}"
        )
    return suffix


@contextmanager
def _output(
    path: Path, suffix: str, compression: Literal["zlib", "gzip"]
) -> Iterator[Callable[[bytes], object]]:
    with path.open("xb") as file:
        if suffix != ".dsjc":
            yield file.write
            return
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _WINDOW[compression])
        yield lambda octets: file.write(packer.compress(octets))
        file.write(packer.flush())


def _blocks(frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """The frames in blocks; one without rows is a block, so that its columns are checked."""
    for frame in frames:
        for start in range(0, max(len(frame), 1), BLOCK_ROWS):
            yield frame.iloc[start : start + BLOCK_ROWS]


def _row_texts(block: pd.DataFrame, dataset: JsonDataset, before: int, *, special: bool) -> bytes:
    """The rows as one array of arrays."""
    _check_names(block, dataset)
    columns = [
        json_values(block[column.name], column, dataset.name, before, special=special)
        for column in dataset.columns
    ]
    try:
        return orjson.dumps(list(zip(*columns, strict=True)))
    except orjson.JSONEncodeError as error:
        raise TransportError(
            f"a text of rows {before + 1} to {before + len(block)} is not Unicode",
            where=dataset.name,
            remedy="remove lone surrogates",
        ) from error


def _as_lines(texts: bytes, rows: int, between: bytes) -> bytes:
    """An array of arrays as lines of arrays; how it was cut into blocks does not show."""
    if texts.count(b"],[") == rows - 1:
        return texts[1:-1].replace(b"],[", b"]" + between + b"[")
    listed: list[Any] = orjson.loads(texts)  # a text holds "],["
    return between.join(map(orjson.dumps, listed))


def _check_names(frame: pd.DataFrame, dataset: JsonDataset) -> None:
    """TransportError where the frame has other columns than are described."""
    planned = [column.name for column in dataset.columns]
    present = list(frame.columns)
    if sorted(map(str, present)) == sorted(planned):
        return
    for name in planned:
        if present.count(name) != 1:
            raise TransportError(
                "the column is not in the frame, or is there twice",
                where=f"{dataset.name}, {name}",
                remedy=did_you_mean(name, map(str, present)),
            )
    name = next(name for name in present if name not in planned)
    raise TransportError(
        "the frame has a column that is not described",
        where=f"{dataset.name}, {name}",
        remedy="describe or remove it",
    )
