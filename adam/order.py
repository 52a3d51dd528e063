"""What depends on what in ADaM: datasets on datasets, variables and parameters on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.order import sorted_by_need
from specs.references import parameters_named, rules_of, split_source
from specs.where import variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from specs.model import Dataset, Rule, Study


def build_order(study: Study) -> tuple[Dataset, ...]:
    """The ADaM datasets of a study, each after those it takes values from."""
    datasets = {dataset.name: dataset for dataset in study.of("ADaMIG")}
    needs = {
        dataset.name: set(_datasets_needed(dataset, datasets)) - {dataset.name}
        for dataset in datasets.values()
    }

    def place(name: str) -> str:
        return datasets[name].file

    return tuple(datasets[name] for name in sorted_by_need(needs, place))


def variables_needed(dataset: Dataset, names: Iterable[str]) -> set[str]:
    """The variables of a dataset that the named ones are computed from, themselves included."""
    needs = variable_needs(dataset)
    needed, new = set[str](), set(names)
    while new:
        needed |= new
        new = {source for name in new for source in needs.get(name, ())} - needed
    return needed


def variable_needs(dataset: Dataset) -> dict[str, set[str]]:
    """For each variable of a dataset the variables of the same dataset its rules read."""
    own = (*dataset.variables, *dataset.working)
    names = {variable.name for variable in own}
    needs = {}
    for variable in own:
        read: set[str] = set()
        for rule in variable.rules:
            read.update(variables_of(rule.when))
            read |= columns_read(dataset, rule)
        needs[variable.name] = (read & names) - {variable.name}
    return needs


def columns_read(dataset: Dataset, rule: Rule) -> set[str]:
    """The columns of the dataset itself from which a rule makes values."""
    read: set[str] = set()
    for source in rule.sources:
        owner, name = split_source(source)
        own = parameters_named(dataset, owner) if owner else ()
        read.update(key for parameter in own for key in parameter.per)
        if not owner or own:
            read.add(name)
    return read


def _datasets_needed(dataset: Dataset, datasets: Mapping[str, Dataset]) -> Iterator[str]:
    for block in dataset.blocks:
        if block.form in datasets:
            yield block.form
    for rule in rules_of(dataset):
        for source in rule.sources:
            owner, _ = split_source(source)
            if owner in datasets:
                yield owner
            elif owner and not parameters_named(dataset, owner):
                yield from (d.name for d in datasets.values() if parameters_named(d, owner))
