"""The records of one block of a dataset: which of a form's records, and what is joined to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sdtm.raw import CONTEXT, UNIT, Field, Form, findings_on
from sdtm.records.collapse import Collapsed, collapsed
from sdtm.records.joins import joined
from sdtm.records.sources import answered_keys, met
from sdtm.records.ticked import one_for_each_tick
from specs.distinct import as_plain, missing, on_distinct, trimmed
from specs.findings import all_findings
from specs.where import clauses_in, variables_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from specs.model import Block

    Forms = Callable[[str, str], Form]
    """What gives the form of a name, for a rule at a place."""

RESULT = "result"
"""The bound name that makes a record of a test: a test without a collected result has none."""


@dataclass(frozen=True)
class BlockRecords:
    """One block with its form, which of the form's records it takes, and their joined records.

    `number` is that of the block in its dataset, `rows` are positions in the form's frame. `fields`
    tells for a name which field of which form it is. `one` tells what was made of several records,
    `findings` what was wrong in that and in the joined records, without the dataset.
    """

    number: int
    block: Block
    form: Form
    rows: NDArray[np.intp]
    fields: Mapping[str, tuple[str, Field]]
    joined: Mapping[str, pd.DataFrame]
    left_out: pd.DataFrame
    one: Collapsed
    findings: pd.DataFrame

    @classmethod
    def of(cls, block: Block, forms: Forms, wanted: tuple[str, ...], number: int) -> BlockRecords:
        """The records of a block with the wanted names; an error where it names what is not."""
        form = forms(block.form, block.place)
        block = _with_units(block, form, forms, wanted)
        for name in variables_of(block.where):
            form.field_named(block.bind.get(name, name), block.place)
        keep = met(block.where, form, block.bind)
        unanswered = all_findings(_left_without_answer(block, form, keep))
        clause = " and ".join(str(clause) for clause in block.where)
        left = _listed(form, form.frame.index[~keep], clause)
        for own, owner, name in block.among:
            there = _named(
                block.bind.get(own, own), form, name, forms(owner, block.place), block.place
            )
            apart = form.frame.index[keep & ~there]
            clause = f"{own} is among {owner}.{name}"
            left = pd.concat([left, _listed(form, apart, clause)], ignore_index=True)
            keep &= there
        if block.distinct:
            double = _doubled(block, form, form.frame[keep])
            kept = f"{block.keep} of the records that agree in {', '.join(block.distinct)}"
            left = pd.concat([left, _listed(form, double, kept)], ignore_index=True)
            keep &= ~form.frame.index.isin(double)
        if block.ticked:
            form, unticked = one_for_each_tick(block, form, form.frame[keep])
            none = _listed(form, unticked, f"no box of {block.ticked} is ticked")
            left = pd.concat([left, none], ignore_index=True)
            keep = pd.Series(data=True, index=form.frame.index)
        one = Collapsed(form)
        if block.group_by:
            read = sorted({block.bind.get(name, name) for name in wanted} & set(form.fields))
            one = collapsed(block, form, form.frame[keep], read)
            form = one.form
            keep = pd.Series(data=True, index=form.frame.index)
        if RESULT in block.bind:
            form.field_named(block.bind[RESULT], block.place)
            keep &= on_distinct(trimmed, form.frame[block.bind[RESULT]]).notna()
        rows = np.flatnonzero(keep)
        beside = {j.name: joined(j, block, form, rows, forms(j.form, j.place)) for j in block.joins}
        fields: dict[str, tuple[str, Field]] = {}
        for name in wanted:
            source = block.bind.get(name, name)
            owner, _, field = source.partition(".")
            if source in form.fields:
                fields[name] = (form.name, form.fields[source])
            elif owner in beside:
                other = next(join.form for join in block.joins if join.name == owner)
                fields[name] = (other, forms(other, "").field_named(field, block.place))
            elif name in block.bind:
                form.field_named(source, block.place)
        frames = {name: joined_one.frame for name, joined_one in beside.items()}
        finding_table = all_findings(
            [unanswered, one.findings, *(joined_one.findings for joined_one in beside.values())]
        )
        return cls(number, block, form, rows, fields, frames, left, one, finding_table)

    @cached_property
    def index(self) -> pd.Index:
        """The ids of the records."""
        return self.form.frame.index[self.rows]

    @property
    def merged(self) -> pd.DataFrame:
        """The records that were made one with another: form, record, clause."""
        clause = f"made one with another for each {', '.join(self.block.group_by)}"
        return _listed(self.form, self.one.members["record"], clause)

    def contexts(self, name: str) -> pd.DataFrame:
        """The CONTEXT of the record that the value of a name is from, for each of the rows."""
        contexts = pd.DataFrame({column: as_plain(self.column(column)) for column in CONTEXT})
        owner, source = self._source(name)
        if owner:
            other = self.joined[owner].set_axis(self.index)
            there = [column for column in CONTEXT if column in other]
            return contexts.assign(**{column: as_plain(other[column]) for column in there})
        taken = self.one.taken.get(source, contexts.iloc[:0])
        elsewhere = taken[taken.index.isin(self.index)]
        if elsewhere.empty:
            return contexts
        return pd.concat([contexts.drop(elsewhere.index), elsewhere]).loc[self.index]

    def column(self, name: str) -> pd.Series:
        """A column of the block's rows: context, a bound or joined name; else all missing."""
        index = self.index
        if name == "@block":
            return pd.Series(self.number, index=index, dtype="int16")
        if name == "@record":
            return index.to_series()
        if name.startswith("@join."):
            joined = self.joined.get(name.removeprefix("@join."))
            values = np.nan if joined is None else joined["@record"].to_numpy()
            return pd.Series(values, index=index, dtype="float64")
        if name not in self.fields and name not in CONTEXT:
            return missing(index)
        owner, source = ("", name) if name in CONTEXT else self._source(name)
        if owner:
            return self.joined[owner][source].set_axis(index)
        return pd.Series(self.form.frame[source].array.take(self.rows), index=index, copy=False)

    def _source(self, name: str) -> tuple[str, str]:
        """The join that a name is read from, "" for the block's own form, and the field."""
        source = self.block.bind.get(name, name)
        owner, _, field = source.partition(".")
        joined = owner in self.joined and source not in self.form.fields
        return (owner, field) if joined else ("", source)


