"""XML files of unknown makers: read without document types, entities and network."""

from __future__ import annotations

from typing import Final, TypedDict

from lxml import etree


class _Options(TypedDict):
    resolve_entities: bool
    no_network: bool
    load_dtd: bool
    dtd_validation: bool
    attribute_defaults: bool
    huge_tree: bool
    remove_comments: bool


SAFE: Final = _Options(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    attribute_defaults=False,
    huge_tree=False,
    remove_comments=True,
)
"""For a parser of lxml: it fetches nothing, expands nothing, and keeps libxml2's limits on size."""


def safe_parser(*, remove_pis: bool) -> etree.XMLParser:
    """A parser of whole documents with these options."""
    return etree.XMLParser(**SAFE, remove_pis=remove_pis)


def split_name(name: str) -> tuple[str, str]:
    """The namespace and the local name of an element or attribute as lxml names it.

    Any text may stand as a namespace; `etree.QName` refuses some that a file may have.

    >>> split_name("{http://www.w3.org/1999/xlink}href"), split_name("OID"), split_name("{}}ODM")
    (('http://www.w3.org/1999/xlink', 'href'), ('', 'OID'), ('}', 'ODM'))
    """
    namespace, _, local = name.removeprefix("{").rpartition("}")
    return namespace, local
