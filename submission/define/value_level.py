"""Value level: how a variable is described test by test, parameter by parameter, qualifier by
qualifier, where one description for all of them would not do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from specs.where import Comparator, Where
from submission.attributes import results
from submission.define.origins import ItemOrigins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.model import Dataset, Variable
    from submission.attributes import Attributes, DatasetAttributes
    from submission.define.origins import Origins


@dataclass(frozen=True)
class ValueItem:
    """The values of a variable where its dataset's topic has one value."""

    value: str
    name: str
    label: str
    where: tuple[Where, ...]
    attributes: Attributes
    origins: ItemOrigins
    key: int | None = None
    role: str = ""
    comment: str = ""


@dataclass(frozen=True)
class VariableLevel:
    """A variable's origins, and its value level: either may be empty, not both."""

    origins: ItemOrigins
    items: tuple[ValueItem, ...] = ()


def variable_level(
    origins: Origins, variable: Variable, measured: DatasetAttributes
) -> VariableLevel:
    """What of a variable is said at variable level and what at value level.

    There is a value level for QVAL always, where the study declares one, for results whose type,
    length or terms differ by test or parameter or have a code list that the variable has not, and
    for any variable whose origin differs; an origin that is the same under all of them stays with
    the variable.
    """
    dataset = origins.dataset
    if dataset.parent and variable.name == "QVAL":
        return VariableLevel(ItemOrigins(), tuple(_qualifiers(origins, variable, measured)))
    by_value = measured.by_value.get(variable.name, {})
    if variable.values:
        alone = replace(variable, rules=variable.own_rules)
        return VariableLevel(origins.of(alone), tuple(_declared(origins, variable, by_value)))
    if not by_value:
        return VariableLevel(origins.of(variable))
    names = test_names(dataset, measured.topic)
    told_by_name = results(dataset) if dataset.purpose == "Analysis" else (variable.name,)
    items = tuple(
        ValueItem(
            value=value,
            name=variable.name,
            label=names.get(value, "") if variable.name in told_by_name else variable.label,
            where=_equals(measured.topic, value),
            attributes=by_value[value],
            origins=origins.under(variable, value),
        )
        for value in _in_order(by_value, names)
    )
    sources = {item.origins for item in items}
    whole = measured.variables[variable.name]
    described = variable.name in results(dataset) and (
        len({item.attributes for item in items}) > 1
        or items[0].attributes.codelist != whole.codelist
    )
    if len(sources) > 1:
        return VariableLevel(ItemOrigins(), items)
    shared = origins.of(variable)
    if described:
        return VariableLevel(shared, tuple(replace(i, origins=ItemOrigins()) for i in items))
    return VariableLevel(shared)


def _declared(
    origins: Origins, variable: Variable, by_value: Mapping[str, Attributes]
) -> Iterable[ValueItem]:
    """The value level that the study declares."""
    for value in variable.values:
        described = value.described
        yield ValueItem(
            value=value.name,
            name=variable.name,
            label=described.label,
            where=value.where,
            attributes=by_value[value.name],
            origins=origins.of_value(value),
            comment=described.comment,
        )


def test_names(dataset: Dataset, code: str) -> Mapping[str, str]:
    """The names (--TEST, PARAM) that the specification gives to codes (--TESTCD, PARAMCD)."""
    if code == "PARAMCD":
        return {parameter.code: parameter.label for parameter in dataset.parameters}
    name = code.removesuffix("CD")
    return {
        str(block.assign[code]): str(block.assign[name])
        for block in dataset.blocks
        if code in block.assign and name in block.assign
    }


def _in_order(values: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """Values in the order in which the specification names them, the others behind."""
    order = list(names)
    return sorted(values, key=lambda v: (order.index(v) if v in names else len(order), v))


def _equals(variable: str, value: str) -> tuple[Where, ...]:
    return (Where(variable=variable, comparator=Comparator.EQ, values=(value,)),)


def _qualifiers(
    origins: Origins, variable: Variable, measured: DatasetAttributes
) -> Iterable[ValueItem]:
    keys = origins.study.dataset(origins.dataset.parent).keys
    for qualifier in origins.dataset.supplemental:
        yield ValueItem(
            value=qualifier.name,
            name=qualifier.name,
            label=qualifier.label,
            where=_equals(measured.topic, qualifier.name),
            attributes=measured.by_value[variable.name][qualifier.name],
            origins=origins.under(variable, qualifier.name),
            key=keys.index(qualifier.name) + 1 if qualifier.name in keys else None,
            role=qualifier.role,
            comment=qualifier.comment,
        )
