"""Value lists and where clauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.errors import did_you_mean
from validation.define.check import Fault, rule
from validation.define.families.codelists import items_of
from validation.define.families.variables import name_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.document import Node
    from validation.define.model import Define


def datasets_of(define: Define, clause: Node) -> set[str]:
    """The datasets whose variables a where clause names."""
    named = set()
    for check in clause.all("RangeCheck"):
        item = define.target("ItemDef", check.get("def:ItemOID"))
        uses = define.variables_of(item) if item is not None else []
        # A shared ItemDef is of the dataset that uses the clause: it adds none of its own.
        if len(uses) == 1 and uses[0].dataset is not None:
            named.add(uses[0].dataset.get("Name"))
    return named


@rule("DEFINE-084")
def join_comment(define: Define) -> Iterator[Fault]:
    """A where clause that names variables of several datasets has a comment."""
    for clause in define.at("def:WhereClauseDef"):
        named = datasets_of(define, clause)
        if len(named) > 1 and not clause.get("def:CommentOID"):
            yield Fault(
                clause,
                f"{clause.get('OID')} names variables of {' and '.join(sorted(named))} and has no"
                " comment on how they are joined",
            )


@rule("CK-DEFINE-COMPARATOR")
def one_check_value(define: Define) -> Iterator[Fault]:
    """Only IN and NOTIN take several values."""
    for check in define.at("def:WhereClauseDef/RangeCheck"):
        comparator, values = check.get("Comparator"), check.all("CheckValue")
        if comparator not in ("IN", "NOTIN") and len(values) > 1:
            yield Fault(check, f"{comparator} stands with {len(values)} values; it takes one")


@rule("CK-DEFINE-CHECK-VALUE")
def check_value_in_codelist(define: Define) -> Iterator[Fault]:
    """A value of a where clause is a term of its variable's code list."""
    for check in define.at("def:WhereClauseDef/RangeCheck"):
        item = define.target("ItemDef", check.get("def:ItemOID"))
        codelist = define.codelist_of(item) if item is not None else None
        if (
            item is None
            or codelist is None
            or check.get("Comparator")
            not in (
                "EQ",
                "NE",
                "IN",
                "NOTIN",
            )
        ):
            continue
        terms = [term.get("CodedValue") for term in items_of(codelist)]
        for value in check.all("CheckValue"):
            text = value.text.strip()
            if terms and text not in terms:
                use = next(iter(define.variables_of(item)), None)
                yield Fault(
                    value,
                    f"{text} is not a term of {codelist.get('OID')}, the code list of"
                    f" {item.get('Name')}; {did_you_mean(text, terms)}",
                    text,
                    place_of(use) if use is not None else None,
                )


@rule("DEFINE-142", "DD0123")
def value_length(define: Define) -> Iterator[Fault]:
    """No value-level item is longer than its variable."""
    for use in define.values:
        length, whole = use.item.get("Length"), use.variable.get("Length")
        if length.isdecimal() and whole.isdecimal() and int(length) > int(whole):
            yield Fault(
                use.item,
                f"Length of {name_of(use)} is {length}, that of the variable {whole}",
                length,
                place_of(use),
            )


@rule("CK-DEFINE-VALUE-LIST")
def value_codelist(define: Define) -> Iterator[Fault]:
    """The terms of a value-level item are among those of its variable, if that has a list."""
    for use in define.values:
        own, whole = define.codelist_of(use.item), define.codelist_of(use.variable)
        if own is None or whole is None or own is whole:
            continue
        coded = {item.get("CodedValue") for item in items_of(whole)}
        other = [i.get("CodedValue") for i in items_of(own) if i.get("CodedValue") not in coded]
        if coded and other:
            yield Fault(
                use.item,
                f"{own.get('OID')} of {name_of(use)} has terms that {whole.get('OID')} of the"
                f" variable does not have: {', '.join(other[:5])}",
                other[0],
                place_of(use),
            )
