"""What a dataset's rows were made from, and what was found while they were made."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from specs.distinct import texts_at
from specs.findings import all_findings, findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from numpy.typing import NDArray

    from specs.model import Block

    Whole: TypeAlias = NDArray[np.int64]


_RECORD_BITS = np.int64(32)
"""Bits of a traced pair that hold its record; those above hold its row."""


class Account:
    """The trace and the findings of a dataset while it is built, by the labels of its rows.

    Labels are whole numbers; `position` gives the place of each label among the finished rows, -1
    for those of no row.
    """

    def __init__(self, dataset: str) -> None:
        self._dataset = dataset
        self._traces: dict[str, list[Whole]] = defaultdict(list)
        self._problems: list[pd.DataFrame] = []
        self._unclaimed: list[pd.DataFrame] = []

    def trace(self, row: Any, source: str, record: Any) -> None:
        """Rows were made from records of a source; both by label, one pair per place."""
        self._traces[source].append(_paired(np.asarray(row), np.asarray(record)))

    def made_from(self, rows: pd.Index) -> Iterator[tuple[str, Whole, Whole]]:
        """What some rows were made from so far: for each source places in `rows`, and records."""
        for source in sorted(self._traces):
            row, record = _parted(np.concatenate(self._traces[source]))
            place = rows.get_indexer(pd.Index(row))
            yield source, place[place >= 0], record[place >= 0]

    def report(self, rows: pd.Index, variable: str, value: pd.Series, problem: pd.Series) -> None:
        """What is wrong with a value where `problem` says so."""
        wrong = problem.notna().to_numpy()
        if not wrong.any():
            return
        told = {
            "row": rows[wrong],
            "variable": variable,
            "value": value[wrong].astype("str").to_numpy(),
            "message": problem[wrong].astype("str").to_numpy(),
        }
        self._problems.append(pd.DataFrame(told))

    def unclaimed(self, block: Block, subject: pd.Series) -> None:
        """Records of a block belong to none of the parameters."""
        told = [f"a record of {block.form} is of none of the parameters"] * len(subject)
        self._unclaimed.append(
            findings(
                severity="warning",
                rule="CK-ADAM-NO-PARAMETER",
                dataset=self._dataset,
                subject=subject,
                message=told,
                file=block.place,
            )
        )

    def traced(self, position: Whole) -> pd.DataFrame:
        """The trace in the order of rows, sources and records, each pair once."""
        sources = sorted(self._traces)
        pairs = [self._pairs(source, position) for source in sources]
        row, record = _parted(np.concatenate([np.empty(0, np.int64), *pairs]))
        source = np.repeat(np.arange(len(sources)), [len(pair) for pair in pairs])
        if len(sources) > 1:
            order = np.argsort(row, kind="stable")
            row, record, source = row[order], record[order], source[order]
        index = pd.RangeIndex(len(row))
        named = texts_at(source, sources, index)
        columns = {"row": row, "source": named, "record": record}
        return pd.DataFrame(columns, index=index, copy=False)

    def _pairs(self, source: str, position: Whole) -> Whole:
        """Rows and records of one source in their order, each pair once."""
        row, record = _parted(_each_once(np.concatenate(self._traces[source])))
        row = position[row]
        if source == self._dataset:
            record = position[record]
        return _each_once(_paired(row, record)[row >= 0])

    def findings(self, position: Whole, frame: pd.DataFrame) -> pd.DataFrame:
        """The findings, with subject and ASEQ of their rows in the finished `frame`."""
        if not self._problems:
            return all_findings(self._unclaimed)
        told = pd.concat(self._problems, ignore_index=True)
        told = told.assign(row=position[told["row"]])
        told = told[told["row"] >= 0].drop_duplicates()
        told = told.sort_values(["row", "variable"], ignore_index=True)
        rows = frame.iloc[told["row"]].reset_index(drop=True)
        number = rows["ASEQ"].map("{:g}".format) if "ASEQ" in rows else None
        derived = findings(
            severity="warning",
            rule="CK-ADAM-DERIVATION",
            dataset=self._dataset,
            subject=rows["USUBJID"],
            seq=number,
            variable=told["variable"],
            value=told["value"],
            message=told["message"],
        )
        return all_findings([*self._unclaimed, derived])


def _paired(row: Whole, record: Whole) -> Whole:
    """Rows and records as one number each, in the order of rows, then of records."""
    return (row.astype(np.int64) << _RECORD_BITS) | record.astype(np.int64)


def _parted(pairs: Whole) -> tuple[Whole, Whole]:
    return pairs >> _RECORD_BITS, pairs & ((np.int64(1) << _RECORD_BITS) - 1)


def _each_once(pairs: Whole) -> Whole:
    """The pairs in their order, each once."""
    later = pairs[1:] > pairs[:-1]
    if later.all():
        return pairs
    ordered = np.sort(pairs, kind="stable")  # it joins runs that are sorted already
    once: Whole = ordered[np.concatenate([[True], ordered[1:] > ordered[:-1]])]
    return once