def _with_units(block: Block, form: Form, forms: Forms, wanted: tuple[str, ...]) -> Block:
    """The block with the names of units, as WEIGHT@unit, bound to the fields that hold these."""
    joined = {join.name: join.form for join in block.joins}

    def holder(source: str) -> str:
        if not source.endswith(UNIT):
            return source
        owner, _, field = source.rpartition(".")
        if owner in joined and source not in form.fields:
            units = forms(joined[owner], block.place).units
            return f"{owner}.{units.get(field.removesuffix(UNIT), field)}"
        return form.units.get(source.removesuffix(UNIT), source)

    names = {
        *wanted,
        *variables_of(block.where),
        *block.distinct,
        block.ticked,
        *block.group_by,
        *block.collapse,
    }
    bind = {name: holder(block.bind.get(name, name)) for name in sorted({*block.bind, *names})}
    return replace(block, bind={n: to for n, to in bind.items() if n in block.bind or to != n})


def _left_without_answer(block: Block, form: Form, keep: pd.Series) -> Iterator[pd.DataFrame]:
    """A notice for each record left out because a condition reads a code for no answer."""
    for clause in clauses_in(block.where):
        field = form.fields[block.bind.get(clause.variable, clause.variable)]
        codes = field.unanswered - set(clause.values)
        texts = form.texts(field.name)
        rows = texts[texts.isin(codes) & ~keep].index
        if len(rows):
            yield findings_on(
                form,
                rows,
                severity="notice",
                rule="CK-WHERE-UNANSWERED",
                variable=field.name,
                value=texts[rows],
                message=f"the answer is a missing-data code, so {clause} does not hold, and the"
                " record is left out",
            )


def _listed(form: Form, records: pd.Index | pd.Series, clause: str) -> pd.DataFrame:
    """Records of a form, with what was done to them."""
    if not len(records):
        return _none_listed()
    return pd.DataFrame({"form": form.name, "record": records, "clause": clause})


def _named(own: str, form: Form, name: str, other: Form, place: str) -> pd.Series:
    """The records of whose field another form of the same subject has the value."""

    def pairs(of: Form, field: str) -> pd.MultiIndex:
        of.field_named(field, place)
        answers = on_distinct(of.fields[field].answered, of.frame[field])
        return pd.MultiIndex.from_arrays([as_plain(of.frame["@subject"]), as_plain(answers)])

    mine, theirs = pairs(form, own), pairs(other, name)
    is_named = mine.isin(theirs) & mine.get_level_values(1).notna()
    return pd.Series(is_named, index=form.frame.index)


@cache
def _none_listed() -> pd.DataFrame:
    none = pd.Series([], dtype="str")
    return pd.DataFrame({"form": none, "record": none.astype("int64"), "clause": none})


def _doubled(block: Block, form: Form, rows: pd.DataFrame) -> pd.Index:
    """The records that agree with another, which is kept, in all fields that tell them apart."""
    names = [block.bind.get(name, name) for name in block.distinct]
    for name in names:
        if name not in CONTEXT:
            form.field_named(name, block.place)
    return rows.index[answered_keys(form, rows, names).duplicated(keep=block.keep)]
