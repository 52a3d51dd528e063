"""Rules of a few shapes, declared in `rules.csv`: one row is one check.

| shape | what must hold of each `element` |
|---|---|
| required | it has the attribute `name` |
| absent | it has not the attribute `name` |
| values | the value of `name`, when given, is one of `detail` (`A|B`, or `@LIST` of terms.csv) |
| format | the value of `name`, when given, is of the format `detail` |
| refers | `name`, when given, is the OID of a `detail` (`def:Standard[Type=CT]`: of such a one) |
| child | it has a child `name`; with `detail` text, one that is not blank |
| single | it has at most one child `name` |
| childless | it has no child `name` |
| unique | `name` is given once under one parent, or once in the document, as `detail` says |
| alike | `name` is given on all of the elements under one parent, or on none |
| used | its OID stands in one of the attributes of `detail` (`ItemRef@MethodOID`) |

`when` restricts the elements: `Type=CT`, `!def:HasNoData`, `def:CommentOID`, joined by `;`.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from specs.errors import did_you_mean
from validation.define.check import Check, Fault, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from validation.define.document import Node
    from validation.define.model import Define

Row = dict[str, str]

_DATETIME: Final = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")

FORMATS: Final[dict[str, tuple[re.Pattern[str], str]]] = {
    "integer": (re.compile(r"[+-]?\d+"), "a whole number"),
    "positive": (re.compile(r"\+?0*[1-9]\d*"), "a whole number of 1 or more"),
    "count": (re.compile(r"\+?\d+"), "a whole number of 0 or more"),
    "datetime": (_DATETIME, "an ISO 8601 date and time, as 2024-02-29T13:05:09"),
    "XML name": (re.compile(r"[^\W\d][\w.\-]*"), "an XML name: a letter or _ first, no colon"),
    "transport name": (
        re.compile(r"[A-Z_][A-Z0-9_]{0,7}"),
        "a name for a transport file: upper case letters, digits and _, 8 at most",
    ),
    "MedDRA version": (re.compile(r"\d+\.[01]"), "a MedDRA version, n.0 or n.1"),
    "short": (re.compile(r".{0,1000}", re.DOTALL), "1,000 characters long or less"),
}


@cache
def terms(name: str) -> tuple[str, ...]:
    """The terms of a list of terms.csv, by C-code or name."""
    return tuple(row["term"] for row in table("terms.csv") if row["list"] == name)


def shaped_checks() -> tuple[Check, ...]:
    """The checks of rules.csv."""
    return tuple(_check(row) for row in table("rules.csv"))


def _check(row: Row) -> Check:
    find = partial(_SHAPES[row["shape"]], row)
    return Check(tuple(row["ids"].split()), _title(row), find, row["submission"] == "yes")


def _title(row: Row) -> str:
    element, name, detail = row["element"], row["name"], row["detail"]
    text = {
        "required": f"{element} has {name}",
        "absent": f"{element} does not have {name}",
        "values": f"{name} of {element} is {_listed(detail)}",
        "format": f"{name} of {element} is {FORMATS[detail][1] if detail in FORMATS else detail}",
        "refers": f"{name} of {element} refers to a {detail}",
        "child": f"{element} has a {name}" + (" with text" if detail else ""),
        "single": f"{element} has at most one {name}",
        "childless": f"{element} has no {name}",
        "unique": f"{name} of {element} is unique in the {detail}",
        "alike": f"{name} stands on all {element} of a parent or on none",
        "used": f"{element} is referred to",
    }[row["shape"]]
    return f"{text}, where {row['when']}" if row["when"] else text


def _listed(detail: str) -> str:
    if detail.startswith("@"):
        return f"a term of {detail[1:]}"
    return " or ".join(detail.split("|"))


def _elements(row: Row, define: Define) -> list[Node]:
    nodes = define.at(row["element"])
    if not row["when"]:
        return nodes
    conditions = [_condition(text) for text in row["when"].split(";")]
    return [node for node in nodes if all(holds(node) for holds in conditions)]


def _condition(text: str) -> Callable[[Node], bool]:
    name, equals, values = text.partition("=")
    if equals:
        allowed = values.split("|")
        return lambda node: node.get(name) in allowed
    if name.startswith("!"):
        return lambda node: not node.get(name[1:])
    return lambda node: bool(node.get(name))


def label(node: Node) -> str:
    """What to call an element in a message: its name with what identifies it."""
    for attribute in ("OID", "ID", "ItemOID", "CodedValue", "Name", "leafID"):
        if node.get(attribute):
            return f"{node.name} {node.get(attribute)}"
    around = node.parent
    return f"{node.name} in {label(around)}" if around is not None else node.name


def _required(row: Row, define: Define) -> Iterator[Fault]:
    name = row["name"]
    for node in _elements(row, define):
        if not node.get(name):
            what = "an empty" if node.has(name) else "no"
            because = f" ({row['when']})" if row["when"] else ""
            yield Fault(node, f"{label(node)} has {what} {name}; it is required{because}")


def _absent(row: Row, define: Define) -> Iterator[Fault]:
    name = row["name"]
    for node in _elements(row, define):
        if node.has(name):
            because = f" where {row['when']}" if row["when"] else ""
            yield Fault(
                node, f"{label(node)} has {name}, which is not used{because}", node.get(name)
            )


def _values(row: Row, define: Define) -> Iterator[Fault]:
    name, detail = row["name"], row["detail"]
    allowed = terms(detail[1:]) if detail.startswith("@") else tuple(detail.split("|"))
    held = frozenset(allowed)
    for node in _elements(row, define):
        value = node.get(name)
        if value and value not in held:
            remedy = _listed(detail) if len(allowed) < 4 else did_you_mean(value, allowed)
            yield Fault(node, f"{name} of {label(node)} is {value}, not a term; {remedy}", value)


def _format(row: Row, define: Define) -> Iterator[Fault]:
    name = row["name"]
    pattern, form = FORMATS[row["detail"]]
    for node in _elements(row, define):
        value = node.get(name)
        if not node.has(name) or not value:
            continue
        if not pattern.fullmatch(value) or (pattern is _DATETIME and not _exists(value)):
            yield Fault(node, f"{name} of {label(node)} is {value}; it must be {form}", value)


def _exists(value: str) -> bool:
    try:
        datetime.fromisoformat(value.lstrip("-"))
    except ValueError:
        return False
    return True


def _refers(row: Row, define: Define) -> Iterator[Fault]:
    """References to what is not defined, or is not of the kind that is referred to."""
    name = row["name"]
    target, bracket, condition = row["detail"].partition("[")
    holds = _condition(condition.rstrip("]")) if bracket else None
    for node in _elements(row, define):
        value = node.get(name)
        if not value:
            continue
        node_named = define.target(target, value)
        if node_named is None:
            yield Fault(
                node, f"{name} of {label(node)} is {value}, and there is no such {target}", value
            )
        elif holds is not None and not holds(node_named):
            yield Fault(
                node, f"{name} of {label(node)} is {value}, which is not of {condition[:-1]}", value
            )


def _child(row: Row, define: Define) -> Iterator[Fault]:
    for node in _elements(row, define):
        children = node.all(row["name"])
        if not children:
            yield Fault(node, f"{label(node)} has no {row['name']}")
        elif row["detail"] and not any(_has_text(child) for child in children):
            yield Fault(children[0], f"{row['name']} of {label(node)} is blank")


def _has_text(node: Node) -> bool:
    return bool(node.text.strip()) or any(_has_text(child) for child in node.children)


def _single(row: Row, define: Define) -> Iterator[Fault]:
    for node in _elements(row, define):
        for other in node.all(row["name"])[1:]:
            yield Fault(other, f"{label(node)} has more than one {row['name']}")


def _childless(row: Row, define: Define) -> Iterator[Fault]:
    for node in _elements(row, define):
        for child in node.all(row["name"]):
            yield Fault(child, f"{label(node)} has a {row['name']}, which has no place there")


def _unique(row: Row, define: Define) -> Iterator[Fault]:
    name = row["name"]
    seen: dict[tuple[Node | None, str], Node] = {}
    for node in _elements(row, define):
        value = node.get(name)
        if not value:
            continue
        key = (node.parent if row["detail"] == "parent" else None, value)
        first = seen.setdefault(key, node)
        if first is not node:
            yield Fault(
                node, f"{name} {value} of {node.name} is given before, in line {first.line}", value
            )


def _alike(row: Row, define: Define) -> Iterator[Fault]:
    name = row["name"]
    under: dict[Node, list[Node]] = {}
    for node in _elements(row, define):
        if node.parent is not None:
            under.setdefault(node.parent, []).append(node)
    for parent, nodes in under.items():
        without = [node for node in nodes if not node.get(name)]
        if without and len(without) < len(nodes):
            yield Fault(
                without[0],
                f"{len(without)} of {len(nodes)} {nodes[0].name} of {label(parent)} have no {name};"
                " it is given on all of them or on none",
            )


def _used(row: Row, define: Define) -> Iterator[Fault]:
    used: set[str] = set()
    for text in row["detail"].split():
        element, _, attribute = text.partition("@")
        used.update(node.get(attribute) for node in define.at(element))
    key = row["name"]
    for node in _elements(row, define):
        if node.get(key) and node.get(key) not in used:
            yield Fault(node, f"{label(node)} is never referred to", node.get(key))


_SHAPES: Final[Mapping[str, Callable[[Row, Define], Iterator[Fault]]]] = {
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
