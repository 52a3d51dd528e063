"""What a define.xml can say before there are data: the attributes that the specification plans."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from specs.limits import LONGEST_TEXT
from submission.attributes import NUMBER_SIZE, Attributes, DatasetAttributes, results, topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.model import Dataset, Study, Variable

_WITH_LENGTH = ("text", "integer", "float")


def planned(study: Study, standard: str) -> Mapping[str, DatasetAttributes]:
    """The attributes of every dataset of a standard (SDTMIG or ADaMIG) as specified, by name.

    Types and lengths are those of the specification, else the widest possible; every value that
    the specification names has its value level. It takes the place of `measured` without data.
    """
    return MappingProxyType({d.name: _planned(study, d) for d in study.of(standard)})


def _planned(study: Study, dataset: Dataset) -> DatasetAttributes:
    name = topic(dataset)
    variables = {v.name: _attributes(study, dataset, v) for v in dataset.variables}
    by_value = {v.name: dict(_by_value(study, dataset, v, name)) for v in dataset.variables}
    return DatasetAttributes(
        dataset.name,
        1,  # a dataset is planned to have records
        MappingProxyType(variables),
        name,
        MappingProxyType({key: MappingProxyType(held) for key, held in by_value.items() if held}),
    )


def _by_value(
    study: Study, dataset: Dataset, variable: Variable, name: str
) -> Iterable[tuple[str, Attributes]]:
    """The attributes for each value that the specification tells apart."""
    if variable.values:
        for value in variable.values:
            yield value.name, _attributes(study, dataset, value.described)
    elif dataset.parent and variable.name == "QVAL":
        for qualifier in dataset.supplemental:
            yield qualifier.name, _attributes(study, dataset, qualifier)
    elif variable.name in results(dataset) and not dataset.parent:
        lists = {p.code: p.codelist for p in dataset.parameters}
        named = (str(b.assign[name]) for b in dataset.blocks if name in b.assign)
        for code in dict.fromkeys((*lists, *named)):
            own = lists.get(code, "") if variable.name == "AVALC" else ""
            if own or not variable.rules:
                described = replace(variable, codelist=own or variable.codelist)
                yield code, _attributes(study, dataset, described)


def _attributes(study: Study, dataset: Dataset, variable: Variable) -> Attributes:
    """The attributes of a variable as the specification alone tells them."""
    terms = _terms(study, dataset, variable)
    data_type = variable.data_type or _data_type(variable)
    length = variable.length
    if length is None and data_type == "text":
        length = max((len(term.encode()) for term in terms), default=LONGEST_TEXT)
    elif length is None and data_type in ("integer", "float"):
        length = NUMBER_SIZE
    return Attributes(
        size=(length or LONGEST_TEXT) if variable.type == "Char" else NUMBER_SIZE,
        data_type=data_type,
        length=length if data_type in _WITH_LENGTH else None,
        significant_digits=variable.digits,
        display_format=variable.format,
        codelist=variable.codelist if terms else "",
        terms=terms,
    )


def usual_type(kind: str, value_domain: str) -> str:
    """The data type of Define-XML of a variable (Char or Num) of which no more is said."""
    if kind == "Num":
        return "integer"
    if value_domain.startswith("ISO 8601 date"):
        return "datetime"
    return "durationDatetime" if value_domain.startswith("ISO 8601 duration") else "text"


def _data_type(variable: Variable) -> str:
    if variable.type == "Num" and variable.digits:
        return "float"
    return usual_type(variable.type, variable.value_domain)


def _terms(study: Study, dataset: Dataset, variable: Variable) -> tuple[str, ...]:
    """The terms that are possible: those of the constants where there are constants alone."""
    listed = study.codelists.get(variable.codelist)
    if listed is None:
        return ()
    values = listed.codelist.values
    constants = {str(b.assign[variable.name]) for b in dataset.blocks if variable.name in b.assign}
    constants |= {str(rule.constant) for rule in variable.rules if rule.constant is not None}
    if not listed.standard or listed.restricted or any(r.constant is None for r in variable.rules):
        return values
    return tuple(value for value in values if value in constants) or values
