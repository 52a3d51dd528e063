"""Variables whose origin is the same in every study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validation.define.check import Fault, rule
from validation.define.families.variables import name_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.model import Define, Use


def _of(define: Define, *suffixes: str) -> Iterator[Use]:
    for use in define.variables:
        if use.dataset is None or define.kind(use.dataset) != "SDTM":
            continue
        if use.item.get("Name").endswith(suffixes):
            yield use


def _types(use: Use) -> set[str]:
    return {origin.get("Type") for origin in use.item.all("def:Origin")}


def _wanted(use: Use, wanted: str) -> Iterator[Fault]:
    other = sorted(_types(use) - {wanted})
    if other:
        yield Fault(
            use.item,
            f"the origin of {name_of(use)} is {', '.join(other)}; it is {wanted}",
            other[0],
            place_of(use),
        )


@rule("DD0105")
def study_days_are_derived(define: Define) -> Iterator[Fault]:
    """--DY, --STDY and --ENDY are Derived."""
    for use in _of(define, "DY"):
        name = use.item.get("Name")
        domain = use.dataset.get("Domain") if use.dataset is not None else ""
        if name in (f"{domain}DY", f"{domain}STDY", f"{domain}ENDY"):
            yield from _wanted(use, "Derived")


@rule("DD0106")
def domain_is_assigned(define: Define) -> Iterator[Fault]:
    """DOMAIN is Assigned."""
    for use in _of(define, "DOMAIN"):
        if use.item.get("Name") == "DOMAIN":
            yield from _wanted(use, "Assigned")


@rule("DD0107")
def rdomain_is_assigned(define: Define) -> Iterator[Fault]:
    """RDOMAIN is Assigned."""
    for use in _of(define, "RDOMAIN"):
        yield from _wanted(use, "Assigned")


@rule("DD0108")
def studyid_is_protocol(define: Define) -> Iterator[Fault]:
    """STUDYID is Protocol."""
    for use in _of(define, "STUDYID"):
        yield from _wanted(use, "Protocol")


@rule("DD0109")
def usubjid_is_the_same(define: Define) -> Iterator[Fault]:
    """The origin of USUBJID is the same in every dataset."""
    yield from _same(define, "USUBJID")


@rule("DD0110")
def visitnum_is_the_same(define: Define) -> Iterator[Fault]:
    """The origin of VISITNUM is the same in every dataset of subjects."""
    yield from _same(define, "VISITNUM")


def _same(define: Define, name: str) -> Iterator[Fault]:
    first: set[str] = set()
    for use in _of(define, name):
        if use.dataset is not None and define.class_of(use.dataset) == "TRIAL DESIGN":
            continue  # what is planned has the origin Protocol, rightly
        types = _types(use) if use.item.get("Name") == name else set()
        first = first or types
        if types and types != first:
            yield Fault(
                use.item,
                f"the origin of {name_of(use)} is {', '.join(sorted(types))}, and"
                f" {', '.join(sorted(first))} elsewhere",
                place=place_of(use),
            )
