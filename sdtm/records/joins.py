"""Records beside others: for each record of a block the one of another form that has its keys.

The other side may be a form, another dataset, or a table of the study. A record that finds several
gets none of them, and a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.dates.order import in_order, rivals
from sdtm.raw import CONTEXT, findings_on
from sdtm.records.sources import answered, answered_keys, met
from specs.distinct import as_plain
from specs.findings import all_findings, findings, no_findings
from specs.where import variables_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sdtm.raw import Form
    from specs.model import Block, Join


@dataclass(frozen=True)
class Joined:
    """The joined record of each row, in the order of the rows, missing where there is none."""

    frame: pd.DataFrame
    findings: pd.DataFrame


def joined(join: Join, block: Block, form: Form, rows: NDArray[np.intp], other: Form) -> Joined:
    """The record of `other` beside each of the rows of a form."""
    by = [
        (_key(own, block, form, join), _key(theirs, None, other, join)) for own, theirs in join.by
    ]
    others, open_ = _chosen(join, other, [theirs for _, theirs in by])
    keys = pd.DataFrame({n: answered(other, theirs, others) for n, (_, theirs) in enumerate(by)})
    here = form.frame.iloc[rows]
    asked = pd.DataFrame(
        {n: answered(form, own, here) for n, (own, _) in enumerate(by)}
    ).reset_index(drop=True)
    complete = keys.notna().all(axis=1)
    keys, others = keys[complete], others[complete]
    several = keys.duplicated(keep=False)
    code = pd.concat([keys, asked], ignore_index=True).groupby(list(keys), dropna=False).ngroup()
    theirs, mine = code.iloc[: len(keys)], code.iloc[len(keys) :].reset_index(drop=True)
    one = pd.Series(others.index[~several], index=theirs[~several.to_numpy()])
    record = mine.map(one)
    beside = others.reindex(pd.Index(record)).reset_index(drop=True)
    doubled = mine.isin(theirs[several.to_numpy()])
    doubles = _several(join, form, rows[doubled.to_numpy()], other, mine[doubled], theirs, others)
    return Joined(
        beside.assign(**{"@record": record.astype("float64")}), all_findings([open_, doubles])
    )


def _key(name: str, block: Block | None, form: Form, join: Join) -> str:
    """The column of a form that a key is: a field, a bound name, or with @ the context."""
    if f"@{name}" in CONTEXT:
        return f"@{name}"
    field = block.bind.get(name, name) if block else name
    return field if field in CONTEXT else form.field_named(field, join.place).name


def _chosen(join: Join, other: Form, by: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records that meet the conditions of a join; with first or last one for each key.

    The findings are on records that may be the first or last and were not taken.
    """
    for name in variables_of(join.where):
        other.field_named(name, join.place)
    others = other.frame[met(join.where, other)]
    chosen = join.first or join.last
    if not chosen:
        return others, no_findings()
    dates = other.field_named(chosen, join.place).iso(others[chosen])
    others = others.loc[in_order(dates, latest=bool(join.last))]
    keys = answered_keys(other, others, by)
    open_ = rivals(
        dates[others.index], keys.groupby(by, dropna=False).ngroup(), latest=bool(join.last)
    )
    taken = ~keys.duplicated(keep="first" if join.first else "last")
    return others[taken], _rivals(join, other, others[open_ & ~taken])


def _rivals(join: Join, other: Form, records: pd.DataFrame) -> pd.DataFrame:
    """A finding for each record that was not taken, and may be the first or last after all."""
    chosen = join.first or join.last
    if not len(records):
        return no_findings()
    end = "first" if join.first else "last"
    return findings_on(
        other,
        records.index,
        severity="warning",
        rule="CK-JOIN-ORDER",
        variable=chosen,
        value=records[chosen],
        message=f"the date is not complete, so that the record may be the {end} that"
        f" {join.name} should take",
    )


def _several(
    join: Join,
    form: Form,
    rows: NDArray[np.intp],
    other: Form,
    mine: pd.Series,
    theirs: pd.Series,
    others: pd.DataFrame,
) -> pd.DataFrame:
    """A finding for each record that finds several."""
    if not len(rows):
        return no_findings()
    at = as_plain(others["@file"]) + " line " + others["@line"].astype("str")
    lines = at.fillna("a row of the table").groupby(theirs.to_numpy()).agg(", ".join)
    contexts = form.frame.iloc[rows]
    message = (
        f"{join.name} finds several records of {other.name} with the same"
        f" {' and '.join(theirs for _, theirs in join.by)} ("
        + mine.map(lines).astype("str")
        + "), and none is taken; say which with first: or last:, or restrict them with where:"
    )
    return findings(
        severity="error",
        rule="CK-JOIN-RECORDS",
        form=form.name,
        subject=as_plain(contexts["@subject"]).reset_index(drop=True),
        message=message.reset_index(drop=True),
        file=as_plain(contexts["@file"]).reset_index(drop=True),
        line=contexts["@line"].reset_index(drop=True),
    )
