"""The records a dataset is made of: one row per record, with the fields its rules read.

Rows of several blocks (forms, or the tests of a findings dataset) stand below each other. A name
that a rule reads is a name bound by the block, a field of the form, a field of a joined form
(`join.field`), or the record's context (`@subject`). In place of a form there may be a table of
the study (`@visits`) or another dataset.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sdtm.raw import CONTEXT, Field, Form
from sdtm.records.blocks import BlockRecords
from sdtm.records.sources import TABLE, table_form, traced_through
from specs.distinct import as_category, as_plain, on_distinct, spread, stacked
from specs.errors import SpecError, did_you_mean
from specs.findings import all_findings
from specs.tables import no_trace, trace, traces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sdtm.raw import RawData
    from specs.model import Dataset, Study

VISIT = ("@visitnum", "@visit", "@visitdy")
"""What the plan of visits says of a record's event."""

_CONTEXT = (*CONTEXT, *VISIT)


@dataclass(frozen=True)
class Records:
    """The records of one dataset before its variables are made, those of its blocks in order.

    `trace` says which records each row comes from, `visits` is the plan of visits by event. The
    visits of the events `in_time` have been numbered in the order of time.
    """

    blocks: Sequence[BlockRecords]
    visits: pd.DataFrame
    in_time: frozenset[str] = frozenset()
    trace: pd.DataFrame = field(default_factory=no_trace)

    @property
    def index(self) -> pd.RangeIndex:
        """One row per record."""
        return pd.RangeIndex(sum(len(block.rows) for block in self.blocks))

    @cached_property
    def fields(self) -> Mapping[tuple[str, int], tuple[str, Field]]:
        """For a name and the number of a block, the form and its field."""
        return {(name, p.number): field for p in self.blocks for name, field in p.fields.items()}

    @property
    def left_out(self) -> pd.DataFrame:
        """The records that a rule of their block left out: form, record, clause."""
        return _below([block.left_out for block in self.blocks])

    @property
    def merged(self) -> pd.DataFrame:
        """The records that were made one with another: form, record, clause."""
        return _below([block.merged for block in self.blocks])

    def column(self, name: str) -> pd.Series:
        """The column of a name: the context, that of the planned visit, what a rule may read.

        `@block` is the number of the row's block, `@record` the id of its raw record. All texts are
        categories.
        """
        if name in VISIT:
            return self._of_visit(name)
        return stacked([block.column(name) for block in self.blocks])

    @property
    def findings(self) -> pd.DataFrame:
        """What was found in making several records one and joining them; without the dataset."""
        return all_findings(block.findings for block in self.blocks).drop_duplicates()

    def contexts(self, rows: pd.Index, name: str = "") -> pd.DataFrame:
        """The context of some rows, and their block; given a name, that of its values."""
        block = self.column("@block")
        if not name:
            return pd.DataFrame({**{n: self.column(n) for n in CONTEXT}, "@block": block}).loc[rows]
        context = pd.concat(
            [of_block.contexts(name) for of_block in self.blocks], ignore_index=True
        )
        return context.assign(**{"@block": block}).loc[rows]

    def _of_visit(self, name: str) -> pd.Series:
        """What the plan says of the visit of each event; a repeat of an event adds its number.

        Where it is no number from 0 to 99, or the visits of the event are numbered in time and
        this one is not, the visit has no number.
        """
        planned = on_distinct(
            lambda events: self.visits[name].reindex(pd.Index(events)).reset_index(drop=True),
            self.column("@event"),
        )
        repeat = self.column("@event_repeat")
        in_time = self.column("@event").isin(list(self.in_time))
        if name == "@visitdy" or (repeat.isna().all() and not in_time.any()):
            return planned
        text, plain = as_plain(repeat), as_plain(planned)
        number = pd.to_numeric(text, errors="coerce").where(lambda n: n.between(0, 99))
        if name == "@visitnum":
            once = text.isna() & ~in_time
            return (plain + number.mask(once, 0) / 100).round(4)
        return as_category(plain.where(number.isna(), plain + " " + text))


def collect_records(
    dataset: Dataset,
    study: Study,
    raw: RawData,
    names: Mapping[str, str],
    others: Mapping[str, tuple[Form, pd.DataFrame]] = MappingProxyType({}),
) -> Records:
    """The records of a dataset with the given names; SpecError if a name is in no block.

    `names` has for each name the place of the rule that reads it.
    `others` are datasets that take the place of forms, each with the trace of its records.
    """
    wanted = tuple(names)

    def form(name: str, place: str) -> Form:
        if name.startswith(TABLE):
            return table_form(name, study, place)
        other = others.get(name)
        return other[0] if other else raw.form(name, place)

    blocks = [
        BlockRecords.of(block, form, wanted, number) for number, block in enumerate(dataset.blocks)
    ]
    unknown = [n for n in wanted if not any(n in p.fields for p in blocks) and n not in _CONTEXT]
    if unknown:
        raise SpecError(
            "\n".join(_not_there(name, names[name], dataset, blocks) for name in unknown)
        )
    records = Records(blocks, _plan(study), frozenset(study.unscheduled))
    named = pd.Series([one.form.name for one in blocks], dtype="str")
    rows = pd.Series(np.arange(len(records.index)))
    forms = spread(named, records.column("@block").to_numpy(), records.index)
    main = trace(rows, forms, records.column("@record"))
    main = traces([main, *_merged_traces(records), *_joined_traces(records)])
    collected = ~main["source"].isin(list(others))
    trace_tables = [
        main if collected.all() else main[collected],
        *(traced_through(main[main["source"] == name], of) for name, (_, of) in others.items()),
    ]
    return replace(records, trace=traces(trace_tables))


def _plan(study: Study) -> pd.DataFrame:
    """The planned visits by event."""
    visits = pd.DataFrame(
        [(v.event, v.visitnum, v.visit, v.visitdy) for v in study.visits],
        columns=["event", *VISIT],
    )
    return visits.set_index("event").astype(
        {"@visitnum": "float64", "@visit": "str", "@visitdy": "float64"}
    )


def _not_there(name: str, place: str, dataset: Dataset, blocks: list[BlockRecords]) -> str:
    names = {n for p in blocks for n in (*p.block.bind, *p.form.fields)}
    names |= set(_CONTEXT) if name.startswith("@") else set()
    return str(
        SpecError(
            f"{name} is not a variable of {dataset.name} and not a field of its forms",
            where=place or dataset.file,
            remedy=did_you_mean(name, names),
        )
    )


def _joined_traces(records: Records) -> Iterator[pd.DataFrame]:
    for name in dict.fromkeys(join.name for p in records.blocks for join in p.block.joins):
        forms = {
            block.number: join.form
            for block in records.blocks
            for join in block.block.joins
            if join.name == name
        }
        sources = records.column("@block").map(forms).astype("str")
        rows = pd.Series(np.arange(len(records.index)))
        yield trace(rows, sources, records.column(f"@join.{name}"))


def _merged_traces(records: Records) -> Iterator[pd.DataFrame]:
    """The trace to the records that were made one with the record of a row."""
    for block in records.blocks:
        members = block.one.members
        if len(members):
            own = np.flatnonzero(records.column("@block") == block.number)
            rows = members["kept"].map(pd.Series(own, index=block.index))
            yield trace(rows[rows.notna()], block.form.name, members["record"][rows.notna()])


def _below(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of records below each other, those without rows left away."""
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)
