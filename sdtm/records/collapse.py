"""Several raw records as one: those that agree in what a block groups them by.

A field on which they do not agree needs a rule: the first or last value collected, the smallest
or largest, all of them joined, or a value that counts if any record has it. What cannot be compared
counts only where nothing else was collected, and is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pandas as pd

from sdtm.dates import iso_dtc
from sdtm.dates.order import in_order, rivals
from sdtm.raw import CONTEXT
from sdtm.records.sources import answered_keys
from specs.distinct import as_plain, text_where
from specs.errors import MappingError
from specs.findings import all_findings, findings, no_findings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sdtm.raw import Field, Form
    from specs.model import Block

SEPARATOR = "; "

UNDECLARED = "declare the order"
"""What a date's problem says where its day and month may be either."""


def no_members() -> pd.DataFrame:
    """No record that became one with another."""
    return pd.DataFrame({"kept": [], "record": []}).astype("int64")


@dataclass(frozen=True)
class Collapsed:
    """A form whose records were made one where they agree.

    `members` has for each record that is no more the one `kept`, which it became, and `record`.
    `taken` has for a field the CONTEXT of the record that its value is from, by the record kept,
    where that is another one. `findings` are the values that could not be compared, without their
    dataset.
    """

    form: Form
    members: pd.DataFrame = field(default_factory=no_members)
    taken: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: pd.DataFrame = field(default_factory=no_findings)


def collapsed(block: Block, form: Form, rows: pd.DataFrame, names: Sequence[str]) -> Collapsed:
    """The form with one record per group of `rows`.

    Of the fields those of `names` are made one; what nothing reads stays that of the first.

    The record that stays is the first collected. Missing values do not count against others,
    records without a value to group by are a group of their own. MappingError where records differ
    without a rule, with all fields that do.
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
    keys = answered_keys(form, rows, by)
    group = keys.groupby(by, sort=False, dropna=False).ngroup()
    first = ~group.duplicated()
    kept = pd.Series(rows.index[first].take(group.to_numpy()), index=rows.index, dtype="int64")
    members = pd.DataFrame({"kept": kept[~first], "record": rows.index[~first]})
    one_each = rows[first].copy()
    several = group[group.duplicated(keep=False)].index
    read = [name for name in names if name not in by] if len(members) else []
    values = {name: rows.loc[several, name].dropna() for name in read}
    _check_same({n: v for n, v in values.items() if n not in rules}, kept, rows, block)
    taken: dict[str, pd.DataFrame] = {}
    finding_tables: list[pd.DataFrame] = []
    for name, collected in values.items():
        rule = rules.get(name, "first")
        ranked = collected
        if isinstance(rule, tuple):
            counts = collected.isin(rule).sort_values(ascending=False, kind="stable")
            ranked = collected[counts.index]
        elif rule in ("min", "max"):
            order, problem = _order(collected, form.fields[name], kept, str(rule))
            ranked = collected[order]
        end = "last" if rule in ("last", "max") else "first"
        chosen = kept[ranked.index].drop_duplicates(keep=end)
        if rule in ("min", "max"):
            left = problem.drop(chosen.index).dropna()
            finding_tables.append(_unread(left, collected, rows, form.name, str(rule)))
        one = collected[chosen.index].set_axis(chosen)
        if rule == "joined":
            pairs = pd.DataFrame({"kept": kept[collected.index], "value": collected})
            one = pairs.drop_duplicates().groupby("kept")["value"].agg(SEPARATOR.join)
        one_each.loc[one_each.index.isin(kept[several]), name] = one
        other = chosen[chosen != chosen.index]
        taken[name] = rows.loc[other.index, list(CONTEXT)].apply(as_plain).set_axis(other)
    made_one = replace(form, frame=one_each)
    return Collapsed(made_one, members, MappingProxyType(taken), all_findings(finding_tables))


def _order(
    values: pd.Series, field: Field, group: pd.Series, rule: str
) -> tuple[pd.Index, pd.Series]:
    """The labels of values by number or by date, and why those do not count that cannot.

    The smallest comes first or the largest last, behind or before them what cannot be compared.
    """
    answers = field.answered(values)
    numbers, dates = field.numbers(answers), iso_dtc(answers, field.style)
    if numbers.notna().sum() >= dates["dtc"].notna().sum() and numbers.notna().any():
        unread: Literal["first", "last"] = "last" if rule == "min" else "first"
        order = numbers.sort_values(na_position=unread, kind="stable").index
        return order, text_where(answers.notna() & numbers.isna(), "is not a number")
    latest = rule == "max"
    dated = in_order(dates["dtc"], latest=latest)
    others = values.index.difference(dated, sort=False)
    order = others.append(dated) if latest else dated.append(others)
    open_ = rivals(dates["dtc"], group[values.index], latest=latest)
    message = f"is not complete, and may be the {'latest' if latest else 'earliest'}"
    return order, dates["problem"].mask(open_, message)


def _unread(
    problem: pd.Series, values: pd.Series, rows: pd.DataFrame, form: str, rule: str
) -> pd.DataFrame:
    """A finding for each value that cannot be compared and therefore does not count."""
    undeclared = problem.str.contains(UNDECLARED, regex=False)
    remedy = text_where(undeclared, " with dates: DMY, MDY or YMD in study.yaml").fillna("")
    contexts = rows.loc[problem.index]
    return findings(
        severity="error",
        rule="CK-COLLAPSE-VALUE",
        form=form,
        subject=contexts["@subject"],
        seq=contexts["@form_repeat"],
        variable=str(values.name),
        value=values[problem.index],
        message=f"takes no part in the {rule} of its group: " + problem + remedy,
        file=contexts["@file"],
        line=contexts["@line"],
    )


def _check_same(
    values: Mapping[str, pd.Series], kept: pd.Series, rows: pd.DataFrame, block: Block
) -> None:
    """MappingError with the fields of which the records of one group have different values."""
    differ: dict[str, str] = {}
    for name, collected in values.items():
        group = kept[collected.index]
        wrong = collected.groupby(group).transform("nunique").gt(1)
        if wrong.any():
            first = group[wrong].iloc[0]
            lines = ", ".join(rows.loc[group.index[group.eq(first)], "@line"].astype(str))
            differ[name] = f"{rows['@file'][first]} lines {lines}"
    if differ:
        fields = ", ".join(f"{name} ({lines})" for name, lines in differ.items())
        raise MappingError(
            f"fields differ between the records of one group: {fields}",
            where=block.place,
            remedy=f"say under collapse what counts, as {next(iter(differ))}: first, or last, min,"
            " max, joined or {any: value}",
        )
