"""Reading XML as a stream: nothing is fetched, nothing expands, memory stays bounded."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, TYPE_CHECKING

from lxml import etree

from specs.errors import AbsentDataError, RawDataError
from specs.packed import DAMAGED, check_packed
from specs.xml_files import SAFE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Events = Iterator[tuple[str, etree._Element]]

DEEPEST = 100
"""How deep elements may lie in each other; the deepest of the standard is below 20."""


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def line_of(element: etree._Element) -> int:
    """The line an element starts on."""
    return int(str(element.sourceline or 0))


def text_of(element: etree._Element) -> str:
    """All text in an element."""
    return "".join(str(text) for text in element.itertext())


def namespace(name: str) -> str:
    """The namespace of `{namespace}name`; "" where there is none."""
    return name.rpartition("}")[0].removeprefix("{")


def first_namespaces(path: Path) -> frozenset[str]:
    """The namespaces that a file's first element declares."""
    for _, element in stream(path, frozenset()):
        return frozenset(str(uri) for uri in element.nsmap.values())
    return frozenset()


def stream(path: Path, whole: frozenset[str]) -> Events:
    """The starts and ends of a file's elements, as `("start", element)`, `("end", element)`.

    An element named in `whole` has its children at its end, and they are not given by themselves;
    every other one has been emptied. All are dropped after their end. Document types are not
    fetched; a file that declares entities is refused. RawDataError where the file is no XML, or
    breaks off.
    """
    if not path.is_file():
        raise AbsentDataError(
            "there is no such file", where=str(path), remedy="check raw: in study.yaml"
        )
    depth, keeping = 0, 0
    try:
        with _opened(path) as file:
            if not file.read(1):
                raise RawDataError("is empty", where=path.name, remedy="export the data again")
            file.seek(0)
            for event, element in etree.iterparse(
                file, events=("start", "end"), **SAFE, remove_pis=True
            ):
                if event == "start":
                    depth += 1
                    if depth > DEEPEST:
                        raise RawDataError(
                            f"elements lie more than {DEEPEST} deep",
                            where=f"{path.name} line {element.sourceline}",
                            remedy="this is not an export of an EDC",
                        )
                    if keeping:
                        keeping += 1
                        continue
                    if depth == 1:
                        _check_prolog(element, path)
                    keeping = int(local(element) in whole)
                    yield event, element
                else:
                    depth -= 1
                    keeping = max(keeping - 1, 0)
                    if not keeping:
                        yield event, element
                        _drop(element)
    except etree.XMLSyntaxError as error:
        raise _unreadable(path, error) from None


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file, or of a zip the one XML that it holds."""
    if path.suffix.lower() != ".zip":
        with path.open("rb") as file:
            yield file
        return
    members = [m for m in check_packed(path, RawDataError) if m.filename.lower().endswith(".xml")]
    if len(members) != 1:
        raise RawDataError(
            f"holds {len(members) or 'no'} files of XML, and one is read",
            where=path.name,
            remedy="unpack it and name one of its files",
        )
    try:
        with zipfile.ZipFile(path) as packed, packed.open(members[0]) as file:
            yield file
    except DAMAGED as error:
        raise RawDataError(
            f"cannot be unpacked ({error})",
            where=path.name,
            remedy="the file was cut or damaged; export the data again",
        ) from None


def _check_prolog(root: etree._Element, path: Path) -> None:
    """RawDataError where the document type declares entities: an export has no use for them."""
    declared = root.getroottree().docinfo.internalDTD
    # lxml-stubs do not know the method
    if declared is not None and declared.entities():  # type: ignore[attr-defined]
        raise RawDataError(
            "declares entities in its document type",
            where=f"{path.name} line 1",
            remedy="an export needs none, and they can read files or fill the memory; export it"
            " again",
        )


def _drop(element: etree._Element) -> None:
    """Free an element that has been read, and what stood before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _unreadable(path: Path, error: etree.XMLSyntaxError) -> RawDataError:
    text = error.msg or ""
    line = error.position[0] or error.lineno or 1
    if "huge" in text.lower() or "too long" in text.lower() or "amplification" in text.lower():
        what = f"a text is too long to be read ({text.partition(',')[0]})"
        remedy = "export the project without uploaded files"
    elif "start tag expected" in text.lower() or "Document is empty" in text:
        what, remedy = "is not XML", "export the data again as XML"
    else:
        what = f"is not whole or not well-formed XML ({text.partition(', line')[0]})"
        remedy = "the file was cut or edited; export it again"
    return RawDataError(what, where=f"{path.name} line {line}", remedy=remedy)
