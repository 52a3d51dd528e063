"""Which terms of a codelist occur anywhere in the data: told once for each list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validation.define.families.codelists import items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from validation.define.data.delivered import Delivered, Row
    from validation.define.document import Node
    from validation.define.model import Use


@dataclass
class _Used:
    """A codelist with the first variable that uses it, and what all that use it have."""

    delivered: Delivered
    first: Use
    terms: frozenset[str]
    variables: list[str] = field(default_factory=list)
    values: set[str | float] = field(default_factory=set)


@dataclass
class TermsInData:
    """What the variables of each codelist have, while datasets are read one by one."""

    _used: dict[str, _Used] = field(default_factory=dict)

    def add(self, delivered: Delivered, use: Use, codelist: Node, texts: Iterable[str]) -> None:
        """Note the values of a variable that uses a codelist."""
        oid = codelist.get("OID")
        if oid not in self._used:
            terms = frozenset(item.get("CodedValue") for item in items_of(codelist))
            self._used[oid] = _Used(delivered, use, terms)
        used = self._used[oid]
        name = f"{delivered.name}.{use.variable.get('Name')}"
        if name not in used.variables:
            used.variables.append(name)
        for text in texts:
            used.values.update((text, number(text)))

    def findings(self) -> Iterator[Row]:
        """One for each codelist of which some terms, and not all, occur in no variable."""
        for oid, used in self._used.items():
            unused = sorted(
                t for t in used.terms if t not in used.values and number(t) not in used.values
            )
            if not unused or not used.values:
                continue
            where = ", ".join(used.variables[:3]) + (" ..." if len(used.variables) > 3 else "")
            listed = ", ".join(unused[:5]) + (" ..." if len(unused) > 5 else "")
            count = f"{len(unused)} of {len(used.terms)} terms of {oid} do not occur in {where}"
            name = used.first.variable.get("Name")
            message = f"{count}: {listed}"
            yield used.delivered.finding("CK-DEFINE-UNUSED-TERM", used.first.item, message, name)


def number(text: str) -> float | str:
    """A term as a number where it is one, so that 1 and 1.0 are the same."""
    try:
        return float(text)
    except ValueError:
        return text
