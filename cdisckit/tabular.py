"""Parquet and CSV, as `cdisckit convert` reads and writes them.

Parquet keeps the types of the values, and beside them the description of the dataset that
Dataset-JSON has. CSV keeps names and values: UTF-8, a comma between values, text in quotes, numbers
not, in the fewest digits that read back to the same number, dates as ISO 8601, a missing value as
nothing between the commas, so that it is told from an empty text. No text is changed: one that
begins with = or + is written as it is, and a spreadsheet may take it for a formula.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from specs.errors import RawDataError, TransportError
from specs.heads import check_head
from specs.parquet_files import check_parquet, parquet_errors
from submission.dataset_json import JsonColumn, JsonDataset
from submission.dataset_json.dates import EPOCH, iso_texts
from submission.dataset_json.description import as_attributes, from_attributes
from submission.xpt.writer import new_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

METADATA = b"dataset-json"
AT_ONCE = 65_536
_DAYS = 3653  # 1960-01-01 to 1970-01-01
_ARROW = {"integer": pa.int64(), "float": pa.float64(), "double": pa.float64()}
_DATES = {"date": pa.date32(), "datetime": pa.timestamp("us"), "time": pa.time64("us")}


def write_parquet(frames: Iterable[pd.DataFrame], path: Path, dataset: JsonDataset) -> None:
    """Write frames as one Parquet file, with the description of the dataset in its metadata."""
    schema = pa.schema(
        [(column.name, _arrow_type(column)) for column in dataset.columns],
        metadata={METADATA: orjson.dumps(as_attributes(dataset))},
    )
    with (
        new_file(path, dataset.name) as partial,
        pa.parquet.ParquetWriter(partial, schema) as writer,
    ):
        for frame in frames:
            columns = [_typed(frame[column.name], column, dataset) for column in dataset.columns]
            writer.write_table(pa.table(columns, schema=schema))


def write_csv(frames: Iterable[pd.DataFrame], path: Path, dataset: JsonDataset) -> None:
    """Write frames as one CSV file."""
    with new_file(path, dataset.name) as partial, partial.open("xb") as file:
        names = ",".join('"{}"'.format(c.name.replace('"', '""')) for c in dataset.columns)
        file.write(f"{names}\n".encode())
        plain = pa.csv.WriteOptions(include_header=False)
        for frame in frames:
            columns = {
                column.name: _plain(frame[column.name], column, dataset)
                for column in dataset.columns
            }
            pa.csv.write_csv(pa.table(columns), file, plain)


def described_parquet(path: Path) -> JsonDataset:
    """What a Parquet file says of its dataset, or else what its columns show."""
    _there(path)
    check_parquet(path, RawDataError)
    with parquet_errors(path):
        file = pa.parquet.ParquetFile(path)
        schema = file.schema_arrow
    stored = (schema.metadata or {}).get(METADATA)
    if stored is None:
        columns = tuple(_column(field, path) for field in schema)
        return _made_up(path, columns, file.metadata.num_rows)
    where = f"{path}, metadata"
    try:
        attributes = orjson.loads(stored)
    except orjson.JSONDecodeError as error:
        raise RawDataError(f"{METADATA.decode()} is not JSON", where=where) from error
    dataset = from_attributes(attributes, RawDataError, where, rows=False)
    if [column.name for column in dataset.columns] != schema.names:
        raise RawDataError("the columns described are not those of the file", where=where)
    return dataset


def described_csv(path: Path) -> JsonDataset:
    """The columns of a CSV file, all of them text, and the number of its rows."""
    _there(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            names = next(csv.reader(file, strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise RawDataError(f"the first line cannot be read: {error}", where=str(path)) from error
    check_head(names, f"{path} line 1", RawDataError)
    columns = tuple(_json_column(path, name, "string") for name in names)
    rows = sum(len(batch) for batch in _csv_batches(path, names))
    return _made_up(path, columns, rows)


def parquet_frames(path: Path, dataset: JsonDataset) -> Iterator[pd.DataFrame]:
    """The rows of a Parquet file; dates as SAS counts them, as from the other formats."""
    with parquet_errors(path):
        batches = pa.parquet.ParquetFile(path).iter_batches(AT_ONCE, columns=_names(dataset))
        yield from _frames(map(_valid, batches), dataset)


def _valid(batch: pa.RecordBatch) -> pa.RecordBatch:
    batch.validate(full=True)
    return batch


def csv_frames(path: Path, dataset: JsonDataset) -> Iterator[pd.DataFrame]:
    """The rows of a CSV file, all values text."""
    yield from _frames(_csv_batches(path, _names(dataset)), dataset)


def _names(dataset: JsonDataset) -> list[str]:
    return [column.name for column in dataset.columns]


def _frames(batches: Iterable[Any], dataset: JsonDataset) -> Iterator[pd.DataFrame]:
    none = True
    for batch in batches:
        none = False
        yield pd.DataFrame(
            {column.name: _series(batch[column.name], column) for column in dataset.columns},
            index=pd.RangeIndex(len(batch)),
        )
    if none:
        empty = {
            column.name: _series(pa.array([], type=_arrow_type(column)), column)
            for column in dataset.columns
        }
        yield pd.DataFrame(empty, index=pd.RangeIndex(0))


def _csv_batches(path: Path, names: list[str]) -> Iterator[Any]:
    types = dict.fromkeys(names, pa.string())
    convert = pa.csv.ConvertOptions(
        column_types=types,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    try:
        yield from pa.csv.open_csv(path, parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid as error:
        raise RawDataError(f"a row cannot be read: {error}", where=str(path)) from error


def _made_up(path: Path, columns: tuple[JsonColumn, ...], rows: int) -> JsonDataset:
    """A description of a file that has none; its time is that of the file's last change."""
    changed = datetime.fromtimestamp(int(path.stat().st_mtime), tz=UTC).replace(tzinfo=None)
    name = path.stem.upper()
    return JsonDataset(
        name=name,
        label="",
        item_group_oid=f"IG.{name}",
        columns=columns,
        created=changed.isoformat(),
        records=rows,
    )


