"""What was collected, and the pages of the annotated CRF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from validation.define.check import Fault, rule
from validation.define.shapes import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.document import Node
    from validation.define.model import Define

_ON_CRF: Final = ("Investigator", "Subject")
_ANNOTATED: Final = re.compile(r"(^|/)(acrf|blankcrf)[^/]*\.pdf$", re.IGNORECASE)


def annotated_crf(define: Define) -> set[str]:
    """The leaves that are the annotated CRF, by def:AnnotatedCRF or by their file's name."""
    named = {node.get("leafID") for node in define.at("def:AnnotatedCRF/def:DocumentRef")}
    leaves = define.at("MetaDataVersion/def:leaf")
    return named | {leaf.get("ID") for leaf in leaves if _ANNOTATED.search(leaf.get("xlink:href"))}


def _collected(define: Define) -> Iterator[Node]:
    for origin in define.at("ItemDef/def:Origin"):
        on_crf = origin.get("Type") == "Collected" and origin.get("Source") in _ON_CRF
        if on_crf or (define.version == "2.0" and origin.get("Type") == "CRF"):
            yield origin


@rule("DEFINE-159", "DD0075")
def collected_on_crf(define: Define) -> Iterator[Fault]:
    """What was collected from investigator or subject refers to the annotated CRF.

    A file without an annotated CRF is told so once, as a notice.
    """
    crf = annotated_crf(define)
    collected = list(_collected(define))
    if not crf:
        if collected and define.submission:
            yield Fault(
                define.root,
                f"there is no annotated CRF; {len(collected)} collected variables and values"
                " would refer to it",
                severity="notice",
            )
        return
    for origin in collected:
        named = {node.get("leafID") for node in origin.all("def:DocumentRef")}
        if not named & crf:
            yield Fault(
                origin, f"{label(origin)} is Collected and does not refer to the annotated CRF"
            )


@rule("DEFINE-044", "DD0035")
def pages_of_collected(define: Define) -> Iterator[Fault]:
    """What was collected from investigator or subject names its pages of the annotated CRF."""
    crf = annotated_crf(define)
    if not crf:
        return
    for origin in _collected(define):
        pages = [p for node in origin.all("def:DocumentRef") for p in node.all("def:PDFPageRef")]
        if not pages:
            yield Fault(origin, f"{label(origin)} is Collected and names no page of the CRF")


@rule("DD0037")
def page_range(define: Define) -> Iterator[Fault]:
    """A page reference names pages, or a range that is complete."""
    for node in define.at("def:PDFPageRef"):
        if node.get("PageRefs"):
            continue
        first, last = node.get("FirstPage"), node.get("LastPage")
        if not (first and last):
            yield Fault(node, "def:PDFPageRef has no PageRefs and no complete range of pages")
        elif first.isdecimal() and last.isdecimal() and int(first) > int(last):
            yield Fault(node, f"the range of pages {first} to {last} is the wrong way round", first)


@rule("DD0111")
def pages_without_crf(define: Define) -> Iterator[Fault]:
    """Only what was collected from investigator or subject names pages of the CRF."""
    if define.version == "2.0":
        return
    crf = annotated_crf(define)
    collected = set(_collected(define))
    for origin in define.at("ItemDef/def:Origin"):
        pages = [
            page
            for node in origin.all("def:DocumentRef")
            if node.get("leafID") in crf
            for page in node.all("def:PDFPageRef")
        ]
        if pages and origin not in collected:
            yield Fault(
                pages[0],
                f"pages are given for the origin {origin.get('Type')} {origin.get('Source')}",
            )


@rule("DD0103")
def annotated_crf_declared(define: Define) -> Iterator[Fault]:
    """A file whose origins name pages of the CRF has def:AnnotatedCRF."""
    if define.at("def:AnnotatedCRF"):
        return
    pages = define.at("ItemDef/def:Origin/def:DocumentRef/def:PDFPageRef")
    if pages:
        yield Fault(pages[0], "origins name pages, and there is no def:AnnotatedCRF")
