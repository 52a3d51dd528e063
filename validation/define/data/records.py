"""Records: keys, values that must be there, variables without any, and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import ValidationError

from specs.distinct import as_plain
from specs.errors import RawDataError, SpecError
from specs.where import Where
from validation.define.data.values import distinct, value_findings
from validation.define.families.variables import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validation.define.data.delivered import Delivered, Row
    from validation.define.document import Node
    from validation.define.model import Use

    Mask = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def record_findings(delivered: Delivered, others: Mapping[str, Delivered]) -> Iterator[Row]:
    """What the records of a dataset have against define.xml; `others` are all datasets."""
    yield from _keys(delivered)
    masks: dict[str, Mask | None] = {}
    for use, _, values in delivered.both():
        name = use.item.get("Name")
        distinct_values = distinct(values)
        yield from _data_or_not(delivered, use, len(values), distinct_values, "")
        missing = int(values.isna().sum()) if use.reference.get("Mandatory") == "Yes" else 0
        if missing:
            message = f"{name} is Mandatory, and missing in {missing} records"
            yield delivered.finding("CK-DEFINE-MANDATORY", use.reference, message, name)
        yield from value_findings(delivered, use, distinct_values)
        levels = delivered.define.values_of(use.item, delivered.dataset)
        if levels and len(values):
            clauses = {
                clause.get("WhereClauseOID")
                for level in levels
                for clause in level.reference.all("def:WhereClauseRef")
            }
            for oid in clauses - masks.keys():
                masks[oid] = selected(delivered, others, oid)
            yield from _value_level(delivered, masks, levels, values)


def _keys(delivered: Delivered) -> Iterator[Row]:
    """A finding where records have keys that are there before."""
    keys = [
        (int(number), name)
        for name, use in delivered.variables.items()
        if (number := use.reference.get("KeySequence")).isdecimal() and name in delivered.frame
    ]
    if not keys or _keys_in_supplemental(delivered):
        return
    names = [name for _, name in sorted(keys)]
    double = delivered.frame.duplicated(names)
    if double.any():
        first = delivered.frame.loc[double, names].iloc[0].astype("str")
        message = (
            f"{int(double.sum())} records have keys ({', '.join(names)}) that are there before"
        )
        yield delivered.finding(
            "CK-DEFINE-KEY", delivered.dataset, message, value=", ".join(first.fillna("missing"))
        )


def _keys_in_supplemental(delivered: Delivered) -> bool:
    """Whether a qualifier of the dataset's SUPP-- is one of its keys."""
    own = {f"SUPP{delivered.name}", f"SUPP{delivered.dataset.get('Domain')}"}
    return any(
        use.reference.get("KeySequence")
        for use in delivered.define.values
        if use.dataset is not None and use.dataset.get("Name") in own
    )


def _data_or_not(
    delivered: Delivered, use: Use, records: int, distinct_values: list[object], where: str
) -> Iterator[Row]:
    name, marked = use.variable.get("Name"), use.reference.get("def:HasNoData")
    if delivered.define.version == "2.0" or not records:
        return
    if marked and distinct_values:
        message = f"{name}{where} has def:HasNoData, and {len(distinct_values)} different values"
        yield delivered.finding("CK-DEFINE-NO-DATA", use.reference, message, name)
    if not marked and not distinct_values and delivered.define.submission:
        message = f"{name}{where} has no value in the data, and no def:HasNoData"
        yield delivered.finding("DEFINE-076", use.reference, message, name)


