"""What differs between two define.xml files, by meaning: names, not identifiers, are compared.

An element is known by what a reviewer calls it: `AE.AETERM`, `LB.LBORRES where LBTESTCD EQ "ALT"`,
`No Yes Response: Y`. Methods, comments and codelists count with their texts where they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from submission.define.document import (
        Codelist,
        Document,
        DocumentReference,
        Item,
        ItemGroup,
        ItemReference,
        Result,
    )

COLUMNS = ("change", "kind", "name", "attribute", "old", "new")

Facts = dict[tuple[str, str], dict[str, str]]
"""Attributes as texts by kind and name."""


def compare(old: Document, new: Document) -> pd.DataFrame:
    """One row per element added or removed and per attribute changed: COLUMNS, text.

    The order is that of the new document, with what was removed behind.
    """
    before, after = facts(old), facts(new)
    rows = [row for key, now in after.items() for row in _changes(key, before.get(key), now)]
    rows.extend(("removed", *key, "", "", "") for key in before if key not in after)
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype("str")


def facts(document: Document) -> Facts:
    """All that a document says, by kind and name; of two with one name the last counts."""
    return {key: dict(attributes) for key, attributes in _facts(document)}


def _changes(
    key: tuple[str, str], was: Mapping[str, str] | None, now: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    if was is None:
        yield ("added", *key, "", "", "")
        return
    for attribute in {**was, **now}:
        old, new = was.get(attribute, ""), now.get(attribute, "")
        if old != new:
            yield ("changed", *key, attribute, old, new)


def _facts(document: Document) -> Iterator[tuple[tuple[str, str], Mapping[str, str]]]:
    """What a document says, noun by noun: kind and name, and its attributes."""
    yield (
        ("document", "study"),
        {
            "study": document.study,
            "description": document.description,
            "protocol": document.protocol,
            "Define-XML": document.version,
            "context": document.context,
            "comment": _comment(document, document.comment),
        },
    )
    for standard in document.standards:
        name = " ".join(p for p in (standard.name, standard.publishing_set) if p)
        yield (
            ("standard", name),
            {
                "version": standard.version,
                "status": standard.status,
                "comment": _comment(document, standard.comment),
            },
        )
    for group in document.groups:
        yield ("dataset", group.name), _dataset(document, group)
        yield from _variables(document, group)
    yield from _lists(document)


def _dataset(document: Document, group: ItemGroup) -> Mapping[str, str]:
    standard = document.standard.get(group.standard)
    return {
        "label": group.label,
        "class": " / ".join((group.class_, *group.subclasses)),
        "structure": group.structure,
        "domain": group.domain,
        "purpose": group.purpose,
        "repeating": group.repeating,
        "reference data": group.reference,
        "standard": standard.name if standard else "",
        "no data": _yes(group.no_data),
        "file": group.leaf.href if group.leaf else "",
        "comment": _comment(document, group.comment),
    }


def _variables(
    document: Document, group: ItemGroup
) -> Iterator[tuple[tuple[str, str], Mapping[str, str]]]:
    """The variables of a dataset, each followed by the lines of its value level."""
    for position, reference in enumerate(group.references, start=1):
        item = document.item.get(reference.item)
        name = f"{group.name}.{item.name if item else reference.item}"
        attributes = {"position": str(position), **_item(document, reference, item)}
        yield ("variable", name), attributes
        values = document.value_list.get(item.value_list) if item else None
        for value in values.references if values else ():
            described = document.item.get(value.item)
            condition = " or ".join(_condition(document, oid) for oid in value.where)
            yield ("value", f"{name} where {condition}"), _item(document, value, described)


def _lists(document: Document) -> Iterator[tuple[tuple[str, str], Mapping[str, str]]]:
    """The same for codelists, methods, documents and analysis results."""
    for codelist in document.codelists:
        yield ("codelist", codelist.name), _codelist(document, codelist)
        for term in codelist.terms:
            yield (
                ("term", f"{codelist.name}: {term.value}"),
                {
                    "decode": term.decode or "",
                    "C-code": term.code,
                    "rank": term.rank,
                    "extended": _yes(term.extended),
                },
            )
    for method in document.methods:
        code = "\n".join(f"{e.context}: {e.code}" for e in method.expressions)
        yield (
            ("method", method.name or method.oid),
            {"type": method.type, "text": method.text, "code": code},
        )
    for leaf in document.leaves:
        yield ("document file", leaf.href), {"title": leaf.title}
    for display in document.displays:
        yield ("display", display.name), {"title": display.title}
        for number, result in enumerate(display.results, start=1):
            yield ("result", f"{display.name} {number}"), _result(document, result)


def _item(document: Document, reference: ItemReference, item: Item | None) -> Mapping[str, str]:
    """The attributes of a variable or of a value-level item."""
    codelist = document.codelist.get(item.codelist) if item else None
    method = document.method.get(reference.method)
    attributes = {
        "mandatory": _yes(reference.mandatory),
        "key": reference.key,
        "role": reference.role,
        "no data": _yes(reference.no_data),
        "method": method.text if method else reference.method,
    }
    if item is None:
        return attributes
    origins = (
        " ".join((o.type, o.source, o.description, *map(_pages, o.documents))).strip()
        for o in item.origins
    )
    return attributes | {
        "label": item.label,
        "type": item.data_type,
        "length": item.length,
        "significant digits": item.significant_digits,
        "format": item.display_format,
        "codelist": codelist.name if codelist else item.codelist,
        "origin": "; ".join(" ".join(origin.split()) for origin in origins),
        "comment": _comment(document, item.comment),
    }


def _codelist(document: Document, codelist: Codelist) -> Mapping[str, str]:
    standard = document.standard.get(codelist.standard)
    return {
        "type": codelist.data_type,
        "C-code": codelist.code,
        "standard": standard.full_name if standard else "",
        "dictionary": f"{codelist.dictionary} {codelist.dictionary_version}".strip(),
        "comment": _comment(document, codelist.comment),
    }


def _result(document: Document, result: Result) -> Mapping[str, str]:
    data = (
        f"{group.name if group else used.group} {_condition(document, used.where)}".strip()
        for used in result.datasets
        for group in (document.group.get(used.group),)
    )
    items = (document.item.get(oid) for used in result.datasets for oid in used.variables)
    return {
        "title": result.title,
        "reason": result.reason,
        "purpose": result.purpose,
        "data": "; ".join(data),
        "variables": ", ".join(item.name for item in items if item),
        "documentation": result.documentation,
        "code": result.code.code if result.code else "",
    }


def _condition(document: Document, oid: str) -> str:
    clause = document.where_clause.get(oid)
    if clause is None:
        return oid
    checks = []
    for check in clause.checks:
        item = document.item.get(check.item)
        values = ", ".join(f'"{value}"' for value in check.values)
        checks.append(f"{item.name if item else check.item} {check.comparator} {values}")
    return " and ".join(checks)


def _comment(document: Document, oid: str) -> str:
    comment = document.comment_by_oid.get(oid)
    return comment.text if comment else oid


def _pages(reference: DocumentReference) -> str:
    return " ".join((reference.leaf, *reference.pages))


def _yes(value: bool) -> str:
    return "Yes" if value else ""
