"""The elements of Define-XML as lxml makes them: names, identifiers, attributes, texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
ARM = "http://www.cdisc.org/ns/arm/v1.0"

# The stubs of lxml know no default namespace, which lxml names None.
NAMESPACES = cast("dict[str, str]", {None: ODM, "def": DEF, "xlink": XLINK})
WITH_RESULTS = {**NAMESPACES, "arm": ARM}

_PREFIXES = {
    "def": DEF,
    "xlink": XLINK,
    "arm": ARM,
    "xml": "http://www.w3.org/XML/1998/namespace",
}


def qualified(name: str) -> str:
    """A name as lxml wants it: `def:Origin` in its namespace, `ItemDef` in that of ODM.

    >>> qualified("ItemDef")
    '{http://www.cdisc.org/ns/odm/v1.3}ItemDef'
    """
    prefix, colon, local = name.partition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}" if colon else f"{{{ODM}}}{name}"


def element(
    name: str,
    attributes: Mapping[str, object] | None = None,
    *children: etree._Element,
    text: str = "",
    namespaces: Mapping[str, str] | None = None,
) -> etree._Element:
    """An element; attributes that are None or "" are left out, True is written Yes."""
    node = etree.Element(qualified(name), nsmap=namespaces or NAMESPACES)
    for key, value in (attributes or {}).items():
        if value is None or value == "" or value is False:
            continue
        key_name = qualified(key) if ":" in key else key
        node.set(key_name, "Yes" if value is True else str(value))
    node.extend(children)
    if text:
        node.text = text
    return node


def description(text: str, name: str = "Description") -> etree._Element:
    """A Description, or a Decode, in English."""
    return element(name, {}, element("TranslatedText", {"xml:lang": "en"}, text=one_line(text)))


def yes_no(value: object) -> str:
    """A truth value as Define-XML writes it where No is written too."""
    return "Yes" if value else "No"


def one_line(text: str) -> str:
    """A text with its white space as single blanks."""
    return " ".join(text.split())


def leaf(identifier: str, href: str, title: str) -> etree._Element:
    """A file that the package holds."""
    return element(
        "def:leaf",
        {"ID": identifier, "xlink:href": href},
        element("def:title", text=one_line(title)),
    )


def leaf_id(name: str) -> str:
    """The ID of a leaf: an XML name without colon.

    >>> leaf_id("SAP 2")
    'LF.SAP_2'
    """
    return "LF." + re.sub(r"[^A-Za-z0-9_.-]", "_", name)
