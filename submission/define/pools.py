"""Methods, comments and conditions: defined once, referred to by identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submission.define.calls import CONTEXT
from submission.define.elements import description, element, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

    from specs.where import Where


class Comments:
    """Comments by text; the first that needs a text names it."""

    def __init__(self) -> None:
        self._oids: dict[str, str] = {}

    def add(self, text: str, oid: str) -> str:
        """The OID of the comment with this text; "" for no text."""
        return self._oids.setdefault(one_line(text), oid) if text.strip() else ""

    def elements(self) -> list[etree._Element]:
        """The CommentDef elements in the order of their OIDs."""
        return [
            element("def:CommentDef", {"OID": oid}, description(text))
            for text, oid in sorted(self._oids.items(), key=lambda pair: pair[1])
        ]


class Methods:
    """Methods by text; the first variable that needs a text names it."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], str] = {}

    def add(self, text: str, owner: str, calls: str = "") -> str:
        """The OID of the method with this text, which `calls` repeat; "" for no text."""
        text = one_line(text)
        return f"MT.{self._owners.setdefault((text, calls), owner)}" if text else ""

    def elements(self) -> list[etree._Element]:
        """The MethodDef elements in the order of their OIDs."""
        return [
            element(
                "MethodDef",
                {"OID": f"MT.{owner}", "Name": f"Algorithm for {owner}", "Type": "Computation"},
                description(text),
                *([element("FormalExpression", {"Context": CONTEXT}, text=calls)] if calls else []),
            )
            for (text, calls), owner in sorted(self._owners.items(), key=lambda pair: pair[1])
        ]


def where_clause(dataset: str, conditions: Iterable[Where]) -> tuple[str, etree._Element]:
    """Conditions on variables of one dataset as a where clause, with its OID."""
    names: list[str] = []
    checks = []
    for condition in conditions:
        names.extend((condition.variable, condition.comparator.value, *condition.values))
        checks.append(
            element(
                "RangeCheck",
                {
                    "Comparator": condition.comparator.value,
                    "SoftHard": "Soft",
                    "def:ItemOID": f"IT.{dataset}.{condition.variable}",
                },
                *(element("CheckValue", text=value) for value in condition.values),
            )
        )
    oid = ".".join(("WC", dataset, *names))
    return oid, element("def:WhereClauseDef", {"OID": oid}, *checks)