def _value_level(
    delivered: Delivered, masks: Mapping[str, Mask | None], levels: list[Use], values: pd.Series
) -> Iterator[Row]:
    """What the values of a variable have against the lines of its value level."""
    name = levels[0].variable.get("Name")
    covered = np.zeros(len(values), dtype=np.int64)
    decided = True
    for use in levels:
        clauses = use.reference.all("def:WhereClauseRef")
        chosen = [masks[clause.get("WhereClauseOID")] for clause in clauses]
        selections = [mask for mask in chosen if mask is not None]
        if not selections or len(selections) < len(chosen):
            decided = False
            continue
        mask = np.logical_or.reduce(selections)
        covered += mask
        where = f" where {use.item.get('OID')} describes it"
        if not mask.any():
            if not use.reference.get("def:HasNoData"):
                message = f"the where clause of {name_of(use)} selects no record"
                yield delivered.finding("CK-DEFINE-WHERE", use.reference, message, name)
            continue
        distinct_values = distinct(values[mask])
        yield from _data_or_not(delivered, use, len(values), distinct_values, where)
        yield from value_findings(delivered, use, distinct_values, where)
    there = values.notna().to_numpy()
    outside = (covered == 0) & there
    if decided and outside.any():
        message = f"{int(outside.sum())} values of {name} are in no condition of its value list"
        node, first = levels[0].variable, values[outside].iloc[0]
        yield delivered.finding("CK-DEFINE-COVER", node, message, name, value=first)
    twice = (covered > 1) & there
    if twice.any():
        message = f"{int(twice.sum())} values of {name} are in several conditions of its value list"
        yield delivered.finding(
            "CK-DEFINE-COVER", levels[0].variable, message, name, severity="warning"
        )


def selected(delivered: Delivered, others: Mapping[str, Delivered], oid: str) -> Mask | None:
    """True for the records that a where clause selects; None when that cannot be told."""
    clause = delivered.define.target("def:WhereClauseDef", oid)
    if clause is None:
        return None
    mask = np.ones(len(delivered.frame), dtype=bool)
    for check in clause.all("RangeCheck"):
        column = _column(delivered, others, check)
        if column is None:
            return None
        texts = [value.text.strip() for value in check.all("CheckValue")]
        try:
            where = Where.model_validate(
                {
                    "variable": str(column.name),
                    "comparator": check.get("Comparator"),
                    "values": tuple(texts),
                }
            )
            mask &= where.holds(column).to_numpy(dtype=bool)
        except (ValidationError, SpecError):
            return None
    return mask


def _column(delivered: Delivered, others: Mapping[str, Delivered], check: Node) -> pd.Series | None:
    """The values of a condition's variable for each record; by subject from another dataset."""
    define = delivered.define
    item = define.target("ItemDef", check.get("def:ItemOID"))
    if item is None:
        return None
    name = item.get("Name")
    of = [use.dataset for use in define.variables_of(item)]
    if delivered.dataset in of:
        return delivered.frame.get(name)
    for dataset in of:
        other = others.get(dataset.get("Name")) if dataset is not None else None
        frame = _readable(other) if other is not None else None
        if frame is None or name not in frame or "USUBJID" not in delivered.frame:
            continue
        if "USUBJID" in frame and frame["USUBJID"].is_unique:
            by_subject = as_plain(frame[name]).set_axis(pd.Index(as_plain(frame["USUBJID"])))
            return as_plain(delivered.frame["USUBJID"]).map(by_subject).rename(name)
    return None


def _readable(delivered: Delivered) -> pd.DataFrame | None:
    """The rows of another dataset; None where its file cannot be read, which is told elsewhere."""
    try:
        return delivered.frame
    except RawDataError:
        return None


def result_findings(others: Mapping[str, Delivered], define_nodes: list[Node]) -> Iterator[Row]:
    """Where clauses of analysis results that select no record of their dataset."""
    for node in define_nodes:
        of = next(
            (d for d in others.values() if d.dataset.get("OID") == node.get("ItemGroupOID")), None
        )
        for reference in node.all("def:WhereClauseRef") if of is not None else []:
            if of is None:
                continue
            mask = selected(of, others, reference.get("WhereClauseOID"))
            if mask is not None and not mask.any():
                message = (
                    f"the where clause {reference.get('WhereClauseOID')} of an analysis result"
                )
                yield of.finding("CK-DEFINE-WHERE", reference, f"{message} selects no record")
