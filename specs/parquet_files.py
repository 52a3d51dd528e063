"""Parquet files that may be damaged: what reading them raises becomes one error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def parquet_errors(path: Path) -> Iterator[None]:
    """RawDataError where what is done with a Parquet file shows that it is damaged, or is none."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (pa.ArrowException, UnicodeDecodeError, OverflowError, OSError) as error:
        said = str(error).strip().splitlines()
        raise RawDataError(
            f"is no Parquet file that can be read ({said[0] if said else type(error).__name__})",
            where=path.name,
            remedy="it is damaged or of another kind; write or export it again",
        ) from None
