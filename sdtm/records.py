"""The records a dataset is made of: one row per record, with the fields its rules read.

Rows of several blocks (forms, or the tests of a findings dataset) stand below each other. A name
that a rule reads is a name bound by the block, a field of the form, a field of a joined form
(`join.field`), or the record's context (`@subject`). In place of a form there may be a table of
the study (`@visits`) or another dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import CONTEXT, Field, Form
from sdtm.sources import TABLE, clauses_on, table_form, traced_through
from specs.errors import MappingError, SpecError, did_you_mean
from specs.tables import trace
from specs.where import all_hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdtm.raw import RawData
    from specs.model import Block, Dataset, Join, Study

VISIT = ("@visitnum", "@visit", "@visitdy")
"""What the plan of visits says of a record's event."""

RESULT = "result"
"""The bound name that makes a record of a test: a test without a collected result has none."""


_CONTEXT = (*CONTEXT, *VISIT)


@dataclass(frozen=True)
class Records:
    """The records of one dataset before its variables are made.

    `frame` has the context columns, `@visitnum`, `@visit` and `@visitdy`, `@block` (which block a
    row comes from), `@record` (its raw record) and a column per name that rules read, as text.
    `fields` tells, for a name and a block, which field of which form it is.
    `left_out` counts the raw records that a where clause left out, by form and clause.
    """

    frame: pd.DataFrame
    fields: Mapping[tuple[str, int], tuple[str, Field]]
    trace: pd.DataFrame
    left_out: pd.DataFrame


def collect_records(
    dataset: Dataset,
    study: Study,
    raw: RawData,
    names: Iterable[str],
    others: Mapping[str, tuple[Form, pd.DataFrame]] = MappingProxyType({}),
) -> Records:
    """The records of a dataset with the given names; SpecError if a name is in no block.

    `others` are datasets that take the place of forms, each with the trace of its records.
    """
    wanted = tuple(dict.fromkeys(names))

    def form(block: Block) -> Form:
        if block.form.startswith(TABLE):
            return table_form(block.form, study, block.place)
        found = others.get(block.form)
        return found[0] if found else raw.form(block.form, block.place)

    parts = [_Part.of(block, form(block), raw, wanted) for block in dataset.blocks]
    unknown = [n for n in wanted if not any(n in p.fields for p in parts) and n not in _CONTEXT]
    if unknown:
        raise SpecError("\n".join(_not_there(name, dataset, parts) for name in unknown))
    files = pd.CategoricalDtype(
        sorted({f for p in parts for f in p.form.frame["@file"].dropna().unique()})
    )
    frame = pd.concat(
        [part.frame(number).astype({"@file": files}) for number, part in enumerate(parts)],
        ignore_index=True,
    )
    absent = [name for name in wanted if name not in frame and name not in VISIT]
    frame = frame.reindex(columns=[*frame.columns, *absent])
    named = pd.Series([part.form.name for part in parts], dtype="str")
    forms = pd.Series(named.array.take(frame["@block"].to_numpy()), index=frame.index)
    main = trace(frame.index.to_series(), forms, frame["@record"])
    collected = ~main["source"].isin(list(others))
    traces = [
        main[collected],
        *(traced_through(main[main["source"] == name], of) for name, (_, of) in others.items()),
        *_joined_traces(frame, parts),
    ]
    left_out = [part.left_out for part in parts if len(part.left_out)]
    return Records(
        frame=_with_visits(frame, study),
        fields={
            (name, number): field
            for number, part in enumerate(parts)
            for name, field in part.fields.items()
        },
        trace=pd.concat(traces, ignore_index=True),
        left_out=pd.concat(left_out, ignore_index=True) if left_out else _none_left_out(),
    )


def _not_there(name: str, dataset: Dataset, parts: list[_Part]) -> str:
    known = {n for p in parts for n in (*p.block.bind, *p.form.fields)}
    known |= set(_CONTEXT) if name.startswith("@") else set()
    return str(
        SpecError(
            f"{name} is no variable of {dataset.name} and no field of its forms",
            where=dataset.file,
            remedy=did_you_mean(name, known),
        )
    )


