"""Building by groups of subjects: the SDTM of some subjects, and what is built of it joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.groups import joined
from specs.choices import moved
from specs.findings import all_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from specs.model import Dataset
    from specs.tables import Table

    Whole: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """The SDTM tables of some subjects; `rows` are the positions of their rows in the whole."""

    tables: Mapping[str, Table]
    rows: Mapping[str, Whole]


@dataclass(frozen=True)
class Built:
    """What was built for a group: its datasets, and what was found, by the names of datasets."""

    tables: dict[str, Table]
    findings: Mapping[str, pd.DataFrame]


def in_groups(sdtm: Mapping[str, Table], size: int) -> Iterator[Group]:
    """SDTM in groups of subjects of about `size` records, in the order of their names.

    Tables that are about no subject go with every group.
    """
    subjects = {n: t.frame["USUBJID"] for n, t in sdtm.items() if "USUBJID" in t.frame}
    counts = [column.value_counts() for column in subjects.values()]
    records = pd.concat(counts).groupby(level=0).sum().sort_index() if counts else pd.Series()
    group = (records.cumsum() - 1) // size
    numbers = group.unique()
    if len(numbers) < 2:
        yield Group(sdtm, MappingProxyType({}))
        return
    of_rows = {name: group.reindex(column).to_numpy() for name, column in subjects.items()}
    for number in numbers:
        rows = {name: np.flatnonzero(of == number) for name, of in of_rows.items()}
        tables = {n: _group(t, rows[n]) if n in rows else t for n, t in sdtm.items()}
        yield Group(MappingProxyType(tables), MappingProxyType(rows))


def together(
    datasets: Iterable[Dataset], groups: Sequence[Built], rows: Sequence[Mapping[str, Whole]]
) -> tuple[Mapping[str, Table], pd.DataFrame]:
    """The datasets built for groups, in the order they were built, each in that of its keys.

    `rows` tells for each group where its rows of SDTM stand in the whole. The parts are emptied.
    """
    rows_by_group = [dict(of_group) for of_group in rows]
    whole: dict[str, Table] = {}
    findings: list[pd.DataFrame] = []
    for dataset in datasets:
        name = dataset.name
        tables = [
            _placed(group.tables.pop(name), rows_of)
            for group, rows_of in zip(groups, rows_by_group, strict=True)
        ]
        whole[name], positions = joined(tables, dataset.keys)
        for rows_of, position in zip(rows_by_group, positions, strict=True):
            rows_of[name] = position
        of_groups = all_findings(group.findings[name] for group in groups)
        findings.append(of_groups.sort_values("subject", kind="stable", ignore_index=True))
    return MappingProxyType(whole), all_findings(findings)


def _group(table: Table, rows: Whole) -> Table:
    """Some rows of a table, without their trace: nothing of a build reads it."""

    def taken(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.take(rows).reset_index(drop=True)

    supplemental = None if table.supplemental is None else taken(table.supplemental)
    empty = table.trace.iloc[:0]
    return replace(
        table, frame=taken(table.frame), supplemental=supplemental, trace=empty, choices=None
    )


def _placed(table: Table, positions_by_source: Mapping[str, Whole]) -> Table:
    """A table of a group, its trace to records by their positions in the whole."""
    record = table.trace["record"].to_numpy(copy=True)
    for source, positions in positions_by_source.items():
        of_source = (table.trace["source"] == source).to_numpy()
        record[of_source] = positions[record[of_source]]
    rows = np.arange(len(table.frame))
    choices = moved(table.choices, table.name, rows, positions_by_source)
    return replace(table, trace=table.trace.assign(record=record), choices=choices)
