"""What is made of all groups: places of rows, findings of the study, joined files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from cdisckit.groups.parts import head, load_arrow, load_columns
from cdisckit.groups.places import Runs, in_order, placed
from specs.tables import Table, no_trace
from submission.held import held_together
from validation.run import validate_study

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cdisckit.groups.work import GroupResult, Written
    from specs.model import Study
    from submission.held import Held

_COPIED = 8 << 20
_PERSONS = ("USUBJID", "APID")


def shared_subjects(results: Sequence[GroupResult]) -> list[set[int]]:
    """The groups that name a subject which another names too, those that do so together.

    Raw data may name one subject in two ways; then its rows are to be built together.
    """
    clusters: list[tuple[set[str], set[int]]] = []
    for number, group in enumerate(results):
        subjects, members = _subjects(group), {number}
        apart = []
        for names, others in clusters:
            if names & subjects:
                subjects |= names
                members |= others
            else:
                apart.append((names, others))
        clusters = [*apart, (subjects, members)]
    return [members for _, members in clusters if len(members) > 1]


def _subjects(result: GroupResult) -> set[str]:
    columns = [runs[name] for runs in result.runs.values() for name in _PERSONS if name in runs]
    return {str(person) for column in columns for person in column.dropna().unique()}


@dataclass(frozen=True)
class Whole:
    """All groups of a study once their datasets are made."""

    study: Study
    results: tuple[GroupResult, ...]

    @cached_property
    def places(self) -> Mapping[str, tuple[Runs | None, ...]]:
        """Where the rows of each dataset stand, by its name and group.

        What is about no subject is the same in every group, and taken from the first.
        """
        nowhere = (None,) * (len(self.results) - 1)
        runs_by_name: dict[str, tuple[Runs | None, ...]] = {}
        for name, rows in self.results[0].records.items():
            if name in self.results[0].runs:
                runs_by_name[name] = placed([group.runs[name] for group in self.results])
            else:
                runs_by_name[name] = (Runs(np.zeros(1, "int64"), np.array([rows])), *nowhere)
        return runs_by_name

    @cached_property
    def records(self) -> Mapping[str, int]:
        """The number of records of each dataset."""
        return {
            name: sum(
                group.records[name]
                for group, runs in zip(self.results, stands, strict=True)
                if runs is not None
            )
            for name, stands in self.places.items()
        }

    @cached_property
    def held(self) -> Mapping[str, Held]:
        """What each dataset holds."""
        return {
            name: held_together(
                self.study.dataset(name),
                [
                    group.held[name]
                    for group, runs in zip(self.results, stands, strict=True)
                    if runs is not None
                ],
            )
            for name, stands in self.places.items()
        }

    def encoding(self, name: str) -> str:
        """The encoding of a dataset's file: that of the study unless a group needs another."""
        needed = {group.encodings[name] for group in self.results} - {self.study.encoding}
        return needed.pop() if needed else self.study.encoding

    def findings(self) -> pd.DataFrame:
        """What the checks of the whole study find."""
        kept = {
            check: {name: self._kept(check, name) for name in of_check}
            for check, of_check in self.results[0].kept.items()
        }
        return validate_study(self.study, kept, self.records)

    def _kept(self, check: str, name: str) -> pd.DataFrame:
        """The rows kept of all groups, in the order of the whole."""
        pairs = [
            (group.kept[check][name], runs)
            for group, runs in zip(self.results, self.places[name], strict=True)
            if runs is not None
        ]
        rows_of_groups = [runs.rows()[frame.index.to_numpy(dtype="int64")] for frame, runs in pairs]
        filled = [frame for frame, _ in pairs if len(frame)] or [pairs[0][0]]
        whole = pd.concat(filled, ignore_index=True)
        order = np.argsort(np.concatenate(rows_of_groups), kind="stable")
        return whole.take(order).reset_index(drop=True)

    def group_of(self) -> Mapping[str, int]:
        """The place of the group of each subject."""
        return {s: place for place, group in enumerate(self.results) for s in _subjects(group)}

    def first(self, name: str, rows: int) -> pd.DataFrame:
        """The first records of a dataset."""
        frames = []
        for run in in_order(self.places[name]):
            frames.append(head(name, self.results[run.group].folder, run.own, min(run.size, rows)))
            rows -= len(frames[-1])
            if not rows:
                break
        if not frames:
            return head(name, self.results[0].folder, 0, 0)
        return pd.concat(frames, ignore_index=True)

    def table(self, name: str, columns: Sequence[str]) -> Table:
        """Some variables of all rows of a dataset, without lineage."""
        pairs = [
            (load_columns(name, group.folder, columns), runs.rows())
            for group, runs in zip(self.results, self.places[name], strict=True)
            if runs is not None
        ]
        whole = pd.concat([frame for frame, _ in pairs], ignore_index=True)
        order = np.argsort(np.concatenate([rows for _, rows in pairs]), kind="stable")
        return Table(name, whole.take(order).reset_index(drop=True), no_trace())

    def octets(self, name: str, written: Sequence[Written], length: int) -> Iterator[bytes]:
        """The rows of a transport file, from the pieces of the groups."""
        for run in in_order(self.places[name]):
            with (written[run.group].folder / f"{name}.rows").open("rb") as file:
                file.seek(run.own * length)
                rest = run.size * length
                while rest:
                    some = file.read(min(rest, _COPIED))
                    yield some
                    rest -= len(some)

    def lines(self, kind: str, name: str, written: Sequence[Written]) -> Iterator[pa.Table]:
        """The lines of a table of lineage about a dataset, from the pieces of the groups."""
        runs = list(in_order(self.places[name]))
        by_group = {
            group: _by_variable(load_arrow(written[group].folder / f"{name}.{kind}.arrow"))
            for group in {run.group for run in runs}
        }
        for variable in sorted({v for lines_of_group in by_group.values() for v in lines_of_group}):
            for run in runs:
                if variable not in by_group[run.group]:
                    continue
                lines, rows = by_group[run.group][variable]
                first, last = np.searchsorted(rows, [run.start, run.start + run.size])
                if last > first:
                    yield lines.slice(first, last - first)


def _by_variable(lines: pa.Table) -> dict[str, tuple[pa.Table, np.ndarray]]:
    """Lines about one variable at a time, where they are about such, and the rows they are about.

    The lines of a variable stand together, in the order of rows.
    """
    if not lines.num_rows:
        return {}
    rows = lines["row"].to_numpy()
    if "variable" not in lines.column_names:
        return {"": (lines, rows)}
    names = lines["variable"].combine_chunks().dictionary_encode()
    codes = names.indices.to_numpy()
    bounds = np.flatnonzero(np.diff(codes, prepend=-1))
    ends = np.append(bounds[1:], len(codes))
    texts = names.dictionary.to_pylist()
    return {
        texts[codes[start]]: (lines.slice(start, end - start), rows[start:end])
        for start, end in zip(bounds, ends, strict=True)
    }


def sized(records: Mapping[str, int]) -> dict[str, Table]:
    """Tables of so many rows without variables, for what tells only how many there are."""
    return {
        name: Table(name, pd.DataFrame(index=pd.RangeIndex(rows)), no_trace())
        for name, rows in records.items()
    }