def _json_column(path: Path, name: str, data_type: str, target: str = "") -> JsonColumn:
    return JsonColumn(f"IT.{path.stem.upper()}.{name}", name, "", data_type, target)


def _column(field: Any, path: Path) -> JsonColumn:
    """A column of Parquet as Dataset-JSON describes it; RawDataError for another type."""
    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    kind_of_dates = next(
        (
            data_type
            for test, data_type in (
                (pa.types.is_string, "string"),
                (pa.types.is_large_string, "string"),
                (pa.types.is_integer, "integer"),
                (pa.types.is_floating, "float"),
                (pa.types.is_boolean, "boolean"),
                (pa.types.is_date, "date"),
                (pa.types.is_timestamp, "datetime"),
                (pa.types.is_time, "time"),
                (pa.types.is_null, "string"),
            )
            if test(kind)
        ),
        None,
    )
    if kind_of_dates is None or getattr(kind, "tz", None):
        raise RawDataError(
            f"a column of type {field.type}",
            where=f"{path}, {field.name}",
            remedy="make it text, numbers, or dates without time zone",
        )
    return _json_column(
        path, field.name, kind_of_dates, "integer" if kind_of_dates in _DATES else ""
    )


def _arrow_type(column: JsonColumn) -> Any:
    if column.is_numeric_date:
        return _DATES[column.data_type]
    if column.data_type == "boolean":
        return pa.bool_()
    return _ARROW.get(column.data_type, pa.string())


def _typed(values: pd.Series[Any], column: JsonColumn, dataset: JsonDataset) -> Any:
    """The values as an Arrow array of the column's type."""
    if not column.is_numeric_date:
        return _flat(pa.array(values.array, from_pandas=True).cast(_arrow_type(column)))
    counts = values.to_numpy(dtype=np.float64)
    missing = np.isnan(counts)
    ticks = counts if column.data_type == "date" else counts * 1e6
    whole = np.where(missing, 0.0, np.rint(ticks)).astype(np.int64)
    back = whole if column.data_type == "date" else whole / 1e6
    lost = np.flatnonzero((back != counts) & ~missing)
    if lost.size:
        raise TransportError(
            f"{counts[lost[0]]} is not a {column.data_type} to the microsecond",
            where=f"{dataset.name}, {column.name}",
            remedy="convert to json instead",
        )
    if column.data_type == "date":
        return pa.array((whole - _DAYS).astype(np.int32), pa.int32(), mask=missing).cast(
            pa.date32()
        )
    shift = _DAYS * 86_400_000_000 if column.data_type == "datetime" else 0
    return pa.array(whole - shift, pa.int64(), mask=missing).cast(_arrow_type(column))


def _plain(values: pd.Series[Any], column: JsonColumn, dataset: JsonDataset) -> Any:
    """The values as an Arrow array that CSV writes as it should."""
    if column.is_numeric_date:
        texts, unfit = iso_texts(values.to_numpy(dtype=np.float64), column.data_type)
        if unfit.size:
            raise TransportError(
                f"{values.iloc[unfit[0]]} is not a {column.data_type} of ISO 8601",
                where=f"{dataset.name}, {column.name}",
            )
        return texts
    return _typed(values, column, dataset)


def _flat(array: Any) -> Any:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _series(array: Any, column: JsonColumn) -> Any:
    """An Arrow array as a Series of the dtype that the other readers give."""
    if column.is_numeric_date:
        if column.data_type == "date":
            return array.cast(pa.date32()).cast(pa.int32()).to_pandas().astype("float64") + _DAYS
        if column.data_type == "time":
            return array.cast(pa.time64("ns")).cast(pa.int64()).to_pandas() / 1e9
        return (array.cast(pa.timestamp("us")).to_pandas() - pd.Timestamp(EPOCH)).dt.total_seconds()
    if column.data_type == "boolean":
        return array.to_pandas().astype("boolean")
    if column.data_type == "integer":
        wide = pd.Int64Dtype()
        return array.cast(pa.int64()).to_pandas(types_mapper=lambda _: wide)
    if column.data_type in ("float", "double"):
        return array.cast(pa.float64()).to_pandas()
    text: Any = pd.StringDtype(na_value=np.nan)
    return pd.Series(text.__from_arrow__(pa.chunked_array([array.cast(pa.large_string())])))


def _there(path: Path) -> None:
    if not path.is_file():
        raise RawDataError("there is no such file", where=str(path))
