"""XML files of unknown makers: read without document types, entities and network."""

from __future__ import annotations

from lxml import etree


def safe_parser(*, remove_pis: bool) -> etree.XMLParser:
    """A parser that fetches nothing, expands nothing, and keeps libxml2's limits on size."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=remove_pis,
    )
