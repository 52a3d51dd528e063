"""For each rule of rules.csv: the example that fails it, made by its shape."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from tests.validation.define.edits import ODM, URIS, named

if TYPE_CHECKING:
    from lxml.etree import _Element

BAD = {
    "integer": "one",
    "positive": "0",
    "count": "-1",
    "datetime": "2024-02-30T01:00:00",
    "XML name": "1:a",
    "transport name": "TOOLONGNAME",
    "MedDRA version": "27.5",
    "short": "x" * 1001,
}


def tag(name: str) -> str:
    return named(name) if ":" in name else f"{{{ODM}}}{name}"


def nodes(root: _Element, row: dict[str, str]) -> list[_Element]:
    """The elements a row of rules.csv is about."""
    path = "/".join(p if ":" in p else f"o:{p}" for p in row["element"].split("/"))
    spaces = {k: v for k, v in URIS.items() if k != "xml"}
    found = root.xpath(
        f"descendant-or-self::{path}" if "/" not in path else f"//{path}", namespaces=spaces
    )
    assert isinstance(found, list)
    held = [node for node in found if isinstance(node, etree._Element)]
    return [node for node in held if all(holds(node, c) for c in row["when"].split(";") if c)]


def holds(node: _Element, condition: str) -> bool:
    name, equals, values = condition.partition("=")
    if equals:
        return node.get(named(name)) in values.split("|")
    if name.startswith("!"):
        return node.get(named(name[1:])) is None
    return node.get(named(name)) is not None


def broken(root: _Element, row: dict[str, str]) -> bool:
    """Make the defect; False when the example has nothing that the row is about."""
    held = nodes(root, row)
    return bool(held) and _BREAKS[row["shape"]](held, row)


def _required(held: list[_Element], row: dict[str, str]) -> bool:
    node = next((n for n in held if n.get(named(row["name"])) is not None), None)
    if node is None:
        return False
    del node.attrib[named(row["name"])]
    return True


def _absent(held: list[_Element], row: dict[str, str]) -> bool:
    held[0].set(named(row["name"]), "1")
    return True


def _values(held: list[_Element], row: dict[str, str]) -> bool:
    node = next((n for n in held if n.get(named(row["name"])) is not None), held[0])
    node.set(named(row["name"]), "Wrong")
    return True


def _format(held: list[_Element], row: dict[str, str]) -> bool:
    held[0].set(named(row["name"]), BAD[row["detail"]])
    return True


def _refers(held: list[_Element], row: dict[str, str]) -> bool:
    held[0].set(named(row["name"]), "NO.SUCH")
    return True


def _child(held: list[_Element], row: dict[str, str]) -> bool:
    node = next((n for n in held if n.find(tag(row["name"])) is not None), None)
    if node is None:
        return False
    for child in node.findall(tag(row["name"])):
        node.remove(child)
    return True


def _single(held: list[_Element], row: dict[str, str]) -> bool:
    node = next((n for n in held if n.find(tag(row["name"])) is not None), None)
    if node is None:
        return False
    child = node.find(tag(row["name"]))
    assert child is not None
    child.addnext(deepcopy(child))
    return True


def _childless(held: list[_Element], row: dict[str, str]) -> bool:
    etree.SubElement(held[0], tag(row["name"]))
    return True


def _unique(held: list[_Element], row: dict[str, str]) -> bool:
    name = named(row["name"])
    given = [node for node in held if node.get(name) is not None]
    for first in given:
        for second in given:
            near = row["detail"] == "document" or second.getparent() is first.getparent()
            if second is not first and near:
                second.set(name, str(first.get(name)))
                return True
    if given:
        given[0].addnext(deepcopy(given[0]))
    return bool(given)


def _alike(held: list[_Element], row: dict[str, str]) -> bool:
    name = named(row["name"])
    for node in held:
        parent = node.getparent()
        assert parent is not None
        if len(parent.findall(node.tag)) > 1:
            if node.get(name) is not None:
                del node.attrib[name]
            else:
                node.set(name, "1")
            return True
    return False


def _used(held: list[_Element], row: dict[str, str]) -> bool:
    made = deepcopy(held[-1])
    made.set(named(row["name"]), "NEVER.USED")
    held[-1].addnext(made)
    return True


_BREAKS = {
    "required": _required,
    "absent": _absent,
    "values": _values,
    "format": _format,
    "refers": _refers,
    "child": _child,
    "single": _single,
    "childless": _childless,
    "unique": _unique,
    "alike": _alike,
    "used": _used,
}