@dataclass(frozen=True)
class _Part:
    """One block with its form, the rows that meet its conditions, and its joined records."""

    block: Block
    form: Form
    rows: pd.DataFrame
    names: tuple[str, ...]
    fields: Mapping[str, tuple[str, Field]]
    joined: Mapping[str, pd.DataFrame]
    left_out: pd.DataFrame

    @classmethod
    def of(cls, block: Block, form: Form, raw: RawData, wanted: tuple[str, ...]) -> _Part:
        clauses = [(c.variable, block.bind.get(c.variable, c.variable)) for c in block.where]
        for _, field in clauses:
            form.field_named(field, block.place)
        keep = all_hold(block.where, clauses_on(form.frame, clauses))
        left = pd.DataFrame(
            {"form": form.name, "record": form.frame.index[~keep], "clause": _text(block)}
        )
        if block.distinct:
            double = _doubled(block, form, form.frame[keep])
            also = pd.DataFrame({"form": form.name, "record": double, "clause": _rule(block)})
            left = pd.concat([left, also], ignore_index=True)
            keep &= ~form.frame.index.isin(double)
        if RESULT in block.bind:
            form.field_named(block.bind[RESULT], block.place)
            keep &= form.frame[block.bind[RESULT]].notna()
        read = {block.bind.get(name, name) for name in wanted} & set(form.fields)
        rows = form.frame.loc[keep, [*CONTEXT, *sorted(read)]]
        joined = {join.name: _joined(join, raw, rows) for join in block.joins}
        fields: dict[str, tuple[str, Field]] = {}
        for name in wanted:
            source = block.bind.get(name, name)
            owner, _, field = source.partition(".")
            if source in form.fields:
                fields[name] = (form.name, form.fields[source])
            elif owner in joined:
                other = next(join.form for join in block.joins if join.name == owner)
                fields[name] = (other, raw.form(other, "").field_named(field, block.place))
            elif name in block.bind:
                form.field_named(source, block.place)
        return cls(block, form, rows, wanted, fields, joined, left)

    def frame(self, number: int) -> pd.DataFrame:
        """The block's rows: context, bound and joined names."""
        columns = {name: self.rows[name] for name in CONTEXT}
        for name in self.fields:
            source = self.block.bind.get(name, name)
            owner, _, field = source.partition(".")
            if source in self.form.fields:
                columns[name] = self.rows[source]
            else:
                columns[name] = self.joined[owner][field].set_axis(self.rows.index)
        for name, other in self.joined.items():
            columns[f"@join.{name}"] = other["@record"].set_axis(self.rows.index)
        frame = pd.DataFrame(columns, index=self.rows.index)
        frame["@block"] = number
        frame["@record"] = self.rows.index
        return frame


def _text(block: Block) -> str:
    return " and ".join(str(clause) for clause in block.where)


def _doubled(block: Block, form: Form, rows: pd.DataFrame) -> pd.Index:
    """The records that agree with another, which is kept, in all fields that tell them apart."""
    names = [block.bind.get(name, name) for name in block.distinct]
    for name in names:
        if name not in CONTEXT:
            form.field_named(name, block.place)
    return rows.index[rows.duplicated(names, keep=block.keep)]


def _rule(block: Block) -> str:
    return f"{block.keep} of the records that agree in {', '.join(block.distinct)}"


def _none_left_out() -> pd.DataFrame:
    return pd.DataFrame({"form": [], "record": [], "clause": []})


def _joined(join: Join, raw: RawData, rows: pd.DataFrame) -> pd.DataFrame:
    """The joined record of each row, in the order of the rows; missing where there is none."""
    form = raw.form(join.form, join.place)
    for clause in join.where:
        form.field_named(clause.variable, join.place)
    by = [f"@{name}" for name in join.by]
    strange = [name for name in by if name not in CONTEXT]
    if strange:
        raise SpecError(
            f"{join.name} is joined by {strange[0][1:]}",
            where=join.place,
            remedy="join by subject, or by subject and event",
        )
    others = form.frame[all_hold(join.where, form.frame)]
    chosen = join.first or join.last
    if chosen:
        field = form.field_named(chosen, join.place)
        order = field.iso(others[chosen])
        others = others.loc[order[order.notna()].sort_values(kind="stable").index]
        others = others.drop_duplicates(by, keep="first" if join.first else "last")
    doubled = others[others.duplicated(by, keep=False)]
    if len(doubled):
        first = doubled.iloc[0]
        lines = doubled.loc[(doubled[by] == first[by]).all(axis=1), "@line"].astype(str)
        raise MappingError(
            f"form {form.name} has several records for {' and '.join(join.by)}"
            f" {', '.join(str(first[name]) for name in by)}: {first['@file']} lines"
            f" {', '.join(lines)}",
            where=join.place,
            remedy="say which with first: or last:, or restrict them with where:",
        )
    others = others.assign(**{"@record": others.index}).set_index(by)
    wanted = pd.MultiIndex.from_frame(rows[by]) if len(by) > 1 else pd.Index(rows[by[0]])
    return others.reindex(wanted)


def _joined_traces(frame: pd.DataFrame, parts: list[_Part]) -> Iterator[pd.DataFrame]:
    for name in dict.fromkeys(join.name for part in parts for join in part.block.joins):
        forms = {
            number: join.form
            for number, part in enumerate(parts)
            for join in part.block.joins
            if join.name == name
        }
        yield trace(frame.index.to_series(), frame["@block"].map(forms), frame[f"@join.{name}"])


def _with_visits(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The planned visit of each record's event; a repeat of an event adds its number."""
    visits = pd.DataFrame(
        [(v.event, v.visitnum, v.visit, v.visitdy) for v in study.visits],
        columns=["event", *VISIT],
    ).set_index("event")
    codes, events = pd.factorize(frame["@event"])
    planned = visits.reindex(pd.Index(events)).astype({"@visit": "str"})

    def of_event(name: str) -> pd.Series:
        return pd.Series(planned[name].array.take(codes, allow_fill=True), index=frame.index)

    number, visit = of_event("@visitnum").astype("float64"), of_event("@visit").astype("str")
    if frame["@event_repeat"].notna().any():
        repeat = pd.to_numeric(frame["@event_repeat"], errors="coerce")
        number += repeat.fillna(0) / 100
        visit = visit.where(repeat.isna(), visit + " " + frame["@event_repeat"])
    day = of_event("@visitdy").astype("float64")
    found = dict(zip(VISIT, (number, visit, day), strict=True))
    return pd.concat([frame, pd.DataFrame(found, index=frame.index)], axis=1)
