"""Where the rows of groups of subjects stand in the whole dataset.

The rows of a subject stand together in a dataset sorted by its keys, as long as what precedes
USUBJID among these is the same. So not rows are put in order, but runs of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from specs.distinct import as_plain
from specs.tables import numbered, stable_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from specs.model import Dataset

    Whole: TypeAlias = NDArray[np.int64]

ROWS = "@rows"


@dataclass(frozen=True)
class Runs:
    """The runs of a group's rows, in its order: where each begins in the whole, and its rows."""

    starts: Whole
    sizes: Whole

    def rows(self) -> Whole:
        """For each row of the group its place in the whole."""
        own = np.cumsum(self.sizes) - self.sizes
        within = np.arange(int(self.sizes.sum())) - np.repeat(own, self.sizes)
        return np.repeat(self.starts, self.sizes) + within


@dataclass(frozen=True)
class Run:
    """Rows that follow each other in a group and in the whole."""

    group: int
    own: int
    start: int
    size: int


def leading_keys(dataset: Dataset) -> list[str]:
    """The keys up to the subject, by which its rows stand together."""
    if dataset.parent:
        return [dataset.person]
    keys = list(dataset.keys)
    return keys[: keys.index(dataset.person) + 1] if dataset.person in keys else []


def runs_of(dataset: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """The runs of a group's rows: its leading keys, and how many rows each has."""
    keys = leading_keys(dataset)
    number = numbered([frame[key] for key in keys], len(frame))
    first = np.flatnonzero(np.diff(number, prepend=number[:1] - 1))
    sizes = np.diff(np.append(first, len(frame)))
    runs = pd.DataFrame({key: as_plain(frame[key]).iloc[first].to_numpy() for key in keys})
    return runs.assign(**{ROWS: sizes.astype("int64")})


def placed(frames: Sequence[pd.DataFrame]) -> tuple[Runs, ...]:
    """The places of the runs of all groups in the whole, which is in the order of the keys."""
    whole = pd.concat([frame for frame in frames if len(frame)] or [frames[0]], ignore_index=True)
    keys = [name for name in whole if name != ROWS]
    order = stable_order([whole[key] for key in keys], len(whole))
    sizes = whole[ROWS].to_numpy(dtype="int64")
    starts = np.empty(len(whole), dtype="int64")
    starts[order] = np.cumsum(sizes[order]) - sizes[order]
    ends = np.cumsum([len(frame) for frame in frames])[:-1]
    return tuple(
        Runs(start, size)
        for start, size in zip(np.split(starts, ends), np.split(sizes, ends), strict=True)
    )


def in_order(groups: Sequence[Runs | None]) -> Iterator[Run]:
    """The runs of all groups in the order of the whole, neighbours of one group as one."""
    numbered = [(number, runs) for number, runs in enumerate(groups) if runs is not None]
    group = np.concatenate([np.full(len(r.starts), n) for n, r in numbered])
    start = np.concatenate([r.starts for _, r in numbered])
    size = np.concatenate([r.sizes for _, r in numbered])
    own = np.concatenate([np.cumsum(r.sizes) - r.sizes for _, r in numbered])
    order = np.argsort(start, kind="stable")
    order = order[size[order] > 0]
    if not len(order):
        return
    group, own, start, size = group[order], own[order], start[order], size[order]
    follows = (group[1:] == group[:-1]) & (own[1:] == own[:-1] + size[:-1])
    first = np.flatnonzero(np.append(True, ~follows))
    sizes = np.add.reduceat(size, first)
    for position, rows in zip(first, sizes, strict=True):
        yield Run(int(group[position]), int(own[position]), int(start[position]), int(rows))
