"""Working values: variables that rules of a dataset read and that are not submitted.

They are no variables of the package, so a text or a lineage that reads one tells what it was made
of in its place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from specs.errors import SpecError
from specs.where import variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from specs.model import Dataset, Rule, Variable


def with_working(dataset: Dataset) -> Dataset:
    """The dataset, its rules knowing those of the working values they read, directly or not.

    SpecError where a working value bears the name of a variable, or goes in a circle.
    """
    if not dataset.working:
        return dataset
    _check_names(dataset)
    resolved: dict[str, tuple[Rule, ...]] = {}
    by_name = {variable.name: variable for variable in dataset.working}

    def rules(name: str, above: tuple[str, ...]) -> tuple[Rule, ...]:
        if name in above:
            circle = " from ".join((*above[above.index(name) :], name))
            raise SpecError(f"working values form a circle: {circle}", where=by_name[name].place)
        if name not in resolved:
            resolved[name] = tuple(with_rules(rule, (*above, name)) for rule in by_name[name].rules)
        return resolved[name]

    def with_rules(rule: Rule, above: tuple[str, ...] = ()) -> Rule:
        names = [name for name in dict.fromkeys(read_by(rule)) if name in by_name]
        return replace(rule, working={n: rules(n, above) for n in names}) if names else rule

    def described(variables: Iterable[Variable]) -> tuple[Variable, ...]:
        return tuple(map(one, variables))

    def one(variable: Variable) -> Variable:
        values = tuple(replace(v, described=one(v.described)) for v in variable.values)
        return replace(variable, rules=tuple(map(with_rules, variable.rules)), values=values)

    return replace(
        dataset,
        variables=described(dataset.variables),
        supplemental=described(dataset.supplemental),
        working=described(dataset.working),
        parameters=tuple(
            replace(
                p,
                rule=with_rules(p.rule) if p.rule else None,
                variable_rules={
                    name: tuple(map(with_rules, rules)) for name, rules in p.variable_rules.items()
                },
            )
            for p in dataset.parameters
        ),
    )


def read_by(rule: Rule) -> Iterator[str]:
    """The names that a rule reads, in its sources and conditions."""
    yield from rule.sources
    yield from variables_of(rule.when)


def unread(dataset: Dataset, others: Iterable[Dataset]) -> Iterator[SpecError]:
    """Working values that no rule reads, and no dataset that is made of these records."""
    rules = [
        r for v in (*dataset.variables, *dataset.supplemental, *dataset.working) for r in v.rules
    ]
    rules += [parameter.rule for parameter in dataset.parameters if parameter.rule]
    rules += [
        r for p in dataset.parameters for rules_of in p.variable_rules.values() for r in rules_of
    ]
    read = {name for rule in rules for name in read_by(rule)}
    read |= {name for other in others for name in _read_by_records(other, dataset.name)}
    for variable in dataset.working:
        if variable.name not in read:
            yield SpecError(
                f"no rule reads the working value {variable.name}",
                where=variable.place,
                remedy="remove it, or name it where it is needed",
            )


def _read_by_records(dataset: Dataset, of: str) -> Iterator[str]:
    """The variables of another dataset that the records of a dataset are made of."""
    for block in dataset.blocks:
        if block.form == of:
            yield from (block.bind.get(name, name) for name in variables_of(block.where))
            yield from (block.bind.get(own, own) for own, _, _ in block.among)
            yield from block.bind.values()
        yield from (name for _, owner, name in block.among if owner == of)
        yield from (theirs for j in block.joins if j.form == of for _, theirs in j.by)


def working_names(rule: Rule) -> Mapping[str, str]:
    """What a text calls each working value that a rule reads, directly or not."""
    names = list(dict.fromkeys(_hidden(rule)))
    if len(names) == 1:
        return {names[0]: "the intermediate value"}
    return {name: f"intermediate value {number}" for number, name in enumerate(names, start=1)}


def working_rules(rule: Rule) -> Mapping[str, tuple[Rule, ...]]:
    """The rules of each working value that a rule reads, directly or not."""
    rules_by_name: dict[str, tuple[Rule, ...]] = {}
    for name, rules in rule.working.items():
        rules_by_name[name] = rules
        for one in rules:
            rules_by_name |= working_rules(one)
    return rules_by_name


def _hidden(rule: Rule) -> Iterator[str]:
    for name, rules in rule.working.items():
        yield name
        for one in rules:
            yield from _hidden(one)


def _check_names(dataset: Dataset) -> None:
    """SpecError for a working value without rule, or named as a variable or in a condition."""
    taken = {v.name for v in (*dataset.variables, *dataset.supplemental)}
    names = {variable.name for variable in dataset.working}
    for variable in (*dataset.variables, *dataset.supplemental):
        for value in variable.values:
            hidden = next((w.variable for w in value.where if w.variable in names), "")
            if hidden:
                raise SpecError(
                    f"a line of value level has the condition {hidden}, which is not submitted",
                    where=value.described.place,
                    remedy="write the condition on variables of the dataset",
                )
    for variable in dataset.working:
        if variable.name in taken:
            raise SpecError(
                f"{variable.name} is a variable of {dataset.name} and a working value",
                where=variable.place,
                remedy="rename the working value",
            )
        if not variable.name.replace("_", "").isalnum():
            raise SpecError(
                f"{variable.name} is not a name of a working value",
                where=variable.place,
                remedy="write letters, digits and _",
            )
        if not variable.rules:
            raise SpecError(
                f"{variable.name} has no rule",
                where=variable.place,
                remedy="give it a verb: collected, derived, assigned, protocol or predecessor",
            )
