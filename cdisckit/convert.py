"""One dataset from one format into another: xpt, json, ndjson, dsjc, parquet, csv."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cdisckit.tabular import (
    csv_frames,
    described_csv,
    described_parquet,
    parquet_frames,
    write_csv,
    write_parquet,
)
from specs.encodings import byte_encoding
from specs.errors import TransportError
from specs.output import apart, check_file, new_file
from submission.dataset_json import (
    Difference,
    JsonDataset,
    iter_dataset_json,
    json_of_xpt,
    read_json_description,
    transport_frame,
    write_dataset_json,
    xpt_of_json,
)
from submission.xpt import iter_xpt, read_member, write_xpt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

JSON = (".json", ".ndjson", ".dsjc")
SUFFIXES = (".xpt", *JSON, ".parquet", ".csv")
VALUES_ALONE = Difference("", "labels, types, lengths and formats: CSV has names and values alone")


def convert(
    source: Path, target: Path, *, encoding: str = "ascii", created: datetime | None = None
) -> tuple[Difference, ...]:
    """Write the dataset of one file as another, by the files' suffixes; what does not go over.

    `encoding` is that of transport files. `created` is the time written into the target; else it
    is that of the source, where the source states one, or the time of its last change. Errors:
    RawDataError (the source), TransportError (what the target cannot hold).
    """
    check_encoding(encoding)
    apart(target, source)
    check_file(target)
    if not target.parent.is_dir():
        raise TransportError(
            "there is no such folder", where=str(target.parent), remedy="create it first"
        )
    with new_file(target) as partial:
        return _converted(source, partial, encoding, created)


def _converted(
    source: Path, target: Path, encoding: str, created: datetime | None
) -> tuple[Difference, ...]:
    """Write the target in its format; what of the source it does not hold."""
    read, write = _suffix(source), _suffix(target)
    if read == write == ".xpt":
        member = read_member(source, encoding=encoding)
        write_xpt(
            iter_xpt(source, encoding=encoding),
            target,
            name=member.name,
            label=member.label,
            columns=member.columns,
            created=created or member.created,
            modified=created or member.modified,
            encoding=encoding,
        )
        return ()
    file = opened(source, encoding)
    dataset, differences = file.dataset, file.differences
    if created is not None:
        time = created.isoformat(timespec="seconds")
        dataset = replace(dataset, created=time, last_modified="")
    if write == ".xpt":
        member, lost = xpt_of_json(dataset, file.frames(), encoding=encoding)
        write_xpt(
            (transport_frame(frame, dataset) for frame in file.frames()),
            target,
            name=member.name,
            label=member.label,
            columns=member.columns,
            created=member.created,
            encoding=encoding,
        )
        return (*differences, *lost)
    if write in JSON:
        write_dataset_json(file.frames(), target, dataset, special_missing="null")
    elif write == ".parquet":
        write_parquet(file.frames(), target, dataset)
    else:
        write_csv(file.frames(), target, dataset)
        differences = (*differences, VALUES_ALONE)
    return differences


@dataclass(frozen=True)
class Opened:
    """What a file says, and its rows as often as they are asked for."""

    dataset: JsonDataset
    frames: Callable[[], Iterator[pd.DataFrame]]
    differences: tuple[Difference, ...] = ()


def opened(source: Path, encoding: str) -> Opened:
    """What a file of any format says, in the words of Dataset-JSON."""
    suffix = _suffix(source)
    if suffix == ".xpt":
        dataset, differences = json_of_xpt(source, encoding=encoding)
        return Opened(dataset, lambda: iter_xpt(source, encoding=encoding), differences)
    if suffix in JSON:
        return Opened(read_json_description(source), lambda: iter_dataset_json(source))
    if suffix == ".parquet":
        dataset = described_parquet(source)
        return Opened(dataset, lambda: parquet_frames(source, dataset))
    dataset = described_csv(source)
    return Opened(dataset, lambda: csv_frames(source, dataset))


def check_encoding(name: str) -> None:
    """TransportError unless this names an encoding that transport files can be in."""
    try:
        byte_encoding(name)
    except ValueError as error:
        raise TransportError(str(error), remedy="name one such as ascii, latin-1, utf-8") from error


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TransportError(
            f"{path.name!r} is of no format that is known here",
            remedy=f"end it in {', '.join(SUFFIXES)}",
        )
    return suffix
