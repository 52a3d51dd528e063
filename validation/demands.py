"""What a dataset's specification, and the guide it follows, demand of its values and rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from specs.model import Origin
from specs.references import split_source
from specs.standards import countries, narrowed, standard
from validation.rules import (
    RowRule,
    ValueRule,
    both_or_neither,
    coded_by,
    coded_where,
    decoded_by,
    in_codelist,
    iso_8601,
    iso_8601_duration,
    one_of,
    unique,
    within_length,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from specs.model import Dataset, Study, Variable
    from specs.standards import Standard

# Names of dates and datetimes by the suffixes of ADaMIG 1.3; PxxSwSDM is short for SDTM.
_DATE_NAME: Final = re.compile(r"DTM?$|^P\d\dS\d+[SE]DM$")


def dtype(variable: Variable) -> str:
    """The dtype of a variable's values, dates of ADaM aside."""
    return "float64" if variable.type == "Num" else "str"


def is_date(dataset: Dataset, variable: Variable) -> bool:
    """Whether the values are dates of ADaM, which are datetime64 until they are written."""
    return (
        dataset.purpose == "Analysis"
        and variable.type == "Num"
        and _DATE_NAME.search(variable.name) is not None
    )


def expected_variables(dataset: Dataset, study: Study) -> tuple[str, ...]:
    """The variables that the guide requires or expects in the dataset, by their full names."""
    guide, owner = _guide(dataset, study)
    if guide is None:
        return ()
    return tuple(
        entry.variable
        for entry in guide.variables(owner)
        if entry.core in ("Req", "Exp") and guide.variable(owner, entry.variable) is not None
    )


def _guide(dataset: Dataset, study: Study) -> tuple[Standard | None, str]:
    """The guide a dataset follows, and which of its datasets or data structures it is."""
    version = study.standards.get(dataset.standard)
    if version is None:
        return None, ""
    guide = standard(dataset.standard, version)
    if dataset.purpose == "Tabulation":
        return guide, dataset.name if dataset.parent else dataset.code
    owners = [entry.name for entry in guide.datasets.values() if entry.class_ == dataset.class_]
    return guide, owners[0] if owners else ""


def value_rules(dataset: Dataset, study: Study, variable: Variable) -> Iterator[ValueRule]:
    """The rules for the values of one variable."""
    used = study.codelists.get(variable.codelist)
    if used is not None:
        number, multiple = variable.type == "Num", _may_be_multiple(dataset, study, variable)
        yield in_codelist(variable.codelist, used, number=number, multiple=multiple)
    if variable.type == "Num":
        return
    yield within_length(variable.length)
    if variable.is_date:
        yield iso_8601()
    elif variable.value_domain.startswith("ISO 8601 duration"):
        yield iso_8601_duration(or_interval="interval" in variable.value_domain)
    id_, values, of = _declared(dataset, study).get(variable.name, ("", (), ""))
    guide, owner = _guide(dataset, study)
    in_guide = guide.variable(owner, variable.name) if guide else None
    if values:
        yield one_of(id_, values, of)
    elif in_guide is not None and in_guide.values:
        of = f"a value the guide allows for {variable.name}"
        yield one_of("CK-VALUE", in_guide.values, of, used.codelist.values if used else None)
    if dataset.standard == "SDTMIG" and used is not None:
        narrow = narrowed(variable.name, dataset.domain)
        if narrow:
            of = f"a value that {variable.name} may have"
            yield one_of("CK-VALUE", narrow, of, used.codelist.values)
    if variable.name == "COUNTRY":
        yield one_of("CK-COUNTRY", countries(), "a country's code of three letters (ISO 3166-1)")


def _may_be_multiple(dataset: Dataset, study: Study, variable: Variable) -> bool:
    """Whether MULTIPLE may stand for several answers: in qualifiers that are no result.

    SDTMIG 3.4 section 4.2.8.3, whatever the codelist; RACE is the usual one. ADaM copies it.
    """
    if dataset.purpose == "Tabulation":
        return variable.role in ("Record Qualifier", "Variable Qualifier")
    sources = [s for r in variable.rules if r.origin is Origin.PREDECESSOR for s in r.sources]
    for owner, name in map(split_source, sources):
        if study.has(owner) and study.dataset(owner).has(name):
            of = study.dataset(owner)
            return _may_be_multiple(of, study, of.variable(name))
    return False


def _declared(dataset: Dataset, study: Study) -> Mapping[str, tuple[str, Collection[str], str]]:
    """Variables whose values the specification of the dataset lists, by name."""
    code = f"{dataset.domain}TESTCD"
    tests = {str(block.assign[code]) for block in dataset.blocks if code in block.assign}
    whole = bool(tests) and all(code in block.assign for block in dataset.blocks)
    declared: dict[str, tuple[str, Collection[str], str]] = {
        "DOMAIN": ("CK-DOMAIN", (dataset.code,), "the code of this domain"),
        "PARAMCD": ("CK-PARAMCD", {p.code for p in dataset.parameters}, "a declared parameter"),
        code: ("CK-TESTCD", tests if whole else (), "a declared test"),
    }
    if dataset.parent:
        parent = study.dataset(dataset.parent) if study.has(dataset.parent) else None
        names = {v.name for v in parent.variables} if parent else ()
        declared |= {
            "RDOMAIN": ("CK-RDOMAIN", (dataset.code,), "the domain these qualifiers belong to"),
            "IDVAR": ("CK-IDVAR", names, f"a variable of {dataset.parent}"),
            "QNAM": ("CK-QNAM", {v.name for v in dataset.supplemental}, "a declared qualifier"),
        }
    return declared


def row_rules(dataset: Dataset, study: Study) -> Iterator[RowRule]:
    """The rules that need more than one variable of a row, or more than one row."""
    for variable in (f"{dataset.domain}SEQ", "ASEQ"):
        if dataset.has(variable) and dataset.has(dataset.person):
            yield unique("CK-SEQ", variable, dataset.person)
    for code, name, value, rows in (
        ("PARAMCD", "PARAM", "AVALC", [(p.code, p.label, p.codelist) for p in dataset.parameters]),
        ("QNAM", "QLABEL", "QVAL", [(v.name, v.label, v.codelist) for v in dataset.supplemental]),
    ):
        if not rows or not dataset.has(code):
            continue
        decoded = {key: label for key, label, _ in rows}
        lists = {
            key: (codelist, study.codelists[codelist])
            for key, _, codelist in rows
            if codelist in study.codelists
        }
        yield decoded_by("CK-DECODE", code, name, decoded)
        if lists:
            yield coded_by(code, value, lists)
    for described in dataset.variables:
        for line in described.values:
            listed = line.described.codelist
            if listed != described.codelist and listed in study.codelists:
                yield coded_where(described.name, line.where, listed, study.codelists[listed])
    if dataset.parent:
        yield both_or_neither("CK-IDVAR", "IDVAR", "IDVARVAL")
