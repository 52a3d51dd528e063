"""What is told of a dataset while it is made: findings, and what its rows and values come from.

Rows are named by their labels until the dataset is sorted; then `position` gives the place of each
label among the finished rows, -1 for those of no row.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from specs.choices import below, moved
from specs.distinct import constant, texts_at
from specs.findings import all_findings, findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

    from numpy.typing import NDArray

    from specs.derivation import Derivation

    Whole: TypeAlias = NDArray[np.int64]
    Locate: TypeAlias = Callable[[pd.Index, Whole], Mapping[str, Any]]


_RECORD_BITS = np.int64(32)
"""Bits of a traced pair that hold its record; those above hold its row."""


class Account:
    """The traces, the findings and the rules that fired, of one dataset."""

    def __init__(self, dataset: str) -> None:
        self._dataset = dataset
        self._traces: dict[str, list[Whole]] = defaultdict(list)
        self._problems: list[pd.DataFrame] = []
        self._apart: list[pd.DataFrame] = []
        self._fired: dict[str, pd.Series] = {}
        self._choices: list[pd.DataFrame] = []

    def trace(self, row: Any, source: str, record: Any) -> None:
        """Rows were made from records of a source; both by label, one pair per place."""
        self._traces[source].append(_paired(np.asarray(row), np.asarray(record)))

    def made_from(self, rows: pd.Index) -> Iterator[tuple[str, Whole, Whole]]:
        """What some rows were made from so far: for each source places in `rows`, and records."""
        for source in sorted(self._traces):
            row, record = _parted(np.concatenate(self._traces[source]))
            at = rows.get_indexer(pd.Index(row))
            yield source, at[at >= 0], record[at >= 0]

    def fired(self, variable: str, number: int, rows: pd.Series) -> None:
        """The rule of that number, from 1 on, gave a variable its value in the rows of a mask."""
        numbers = self._fired.get(variable)
        if numbers is None:
            numbers = pd.Series(0, index=rows.index, dtype="int8")
        elif len(numbers) < len(rows):
            numbers = numbers.reindex(rows.index, fill_value=0)
        self._fired[variable] = numbers.mask(rows, number)

    def chosen(self, variable: str, source: str, choices: pd.DataFrame) -> None:
        """The records of a source among which values were chosen, see `specs.choices`."""
        named = {"variable": variable, "source": source}
        columns = {name: constant(text, choices.index) for name, text in named.items()}
        self._choices.append(choices.assign(**columns))

    def derived(
        self, derivation: Derivation, variable: str, value: pd.Series, problem: pd.Series
    ) -> None:
        """A derivation could not give a value as it should, where `problem` says so."""
        self.report(derivation.finding, derivation.severity, variable, value, problem)

    def report(
        self, rule: str, severity: str, variable: str, value: pd.Series, problem: pd.Series
    ) -> None:
        """What is wrong with a value where `problem`, a Series on labels of rows, says so."""
        problem = problem[problem.notna()]
        if problem.empty:
            return
        columns = {
            "row": problem.index,
            "variable": variable,
            "value": value.loc[problem.index].astype("str").to_numpy(),
            "message": problem.astype("str").to_numpy(),
            "rule": rule,
            "severity": severity,
        }
        self._problems.append(pd.DataFrame(columns))

    def tell(self, findings: pd.DataFrame) -> None:
        """Findings on something else than a row of the dataset."""
        self._apart.append(findings)

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

    def choices(self, position: Whole) -> pd.DataFrame | None:
        """The records among which values were chosen, those of the dataset itself by position."""
        table = below(self._choices)
        if table is None:
            return None
        there = position[table["row"]] >= 0
        own = (table["source"] == self._dataset).to_numpy()
        there[own] &= position[table["record"][own]] >= 0
        return moved(table[there], self._dataset, position)

    def rules(self, order: Any) -> pd.DataFrame:
        """For variables of several rules the number of that which gave each value, 0 for none.

        The rows are those with the labels `order`, in this order, the columns sorted by name.
        """
        index = pd.RangeIndex(len(order))
        columns = {
            name: numbers.reindex(order, fill_value=0).set_axis(index)
            for name, numbers in sorted(self._fired.items())
        }
        return pd.DataFrame(columns, index=index, copy=False)

    def findings(self, position: Whole, locate: Locate) -> pd.DataFrame:
        """All findings, those on rows in the order of the finished rows.

        `locate` tells for labels of rows, and their positions, subject and record as findings name
        them.
        """
        if not self._problems:
            return all_findings(self._apart)
        problems = pd.concat(self._problems, ignore_index=True)
        problems["position"] = position[problems["row"]]
        problems = problems[problems["position"] >= 0].drop_duplicates()
        problems = problems.sort_values(["position", "variable"], ignore_index=True, kind="stable")
        where = locate(pd.Index(problems["row"]), problems["position"].to_numpy())
        columns = {n: problems[n] for n in ("severity", "rule", "variable", "value", "message")}
        return all_findings([*self._apart, findings(dataset=self._dataset, **columns, **where)])

    def _pairs(self, source: str, position: Whole) -> Whole:
        """Rows and records of one source in their order, each pair once."""
        row, record = _parted(_each_once(np.concatenate(self._traces[source])))
        row = position[row]
        if source == self._dataset:
            record = position[record]
        return _each_once(_paired(row, record)[row >= 0])


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
