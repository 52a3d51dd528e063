"""The identifiers of everything a page can be linked to: short, stable, each once.

`#AE`, `#AE.AETERM`, `#LB.LBORRES/ALT`, `#codelist/CL.NY`, `#method/MT.AE.AESTDY`,
`#comment/COM.AE`, `#standard/STD.SDTMIG`, `#document/LF.ACRF`, `#result/AR.1`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from submission.define.document import Document, ItemGroup, ItemReference

SECTIONS = ("overview", "standards", "datasets", "results", "codelists", "methods", "comments")


class Anchors:
    """The identifiers of one document, made once in the order of the document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._taken: set[str] = {*SECTIONS, "documents", "search", "main", "found", "top"}
        self._by_key: dict[tuple[str, ...], str] = {}
        self._variables: dict[str, str] = {}
        self.uses: dict[str, list[tuple[str, str]]] = {}
        for group in document.groups:
            self._add(("group", group.oid), _slug(group.name or group.oid))
        for group in document.groups:
            for reference in group.references:
                self._variable(group, reference)
        for kind, nouns in (
            ("codelist", document.codelists),
            ("method", document.methods),
            ("comment", document.comments),
            ("standard", document.standards),
            ("document", document.leaves),
        ):
            for noun in nouns:
                self._add((kind, noun.oid), f"{kind}/{_slug(noun.oid)}")
        for display in document.displays:
            self._add(("display", display.oid), f"display/{_slug(display.oid)}")
            for result in display.results:
                self._add(("result", display.oid, result.oid), f"result/{_slug(result.oid)}")

    def of(self, *key: str) -> str:
        """The identifier of a noun by kind and OID; "" for what the document does not define."""
        return self._by_key.get(key, "")

    def to(self, *key: str) -> str:
        """The address of a noun within the page; "" for what the document does not define."""
        anchor = self.of(*key)
        return f"#{quote(anchor, safe='/.')}" if anchor else ""

    def variable(self, name: str) -> str:
        """The address of a variable by `DATASET.VARIABLE`; "" if the document has none."""
        anchor = self._variables.get(name, "")
        return f"#{quote(anchor, safe='/.')}" if anchor else ""

    def use(self, kind: str, oid: str, user: tuple[str, str]) -> None:
        """Remember that a noun is used at a place: its name and address."""
        if oid:
            self.uses.setdefault(f"{kind}/{oid}", []).append(user)

    def used(self, kind: str, oid: str) -> list[tuple[str, str]]:
        """Where a noun is used, in the order of the page."""
        return list(dict.fromkeys(self.uses.get(f"{kind}/{oid}", ())))

    def _variable(self, group: ItemGroup, reference: ItemReference) -> None:
        item = self._document.item.get(reference.item)
        name = f"{group.name}.{item.name if item else reference.item}"
        self._variables.setdefault(name, self._add(("item", group.oid, reference.item), name))
        values = self._document.value_list.get(item.value_list) if item else None
        for value in values.references if values else ():
            key = ("value", group.oid, reference.item, value.item)
            self._add(key, f"{_slug(name)}/{_slug(self._condition(value))}")

    def _condition(self, value: ItemReference) -> str:
        """The value that a simple condition asks for, else the OID of what it describes."""
        clause = self._document.where_clause.get(value.where[0]) if value.where else None
        if clause and len(value.where) == len(clause.checks) == len(clause.checks[0].values) == 1:
            return clause.checks[0].values[0]
        return value.item

    def _add(self, key: tuple[str, ...], wanted: str) -> str:
        anchor, number = _slug(wanted), 2
        while anchor in self._taken:
            anchor, number = f"{_slug(wanted)}-{number}", number + 1
        self._taken.add(anchor)
        return self._by_key.setdefault(key, anchor)


def _slug(text: str) -> str:
    """A text as an identifier: no white space, nothing that an address must escape.

    >>> _slug("CL.Week 24")
    'CL.Week_24'
    """
    return re.sub(r"[^\w./-]+", "_", text) or "_"
