"""Code lists: kinds, names, published terms and their codes, dictionaries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from specs.errors import did_you_mean
from validation.define.check import Fault, rule
from validation.define.shapes import FORMATS, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.terminology import Codelist
    from validation.define.document import Node
    from validation.define.model import Define

_ITEMS: Final = ("EnumeratedItem", "CodeListItem")
# What SDTMIG asks for where several answers were given; it stands in closed lists too.
MULTIPLE: Final = "MULTIPLE"
_FORMAT_NAME: Final = re.compile(r"\$?[A-Za-z_](?:[A-Za-z0-9_]*[A-Za-z_])?")


def items_of(codelist: Node) -> list[Node]:
    """The items of a code list."""
    return [child for child in codelist.children if child.name in _ITEMS]


@rule("DEFINE-165")
def one_kind_of_items(define: Define) -> Iterator[Fault]:
    """A code list holds enumerated items, or items with decodes, or one external list."""
    for codelist in define.at("CodeList"):
        kinds = {c.name for c in codelist.children} & {*_ITEMS, "ExternalCodeList"}
        if len(kinds) != 1:
            content = " and ".join(sorted(kinds)) if kinds else "no item and no external list"
            yield Fault(codelist, f"{codelist.get('OID')} holds {content}; it holds one of them")


@rule("DEFINE-175")
def format_name(define: Define) -> Iterator[Fault]:
    """A SAS format name is one, with $ first for text alone."""
    for codelist in define.at("CodeList"):
        name = codelist.get("SASFormatName")
        if not name:
            continue
        text = codelist.get("DataType") == "text"
        if not _FORMAT_NAME.fullmatch(name) or len(name.removeprefix("$")) > 31:
            yield Fault(codelist, f"SASFormatName {name} is not a name of a format", name)
        elif name.startswith("$") != text:
            wanted = "begins with $ for text" if text else "has no $ for numbers"
            yield Fault(codelist, f"SASFormatName {name}: the name {wanted}", name)


@rule("DEFINE-176", "DD0127")
def standard_of_coded_list(define: Define) -> Iterator[Fault]:
    """A code list with an NCI code names its terminology package."""
    for codelist in define.at("CodeList"):
        if codelist.code() and not codelist.get("def:StandardOID"):
            yield Fault(
                codelist,
                f"{codelist.get('OID')} has the NCI code {codelist.code()} and no def:StandardOID",
                codelist.code(),
            )


@rule("DD0126")
def list_standard_or_not(define: Define) -> Iterator[Fault]:
    """A code list of a standard is not marked as non-standard."""
    for codelist in define.at("CodeList"):
        if codelist.get("def:IsNonStandard") and codelist.get("def:StandardOID"):
            yield Fault(
                codelist, f"{codelist.get('OID')} has def:IsNonStandard and def:StandardOID", "Yes"
            )


@rule("DD0128", submission=True)
def list_neither_standard_nor_not(define: Define) -> Iterator[Fault]:
    """A code list without a standard is marked as non-standard, unless it is external."""
    if define.version == "2.0":
        return
    for codelist in define.at("CodeList"):
        if (
            not codelist.get("def:IsNonStandard")
            and not codelist.get("def:StandardOID")
            and not codelist.all("ExternalCodeList")
        ):
            yield Fault(
                codelist, f"{codelist.get('OID')} has neither def:StandardOID nor def:IsNonStandard"
            )


@rule("DEFINE-249", "DD0129", "DD0031")
def code_of_standard_list(define: Define) -> Iterator[Fault]:
    """A code list of a terminology package has its NCI code."""
    for codelist in define.at("CodeList"):
        if codelist.get("def:StandardOID") and not codelist.code():
            yield Fault(
                codelist,
                f"{codelist.get('OID')} has def:StandardOID and no NCI code (Alias nci:ExtCodeID)",
            )


@rule("DEFINE-098", "DD0032")
def code_of_enumerated(define: Define) -> Iterator[Fault]:
    """An enumerated item of a published list has its NCI code, or is marked as extended."""
    yield from _without_code(define, "EnumeratedItem")


@rule("DEFINE-099", "DD0032")
def code_of_decoded(define: Define) -> Iterator[Fault]:
    """A decoded item of a published list has its NCI code, or is marked as extended."""
    yield from _without_code(define, "CodeListItem")


def _without_code(define: Define, kind: str) -> Iterator[Fault]:
    for codelist in define.at("CodeList"):
        if not (codelist.get("def:StandardOID") or codelist.code()):
            continue
        for item in codelist.all(kind):
            if not item.code() and not item.get("def:ExtendedValue"):
                value = item.get("CodedValue")
                yield Fault(
                    item,
                    f"{value} in {codelist.get('OID')} has neither an NCI code nor"
                    " def:ExtendedValue",
                    value,
                )


def _published(define: Define, kind: str) -> Iterator[tuple[Node, Node, Codelist]]:
    """Items of one kind with their list and the published list it is drawn from."""
    for codelist in define.at("CodeList"):
        items = codelist.all(kind)
        published = define.published(codelist) if items else None
        if published is not None:
            for item in items:
                yield item, codelist, published


@rule("DEFINE-179", "DD0028")
def enumerated_value(define: Define) -> Iterator[Fault]:
    """The value of an enumerated item is that of its NCI code."""
    yield from _value_of_code(define, "EnumeratedItem")


@rule("DEFINE-192", "DD0028")
def decoded_value(define: Define) -> Iterator[Fault]:
    """The coded value of a decoded item is that of its NCI code."""
    yield from _value_of_code(define, "CodeListItem")


def _value_of_code(define: Define, kind: str) -> Iterator[Fault]:
    """Items whose NCI code is that of another term."""
    for item, codelist, published in _published(define, kind):
        value, code = item.get("CodedValue"), item.code()
        by_code = next((t for t in published.terms if code and t.code == code), None)
        term = published.term(value)
        if by_code is not None and by_code.value != value:
            yield Fault(
                item,
                f"{value} in {codelist.get('OID')} has the code {code}, which is"
                f" {by_code.value} in {published.name}",
                value,
            )
        elif by_code is None and code and term is not None:
            yield Fault(
                item,
                f"{value} in {codelist.get('OID')} has the code {code}; its code is {term.code}",
                code,
            )


@rule("DD0034")
def known_code(define: Define) -> Iterator[Fault]:
    """The NCI code of a term is one of the published list."""
    for kind in _ITEMS:
        for item, codelist, published in _published(define, kind):
            code = item.code()
            if (
                code
                and code not in {term.code for term in published.terms}
                and published.term(item.get("CodedValue")) is None
            ):
                yield Fault(
                    item,
                    f"{item.get('CodedValue')} in {codelist.get('OID')} has the code {code},"
                    f" which {published.name} ({published.code}) does not have",
                    code,
                )


@rule("DD0033")
def known_list_code(define: Define) -> Iterator[Fault]:
    """The NCI code of a list is one of its package, where the whole package is at hand."""
    for codelist in define.at("CodeList"):
        code = codelist.code()
        packages = define.terminology_of(codelist) if code else None
        if packages is None or not all(package.whole for package in packages.packages):
            continue
        if code not in packages:
            yield Fault(codelist, f"no list has the code {code} of {codelist.get('OID')}", code)


@rule("DEFINE-186")
def extended_enumerated(define: Define) -> Iterator[Fault]:
    """A sponsor's term among enumerated items is marked as extended."""
    yield from _not_marked(define, "EnumeratedItem")


