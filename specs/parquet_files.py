"""Parquet files of unknown makers: how much a small file stands for is known before it is read.

What reading a damaged one raises becomes one error.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specs.errors import CdisckitError

MOST_CELLS: Final = 10_000_000
MOST_TEXT: Final = 200_000_000
"""The most cells, and bytes of text, of any file; a large file may hold more."""

RATIO: Final = 100
"""The most cells, and bytes of text, for each byte of a large file."""

_REMEDY: Final = "it is damaged or hostile; export the data again, as CSV if they are that many"


def check_parquet(path: Path, error: type[CdisckitError]) -> None:
    """An error where a file stands for far more values or text than its size lets expect.

    A file that is not whole passes: its reader says what is wrong with it.
    """
    size = RATIO * path.stat().st_size
    try:
        with pq.ParquetFile(path) as file:
            cells = file.metadata.num_rows * file.metadata.num_columns
            schema = file.schema_arrow
            texts = [field.name for field in schema if _is_text(field.type)]
        if cells <= max(MOST_CELLS, size):
            what = _too_much_text(path, texts, max(MOST_TEXT, size))
        else:
            what = f"stands for {cells:,} values; at most {max(MOST_CELLS, size):,} are read"
    except (pa.ArrowException, OSError, ValueError):
        return
    if what:
        raise error(what, where=path.name, remedy=_REMEDY)


def _too_much_text(path: Path, texts: list[str], most: int) -> str:
    total = 0
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(columns=texts) if texts else ():
            for column in batch.columns:
                total += _bytes_of(column)
            if total > most:
                return f"stands for more than {most:,} bytes of text, which are not read"
    return ""


def _bytes_of(column: Any) -> int:
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    return pc.sum(lengths.take(column.indices)).cast(pa.int64()).as_py() or 0


def _is_text(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


@contextmanager
def parquet_errors(path: Path) -> Iterator[None]:
    """RawDataError where what is done with a Parquet file shows that it is damaged, or is none."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (pa.ArrowException, UnicodeDecodeError, OverflowError, OSError) as error:
        text = str(error).strip().splitlines()
        raise RawDataError(
            f"is not a Parquet file that can be read ({text[0] if text else type(error).__name__})",
            where=path.name,
            remedy="it is damaged or of another kind; write or export it again",
        ) from None
