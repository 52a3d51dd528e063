"""Where values come from: types, sources, predecessors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from validation.define.check import Fault, rule
from validation.define.families.variables import name_of, place_of
from validation.define.shapes import label, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.document import Node
    from validation.define.model import Define, Use

_PREDECESSOR: Final = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)\.([A-Za-z_][A-Za-z0-9_]*)\b")

# Origin types and their sources, Define-XML 2.1 section 4.3.2; an empty source is none.
_PAIRS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "SDTM": {
        "Collected": ("Subject", "Investigator", "Vendor"),
        "Derived": ("Vendor", "Sponsor"),
        "Assigned": ("Vendor", "Sponsor"),
        "Protocol": ("Sponsor",),
        "Predecessor": ("",),
    },
    "ADaM": {
        "Derived": ("Sponsor",),
        "Assigned": ("Sponsor",),
        "Predecessor": ("",),
    },
}


def _origins(use: Use) -> list[Node]:
    return use.item.all("def:Origin")


def _kind(define: Define, use: Use) -> str:
    return define.kind(use.dataset) if use.dataset is not None else ""


@rule("DEFINE-154", submission=True)
def variable_origin(define: Define) -> Iterator[Fault]:
    """Every variable has an origin, itself or at value level."""
    for use in define.variables:
        values = define.values_of(use.item, use.dataset)
        if not _origins(use) and not any(_origins(value) for value in values):
            yield Fault(
                use.item,
                f"{name_of(use)} has no origin, at variable or at value level",
                place=place_of(use),
            )


@rule("DEFINE-155")
def origin_at_one_level(define: Define) -> Iterator[Fault]:
    """An origin stands on the variable, or on every one of its value-level items."""
    for use in define.variables:
        if _origins(use):
            continue
        values = define.values_of(use.item, use.dataset)
        without = [value for value in values if not _origins(value)]
        if define.version == "2.1" and define.submission and len(without) == len(values):
            continue  # found by DEFINE-154
        if without or not values:
            count = f"{len(without)} of {len(values)} of its values have none" if values else ""
            yield Fault(
                use.item,
                f"{name_of(use)} has no origin" + (f", and {count} either" if count else ""),
                place=place_of(use),
            )


@rule("DEFINE-160", "DD0073")
def origin_type(define: Define) -> Iterator[Fault]:
    """The type of an origin is one that the standard of the dataset uses."""
    allowed = terms("C170449") if define.version == "2.1" else terms("Origin of 2.0")
    for origin in define.at("def:Origin"):
        kind = origin.get("Type")
        if kind and kind not in allowed:
            yield Fault(origin, f"origin type {kind} is not one of {', '.join(allowed)}", kind)
    if define.version == "2.0":
        return
    for use in (*define.variables, *define.values):
        pairs = _PAIRS.get(_kind(define, use))
        for origin in _origins(use):
            kind = origin.get("Type")
            if pairs and kind in allowed and kind not in pairs:
                yield Fault(
                    origin,
                    f"origin type {kind} of {name_of(use)} is not used in {_kind(define, use)}",
                    kind,
                    place_of(use),
                )


@rule("CK-DEFINE-SOURCE")
def origin_source(define: Define) -> Iterator[Fault]:
    """An origin in SDTM or ADaM has a source, unless it is Predecessor."""
    for use in (*define.variables, *define.values):
        pairs = _PAIRS.get(_kind(define, use), {})
        for origin in _origins(use):
            if not origin.get("Source") and "" not in pairs.get(origin.get("Type"), ("",)):
                yield Fault(
                    origin,
                    f"origin {origin.get('Type')} of {name_of(use)} has no Source",
                    place=place_of(use),
                )


@rule("CK-DEFINE-ORIGIN-PAIR")
def origin_pair(define: Define) -> Iterator[Fault]:
    """Type and source of an origin go together."""
    for use in (*define.variables, *define.values):
        pairs = _PAIRS.get(_kind(define, use), {})
        for origin in _origins(use):
            kind, source = origin.get("Type"), origin.get("Source")
            allowed = pairs.get(kind)
            if source and allowed and source not in allowed and source in terms("C170450"):
                wanted = " or ".join(filter(None, allowed)) or "none"
                yield Fault(
                    origin,
                    f"origin {kind} of {name_of(use)} has the source {source}; it is {wanted}",
                    source,
                    place_of(use),
                )


@rule("DD0061")
def predecessor_named(define: Define) -> Iterator[Fault]:
    """An origin Predecessor names the predecessor."""
    for origin in define.at("def:Origin"):
        if origin.get("Type") == "Predecessor" and not origin.translated():
            yield Fault(
                origin, f"{label(origin)} is Predecessor and names none; write DATASET.VARIABLE"
            )


@rule("DD0148")
def predecessor_form(define: Define) -> Iterator[Fault]:
    """A predecessor is written DATASET.VARIABLE."""
    for origin in define.at("def:Origin"):
        text = origin.translated()
        if (
            origin.get("Type") == "Predecessor"
            and text
            and "ADaM" in define.kinds
            and not _PREDECESSOR.match(text)
        ):
            yield Fault(origin, f"the predecessor {text} is not of the form DATASET.VARIABLE", text)


@rule("CK-DEFINE-PREDECESSOR")
def predecessor_exists(define: Define) -> Iterator[Fault]:
    """A predecessor in a dataset of the same file is a variable of it."""
    variables = {place_of(use) for use in define.variables}
    datasets = {dataset.get("Name") for dataset in define.datasets}
    for origin in define.at("def:Origin"):
        match = (
            _PREDECESSOR.match(origin.translated()) if origin.get("Type") == "Predecessor" else None
        )
        if match and match[1] in datasets and (match[1], match[2]) not in variables:
            yield Fault(
                origin, f"the predecessor {match[0]} is not a variable of this file", match[0]
            )


@rule("DD0074")
def levels_agree(define: Define) -> Iterator[Fault]:
    """Where variable and value level both have origins, they are of the same types."""
    for use in define.values:
        own = {origin.get("Type") for origin in use.item.all("def:Origin")}
        whole = {origin.get("Type") for origin in use.variable.all("def:Origin")}
        if own and whole and not own <= whole:
            yield Fault(
                use.item,
                f"the origin of {name_of(use)} is {', '.join(sorted(own))}, that of the variable"
                f" {', '.join(sorted(whole))}",
                place=place_of(use),
            )
