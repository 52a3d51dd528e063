"""Conditions that name a value which no record can have: no term of its list, no parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.errors import SpecError, did_you_mean
from specs.references import rules_of, split_source
from specs.where import Comparator, clauses_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from specs.model import Dataset, Study, Variable
    from specs.where import Condition

_NAMED = (Comparator.EQ, Comparator.NE, Comparator.IN, Comparator.NOTIN)


def impossible_values(study: Study) -> Iterator[SpecError]:
    """What is wrong with the conditions in the files of the datasets."""
    for dataset in study.datasets:
        if dataset.parent:
            continue
        for rule in rules_of(dataset):
            yield from impossible(study, dataset, rule.when, rule.place)
            owner = split_source(rule.sources[0])[0] if rule.sources else ""
            if study.has(owner):
                yield from impossible(study, study.dataset(owner), rule.where, rule.place)
        for block in dataset.blocks:
            if study.has(block.form):
                place = block.place or dataset.file
                yield from impossible(study, study.dataset(block.form), block.where, place)
        for parameter in dataset.parameters:
            for block in dataset.blocks:
                if study.has(block.form):
                    of = study.dataset(block.form)
                    yield from impossible(study, of, parameter.where, parameter.place)


def impossible(
    study: Study, dataset: Dataset, conditions: Iterable[Condition], place: str
) -> Iterator[SpecError]:
    """What conditions on records of a dataset ask for that none of these can have."""
    for clause in clauses_in(conditions):
        owner, name = split_source(clause.variable)
        if owner and not study.has(owner):
            continue
        of = study.dataset(owner) if owner else dataset
        variable = next((v for v in (*of.variables, *of.supplemental) if v.name == name), None)
        if variable is None or clause.comparator not in _NAMED:
            continue
        possible = _possible(study, of, variable)
        for value in clause.values:
            if value and possible and value not in possible:
                noun = f"term of {variable.codelist}"
                if name == "PARAMCD":
                    noun = f"parameter of {of.name}"
                yield SpecError(
                    f"{clause.variable} is asked for {value}, which is not a {noun}",
                    where=place,
                    remedy=did_you_mean(value, possible),
                )


def _possible(study: Study, dataset: Dataset, variable: Variable) -> Collection[str]:
    """The values that a variable can have; none where they are not listed."""
    if variable.name == "PARAMCD":
        return [parameter.code for parameter in dataset.parameters]
    lists = {variable.codelist, *(value.described.codelist for value in variable.values)}
    if variable.name == "AVALC":
        lists |= {p.codelist for p in dataset.parameters if p.codelist}
    if "" in lists or not lists <= set(study.codelists):
        return []
    return [term for name in sorted(lists) for term in study.codelists[name].codelist.values]
