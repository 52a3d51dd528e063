"""Writing XML element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import XMLGenerator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .saved import Row


class Xml:
    """A file of XML that is written element by element."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._xml = XMLGenerator(self._file, encoding="utf-8", short_empty_elements=True)
        self._open: list[str] = []

    def __enter__(self) -> Xml:
        if not self._open and self._file.tell() == 0:
            self._xml.startDocument()
        return self

    def __exit__(self, *_: object) -> None:
        if self._open:
            self._xml.endElement(self._open.pop())
            self._xml.ignorableWhitespace("\n")
        else:
            self._file.close()

    def __call__(self, name: str, attributes: Row | None = None) -> Xml:
        """Begin an element; it ends with the `with` block."""
        self._xml.startElement(name, dict(attributes or {}))
        self._open.append(name)
        return self

    def empty(self, name: str, attributes: Row) -> None:
        """An element without content."""
        with self(name, attributes):
            pass

    def text(self, name: str, text: str) -> None:
        """An element with a text."""
        with self(name):
            self._xml.characters(text)


def codelist(xml: Xml, oid: str, codes: Mapping[str, str], boxes: str = "") -> None:
    """A code list; with `boxes`, the choices of a checkbox, it is that of one of its options."""
    if not codes:
        return
    told = {"OID": oid, "Name": oid.removesuffix(".choices"), "DataType": "text"}
    if boxes:
        told["redcap:CheckboxChoices"] = boxes
        codes = {"1": "Checked", "0": "Unchecked"}
    with xml("CodeList", told):
        for code, label in codes.items():
            with xml("CodeListItem", {"CodedValue": code}), xml("Decode"):
                xml.text("TranslatedText", label)
