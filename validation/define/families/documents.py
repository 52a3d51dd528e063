"""Documents and the files of the folder."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from validation.define.check import Fault, rule
from validation.define.shapes import label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validation.define.model import Define

_ACRF: Final = re.compile(r"acrf\.pdf", re.IGNORECASE)


def file_of(folder: Path, href: str) -> Path | None:
    """The file a relative href names; None when it is no relative path."""
    address = urlsplit(href)
    if address.scheme or address.netloc or not address.path or address.path.startswith(("/", "\\")):
        return None
    return folder / unquote(address.path)


def is_there(path: Path) -> bool:
    """Whether there is such a file; not where the system takes its name for none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


@rule("DD0078")
def leaf_used(define: Define) -> Iterator[Fault]:
    """Every document is referred to."""
    used = {node.get("leafID") for node in define.at("def:DocumentRef")}
    used |= {node.get("def:ArchiveLocationID") for node in define.datasets}
    for leaf in define.at("MetaDataVersion/def:leaf"):
        if leaf.get("ID") and leaf.get("ID") not in used:
            yield Fault(leaf, f"{label(leaf)} is never referred to", leaf.get("ID"))


@rule("DD0084")
def file_exists(define: Define) -> Iterator[Fault]:
    """The file of every document and dataset exists, at a relative path."""
    for leaf in define.at("def:leaf"):
        href = leaf.get("xlink:href")
        if not href:
            continue
        path = file_of(define.folder, href)
        if path is None:
            yield Fault(
                leaf,
                f"{label(leaf)} leads to {href}; write a path relative to the define.xml",
                href,
            )
        elif not is_there(path):
            yield Fault(leaf, f"the file {href} of {label(leaf)} does not exist", href)


@rule("DD0085")
def stylesheet_exists(define: Define) -> Iterator[Fault]:
    """The stylesheet that the file names stands beside it."""
    for href in define.document.stylesheets:
        path = file_of(define.folder, href)
        if path is None or not is_there(path):
            yield Fault(
                define.root, f"the stylesheet {href or 'without name'} does not exist", href
            )


@rule("DD0102")
def name_of_annotated_crf(define: Define) -> Iterator[Fault]:
    """The annotated CRF is called acrf.pdf."""
    if define.version == "2.0":
        return
    for reference in define.at("def:AnnotatedCRF/def:DocumentRef"):
        leaf = define.target("def:leaf", reference.get("leafID"))
        if leaf is None:
            continue
        name = PurePosixPath(leaf.get("xlink:href")).name
        if not _ACRF.fullmatch(name):
            yield Fault(leaf, f"the annotated CRF is called {name}; it must be acrf.pdf", name)
