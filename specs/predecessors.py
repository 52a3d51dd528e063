"""What a variable taken over from another dataset takes over with it: label, type, format."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from specs.errors import SpecError, did_you_mean, gathered
from specs.model import Origin
from specs.references import split_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specs.model import Dataset, Rule, Variable

    Variables = Mapping[tuple[str, str], Variable]


def inherited(datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
    """The datasets, with every variable that is taken over described by its source.

    What its file or the standard says of it stands: label, type, length, format. One without a
    label has the codelist of its source too. SpecError where neither of them has a label.
    """
    variables = {
        (dataset.name, variable.name): variable
        for dataset in datasets
        for variable in (*dataset.variables, *dataset.supplemental)
    }
    described = gathered(
        partial(_described, v, variables, ()) for d in datasets for v in d.variables
    )
    each = iter(described)
    return tuple(replace(d, variables=tuple(next(each) for _ in d.variables)) for d in datasets)


def _described(
    variable: Variable, variables: Variables, above: tuple[tuple[str, str], ...]
) -> Variable:
    """A variable with label, type and format of its source, as far as it has none of its own."""
    rule = next((r for r in variable.rules if r.origin is Origin.PREDECESSOR and r.sources), None)
    key = split_source(rule.sources[0]) if rule else ("", "")
    if key not in variables or key in above:
        if not variable.label:
            if rule is not None and key not in variables:
                raise _not_there(rule, variables)
            raise SpecError(
                f"{variable.name} has no label, and its source has none to take over",
                where=variable.place,
                remedy="give it a label of at most 40 characters",
            )
        return variable
    source = _described(variables[key], variables, (*above, key))
    whole = not variable.label
    if variable.own_type:
        same = variable.type == source.type
    else:
        same = True
        variable = replace(variable, type=source.type, data_type=source.data_type)
    return replace(
        variable,
        label=variable.label or source.label,
        length=variable.length or (source.length if same else None),
        digits=source.digits if same and variable.digits is None else variable.digits,
        format=variable.format or (source.format if same else ""),
        codelist=variable.codelist or (source.codelist if whole else ""),
        value_domain=variable.value_domain or (source.value_domain if whole else ""),
    )


def _not_there(rule: Rule, variables: Variables) -> SpecError:
    """What is wrong with the source of a predecessor that no dataset has."""
    source = rule.sources[0]
    owner, name = split_source(source)
    if not owner:
        return SpecError(
            f"predecessor {source} names no dataset",
            where=rule.place,
            remedy="write DATASET.VARIABLE",
        )
    names = [variable for dataset, variable in variables if dataset == owner]
    if not names:
        owners = {dataset for dataset, _ in variables}
        what, remedy = f"there is no dataset {owner}", did_you_mean(owner, owners)
    else:
        what, remedy = f"{owner} has no {name}", did_you_mean(name, names)
    return SpecError(f"{source}: {what}", where=rule.place, remedy=remedy)
