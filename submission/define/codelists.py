"""The code lists of a define.xml: for every use only the terms that are possible there."""

from __future__ import annotations

import re
from itertools import chain, count
from typing import TYPE_CHECKING

from specs.model import StudyCodelist
from specs.terminology import Codelist, Term, paired
from submission.define.elements import description, element
from submission.define.value_level import test_names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lxml import etree

    from specs.model import Dataset, Dictionary, Study, Variable
    from submission.attributes import Attributes

# Value domains of the guide that are dictionaries, by their name in Define-XML.
DICTIONARIES = {"MedDRA": "MedDRA", "LOINC": "LOINC", "ISO 21090 NullFlavor": "ISO 21090"}

_FEW = 4
"""So many terms of a subset are its name."""

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")

_LISTED_TYPES = ("text", "integer", "float")

_PARAMETER_LISTS = {
    "PARAMCD": "Parameter Code",
    "PARAM": "Parameter",
    "PARAMN": "Parameter (N)",
}


class CodeLists:
    """Collects the code lists that variables and values refer to, each subset once.

    The first subset of a list has the list's own name; others are named by the terms they hold.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._oids: dict[tuple[object, ...], str] = {}
        self._names: set[str] = set()
        self._elements: list[tuple[str, etree._Element]] = []
        self.packages: set[str] = set()

    def elements(self) -> list[etree._Element]:
        """The CodeList elements in the order of their OIDs."""
        return [node for _, node in sorted(self._elements, key=lambda pair: pair[0])]

    def refer(
        self, dataset: Dataset, variable: Variable, attributes: Attributes, value: str = ""
    ) -> etree._Element | None:
        """A reference to the code list of a variable, or of its values under `value`, if any."""
        oid = self._oid(dataset, variable, attributes, value)
        return element("CodeListRef", {"CodeListOID": oid}) if oid else None

    def _oid(
        self, dataset: Dataset, variable: Variable, attributes: Attributes, value: str
    ) -> str | None:
        if attributes.data_type not in _LISTED_TYPES:
            return None
        listed = self._study.codelists.get(attributes.codelist)
        if listed is not None and listed.of:
            return None  # its lists stand at value level
        terms = attributes.terms
        if listed is None and not value and dataset.parameters:
            listed = _parameter_list(dataset, variable.name)
            terms = listed.codelist.values if listed else ()
        if listed is not None and terms:
            return self._listed(listed, terms, attributes.data_type, dataset, variable)
        dictionary = None if value else self._dictionary(dataset, variable)
        if dictionary is not None:
            return self._external(dictionary, attributes.data_type)
        return None

    def _dictionary(self, dataset: Dataset, variable: Variable) -> Dictionary | None:
        """The dictionary that codes a variable, where the study states its version."""
        for dictionary in self._study.dictionaries:
            if variable.name in dictionary.variables:
                return dictionary
        name = _dictionary(dataset, variable)
        return next((d for d in self._study.dictionaries if d.name == name), None)

    def _listed(
        self,
        listed: StudyCodelist,
        terms: tuple[str, ...],
        data_type: str,
        dataset: Dataset,
        variable: Variable,
    ) -> str:
        """The OID of the codelist with these terms, which is made where there is none."""
        decodes = self._decodes(dataset, variable, listed)
        shown = tuple((value, decodes.get(value, "")) for value in terms)
        if not any(decode and decode.casefold() != value.casefold() for value, decode in shown):
            shown = tuple((value, "") for value in terms)
        key = (listed.name, data_type, shown)
        if key in self._oids:
            return self._oids[key]
        oid = self._new(key, f"CL.{listed.name}", terms)
        items = [
            _item(listed, number, value, decode, all_decoded=any(d for _, d in shown))
            for number, (value, decode) in enumerate(shown, start=1)
        ]
        codelist, standard = listed.codelist, listed.standard
        if standard:
            self.packages.add(standard)
            items.append(_code_alias(codelist.code))
        attributes = {
            "OID": oid,
            "Name": self._name(codelist.title, terms),
            "DataType": data_type,
            "def:StandardOID": f"STD.CT.{standard}" if standard else "",
            "def:IsNonStandard": not standard,
        }
        self._elements.append((oid, element("CodeList", attributes, *items)))
        return oid

    def _decodes(
        self, dataset: Dataset, variable: Variable, listed: StudyCodelist
    ) -> Mapping[str, str]:
        """What terms stand for: the name that goes with a code, else the preferred term.

        A list of names has no decodes.
        """
        if dataset.has(f"{variable.name}CD"):
            return {}
        decodes = {term.value: term.decode for term in listed.codelist.terms}
        partner = variable.name.removesuffix("CD")
        if partner != variable.name and dataset.has(partner):
            names = self._study.codelists.get(dataset.variable(partner).codelist)
            if names is not None:
                decodes.update(paired(listed.codelist, names.codelist))
            decodes.update(test_names(dataset, variable.name))
        return decodes

    def _external(self, dictionary: Dictionary, data_type: str) -> str:
        name = dictionary.name
        key = (name, data_type)
        if key in self._oids:
            return self._oids[key]
        oid = self._new(key, f"CL.{name}", (data_type,))
        attributes = {"OID": oid, "Name": self._name(name, (data_type,)), "DataType": data_type}
        held = element("ExternalCodeList", {"Dictionary": name, "Version": dictionary.version})
        self._elements.append((oid, element("CodeList", attributes, held)))
        return oid

    def _new(self, key: tuple[object, ...], oid: str, terms: tuple[str, ...]) -> str:
        """The OID of a list: that of the whole list for the first subset, else by its terms."""
        taken = set(self._oids.values())
        ends = (terms[0], str(len(terms)), terms[-1]) if len(terms) > _FEW else terms
        by_terms = ".".join((oid, *(_NOT_PLAIN.sub("-", term) for term in ends)))
        self._oids[key] = _unused((oid, by_terms), taken)
        return self._oids[key]

    def _name(self, title: str, terms: tuple[str, ...]) -> str:
        shown = ", ".join(terms)
        if len(terms) > _FEW:
            shown = f"{len(terms)} terms, {terms[0]} to {terms[-1]}"
        name = _unused((title, f"{title} ({shown})"), self._names)
        self._names.add(name)
        return name


def _unused(names: tuple[str, str], taken: Collection[str]) -> str:
    """The first of two names that is not taken, else the second with a number."""
    numbered = (f"{names[1]}.{number}" for number in count(2))
    return next(name for name in chain(names, numbered) if name not in taken)


def _item(
    listed: StudyCodelist, number: int, value: str, decode: str, *, all_decoded: bool
) -> etree._Element:
    term = listed.codelist.term(value)
    extended = value in listed.extended or (bool(listed.standard) and term is None)
    attributes = {"CodedValue": value, "OrderNumber": number, "def:ExtendedValue": extended}
    children = []
    if all_decoded:
        children.append(description(decode or value, "Decode"))
    if listed.standard and term is not None and term.code and not extended:
        children.append(_code_alias(term.code))
    return element("CodeListItem" if all_decoded else "EnumeratedItem", attributes, *children)


def _code_alias(code: str) -> etree._Element:
    return element("Alias", {"Context": "nci:ExtCodeID", "Name": code})


def _dictionary(dataset: Dataset, variable: Variable) -> str:
    """The dictionary that codes a variable; body systems are MedDRA's where terms are."""
    domains = {v.value_domain for v in dataset.variables}
    if variable.name.endswith("BODSYS") and "MedDRA" in domains:
        return "MedDRA"
    return DICTIONARIES.get(variable.value_domain, "")


def _parameter_list(dataset: Dataset, variable: str) -> StudyCodelist | None:
    """The parameters of a dataset as a sponsor's list of their codes, labels or numbers."""
    if variable not in _PARAMETER_LISTS:
        return None
    terms = {
        "PARAMCD": ((p.code, p.label) for p in dataset.parameters),
        "PARAM": ((p.label, "") for p in dataset.parameters),
        "PARAMN": ((str(p.number), p.label) for p in dataset.parameters),
    }[variable]
    name = f"{dataset.name}.{variable}"
    codelist = Codelist(
        code="",
        name=name,
        title=f"{_PARAMETER_LISTS[variable]} ({dataset.name})",
        extensible=False,
        terms=tuple(Term("", value, label) for value, label in dict(terms).items()),
    )
    return StudyCodelist(name, codelist)
