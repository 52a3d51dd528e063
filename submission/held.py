"""What a dataset holds, as far as the description of its files depends on it: distinct values.

It is made of a group of subjects, and of several groups put together; what is measured on it is
what would be measured on all rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from specs.where import all_hold
from submission.measures import telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from specs.model import Dataset, Variable

_MANY = 256
"""Of more distinct values only those are kept that can decide a measure."""


@dataclass(frozen=True)
class Held:
    """The number of records and the distinct values of a dataset's variables, missing ones aside.

    `by_topic` has them by the dataset's topic (--TESTCD, PARAMCD, QNAM), for variables that may
    differ by it; `by_value` for the parts that the specification describes by conditions.
    """

    records: int
    values: Mapping[str, pd.Series]
    by_topic: Mapping[str, Mapping[str, pd.Series]] = field(default_factory=dict)
    by_value: Mapping[str, Mapping[str, pd.Series]] = field(default_factory=dict)


def topic(dataset: Dataset) -> str:
    """The variable by which the results of a dataset differ in kind; "" if there is none."""
    if dataset.parent:
        return "QNAM"
    candidates = (f"{dataset.domain}TESTCD", "PARAMCD")
    return next((name for name in candidates if dataset.has(name)), "")


def results(dataset: Dataset) -> tuple[str, ...]:
    """The variables of a dataset that hold results of whatever its topic names."""
    if dataset.parent:
        return ("QVAL",)
    names = ("AVAL", "AVALC") if dataset.purpose == "Analysis" else sdtm_results(dataset.domain)
    return tuple(name for name in names if dataset.has(name))


def sdtm_results(prefix: str) -> tuple[str, ...]:
    """The results of SDTM, the two texts first."""
    return (f"{prefix}ORRES", f"{prefix}STRESC", f"{prefix}STRESN")


def described(dataset: Dataset, variable: Variable, value: str) -> tuple[Variable, str]:
    """What describes the values of a variable under one value of the topic, and their codelist."""
    if variable.name == "QVAL" and dataset.parent:
        for qualifier in dataset.supplemental:
            if qualifier.name == value:
                return qualifier, qualifier.codelist
    if variable.name == "AVALC":
        for parameter in dataset.parameters:
            if parameter.code == value and parameter.codelist:
                return variable, parameter.codelist
    return variable, variable.codelist


def differing(dataset: Dataset) -> tuple[Variable, ...]:
    """The variables without described parts whose values may differ in kind by the topic."""
    name = topic(dataset)
    if not name:
        return ()
    return tuple(v for v in dataset.variables if not v.values and _may_differ(dataset, v, name))


def held(dataset: Dataset, frame: pd.DataFrame) -> Held:
    """What the rows of a dataset hold."""
    by_topic: dict[str, dict[str, pd.Series]] = {}
    name = topic(dataset)
    for variable in differing(dataset):
        pairs = frame[[name, variable.name]].dropna().drop_duplicates()
        by_topic[variable.name] = {
            str(value): _few(values, described(dataset, variable, str(value))[1])
            for value, values in pairs.groupby(name, sort=True, observed=True)[variable.name]
        }
    by_value = {
        variable.name: {
            line.name: _few(
                frame.loc[all_hold(line.where, frame), line.described.name],
                line.described.codelist,
            )
            for line in variable.values
        }
        for variable in dataset.variables
        if variable.values
    }
    return Held(
        len(frame),
        {v.name: _few(frame[v.name], v.codelist) for v in dataset.variables},
        by_topic,
        by_value,
    )


def held_together(dataset: Dataset, groups: Sequence[Held]) -> Held:
    """What several groups of a dataset's rows hold."""

    def nested(
        of: Callable[[Held], Mapping[str, Mapping[str, pd.Series]]],
        codelist: Callable[[str, str], str],
    ) -> Mapping[str, Mapping[str, pd.Series]]:
        names = dict.fromkeys(name for group in groups for name in of(group))
        return {
            name: {
                value: _stacked(
                    (of(group)[name][value] for group in groups if value in of(group)[name]),
                    codelist(name, value),
                )
                for value in sorted({v for group in groups for v in of(group)[name]})
            }
            for name in names
        }

    variables = {v.name: v for v in dataset.variables}
    lists = {
        (v.name, group.name): group.described.codelist
        for v in dataset.variables
        for group in v.values
    }
    return Held(
        sum(group.records for group in groups),
        {
            name: _stacked((group.values[name] for group in groups), variable.codelist)
            for name, variable in variables.items()
        },
        nested(
            lambda group: group.by_topic,
            lambda name, value: described(dataset, variables[name], value)[1],
        ),
        nested(lambda group: group.by_value, lambda name, value: lists[name, value]),
    )


def _stacked(columns: Iterable[pd.Series], codelist: str) -> pd.Series:
    filled = list(columns)
    return _few(pd.concat(filled, ignore_index=True), codelist)


def _few(values: pd.Series, codelist: str) -> pd.Series:
    """The distinct values; without a codelist, of many only those that can decide a measure."""
    distinct_values = values.dropna().drop_duplicates()
    if not codelist and len(distinct_values) > _MANY:
        distinct_values = telling(distinct_values)
    return distinct_values.reset_index(drop=True)


def _may_differ(dataset: Dataset, variable: Variable, name: str) -> bool:
    """Whether the values of a variable may differ in kind by the topic of that name."""
    if variable.name in results(dataset):
        return True
    if variable.name in (name, name.removesuffix("CD")):
        return False
    assigned = any(variable.name in block.assign for block in dataset.blocks)
    return len(variable.rules) + assigned > 1 or any(rule.when for rule in variable.rules)