@rule("DEFINE-201", "DD0029")
def extended_decoded(define: Define) -> Iterator[Fault]:
    """A sponsor's term among decoded items is marked as extended."""
    yield from _not_marked(define, "CodeListItem")


def _not_marked(define: Define, kind: str) -> Iterator[Fault]:
    for item, codelist, published in _published(define, kind):
        value = item.get("CodedValue")
        is_published = value in published or item.code() in {t.code for t in published.terms}
        if published.extensible and not is_published and not item.get("def:ExtendedValue"):
            yield Fault(
                item,
                f"{value} in {codelist.get('OID')} is not a term of {published.name}, and not"
                f" marked as extended; {did_you_mean(value, published.values)}",
                value,
            )


@rule("DD0024")
def closed_list(define: Define) -> Iterator[Fault]:
    """A list that is not extensible has published terms alone."""
    for kind in _ITEMS:
        for item, codelist, published in _published(define, kind):
            value = item.get("CodedValue")
            if not published.extensible and value not in published and value != MULTIPLE:
                yield Fault(
                    item,
                    f"{value} in {codelist.get('OID')} is not a term of {published.name}, which"
                    f" is not extensible; {did_you_mean(value, published.values)}",
                    value,
                )


@rule("DEFINE-187", "DD0132")
def no_extended_enumerated(define: Define) -> Iterator[Fault]:
    """No enumerated item is marked as extended in a list that is not extensible."""
    yield from _marked_in_closed(define, "EnumeratedItem")


@rule("DEFINE-202", "DD0132")
def no_extended_decoded(define: Define) -> Iterator[Fault]:
    """No decoded item is marked as extended in a list that is not extensible."""
    yield from _marked_in_closed(define, "CodeListItem")


def _marked_in_closed(define: Define, kind: str) -> Iterator[Fault]:
    for item, codelist, published in _published(define, kind):
        value = item.get("CodedValue")
        if item.get("def:ExtendedValue") and not published.extensible and value != MULTIPLE:
            yield Fault(
                item,
                f"{value} in {codelist.get('OID')} is marked as extended; {published.name}"
                " is not extensible",
                value,
            )


@rule("CK-DEFINE-EXTENDED")
def published_not_extended(define: Define) -> Iterator[Fault]:
    """A published term is not marked as extended."""
    for kind in _ITEMS:
        for item, codelist, published in _published(define, kind):
            value = item.get("CodedValue")
            if item.get("def:ExtendedValue") and value in published:
                yield Fault(
                    item,
                    f"{value} in {codelist.get('OID')} is a published term of"
                    f" {published.name}, and marked as extended",
                    value,
                )


@rule("DD0112")
def dictionary_name(define: Define) -> Iterator[Fault]:
    """A dictionary has the name of the controlled terms, MedDRA a version."""
    terms_of_list = terms("C66788")
    exact = {
        name.casefold(): name for name in (*terms_of_list, "Medra", "Med-DRA", "WHODrug", "WHO-DD")
    }
    exact.update({"medra": "MedDRA", "med-dra": "MedDRA", "whodrug": "WHODD", "who-dd": "WHODD"})
    for external in define.at("ExternalCodeList"):
        used, version = external.get("Dictionary"), external.get("Version")
        meant = exact.get(used.casefold(), used)
        if meant != used:
            yield Fault(external, f"Dictionary is {used}; the term is {meant}", used)
        if meant == "MedDRA" and not FORMATS["MedDRA version"][0].fullmatch(version):
            yield Fault(external, f"the version of MedDRA is {version or 'missing'}", version)
