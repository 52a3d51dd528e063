"""Parts of a build on disk, between its steps: tables of a group as Arrow files, the rest pickled.

They are written and read by one build in a folder of its own, and never kept.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from specs.tables import Table, no_trace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

_PARTS = ("frame", "trace", "rules", "choices")


def save(value: object, path: Path) -> None:
    """Pickle a value of this build."""
    path.write_bytes(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))


def load(path: Path) -> Any:
    """What `save` wrote in this build."""
    return pickle.loads(path.read_bytes())  # noqa: S301 - of the folder that the build has locked


def save_table(table: Table, folder: Path) -> None:
    """Write a dataset of a group; its qualifiers have become SUPP-- and are left out."""
    for part in _PARTS:
        frame = getattr(table, part)
        if frame is not None:
            save_arrow(
                pa.Table.from_pandas(frame, preserve_index=False), _place(folder, table.name, part)
            )


def load_table(name: str, folder: Path) -> Table:
    """A dataset of a group, as it was."""
    frame, trace, rules, choices = (_frame(_place(folder, name, part)) for part in _PARTS)
    if frame is None:
        raise FileNotFoundError(_place(folder, name, "frame"))
    return Table(name, frame, no_trace() if trace is None else trace, None, rules, choices)


def load_columns(name: str, folder: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Some variables of a dataset of a group; those that it has."""
    table = load_arrow(_place(folder, name, "frame"))
    frame: pd.DataFrame = table.select([c for c in columns if c in table.column_names]).to_pandas()
    return frame


def head(name: str, folder: Path, start: int, rows: int) -> pd.DataFrame:
    """Some rows of a dataset of a group."""
    table = load_arrow(_place(folder, name, "frame")).slice(start, rows)
    frame: pd.DataFrame = table.to_pandas().reset_index(drop=True)
    return frame


def save_arrow(table: pa.Table, path: Path) -> None:
    """Write a table so that parts of it can be read without reading the rest."""
    with pa.ipc.new_file(str(path), table.schema) as file:
        file.write_table(table)


def load_arrow(path: Path) -> pa.Table:
    """A table whose columns stay on the disk until they are used."""
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def _frame(path: Path) -> pd.DataFrame | None:
    return load_arrow(path).to_pandas() if path.exists() else None


def _place(folder: Path, name: str, part: str) -> Path:
    return folder / f"{name}.{part}.arrow"
