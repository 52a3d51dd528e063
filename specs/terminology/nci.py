"""Terminology packages as NCI EVS publishes them: ODM-XML and tab-delimited text.

Both hold the same facts. Definitions are not kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from lxml import etree

from specs.errors import TerminologyError
from specs.terminology.codelist import Codelist, Term
from specs.terminology.packages import store_package
from specs.xml_files import SAFE, split_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_NCI = "{http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC}"
_ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
_TELLING = {f"{_ODM}{name}" for name in ("ODM", "Study", "MetaDataVersion")}
_TELLING_ATTRIBUTES = ("FileOID", "OID", "Name", "Description")

_COLUMNS = {
    "code": "Code",
    "codelist": "Codelist Code",
    "extensible": "Codelist Extensible (Yes/No)",
    "title": "Codelist Name",
    "value": "CDISC Submission Value",
    "synonyms": "CDISC Synonym(s)",
    "preferred": "NCI Preferred Term",
}
_STANDARD_AND_DATE = "Standard and Date"  # in newer files only

_USED = {"sdtm": "SDTM", "adam": "ADaM"}
_NAME = re.compile(
    r"(?<![a-z])(sdtm|adam|send|cdash|define-xml|protocol|glossary|ddf|mrct|tmf)(?![a-z])",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_CODE = re.compile(r"C\d+")
_KINDS = "take the package's .odm.xml or .txt file from NCI EVS"


@dataclass(frozen=True)
class NciPackage:
    """A package as read: `name` and `version` are "" where the file does not tell them."""

    name: str
    version: str
    codelists: tuple[Codelist, ...]


@dataclass(frozen=True)
class Added:
    """What `add_package` put into the cache."""

    name: str
    version: str
    codelists: int
    terms: int
    path: Path


def add_package(path: Path, *, name: str = "", version: str = "") -> Added:
    """Read a package of either kind and store it in the user's cache.

    Its name (SDTM, ADaM) and version (a date) are taken from the file's content, else from its
    name, unless given. TerminologyError when they cannot be told, or the file is wrong.
    """
    path = Path(path)
    package = read_odm_xml(path) if _is_xml(path) else read_text(path)
    found_name, found_version = _identity(path.name)
    name = name or package.name or found_name
    version = version or package.version or found_version
    if not name or not _DATE.fullmatch(version):
        raise TerminologyError(
            "neither the file nor its name says which package this is, and of which date",
            where=str(path),
            remedy='name it as NCI does, "SDTM Terminology 2025-03-28.txt", or give both',
        )
    if name.lower() not in _USED:
        raise TerminologyError(
            f"this is the {name} terminology; cdisckit uses those of SDTM and ADaM",
            where=str(path),
        )
    name = _USED[name.lower()]
    stored = store_package(name, version, package.codelists)
    terms = sum(len(codelist.terms) for codelist in package.codelists)
    return Added(name, version, len(package.codelists), terms, stored)


def read_text(path: Path) -> NciPackage:
    """A package from NCI's tab-delimited text.

    A row without codelist code is a codelist; the rows of its terms come after it.
    """
    lines = _lines(path)
    header = next(lines, [])
    at = {name: _column(header, title, path) for name, title in _COLUMNS.items()}
    dated = header.index(_STANDARD_AND_DATE) if _STANDARD_AND_DATE in header else None
    identity = ("", "")
    heads: dict[str, tuple[str, str, bool]] = {}
    terms: dict[str, list[Term]] = {}
    for number, row in enumerate(lines, start=2):
        if not any(row):
            continue
        where = f"{path} line {number}"
        if len(row) > len(header):
            raise TerminologyError(
                f"{len(row)} columns, and {len(header)} in the header", where=where
            )
        row += [""] * (len(header) - len(row))
        cell = {name: row[index] for name, index in at.items()}
        _check_code(cell["code"], cell["value"], where)
        if dated is not None and not all(identity):
            identity = _joined(identity, row[dated])
        if not cell["codelist"]:
            if cell["code"] in heads:
                raise TerminologyError(f"the codelist {cell['code']} is there twice", where=where)
            extensible = _extensible(cell["extensible"], cell["code"], where)
            heads[cell["code"]] = (cell["value"], cell["title"], extensible)
            terms[cell["code"]] = []
        elif cell["codelist"] in terms:
            synonyms = _split(cell["synonyms"])
            term = Term(cell["code"], cell["value"], cell["preferred"], synonyms)
            terms[cell["codelist"]].append(term)
        else:
            raise TerminologyError(
                f"a term of the codelist {cell['codelist']}, which has no row before it",
                where=where,
            )
    if not heads:
        raise TerminologyError("no codelist in it", where=str(path), remedy=_KINDS)
    codelists = (Codelist(code, *head, terms=tuple(terms[code])) for code, head in heads.items())
    return NciPackage(*identity, tuple(codelists))


def read_odm_xml(path: Path) -> NciPackage:
    """A package from NCI's ODM-XML; a file with a document type is refused."""
    identity = ("", "")
    codelists: dict[str, Codelist] = {}
    try:
        with path.open("rb") as file:
            for event, element in _events(file):
                if event == "start" and element.getparent() is None:
                    _check_root(element, path)
                if event == "start" and element.tag in _TELLING:
                    about = " ".join(element.get(name, "") for name in _TELLING_ATTRIBUTES)
                    identity = _joined(identity, about)
                elif event == "end" and element.tag == f"{_ODM}CodeList":
                    codelist = _odm_codelist(element, path)
                    if codelist.code in codelists:
                        raise TerminologyError(
                            f"the codelist {codelist.code} is there twice",
                            where=f"{path} line {element.sourceline}",
                        )
                    codelists[codelist.code] = codelist
                    element.clear()
    except etree.XMLSyntaxError as error:
        raise TerminologyError(
            f"not well-formed XML: {error.msg}", where=f"{path} line {error.lineno}", remedy=_KINDS
        ) from error
    except OSError as error:
        raise TerminologyError(f"{error.strerror}", where=str(path)) from error
    if not codelists:
        raise TerminologyError("no codelist in it", where=str(path), remedy=_KINDS)
    return NciPackage(*identity, tuple(codelists.values()))


