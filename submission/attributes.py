"""What the files of a package must say of each variable, measured once on the finished datasets.

XPT takes bytes and display formats from here, define.xml types, digits and terms: one noun for
both, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.answers import MULTIPLE
from specs.errors import MappingError, did_you_mean
from specs.model import Origin
from submission.held import Held, described, differing, held, results, sdtm_results, topic
from submission.measures import (
    Measure,
    date_measure,
    holds_dates,
    number_measure,
    numeric_text_measure,
    text_measure,
    text_size,
    written,
)

__all__ = [
    "Attributes",
    "DatasetAttributes",
    "measured",
    "measured_of",
    "results",
    "topic",
]

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.model import Dataset, Rule, Study, Value, Variable
    from specs.tables import Table

NUMBER_SIZE = 8
DATE_FORMAT = "DATE9."
DATETIME_FORMAT = "DATETIME20."

_CODED = (Origin.COLLECTED, Origin.ASSIGNED, Origin.PROTOCOL)


@dataclass(frozen=True)
class Attributes:
    """What the values of a variable, or its values under a condition, need.

    `size` is the planned length in XPT, in bytes. `data_type`, `length` (None where the type has
    none) and `significant_digits` are those of Define-XML. `codelist` names a codelist of the
    study, of which `terms` are used or possible here.
    """

    size: int
    data_type: str
    length: int | None = None
    significant_digits: int | None = None
    display_format: str = ""
    has_data: bool = True
    codelist: str = ""
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetAttributes:
    """The attributes of a dataset's variables.

    `by_value` has, for variables whose values may differ by the `topic` (--TESTCD, PARAMCD,
    QNAM), the attributes for each of its values that has data, and for every QNAM planned.
    """

    name: str
    records: int
    variables: Mapping[str, Attributes]
    topic: str = ""
    by_value: Mapping[str, Mapping[str, Attributes]] = field(default_factory=dict)

    @property
    def has_data(self) -> bool:
        """Whether there is a record, and so a file."""
        return self.records > 0


def measured(
    study: Study, standard: str, tables: Mapping[str, Table]
) -> Mapping[str, DatasetAttributes]:
    """The attributes of every dataset of a standard (SDTMIG or ADaMIG), by name.

    A text variable is planned with the bytes its spec gives, or else those of the longest value
    of any dataset's variable of that name; SUPP-- datasets are planned each for itself.
    MappingError when a dataset or variable of the specification has not been built.
    """
    contents = {d.name: held(d, _frame(d, tables)) for d in study.of(standard)}
    return measured_of(study, standard, contents)


def measured_of(
    study: Study, standard: str, contents: Mapping[str, Held]
) -> Mapping[str, DatasetAttributes]:
    """The same from what the datasets hold, by name."""
    datasets = study.of(standard)
    common = _common_sizes([(d, contents[d.name]) for d in datasets if not d.parent])
    attributes = {}
    for dataset in datasets:
        holds = contents[dataset.name]
        sizes = common if not dataset.parent else _common_sizes([(dataset, holds)])
        attributes[dataset.name] = _Measuring(study, dataset, holds, sizes).attributes()
    return MappingProxyType(attributes)


def _frame(dataset: Dataset, tables: Mapping[str, Table]) -> pd.DataFrame:
    if dataset.name not in tables:
        raise MappingError(f"{dataset.name} is specified but was not built", where=dataset.file)
    frame = tables[dataset.name].frame
    for variable in dataset.variables:
        if variable.name not in frame:
            raise MappingError(
                f"{dataset.name} was built without {variable.name}",
                where=variable.place or dataset.file,
                remedy=did_you_mean(variable.name, map(str, frame.columns)),
            )
    return frame


def _common_sizes(datasets: Iterable[tuple[Dataset, Held]]) -> Mapping[str, int]:
    sizes: dict[str, int] = {}
    for dataset, holds in datasets:
        for variable in dataset.variables:
            if variable.type == "Char":
                size = variable.length or text_size(holds.values[variable.name])
                sizes[variable.name] = max(sizes.get(variable.name, 1), size)
    return sizes


@dataclass(frozen=True)
class _Measuring:
    """One dataset with what it holds and the planned bytes of its text variables."""

    study: Study
    dataset: Dataset
    holds: Held
    sizes: Mapping[str, int]

    def attributes(self) -> DatasetAttributes:
        """The attributes of all variables, and by value where they may differ."""
        name = topic(self.dataset)
        variables = {v.name: self._of_variable(v) for v in self.dataset.variables}
        may_differ = {v.name for v in differing(self.dataset)}
        by_value = {
            variable.name: MappingProxyType(self._by_value(variable, variables))
            for variable in self.dataset.variables
            if variable.values or variable.name in may_differ
        }
        return DatasetAttributes(
            self.dataset.name,
            self.holds.records,
            MappingProxyType(variables),
            name,
            MappingProxyType(by_value),
        )

    def _of_variable(self, variable: Variable) -> Attributes:
        """The attributes of a variable, whatever its values are of."""
        values = self.holds.values[variable.name]
        size = NUMBER_SIZE
        if variable.type == "Char":
            size = variable.length or self.sizes[variable.name]
        measure = _measure(variable, values)
        if measure.data_type == "text":
            measure = Measure("text", size)
        constants = [
            str(block.assign[variable.name])
            for block in self.dataset.blocks
            if variable.name in block.assign
        ]
        rules = [*variable.rules, *self._of_parameters(variable)]
        terms = self._terms(variable.codelist, values, constants, rules)
        return Attributes(
            size=size,
            data_type=measure.data_type,
            length=measure.length,
            significant_digits=measure.significant_digits,
            display_format=variable.format or _date_format(values),
            has_data=len(values) > 0,
            codelist=variable.codelist if terms else "",
            terms=terms,
        )

    def _by_value(
        self, variable: Variable, variables: Mapping[str, Attributes]
    ) -> dict[str, Attributes]:
        """The attributes for each value of the topic under which the variable has data.

        Qualifiers are planned by name, so each has its attributes, with data or without.
        """
        whole = variables[variable.name]
        if variable.values:
            return {value.name: self._of_value(variable, value, whole) for value in variable.values}
        by_value = {
            value: self._of_values(variable, value, values, whole)
            for value, values in self.holds.by_topic[variable.name].items()
        }
        planned = self.dataset.supplemental if self.dataset.parent else ()
        none = pd.Series([], dtype="str")
        for qualifier in planned:
            if qualifier.name not in by_value:
                empty = self._of_values(variable, qualifier.name, none, whole)
                by_value[qualifier.name] = replace(empty, has_data=False)
        return by_value

    def _of_value(self, variable: Variable, value: Value, whole: Attributes) -> Attributes:
        """The attributes of the values that the value level of the study describes."""
        line = value.described
        values = self.holds.by_value[variable.name][value.name]
        terms = self._terms(line.codelist, values, (), line.rules)
        attributes = _within(whole, _measure(line, values), line, line.codelist, terms)
        return replace(attributes, has_data=len(values) > 0)

    def _of_values(
        self, variable: Variable, value: str, values: pd.Series, whole: Attributes
    ) -> Attributes:
        description, codelist = described(self.dataset, variable, value)
        rules = [*description.rules, *self._of_parameters(variable, value)]
        terms = self._terms(codelist, values, (), rules)
        if codelist == variable.codelist and not written(values) <= set(terms):
            codelist, terms = "", ()
        measure = _measure(description, values)
        if not terms and variable.name in sdtm_results(self.dataset.domain)[:2]:
            measure = numeric_text_measure(values)
        return _within(whole, measure, description, codelist, terms)

    def _of_parameters(self, variable: Variable, value: str = "") -> list[Rule]:
        """The rules of derived parameters that give a variable, of one or of all."""
        if variable.name != "AVALC":
            return []
        of = (p for p in self.dataset.parameters if value in ("", p.code))
        return [parameter.rule for parameter in of if parameter.rule]

    def _terms(
        self,
        codelist: str,
        values: pd.Series,
        constants: Iterable[str],
        rules: Iterable[Rule],
    ) -> tuple[str, ...]:
        """The terms of a codelist that the values use or, by the rules, could have used.

        All of them when there is no value yet to tell; none when the values use no term.
        """
        listed = self.study.codelists.get(codelist)
        if listed is None:
            return ()
        if not listed.standard or listed.restricted:
            return listed.codelist.values
        used = written(values)
        possible = {*used, *constants}
        own = set(listed.own.values())
        for rule in rules:
            if rule.derivation is not None:
                possible.update(rule.derivation.possible(rule.arguments))
            elif rule.constant is not None:
                possible.add(str(rule.constant))
            elif rule.origin in _CODED and rule.sources and (own & used or not used):
                possible |= own  # where none of them is there, they are answers of other forms
        terms = tuple(value for value in listed.codelist.values if value in possible)
        if MULTIPLE in possible and terms and MULTIPLE not in terms:
            terms = (*terms, MULTIPLE)
        return terms if terms or len(values) else listed.codelist.values


def _within(
    whole: Attributes, measure: Measure, described: Variable, codelist: str, terms: tuple[str, ...]
) -> Attributes:
    """The attributes of a part of a variable's values; no longer than the whole."""
    length = measure.length
    return Attributes(
        size=whole.size,
        data_type=measure.data_type,
        length=min(length, whole.length) if length and whole.length else length,
        significant_digits=measure.significant_digits,
        display_format=described.format or whole.display_format,
        codelist=codelist if terms else "",
        terms=terms,
    )


def _measure(variable: Variable, values: pd.Series) -> Measure:
    if variable.type == "Num":
        if isinstance(values.dtype, pd.StringDtype) or values.dtype == object:
            return numeric_text_measure(values)
        return number_measure(values)
    if variable.is_date:
        return date_measure(values)
    if variable.value_domain.startswith("ISO 8601 duration"):
        return date_measure(values, "durationDatetime")
    return text_measure(values)


def _date_format(values: pd.Series) -> str:
    if not pd.api.types.is_datetime64_any_dtype(values):
        return ""
    return DATE_FORMAT if holds_dates(values) else DATETIME_FORMAT
