"""Which elements and attributes stand where, in which order."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from validation.define.check import Fault, rule, table
from validation.define.shapes import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validation.define.document import Node
    from validation.define.model import Define

# Parts of ODM that Define-XML leaves out.
_UNUSED: Final = frozenset(
    {
        *("AdminData", "ReferenceData", "ClinicalData", "Association", "BasicDefinitions"),
        *("Include", "Protocol", "StudyEventDef", "FormDef", "ImputationMethod", "Presentation"),
        *("ConditionDef", "Question", "ExternalQuestion", "MeasurementUnitRef", "Role"),
        *("MeasurementUnit", "ErrorMessage", "ArchiveLayout", "User", "Location", "Signature"),
        *("SignatureDef",),
    }
)


class Element(NamedTuple):
    """What an element may hold: the place of each child, its attributes, those of ODM alone."""

    order: Mapping[str, int]
    attributes: frozenset[str]
    attributes_20: frozenset[str]
    unused: frozenset[str]


@cache
def elements() -> Mapping[str, Element]:
    """The elements of Define-XML and of results metadata."""
    return {
        row["element"]: Element(
            {
                name: rank
                for rank, names in enumerate(row["children"].split())
                for name in names.split("|")
            },
            *(frozenset(row[c].split()) for c in ("attributes", "attributes_20", "unused")),
        )
        for row in table("elements.csv")
    }


@rule("DEFINE-001", "DD0007")
def child_order(define: Define) -> Iterator[Fault]:
    """Child elements stand in the order of the schema."""
    for node in define.document.nodes:
        element = elements().get(node.name)
        if element is None:
            continue
        last, before = -1, ""
        for child in node.children:
            rank = element.order.get(child.name, -1)
            if rank >= 0 and rank < last:
                yield Fault(child, f"{label(child)} stands after {before}, and belongs before it")
                break
            if rank >= 0:
                last, before = rank, child.name


@rule("DD0007")
def unknown_element(define: Define) -> Iterator[Fault]:
    """Every element is one of ODM, Define-XML or results metadata."""
    for node in define.document.nodes:
        if node.name not in elements() and node.name not in _UNUSED and _parent_known(node):
            yield Fault(node, f"the element {node.name} is unknown to Define-XML", node.name)


@rule("DD0008")
def misplaced_element(define: Define) -> Iterator[Fault]:
    """Every element stands under a parent that may hold it."""
    for node in define.document.nodes:
        if node.parent is None or node.name not in elements() or not _parent_known(node):
            continue
        if node.name not in elements()[node.parent.name].order:
            yield Fault(node, f"{label(node)} has no place in {node.parent.name}", node.name)


@rule("DD0011")
def unused_element(define: Define) -> Iterator[Fault]:
    """No element of ODM that Define-XML leaves out is used."""
    for node in define.document.nodes:
        if node.name in _UNUSED:
            yield Fault(
                node, f"{node.name} is a part of ODM that Define-XML does not use", node.name
            )


@rule("DD0004")
def unknown_attribute(define: Define) -> Iterator[Fault]:
    """Every attribute is one that its element has in ODM or Define-XML."""
    for node, name in _strange(define):
        if name not in elements()[node.name].unused:
            yield Fault(node, f"{label(node)} has the attribute {name}, which is unknown", name)


@rule("DD0010")
def unused_attribute(define: Define) -> Iterator[Fault]:
    """No attribute of ODM that Define-XML leaves out is used."""
    for node, name in _strange(define):
        if name in elements()[node.name].unused:
            yield Fault(node, f"{name} of {label(node)} is not used in Define-XML", name)


def _strange(define: Define) -> Iterator[tuple[Node, str]]:
    for node in define.document.nodes:
        element = elements().get(node.name)
        if element is None or node.attributes.keys() <= element.attributes:
            continue
        for name in node.attributes:
            if name in element.attributes or (
                define.version == "2.0" and name in element.attributes_20
            ):
                continue
            if not (name.startswith(("xlink:", "xml:")) and node.name in _LINKING):
                yield node, name


# xlink and xml attributes beside the ones listed say nothing wrong where links and texts stand.
_LINKING: Final = frozenset({"def:leaf", "TranslatedText", "ODM", "arm:Code"})


def _parent_known(node: Node) -> bool:
    return node.parent is not None and node.parent.name in elements()


@rule("DEFINE-002")
def root_is_odm(define: Define) -> Iterator[Fault]:
    """The root element is ODM."""
    if define.root.name != "ODM" and not define.root.name.endswith("}ODM"):
        yield Fault(define.root, f"the root element is {define.root.name}; it must be ODM")


@rule("DEFINE-003")
def one_odm(define: Define) -> Iterator[Fault]:
    """There is exactly one ODM element."""
    for node in define.at("ODM"):
        if node.parent is not None:
            yield Fault(node, "there is an ODM element inside the document; only the root is one")


@rule("DD0002")
def namespaces(define: Define) -> Iterator[Fault]:
    """The namespaces are those of ODM 1.3 and Define-XML 2.0 or 2.1."""
    root = define.root
    if root.name.endswith("}ODM"):
        namespace = root.name[1:].rpartition("}")[0] or "none"
        yield Fault(root, f"the namespace of ODM is {namespace}, not that of ODM 1.3", namespace)
    elif not define.version:
        yield Fault(root, "no namespace of Define-XML 2.0 or 2.1 is declared")


@rule("DEFINE-230", "DD0013", "DD0014", "DD0083")
def oids_are_unique(define: Define) -> Iterator[Fault]:
    """OIDs are unique in the document."""
    seen: dict[str, Node] = {}
    for node in define.document.nodes:
        oid = node.get("OID")
        if not oid or node.name.startswith("arm:"):
            continue
        first = seen.setdefault(oid, node)
        # Two comments of one OID are found by DEFINE-213.
        if first is not node and (first.name, node.name) != ("def:CommentDef", "def:CommentDef"):
            yield Fault(
                node,
                f"OID {oid} of {node.name} is given before, to a {first.name} in line {first.line}",
                oid,
            )


@rule("DD0086")
def short_attributes(define: Define) -> Iterator[Fault]:
    """No attribute is longer than 1,000 characters."""
    for node in define.document.nodes:
        for name, value in node.attributes.items():
            if len(value) > 1000:
                yield Fault(
                    node,
                    f"{name} of {label(node)} has {len(value):,} characters; 1,000 are allowed",
                    value[:60],
                )
