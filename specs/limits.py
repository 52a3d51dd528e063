"""What of a loaded specification is wrong before there are any data: limits, what must be there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from specs.errors import SpecError
from specs.standards import OBSERVATIONS, needed_beside, standard
from specs.working import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.model import Dataset, Study
    from specs.standards import Standard

_NAME: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_LABEL: Final = 40
LONGEST_TEXT: Final = 200
"""The most bytes of a text in a transport file."""


def spec_problems(study: Study) -> Iterator[SpecError]:
    """Names, labels and values that are too long, and variables that the guide requires."""
    for dataset in study.datasets:
        if dataset.parent:
            continue
        yield from _texts(dataset)
        yield from unread(dataset, study.datasets)
        if dataset.purpose == "Tabulation":
            yield from _missing(dataset, study)
            yield from (problem for _, problem in against_guide(dataset, study))


def _texts(dataset: Dataset) -> Iterator[SpecError]:
    """Names, labels, formats and constants that do not fit a transport file."""
    yield from _long(dataset.label, _LABEL, f"the label of {dataset.name}", dataset.file)
    for variable in (*dataset.variables, *dataset.supplemental):
        if not _NAME.fullmatch(variable.name):
            yield SpecError(
                f"{variable.name} is not a name of a variable",
                where=variable.place,
                remedy="use at most 8 capital letters, digits and _, a letter first",
            )
        yield from _long(variable.label, _LABEL, f"the label of {variable.name}", variable.place)
        if variable.format and variable.format.startswith("$") != (variable.type == "Char"):
            yield SpecError(
                f"{variable.name} is {variable.type}, and its format is {variable.format}",
                where=variable.place,
                remedy="formats of text, and only they, begin with $; a date of ADaM is type: Num",
            )
        for rule in variable.rules:
            constant = rule.constant
            if isinstance(constant, str):
                limit = min(variable.length or LONGEST_TEXT, LONGEST_TEXT)
                yield from _long(constant, limit, f"the constant of {variable.name}", rule.place)
    for parameter in dataset.parameters:
        if not _NAME.fullmatch(parameter.code):
            yield SpecError(
                f"{parameter.code} is not a PARAMCD",
                where=parameter.place,
                remedy="use at most 8 capital letters, digits and _, a letter first",
            )
        what = f"the label of {parameter.code}"
        yield from _long(parameter.label, LONGEST_TEXT, what, parameter.place)
    prefix = dataset.domain
    for block in dataset.blocks:
        for name, value in block.assign.items():
            text = str(value)
            if name == f"{prefix}TESTCD" and not _NAME.fullmatch(text):
                yield SpecError(
                    f"{text} is not a {name}",
                    where=block.place,
                    remedy="use at most 8 capital letters, digits and _, a letter first",
                )
            limit = _LABEL if name == f"{prefix}TEST" and prefix != "IE" else LONGEST_TEXT
            yield from _long(text, limit, f"the value of {name}", block.place)


def _long(text: str, limit: int, what: str, place: str) -> Iterator[SpecError]:
    size = len(text.encode())
    if size > limit:
        yield SpecError(
            f"{what} has {size} bytes, at most {limit} are possible: {text}",
            where=place,
            remedy="shorten it",
        )


def _missing(dataset: Dataset, study: Study) -> Iterator[SpecError]:
    guide = standard(dataset.standard, study.standards[dataset.standard])
    absent = [
        v.variable
        for v in guide.variables(dataset.code)
        if v.core == "Req" and not dataset.has(v.variable)
    ]
    if absent:
        yield SpecError(
            f"{dataset.name} lacks {', '.join(absent)}, which the guide requires",
            where=dataset.file,
            remedy="add them under variables",
        )


def against_guide(dataset: Dataset, study: Study) -> Iterator[tuple[str, SpecError]]:
    """What a dataset of SDTM has and, by guide and model, may not: the variable, the problem."""
    guide = standard(dataset.standard, study.standards[dataset.standard])
    for variable in dataset.variables:
        for what, remedy in _not_allowed(variable.name, dataset, guide):
            where = variable.place or dataset.file
            yield variable.name, SpecError(what, where=where, remedy=remedy)
    for qualifier in dataset.supplemental:
        name = qualifier.name
        if guide.variable(dataset.code, name) or guide.model_variable(
            dataset.domain, dataset.class_, name
        ):
            yield (
                name,
                SpecError(
                    f"{name} is a variable of {dataset.domain}, and no name of a qualifier"
                    " (CG0314)",
                    where=qualifier.place,
                    remedy="put it under variables, or give the qualifier another name",
                ),
            )


def _not_allowed(name: str, dataset: Dataset, guide: Standard) -> Iterator[tuple[str, str]]:
    """What is wrong with a variable in a dataset of SDTM, and what to do."""
    domain, class_ = dataset.domain, dataset.class_
    if guide.variable(dataset.name if dataset.parent else dataset.code, name) is None:
        in_model = guide.model_variable(domain, class_, name)
        if in_model is None:
            remedy = "take it out"
            if dataset.class_ in OBSERVATIONS:
                remedy += ", or put it under supplemental"
            yield f"{name} is not a variable of {domain} in {guide.name} {guide.version}", remedy
        elif not in_model.may_be_in(domain, class_):
            for_ = (
                f"it is for {', '.join(in_model.only)}" if in_model.only else "it is not used there"
            )
            remedy = "take it out, or put it under supplemental by another name"
            yield f"{name} is not a variable of {domain}: {for_}", remedy
    for needed, rules in needed_beside(name, domain, class_):
        if not dataset.has(needed):
            remedy = f"add {needed}, or leave {name} out ({rules})"
            yield f"{dataset.name} has {name} without {needed}", remedy
