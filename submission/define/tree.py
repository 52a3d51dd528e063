"""The tree of anybody's define.xml: parsed without trust, its elements found by local name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from specs.errors import CdisckitError
from specs.xml_files import safe_parser

if TYPE_CHECKING:
    from pathlib import Path

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def parse_define(path: Path) -> etree._Element:
    """The root element of an XML file, read without DTD, entities and network."""
    parser = safe_parser(remove_pis=True)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CdisckitError(
            f"cannot be read ({error.strerror})", where=str(path), remedy="name a define.xml"
        ) from None
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line = f" line {error.lineno}" if error.lineno else ""
        raise CdisckitError(f"is not XML: {error.msg}", where=f"{path.name}{line}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise CdisckitError(
            "has a document type, which no define.xml needs and which is not read",
            where=path.name,
            remedy="remove the DOCTYPE line",
        )
    return root


def is_named(node: etree._Element, *names: str) -> bool:
    """Whether an element has one of these local names."""
    return isinstance(node.tag, str) and node.tag.rpartition("}")[2] in names


def children(node: etree._Element | None, name: str) -> list[etree._Element]:
    """The children of a local name; none of None."""
    return [] if node is None else [child for child in node if is_named(child, name)]


def first(node: etree._Element | None, *path: str) -> etree._Element | None:
    """The first element down a path of local names, or None."""
    for name in path:
        node = next(iter(children(node, name)), None)
    return node


def get(node: etree._Element | None, name: str) -> str:
    """An attribute by its local name, plain ones first; "" where there is none."""
    if node is None:
        return ""
    plain = node.get(name)
    if plain is not None:
        return plain.strip()
    named = (v for k, v in node.attrib.items() if str(k).endswith(f"}}{name}"))
    return str(next(named, "")).strip()


def child_text(node: etree._Element | None, name: str) -> str:
    """The text of the first child of a name."""
    child = first(node, name)
    return "" if child is None else lines(child.text)


def description(node: etree._Element | None) -> str:
    """The text of an element's Description."""
    return translated(first(node, "Description"))


def translated(node: etree._Element | None) -> str:
    """The English text, or the first in whatever language."""
    texts = children(node, "TranslatedText")
    english = [text for text in texts if text.get(_LANGUAGE, "en").startswith("en")]
    chosen = next(iter(english or texts), None)
    return "" if chosen is None else lines(chosen.text)


def lines(text: str | None) -> str:
    """A text without the white space around its lines."""
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())