def _is_xml(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise TerminologyError(f"{error.strerror}", where=str(path)) from error
    if b"\0" in start.removeprefix(b"\xff\xfe") or start.startswith((b"PK", b"\xd0\xcf")):
        raise TerminologyError("neither XML nor UTF-8 text", where=str(path), remedy=_KINDS)
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _identity(text: str) -> tuple[str, str]:
    """Package name and date in a text, "" where there is none."""
    name = _NAME.search(text)
    date = _DATE.search(text)
    package = _USED.get(name[0].lower(), name[0]) if name else ""
    return package, date[0] if date else ""


def _joined(identity: tuple[str, str], text: str) -> tuple[str, str]:
    """The identity known so far, filled from a text where it has gaps."""
    name, version = _identity(text)
    return identity[0] or name, identity[1] or version


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in file:
                yield [_unquoted(cell.strip()) for cell in line.rstrip("\r\n").split("\t")]
    except UnicodeDecodeError as error:
        raise TerminologyError("not UTF-8 text", where=str(path), remedy=_KINDS) from error
    except OSError as error:
        raise TerminologyError(f"{error.strerror}", where=str(path)) from error


def _unquoted(cell: str) -> str:
    """A cell without the quotes a spreadsheet puts around it."""
    if len(cell) > 1 and cell.startswith('"') and cell.endswith('"'):
        return cell[1:-1].replace('""', '"').strip()
    return cell


def _column(header: list[str], title: str, path: Path) -> int:
    if title not in header:
        raise TerminologyError(
            f"no column {title}, so not NCI's text of a terminology package",
            where=f"{path} line 1",
            remedy=_KINDS,
        )
    return header.index(title)


def _split(synonyms: str) -> tuple[str, ...]:
    return tuple(synonym for synonym in map(str.strip, synonyms.split(";")) if synonym)


def _check_code(code: str, value: str, where: str) -> None:
    if not _CODE.fullmatch(code):
        raise TerminologyError(f"{code!r} is not an NCI code", where=where)
    if not value:
        raise TerminologyError(f"{code} has no submission value", where=where)


def _extensible(text: str, code: str, where: str) -> bool:
    if text not in ("Yes", "No"):
        raise TerminologyError(
            f"extensible is {text!r} for the codelist {code}; it is Yes or No", where=where
        )
    return text == "Yes"


def _events(file: IO[bytes]) -> Iterator[tuple[str, etree._Element]]:
    """The start and end of every element, without document types, entities or the network."""
    yield from etree.iterparse(file, events=("start", "end"), **SAFE)


def _check_root(root: etree._Element, path: Path) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise TerminologyError(
            "it has a document type, which NCI's files do not have", where=str(path)
        )
    if root.tag != f"{_ODM}ODM":
        namespace, name = split_name(str(root.tag))
        of = f" of the namespace {namespace}" if namespace else ""
        raise TerminologyError(
            f"the root is {name}{of}, not ODM of {_ODM[1:-1]}", where=str(path), remedy=_KINDS
        )


def _odm_codelist(element: etree._Element, path: Path) -> Codelist:
    where = f"{path} line {element.sourceline}"
    code = element.get(f"{_NCI}ExtCodeID", "")
    name = _child(element, "CDISCSubmissionValue")
    _check_code(code, name, where)
    extensible = _extensible(element.get(f"{_NCI}CodeListExtensible", ""), code, where)
    terms = tuple(_odm_term(item, path) for item in element.iterfind(f"{_ODM}EnumeratedItem"))
    return Codelist(code, name, element.get("Name", ""), extensible, terms)


def _odm_term(item: etree._Element, path: Path) -> Term:
    code, value = item.get(f"{_NCI}ExtCodeID", ""), item.get("CodedValue", "")
    _check_code(code, value, f"{path} line {item.sourceline}")
    synonyms = (
        synonym
        for child in item.iterfind(f"{_NCI}CDISCSynonym")
        for synonym in _split(child.text or "")
    )
    return Term(code, value, _child(item, "PreferredTerm"), tuple(synonyms))


def _child(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{_NCI}{name}") or "").strip()
