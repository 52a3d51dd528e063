"""What differs between a dataset of the last package and the same dataset made now, by its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from specs.numbers import number_text
from submission.package import dataset_file
from submission.xpt import read_delivered, with_dates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from specs.model import Dataset


@dataclass(frozen=True)
class Changes:
    """Records that are new or gone, and values that changed in the others.

    `added` and `removed` have the keys of records, `values` the keys, `variable`, `before` and
    `after`. `variables` are those that one of the two alone has, each with + or - before it.
    """

    added: pd.DataFrame
    removed: pd.DataFrame
    values: pd.DataFrame
    variables: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(len(self.added) or len(self.removed) or len(self.values) or self.variables)

    def counts(self) -> dict[str, int]:
        """How many values changed of each variable, the most first."""
        return {str(n): int(c) for n, c in self.values["variable"].value_counts().items()}


def as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """The values as texts: numbers as they are written, dates in ISO 8601, missing ones blank."""
    return pd.DataFrame({str(name): _texts(column) for name, column in frame.items()})


def delivered(package: Path, study: str, dataset: Dataset) -> pd.DataFrame | None:
    """A dataset of a package as texts; None where the package has no such file."""
    path = dataset_file(package, study, dataset)
    if not path.is_file():
        return None
    return as_texts(with_dates(*read_delivered(path)))


def compared(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str]) -> Changes:
    """The changes from one frame of texts to another, whose records are known by `keys`.

    Records that agree in all keys are told apart by their order.
    """
    by = [key for key in keys if key in before and key in after]
    old, new = _numbered(before, by), _numbered(after, by)
    both = [name for name in after if name in before and name not in by]
    alone = [f"+{n}" for n in after if n not in before] + [
        f"-{n}" for n in before if n not in after
    ]
    there = new.index.intersection(old.index, sort=False)
    left, right = old.loc[there, both], new.loc[there, both]
    differs = (left != right).to_numpy()
    rows, columns = differs.nonzero()
    values = new.loc[there, by].iloc[rows].reset_index(drop=True)
    values["variable"] = pd.Series([both[column] for column in columns], dtype="str")
    values["before"] = pd.Series(left.to_numpy()[rows, columns], dtype="str")
    values["after"] = pd.Series(right.to_numpy()[rows, columns], dtype="str")
    added = new.loc[new.index.difference(old.index, sort=False), by]
    removed = old.loc[old.index.difference(new.index, sort=False), by]
    return Changes(
        added.reset_index(drop=True), removed.reset_index(drop=True), values, tuple(alone)
    )


def _numbered(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The frame indexed by its keys, and a number for those that agree in them."""
    number = frame.groupby(by, dropna=False).cumcount() if by else pd.Series(range(len(frame)))
    index = pd.MultiIndex.from_arrays([*(frame[key] for key in by), number.to_numpy()])
    return frame.set_axis(index)


def _texts(column: pd.Series) -> pd.Series:
    shown = column
    if pd.api.types.is_datetime64_dtype(column):
        midnight = column.dt.normalize().eq(column) | column.isna()
        shown = column.dt.strftime("%Y-%m-%d" if midnight.all() else "%Y-%m-%dT%H:%M:%S")
    elif pd.api.types.is_numeric_dtype(column):
        shown = column.map(number_text, na_action="ignore")
    texts: pd.Series = shown.astype("str").fillna("")
    return texts
