"""The results a study declares in analyses.yaml, as one tidy table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from adam.methods import METHODS
from adam.methods.sample import Sample
from specs.errors import MappingError, did_you_mean
from specs.numbers import number_text
from specs.where import all_hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adam.methods import Method
    from adam.methods.sample import Statistic
    from specs.analyses import Analysis, Selection
    from specs.model import Study
    from specs.tables import Table

COLUMNS = (
    "analysis", "title", "method", "dataset", "variable",
    "group1", "value1", "group2", "value2", "order", "statistic", "label", "value", "shown",
)  # fmt: skip


def results(study: Study, tables: Mapping[str, Table]) -> pd.DataFrame:
    """Every declared result, one row per analysis, group and statistic, in declared order.

    Groups without a value have the value "". MappingError where an analysis names what is not
    there, or no record meets its conditions.
    """
    rows = [row for declared in study.analyses for row in _rows(declared, tables)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    numeric = {"order": "int64", "value": "float64"}
    return frame.astype({name: numeric.get(name, "str") for name in COLUMNS})


def selected(selection: Selection, tables: Mapping[str, Table], place: str) -> pd.DataFrame:
    """The records of a dataset that meet the conditions; MappingError names what is missing."""
    if selection.dataset not in tables:
        raise MappingError(
            f"{selection.dataset} is not built",
            where=place,
            remedy=did_you_mean(selection.dataset, tables),
        )
    frame = tables[selection.dataset].frame
    for name in (selection.variable, *(where.variable for where in selection.where)):
        if name not in frame:
            raise MappingError(
                f"{selection.dataset} has no {name}",
                where=place,
                remedy=did_you_mean(name, frame.columns),
            )
    return frame[all_hold(selection.where, frame)]


def method_of(analysis: Analysis) -> Method:
    """The method an analysis names; MappingError where there is none."""
    if analysis.method not in METHODS:
        raise MappingError(
            f"analysis {analysis.id}: there is no method {analysis.method}",
            where=analysis.place,
            remedy=did_you_mean(analysis.method, METHODS),
        )
    return METHODS[analysis.method]


def statistics(
    analysis: Analysis, tables: Mapping[str, Table]
) -> Iterator[tuple[tuple[str, ...], tuple[Statistic, ...]]]:
    """What the method of an analysis makes of its records, for each combination of its groups."""
    method = method_of(analysis)
    records = selected(analysis, tables, analysis.place)
    if records.empty:
        raise MappingError(
            f"analysis {analysis.id}: no record of {analysis.dataset} meets"
            f" {' and '.join(map(str, analysis.where))}",
            where=analysis.place,
            remedy="check its where clause",
        )
    against = _by_subject(analysis, tables)
    for values, group in _groups(analysis, records):
        sample = Sample(
            group[analysis.variable],
            group["USUBJID"],
            None if against is None else group["USUBJID"].map(against),
            analysis.event,
            analysis.level,
        )
        yield values, method(sample)


def _rows(analysis: Analysis, tables: Mapping[str, Table]) -> Iterator[tuple[Any, ...]]:
    for values, results in statistics(analysis, tables):
        pairs = [*zip(analysis.by, values, strict=True), ("", ""), ("", "")][:2]
        groups = [text for pair in pairs for text in pair]
        for number, one in enumerate(results, 1):
            yield (
                analysis.id, analysis.title, analysis.method, analysis.dataset, analysis.variable,
                *groups, number, one.code, one.label, one.value, one.shown,
            )  # fmt: skip


def _by_subject(analysis: Analysis, tables: Mapping[str, Table]) -> pd.Series | None:
    if analysis.against is None:
        return None
    records = selected(analysis.against, tables, analysis.place)
    if records["USUBJID"].duplicated().any():
        raise MappingError(
            f"analysis {analysis.id}: a subject has several records to compare with",
            where=analysis.place,
            remedy="narrow the where clause of against",
        )
    return records.set_index("USUBJID")[analysis.against.variable]


def _groups(
    analysis: Analysis, records: pd.DataFrame
) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """The records of each combination of `by`, in the order in which they come."""
    if not analysis.by:
        yield (), records
        return
    unknown = [name for name in analysis.by if name not in records]
    if unknown or len(analysis.by) > 2:
        raise MappingError(
            f"analysis {analysis.id} cannot be grouped by {', '.join(analysis.by)}",
            where=analysis.place,
            remedy="name at most two variables of its dataset",
        )
    for values, group in records.groupby(list(analysis.by), sort=False, dropna=False):
        yield tuple(map(_text, values)), group


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    return number_text(value) if isinstance(value, float) else str(value)
