"""Which variable comes from which: the sources of every variable, read off the rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from specs.references import split_source
from specs.where import AnyOf, Comparator, Where, left_to_meet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specs.model import Block, Dataset, Rule, Study
    from specs.where import Condition

COLUMNS = (
    "dataset",
    "variable",
    "parameter",
    "origin",
    "derivation",
    "source",
    "rule",
    "when",
    "where",
)


def variable_lineage(study: Study) -> pd.DataFrame:
    """One row per variable (or derived parameter) and source: columns COLUMNS, text.

    A source is `form.field` for collected data, `DATASET.VARIABLE` or `PARAMETER.VARIABLE` for
    built data, or a constant. Rows without variable and parameter are of a rule that makes
    records. `rule` numbers the rules of a variable, of which the first that
    gives a value counts; `when` has the conditions on the row for which the source counts, `where`
    those on the records of the source, both as `conditions_of` reads them.
    """
    rows = [row for dataset in study.datasets for row in _rows(dataset, study)]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype("str").drop_duplicates()


def conditions_of(text: str) -> tuple[Condition, ...]:
    """The conditions in a cell of `when` or `where`; none for "".

    >>> conditions_of('[["RSCAT", "EQ", ["PGA"]]]')[0].variable
    'RSCAT'
    """
    return _read(json.loads(text)) if text else ()


def _read(listed: Iterable[Any]) -> tuple[Condition, ...]:
    return tuple(
        AnyOf(alternatives=tuple(map(_read, one["any"])))  # type: ignore[arg-type]
        if isinstance(one, dict)
        else Where(variable=one[0], comparator=one[1], values=tuple(one[2]))
        for one in listed
    )


def _json(conditions: Iterable[Condition]) -> str:
    listed = _listed(conditions)
    return json.dumps(listed) if listed else ""


def _listed(conditions: Iterable[Condition]) -> list[Any]:
    return [
        [one.variable, one.comparator.value, list(one.values)]
        if isinstance(one, Where)
        else {"any": [_listed(alternative) for alternative in one.alternatives]}
        for one in conditions
    ]


def _rows(dataset: Dataset, study: Study) -> Iterator[tuple[str, ...]]:
    """The sources of blocks, variables, qualifiers and parameters, a row for each."""
    built = {d.name for d in study.datasets}
    for number, block in enumerate(dataset.blocks, 1):
        for name, constant in block.assign.items():
            yield dataset.name, name, "", "assigned", "", f"constant {constant}", "0", "", ""
        if block.rule:
            when = [_is(*one) for one in block.assign.items()]
            for source in block.rule.sources:
                yield dataset.name, "", "", *_described(block.rule, source, number, when)
    owner = dataset.parent or dataset.name
    for variable in (*dataset.variables, *dataset.supplemental):
        for number, rule in enumerate(variable.rules, 1):
            for source, scope in _sources(rule, dataset, built):
                described = _described(rule, source, number, (*scope, *rule.when))
                yield owner, variable.name, "", *described
    for parameter in dataset.parameters:
        if parameter.rule:
            for source, _ in _sources(parameter.rule, dataset, built):
                rule = parameter.rule
                yield dataset.name, "", parameter.code, *_described(rule, source, 1, rule.when)


def _described(
    rule: Rule, source: str, number: int, when: Iterable[Condition]
) -> tuple[str, str, str, str, str, str]:
    derivation = rule.derivation.name if rule.derivation else ""
    return str(rule.origin), derivation, source, str(number), _json(when), _json(rule.where)


def _sources(
    rule: Rule, dataset: Dataset, built: set[str]
) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    """The sources of a rule, each with the conditions that its block sets."""
    for name in rule.sources:
        for inner in rule.working.get(name, ()):
            for source, scope in _sources(inner, dataset, built):
                yield source, (*scope, *inner.when)
    if rule.constant is not None:
        yield f"constant {rule.constant}", ()
    own = {v.name for v in (*dataset.variables, *dataset.supplemental)}
    for source in rule.sources:
        if source in rule.working:
            continue
        owner, _ = split_source(source)
        if source in own and rule.derivation is not None:
            yield f"{dataset.name}.{source}", ()
        elif owner in built or source.startswith("@") or (owner and dataset.purpose == "Analysis"):
            yield source, ()
        else:
            yield from _fields(source, dataset, rule)


def _fields(
    source: str, dataset: Dataset, rule: Rule
) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    """The form's field a name stands for, in each block that the rule is for.

    Where it is one field in all blocks of a form, what the blocks assign is no condition.
    """
    fields = [
        (_field(source, b), b)
        for b in dataset.blocks
        if left_to_meet(rule.when, b.assign) is not None
    ]
    of_form: dict[str, set[str]] = {}
    for field, _ in fields:
        of_form.setdefault(split_source(field)[0], set()).add(field)
    for field, block in fields:
        several = len(of_form[split_source(field)[0]]) > 1
        yield field, tuple(_is(*one) for one in block.assign.items()) if several else ()


def _field(source: str, block: Block) -> str:
    field = block.bind.get(source, source)
    join, _, joined = field.partition(".")
    form = next((j.form for j in block.joins if j.name == join), None)
    return f"{form}.{joined}" if form else f"{block.form}.{field}"


def _is(variable: str, value: object) -> Where:
    return Where(variable=variable, comparator=Comparator.EQ, values=(str(value),))
