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

from sdtm.blocks import BlockRecords
from sdtm.raw import CONTEXT, Field, Form
from sdtm.sources import TABLE, table_form, traced_through
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

    `trace` says which records each row comes from, `visits` is the plan of visits by event.
    """

    parts: Sequence[BlockRecords]
    visits: pd.DataFrame
    trace: pd.DataFrame = field(default_factory=no_trace)

    @property
    def index(self) -> pd.RangeIndex:
        """One row per record."""
        return pd.RangeIndex(sum(len(part.rows) for part in self.parts))

    @cached_property
    def fields(self) -> Mapping[tuple[str, int], tuple[str, Field]]:
        """For a name and the number of a block, the form and its field."""
        return {(name, p.number): found for p in self.parts for name, found in p.fields.items()}

    @property
    def left_out(self) -> pd.DataFrame:
        """The records that a rule of their block left out: form, record, clause."""
        return _below([part.left_out for part in self.parts])

    @property
    def merged(self) -> pd.DataFrame:
        """The records that were made one with another: form, record, clause."""
        return _below([part.merged for part in self.parts])

    def column(self, name: str) -> pd.Series:
        """The column of a name: the context, that of the planned visit, what a rule may read.

        `@block` is the number of the row's block, `@record` the id of its raw record. All texts are
        categories.
        """
        if name in VISIT:
            return self._of_visit(name)
        return stacked([part.column(name) for part in self.parts])

    @property
    def findings(self) -> pd.DataFrame:
        """What was found in making several records one and joining them; without the dataset."""
        return all_findings(part.findings for part in self.parts).drop_duplicates()

    def places(self, rows: pd.Index, name: str = "") -> pd.DataFrame:
        """The context of some rows, and their block; given a name, that of its values."""
        block = self.column("@block")
        if not name:
            return pd.DataFrame({**{n: self.column(n) for n in CONTEXT}, "@block": block}).loc[rows]
        context = pd.concat([part.places(name) for part in self.parts], ignore_index=True)
        return context.assign(**{"@block": block}).loc[rows]

    def _of_visit(self, name: str) -> pd.Series:
        """What the plan says of the visit of each event; a repeat of an event adds its number."""
        planned = on_distinct(
            lambda events: self.visits[name].reindex(pd.Index(events)).reset_index(drop=True),
            self.column("@event"),
        )
        repeat = self.column("@event_repeat")
        if name == "@visitdy" or repeat.isna().all():
            return planned
        text = as_plain(repeat)
        number = pd.to_numeric(text, errors="coerce")
        if name == "@visitnum":
            return as_plain(planned) + number.fillna(0) / 100
        plain = as_plain(planned)
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
        found = others.get(name)
        return found[0] if found else raw.form(name, place)

    parts = [
        BlockRecords.of(block, form, wanted, number) for number, block in enumerate(dataset.blocks)
    ]
    unknown = [n for n in wanted if not any(n in p.fields for p in parts) and n not in _CONTEXT]
    if unknown:
        raise SpecError(
            "\n".join(_not_there(name, names[name], dataset, parts) for name in unknown)
        )
    records = Records(parts, _plan(study))
    named = pd.Series([part.form.name for part in parts], dtype="str")
    rows = pd.Series(np.arange(len(records.index)))
    forms = spread(named, records.column("@block").to_numpy(), records.index)
    main = trace(rows, forms, records.column("@record"))
    main = traces([main, *_merged_traces(records), *_joined_traces(records)])
    collected = ~main["source"].isin(list(others))
    found = [
        main if collected.all() else main[collected],
        *(traced_through(main[main["source"] == name], of) for name, (_, of) in others.items()),
    ]
    return replace(records, trace=traces(found))


def _plan(study: Study) -> pd.DataFrame:
    """The planned visits by event."""
    visits = pd.DataFrame(
        [(v.event, v.visitnum, v.visit, v.visitdy) for v in study.visits],
        columns=["event", *VISIT],
    )
    return visits.set_index("event").astype(
        {"@visitnum": "float64", "@visit": "str", "@visitdy": "float64"}
    )


def _not_there(name: str, place: str, dataset: Dataset, parts: list[BlockRecords]) -> str:
    known = {n for p in parts for n in (*p.block.bind, *p.form.fields)}
    known |= set(_CONTEXT) if name.startswith("@") else set()
    return str(
        SpecError(
            f"{name} is no variable of {dataset.name} and no field of its forms",
            where=place or dataset.file,
            remedy=did_you_mean(name, known),
        )
    )


def _joined_traces(records: Records) -> Iterator[pd.DataFrame]:
    for name in dict.fromkeys(join.name for p in records.parts for join in p.block.joins):
        forms = {
            part.number: join.form
            for part in records.parts
            for join in part.block.joins
            if join.name == name
        }
        known = records.column("@block").map(forms).astype("str")
        rows = pd.Series(np.arange(len(records.index)))
        yield trace(rows, known, records.column(f"@join.{name}"))


def _merged_traces(records: Records) -> Iterator[pd.DataFrame]:
    """The trace to the records that were made one with the record of a row."""
    for part in records.parts:
        members = part.one.members
        if len(members):
            own = np.flatnonzero(records.column("@block") == part.number)
            rows = members["kept"].map(pd.Series(own, index=part.index))
            yield trace(rows[rows.notna()], part.form.name, members["record"][rows.notna()])


def _below(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of records below each other, those without rows left away."""
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)
