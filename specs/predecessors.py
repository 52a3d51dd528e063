"""What a variable taken over from another dataset takes over with it: label, type, codelist."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from specs.errors import SpecError, did_you_mean
from specs.model import Origin
from specs.references import split_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specs.model import Dataset, Rule, Variable


def inherited(datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
    """The datasets, with every variable that has no label of its own described by its source.

    SpecError when a variable has no label and its source is not there or has none either.
    """
    known = {
        (dataset.name, variable.name): variable
        for dataset in datasets
        for variable in (*dataset.variables, *dataset.supplemental)
    }
    return tuple(
        replace(dataset, variables=tuple(_described(v, known) for v in dataset.variables))
        for dataset in datasets
    )


def _described(variable: Variable, known: Mapping[tuple[str, str], Variable]) -> Variable:
    seen: set[tuple[str, str]] = set()
    source = variable
    while not source.label:
        rule = next((r for r in source.rules if r.origin is Origin.PREDECESSOR), None)
        found = known.get(split_source(rule.sources[0])) if rule else None
        if rule is not None and found is None:
            raise _not_there(rule, known)
        if rule is None or found is None or split_source(rule.sources[0]) in seen:
            raise SpecError(
                f"{variable.name} has no label, and its source has none to take over",
                where=variable.place,
                remedy="give it a label of at most 40 characters",
            )
        seen.add(split_source(rule.sources[0]))
        source = found
    if source is variable:
        return variable
    return replace(
        variable,
        label=source.label,
        type=source.type,
        codelist=variable.codelist or source.codelist,
        value_domain=variable.value_domain or source.value_domain,
        format=variable.format or source.format,
    )


def _not_there(rule: Rule, known: Mapping[tuple[str, str], Variable]) -> SpecError:
    """What is wrong with the source of a predecessor that no dataset has."""
    source = rule.sources[0]
    owner, name = split_source(source)
    if not owner:
        return SpecError(
            f"predecessor {source} names no dataset",
            where=rule.place,
            remedy="write DATASET.VARIABLE",
        )
    names = [variable for dataset, variable in known if dataset == owner]
    if not names:
        owners = {dataset for dataset, _ in known}
        what, remedy = f"there is no dataset {owner}", did_you_mean(owner, owners)
    else:
        what, remedy = f"{owner} has no {name}", did_you_mean(name, names)
    return SpecError(f"{source}: {what}", where=rule.place, remedy=remedy)
