"""Several raw records as one: those that agree in what a block groups them by.

A field on which they do not agree needs a rule: the first or last value collected, the smallest
or largest, all of them joined, or a value that counts if any record has it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import CONTEXT
from specs.distinct import as_plain
from specs.errors import MappingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdtm.raw import Field, Form
    from specs.model import Block

SEPARATOR = "; "


def no_members() -> pd.DataFrame:
    """No record that became one with another."""
    return pd.DataFrame({"kept": [], "record": []}).astype("int64")


def collapsed(
    block: Block, form: Form, rows: pd.DataFrame, names: Sequence[str]
) -> tuple[Form, pd.DataFrame]:
    """The form with one record per group of `rows`, and which records became one.

    Of the fields those of `names` are made one; what nothing reads stays that of the first.

    The record that stays is the first collected; the second frame has for each other one `kept`,
    the record it became, and `record`. Missing values do not count against others, records without
    a value to group by are a group of their own. MappingError where records differ without a rule.
    """
    by = [block.bind.get(name, name) for name in block.group_by]
    for name in by:
        if name not in CONTEXT:
            form.field_named(name, block.place)
    rules = {block.bind.get(name, name): rule for name, rule in block.collapse.items()}
    for name in rules:
        form.field_named(name, block.place)
    texts = [name for name in (*by, *names) if name in rows]
    rows = rows.assign(**{name: as_plain(rows[name]) for name in texts})
    group = rows.groupby(by, sort=False, dropna=False).ngroup()
    first = ~group.duplicated()
    kept = pd.Series(rows.index[first].take(group.to_numpy()), index=rows.index, dtype="int64")
    members = pd.DataFrame({"kept": kept[~first], "record": rows.index[~first]})
    made = rows[first].copy()
    several = group[group.duplicated(keep=False)].index
    for name in names if len(members) else ():
        if name not in by:
            values = rows.loc[several, name].dropna()
            one = _one(values, kept, form.fields[name], rules.get(name), rows, block)
            made.loc[made.index.isin(kept[several]), name] = one
    return replace(form, frame=made), members


def _one(
    values: pd.Series,
    kept: pd.Series,
    field: Field,
    rule: str | tuple[str, ...] | None,
    rows: pd.DataFrame,
    block: Block,
) -> pd.Series:
    """The one value of each group that has a value, by the record that is kept."""
    group = kept[values.index]
    if rule is None:
        _check_same(values, group, rows, block)
    if rule in ("min", "max"):
        order = _order(values, field, block)
        values = values.loc[order.sort_values(kind="stable").index]
    elif isinstance(rule, tuple):
        values = values.loc[values.isin(rule).sort_values(ascending=False, kind="stable").index]
    elif rule == "joined":
        pairs = pd.DataFrame({"kept": group, "value": values}).drop_duplicates()
        return pairs.groupby("kept")["value"].agg(SEPARATOR.join)
    grouped = values.groupby(kept[values.index])
    return grouped.last() if rule in ("last", "max") else grouped.first()


def _order(values: pd.Series, field: Field, block: Block) -> pd.Series:
    """What values are compared by: numbers, or dates."""
    numbers = field.numbers(values)
    if numbers.notna().all():
        return numbers
    dates = field.iso(values)
    if dates.notna().all():
        return dates
    wrong = values[(numbers.isna() & dates.isna())].iloc[:1].tolist() or values.iloc[:1].tolist()
    raise MappingError(
        f"{field.name} has values that are neither all numbers nor all dates, such as {wrong[0]}",
        where=block.place,
        remedy="take the first or last of them",
    )


def _check_same(values: pd.Series, group: pd.Series, rows: pd.DataFrame, block: Block) -> None:
    differ = values.groupby(group).transform("nunique").gt(1)
    if differ.any():
        first = group[differ].iloc[0]
        same = group.index[group.eq(first)]
        lines = ", ".join(rows.loc[same, "@line"].astype(str))
        raise MappingError(
            f"{values.name} differs between the records of one group: {rows['@file'][first]} lines"
            f" {lines}",
            where=block.place,
            remedy=f"say under collapse what counts: {values.name}: first, last, min, max, joined"
            " or {any: value}",
        )
