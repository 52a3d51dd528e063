"""Which variable comes from which: the sources of every variable, read off the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from specs.references import split_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.model import Dataset, Rule, Study

COLUMNS = ("dataset", "variable", "parameter", "origin", "derivation", "source")


def variable_lineage(study: Study) -> pd.DataFrame:
    """One row per variable (or derived parameter) and source: columns COLUMNS, text.

    A source is `form.field` for collected data, `DATASET.VARIABLE` for built data, or a constant.
    """
    rows = [row for dataset in study.datasets for row in _rows(dataset, study)]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype("str").drop_duplicates()


def _rows(dataset: Dataset, study: Study) -> Iterator[tuple[str, ...]]:
    built = {d.name for d in study.datasets}
    for block in dataset.blocks:
        for name, constant in block.assign.items():
            yield dataset.name, name, "", "assigned", "", f"constant {constant}"
    owner = dataset.parent or dataset.name
    for variable in (*dataset.variables, *dataset.supplemental):
        for rule in variable.rules:
            for source in _sources(rule, dataset, built):
                yield owner, variable.name, "", *_described(rule), source
    for parameter in dataset.parameters:
        if parameter.rule:
            for source in parameter.rule.sources:
                yield dataset.name, "", parameter.code, *_described(parameter.rule), source


def _described(rule: Rule) -> tuple[str, str]:
    return str(rule.origin), rule.derivation.name if rule.derivation else ""


def _sources(rule: Rule, dataset: Dataset, built: set[str]) -> Iterator[str]:
    if rule.constant is not None:
        yield f"constant {rule.constant}"
    own = {v.name for v in (*dataset.variables, *dataset.supplemental)}
    for source in rule.sources:
        owner, _ = split_source(source)
        if source in own and rule.derivation is not None:
            yield f"{dataset.name}.{source}"
        elif owner in built or source.startswith("@"):
            yield source
        else:
            yield from _fields(source, dataset)


def _fields(source: str, dataset: Dataset) -> Iterator[str]:
    """The form's field a name stands for, in each block."""
    for block in dataset.blocks:
        field = block.bind.get(source, source)
        join, _, joined = field.partition(".")
        form = next((j.form for j in block.joins if j.name == join), None)
        yield f"{form}.{joined}" if form else f"{block.form}.{field}"
