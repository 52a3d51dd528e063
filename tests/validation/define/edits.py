"""Edits of a define.xml: what makes one that conforms a file that does not."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable

ODM = "http://www.cdisc.org/ns/odm/v1.3"
URIS = {
    "o": ODM,
    "def": "http://www.cdisc.org/ns/def/v2.1",
    "xlink": "http://www.w3.org/1999/xlink",
    "arm": "http://www.cdisc.org/ns/arm/v1.0",
    "xml": "http://www.w3.org/XML/1998/namespace",
}

Root = etree._Element
Edit = "Callable[[Root], None]"


def named(name: str) -> str:
    """The name of an attribute as lxml wants it."""
    prefix, colon, local = name.partition(":")
    return f"{{{URIS[prefix]}}}{local}" if colon else name


def found(root: Root, path: str) -> list[Root]:
    """The elements of a path in which ODM elements have the prefix o; at least one."""
    nodes = root.xpath(path, namespaces={k: v for k, v in URIS.items() if k != "xml"})
    assert isinstance(nodes, list)
    assert nodes, f"the example has no {path}"
    return [node for node in nodes if isinstance(node, etree._Element)]


def put(path: str, name: str, value: str) -> Callable[[Root], None]:
    """Give the first element found an attribute."""

    def edit(root: Root) -> None:
        found(root, path)[0].set(named(name), value)

    return edit


def drop(path: str, *names: str) -> Callable[[Root], None]:
    """Take attributes away from the first element found."""

    def edit(root: Root) -> None:
        node = found(root, path)[0]
        for name in names:
            del node.attrib[named(name)]

    return edit


def remove(path: str, *, every: bool = False) -> Callable[[Root], None]:
    """Remove the first element found, or every one."""

    def edit(root: Root) -> None:
        for node in found(root, path)[: None if every else 1]:
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)

    return edit


def double(path: str) -> Callable[[Root], None]:
    """Put a copy of the first element found behind it."""

    def edit(root: Root) -> None:
        node = found(root, path)[0]
        node.addnext(deepcopy(node))

    return edit


def add(path: str, xml: str, *, first: bool = False) -> Callable[[Root], None]:
    """Add a child, written in XML, to the first element found."""

    def edit(root: Root) -> None:
        spaces = " ".join(f'xmlns:{k}="{v}"' for k, v in URIS.items() if k not in ("o", "xml"))
        child = etree.fromstring(f'<x xmlns="{ODM}" {spaces}>{xml}</x>')[0]
        found(root, path)[0].insert(0 if first else 10_000, child)

    return edit


def say(path: str, text: str) -> Callable[[Root], None]:
    """Give the first element found another text."""

    def edit(root: Root) -> None:
        found(root, path)[0].text = text

    return edit


def move_first(path: str) -> Callable[[Root], None]:
    """Put the first element found before its brothers."""

    def edit(root: Root) -> None:
        node = found(root, path)[0]
        parent = node.getparent()
        assert parent is not None
        parent.insert(0, node)

    return edit


def several(*edits: Callable[[Root], None]) -> Callable[[Root], None]:
    """Edits one after the other."""

    def edit(root: Root) -> None:
        for one in edits:
            one(root)

    return edit


def item(oid: str) -> str:
    """The path of a variable's definition."""
    return f"//o:ItemDef[@OID='{oid}']"


def ref(oid: str) -> str:
    """The path of the references to it."""
    return f"//o:ItemRef[@ItemOID='{oid}']"
