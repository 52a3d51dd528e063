"""Any define.xml as plain nodes: names and attributes with the usual prefixes, whatever its own.

Read without document type, entities or network. Versions 2.0 and 2.1 of Define-XML are told apart
by the namespace; in both, its names have the prefix `def:`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from specs.errors import RawDataError
from specs.xml_files import safe_parser, split_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIXES: Final = {
    "http://www.cdisc.org/ns/odm/v1.3": "",
    "http://www.cdisc.org/ns/def/v2.0": "def:",
    "http://www.cdisc.org/ns/def/v2.1": "def:",
    "http://www.cdisc.org/ns/arm/v1.0": "arm:",
    "http://www.w3.org/1999/xlink": "xlink:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
}
_VERSIONS: Final = {
    "http://www.cdisc.org/ns/def/v2.0": "2.0",
    "http://www.cdisc.org/ns/def/v2.1": "2.1",
}

# The largest file that is read: a define.xml of 5,000 variables has 10 MB.
MAX_BYTES: Final = 500_000_000


@dataclass(eq=False, slots=True)
class Node:
    """An element: its name (`ItemDef`, `def:Origin`), attributes, text, parent, children, line.

    A name in an unknown namespace stays as lxml writes it, `{namespace}name`.
    """

    name: str
    attributes: dict[str, str]
    text: str
    line: int
    parent: Node | None
    children: list[Node] = field(default_factory=list)

    def get(self, attribute: str) -> str:
        """The value of an attribute without blanks around it; "" when it is not there."""
        return self.attributes.get(attribute, "").strip()

    def has(self, attribute: str) -> bool:
        """Whether the attribute is written, if only as ""."""
        return attribute in self.attributes

    def all(self, name: str) -> list[Node]:
        """The children of that name."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> Node | None:
        """The first child of that name, or None."""
        return next((child for child in self.children if child.name == name), None)

    def translated(self, name: str = "Description") -> str:
        """The translated text of a child (Description, Decode), English first; "" when none."""
        child = self.first(name)
        texts = child.all("TranslatedText") if child is not None else []
        english = [t for t in texts if t.get("xml:lang").lower().startswith("en")]
        return next((t.text.strip() for t in [*english, *texts]), "")

    def code(self) -> str:
        """The NCI code in the element's Alias; "" when it has none."""
        aliases = (a for a in self.all("Alias") if a.get("Context").lower() == "nci:extcodeid")
        return next((alias.get("Name") for alias in aliases), "")

    def up(self, name: str) -> Node | None:
        """The element itself or the nearest around it that has the name."""
        node: Node | None = self
        while node is not None and node.name != name:
            node = node.parent
        return node


@dataclass(frozen=True, eq=False)
class Document:
    """A file as read: its root, the version of Define-XML ("" when none is declared)."""

    path: Path
    root: Node
    version: str
    stylesheets: tuple[str, ...]
    nodes: tuple[Node, ...] = field(repr=False)


def read_document(path: Path) -> Document:
    """The nodes of an XML file; RawDataError when it is no XML, has a DOCTYPE, or is too large."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RawDataError(
                f"the file has more than {MAX_BYTES:,} bytes",
                where=str(path),
                remedy="a define.xml is much smaller; check that it is one",
            )
        content = path.read_bytes()
    except OSError as error:
        raise RawDataError(f"cannot be read: {error.strerror}", where=str(path)) from error
    parser = safe_parser(remove_pis=False)
    try:
        tree = etree.ElementTree(etree.fromstring(content, parser))
    except etree.XMLSyntaxError as error:
        raise RawDataError(
            f"not well-formed XML: {error.msg}",
            where=f"{path} line {error.lineno}",
            remedy="check that the file is a define.xml and is complete",
        ) from error
    if tree.docinfo.internalDTD is not None:
        raise RawDataError(
            "the file has a document type declaration, and is not read for safety",
            where=str(path),
            remedy="remove the DOCTYPE; Define-XML has none",
        )
    root = tree.getroot()
    nodes: list[Node] = []
    node = _node(root, None, nodes)
    versions = [_VERSIONS[uri] for uri in root.nsmap.values() if uri in _VERSIONS]
    if not versions:
        held = (split_name(name)[0] for element in root.iter() for name in _names(element))
        versions = [_VERSIONS[uri] for uri in held if uri in _VERSIONS][:1]
    return Document(path, node, max(versions, default=""), tuple(_stylesheets(root)), tuple(nodes))


def _node(element: etree._Element, parent: Node | None, nodes: list[Node]) -> Node:
    """The node of an element, its descendants added behind it; deep files cost no recursion."""
    top: Node | None = None
    open_: list[tuple[etree._Element, Node | None]] = [(element, parent)]
    while open_:
        source, above = open_.pop()
        if not isinstance(source.tag, str):
            continue
        attributes = {_named(str(key)): str(value) for key, value in source.attrib.items()}
        node = Node(
            _named(source.tag) if source.tag.startswith("{") else f"{{}}{source.tag}",
            attributes,
            source.text or "",
            _line(source),
            above,
        )
        nodes.append(node)
        if above is not None:
            above.children.append(node)
        top = top or node
        open_.extend((child, node) for child in reversed(source))
    assert top is not None  # noqa: S101 - a parsed file has a root
    return top


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline
    return int(line or 0)


@lru_cache(maxsize=10_000)
def _named(name: str) -> str:
    """The prefixed name of an attribute, or of an element in a namespace."""
    namespace, local = split_name(name)
    prefix = _PREFIXES.get(namespace) if namespace else ""
    return name if prefix is None else f"{prefix}{local}"


def _names(element: etree._Element) -> Iterator[str]:
    if isinstance(element.tag, str):
        yield element.tag
        yield from (str(name) for name in element.attrib)


def _stylesheets(root: etree._Element) -> Iterator[str]:
    """What the stylesheet instructions before the root refer to."""
    for before in root.itersiblings(preceding=True):
        if isinstance(before, etree._ProcessingInstruction) and before.target == "xml-stylesheet":
            yield str(before.get("href") or "")
