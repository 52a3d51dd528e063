"""The records of one block of a dataset: which of a form's records, and what is joined to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sdtm.collapse import Collapsed, collapsed
from sdtm.raw import CONTEXT, UNIT, Field, Form
from sdtm.sources import clauses_on
from specs.distinct import as_plain, missing, on_distinct, trimmed
from specs.errors import MappingError, SpecError
from specs.where import all_hold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sdtm.raw import RawData
    from specs.model import Block, Join

RESULT = "result"
"""The bound name that makes a record of a test: a test without a collected result has none."""


@dataclass(frozen=True)
class BlockRecords:
    """One block with its form, which of the form's records it takes, and their joined records.

    `number` is that of the block in its dataset, `rows` are positions in the form's frame. `fields`
    tells for a name which field of which form it is. `one` tells what was made of several records.
    """

    number: int
    block: Block
    form: Form
    rows: NDArray[np.intp]
    fields: Mapping[str, tuple[str, Field]]
    joined: Mapping[str, pd.DataFrame]
    left_out: pd.DataFrame
    one: Collapsed

    @classmethod
    def of(
        cls, block: Block, form: Form, raw: RawData, wanted: tuple[str, ...], number: int
    ) -> BlockRecords:
        """The records of a block with the wanted names; an error where it names what is not."""
        block = _with_units(block, form, raw, wanted)
        clauses = [(c.variable, block.bind.get(c.variable, c.variable)) for c in block.where]
        for _, field in clauses:
            form.field_named(field, block.place)
        keep = all_hold(block.where, clauses_on(form.frame, clauses))
        met = " and ".join(str(clause) for clause in block.where)
        left = _told(form, form.frame.index[~keep], met)
        if block.distinct:
            double = _doubled(block, form, form.frame[keep])
            kept = f"{block.keep} of the records that agree in {', '.join(block.distinct)}"
            left = pd.concat([left, _told(form, double, kept)], ignore_index=True)
            keep &= ~form.frame.index.isin(double)
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
        joined = {join.name: _joined(join, raw, form.frame, rows) for join in block.joins}
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
        return cls(number, block, form, rows, fields, joined, left, one)

    @property
    def index(self) -> pd.Index:
        """The ids of the records."""
        return self.form.frame.index[self.rows]

    @property
    def merged(self) -> pd.DataFrame:
        """The records that were made one with another: form, record, clause."""
        clause = f"made one with another for each {', '.join(self.block.group_by)}"
        return _told(self.form, self.one.members["record"], clause)

    def places(self, name: str) -> pd.DataFrame:
        """The CONTEXT of the record that the value of a name is from, for each of the rows."""
        places = pd.DataFrame({known: as_plain(self.column(known)) for known in CONTEXT})
        owner, source = self._source(name)
        if owner:
            other = self.joined[owner].set_axis(self.index)
            there = [known for known in CONTEXT if known in other]
            return places.assign(**{known: as_plain(other[known]) for known in there})
        taken = self.one.taken.get(source, places.iloc[:0])
        elsewhere = taken[taken.index.isin(self.index)]
        if elsewhere.empty:
            return places
        return pd.concat([places.drop(elsewhere.index), elsewhere]).loc[self.index]

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


def _with_units(block: Block, form: Form, raw: RawData, wanted: tuple[str, ...]) -> Block:
    """The block with the names of units, as WEIGHT@unit, bound to the fields that hold these."""
    joined = {join.name: join.form for join in block.joins}

    def holder(source: str) -> str:
        if not source.endswith(UNIT):
            return source
        owner, _, field = source.rpartition(".")
        if owner in joined and source not in form.fields:
            units = raw.form(joined[owner], block.place).units
            return f"{owner}.{units.get(field.removesuffix(UNIT), field)}"
        return form.units.get(source.removesuffix(UNIT), source)

    conditions = (clause.variable for clause in block.where)
    names = {*wanted, *conditions, *block.distinct, *block.group_by, *block.collapse}
    bind = {name: holder(block.bind.get(name, name)) for name in sorted({*block.bind, *names})}
    return replace(block, bind={n: to for n, to in bind.items() if n in block.bind or to != n})


def _told(form: Form, records: pd.Index | pd.Series, clause: str) -> pd.DataFrame:
    """Records of a form, with what was done to them."""
    return pd.DataFrame({"form": form.name, "record": records, "clause": clause})


def _doubled(block: Block, form: Form, rows: pd.DataFrame) -> pd.Index:
    """The records that agree with another, which is kept, in all fields that tell them apart."""
    names = [block.bind.get(name, name) for name in block.distinct]
    for name in names:
        if name not in CONTEXT:
            form.field_named(name, block.place)
    return rows.index[rows.duplicated(names, keep=block.keep)]


def _joined(join: Join, raw: RawData, frame: pd.DataFrame, rows: NDArray[np.intp]) -> pd.DataFrame:
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
    read = [(clause.variable, clause.variable) for clause in join.where]
    others = form.frame[all_hold(join.where, clauses_on(form.frame, read))]
    others = others.assign(**{name: as_plain(others[name]) for name in by})
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
    keys = [as_plain(frame[name].iloc[rows]) for name in by]
    return others.reindex(pd.MultiIndex.from_arrays(keys) if len(by) > 1 else pd.Index(keys[0]))
