"""What a define.xml says, as plain nouns: Define-XML 2.0 and 2.1, anybody's.

Document ─┬─ Standard
          ├─ ItemGroup ─ ItemReference ─▶ Item ─▶ Codelist, ValueList, Comment
          ├─ ValueList ─ ItemReference ─▶ Item, WhereClause, Method
          ├─ Codelist ─ CodedTerm
          ├─ Method, Comment, Leaf
          └─ Display ─ Result ─▶ ItemGroup, WhereClause, Item

An arrow is a reference by OID, looked up as in `document.item.get(oid)`: it may lead nowhere in a
file that is not right. Text that is not there is "".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from specs.shown import counted, html_grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


NOTATION = "COM.NOTATION"
"""The OID of the comment that tells how the methods and comments of a document are read."""


@dataclass(frozen=True)
class DocumentReference:
    """A reference to a document; each of `pages` is a page number, a range or a named place."""

    leaf: str
    pages: tuple[str, ...] = ()
    named: bool = False  # pages are named destinations


@dataclass(frozen=True)
class Leaf:
    """A file beside the define.xml."""

    oid: str
    href: str
    title: str


@dataclass(frozen=True)
class Standard:
    """A guide or a terminology package that the document follows."""

    oid: str
    name: str
    type: str
    version: str
    publishing_set: str = ""
    status: str = ""
    comment: str = ""

    @property
    def full_name(self) -> str:
        """The name with publishing set and version: `CDISC/NCI SDTM 2025-03-28`."""
        return " ".join(text for text in (self.name, self.publishing_set, self.version) if text)


@dataclass(frozen=True)
class ItemOrigin:
    """Where values come from: 2.1 says type and source, 2.0 a type such as CRF alone."""

    type: str
    source: str = ""
    description: str = ""
    documents: tuple[DocumentReference, ...] = ()


@dataclass(frozen=True)
class ItemReference:
    """An item as part of a dataset or a value list."""

    item: str
    order: str = ""
    mandatory: bool = False
    key: str = ""
    method: str = ""
    role: str = ""
    where: tuple[str, ...] = ()  # any of them
    no_data: bool = False
    non_standard: bool = False


@dataclass(frozen=True)
class Item:
    """A variable, or the values of one under a condition."""

    oid: str
    name: str
    label: str = ""
    data_type: str = ""
    length: str = ""
    significant_digits: str = ""
    display_format: str = ""
    sas_name: str = ""
    comment: str = ""
    codelist: str = ""
    value_list: str = ""
    origins: tuple[ItemOrigin, ...] = ()


@dataclass(frozen=True)
class ValueList:
    """The items that a variable splits into."""

    oid: str
    description: str
    references: tuple[ItemReference, ...]


@dataclass(frozen=True)
class RangeCheck:
    """A comparison of an item with one value or several."""

    item: str
    comparator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class WhereClause:
    """Comparisons that hold together."""

    oid: str
    checks: tuple[RangeCheck, ...]
    comment: str = ""


@dataclass(frozen=True)
class ItemGroup:
    """A dataset."""

    oid: str
    name: str
    label: str = ""
    domain: str = ""
    sas_name: str = ""
    structure: str = ""
    purpose: str = ""
    class_: str = ""
    subclasses: tuple[str, ...] = ()
    repeating: str = ""
    reference: str = ""
    standard: str = ""
    non_standard: bool = False
    no_data: bool = False
    comment: str = ""
    leaf: Leaf | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    references: tuple[ItemReference, ...] = ()

    @property
    def keys(self) -> tuple[ItemReference, ...]:
        """The key variables in the order of the keys; one whose order is not a number is last."""
        last = len(self.references)
        keyed = [reference for reference in self.references if reference.key]
        return tuple(sorted(keyed, key=lambda r: int(r.key) if r.key.isdecimal() else last))


@dataclass(frozen=True)
class CodedTerm:
    """A term of a codelist; `decode` is None in an enumeration."""

    value: str
    decode: str | None = None
    code: str = ""
    rank: str = ""
    extended: bool = False
    description: str = ""


@dataclass(frozen=True)
class Codelist:
    """A codelist, or a reference to a dictionary."""

    oid: str
    name: str
    data_type: str = ""
    standard: str = ""
    non_standard: bool = False
    code: str = ""
    sas_format: str = ""
    comment: str = ""
    description: str = ""
    terms: tuple[CodedTerm, ...] = ()
    dictionary: str = ""
    dictionary_version: str = ""
    href: str = ""


@dataclass(frozen=True)
class Expression:
    """A program text with the language it is in."""

    context: str
    code: str


@dataclass(frozen=True)
class Method:
    """How values are computed."""

    oid: str
    name: str
    type: str
    text: str
    expressions: tuple[Expression, ...] = ()
    documents: tuple[DocumentReference, ...] = ()


@dataclass(frozen=True)
class Comment:
    """A comment on anything."""

    oid: str
    text: str
    documents: tuple[DocumentReference, ...] = ()


@dataclass(frozen=True)
class AnalysisDataset:
    """The records and variables of a dataset that a result uses."""

    group: str
    where: str = ""
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """An analysis result."""

    oid: str
    title: str
    reason: str
    purpose: str
    parameter: str = ""
    datasets: tuple[AnalysisDataset, ...] = ()
    comment: str = ""
    documentation: str = ""
    documents: tuple[DocumentReference, ...] = ()
    code: Expression | None = None
    programs: tuple[DocumentReference, ...] = ()


@dataclass(frozen=True)
class Display:
    """A table, figure or listing with its results."""

    oid: str
    name: str
    title: str
    documents: tuple[DocumentReference, ...]
    results: tuple[Result, ...]


class _Identified(Protocol):
    @property
    def oid(self) -> str: ...


Noun = TypeVar("Noun", bound=_Identified)


@dataclass(frozen=True)
class Document:
    """A whole define.xml."""

    study: str
    description: str
    protocol: str
    name: str
    version: str  # of Define-XML
    about: str = ""
    comment: str = ""
    file_oid: str = ""
    context: str = ""
    created: str = ""
    as_of: str = ""
    originator: str = ""
    system: str = ""
    standards: tuple[Standard, ...] = ()
    annotated_crf: tuple[DocumentReference, ...] = ()
    supplemental: tuple[DocumentReference, ...] = ()
    value_lists: tuple[ValueList, ...] = ()
    where_clauses: tuple[WhereClause, ...] = ()
    groups: tuple[ItemGroup, ...] = ()
    items: tuple[Item, ...] = ()
    codelists: tuple[Codelist, ...] = ()
    methods: tuple[Method, ...] = ()
    comments: tuple[Comment, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    displays: tuple[Display, ...] = ()

    def __repr__(self) -> str:
        counts = (
            counted(len(self.groups), "dataset"),
            counted(len(self.items), "item"),
            counted(len(self.codelists), "codelist"),
            counted(len(self.methods), "method"),
        )
        return f"<Document {self.study}, Define-XML {self.version}: {', '.join(counts)}>"

    def _repr_html_(self) -> str:
        """Its datasets."""
        rows = [(g.name, g.label, len(g.references), g.structure) for g in self.groups]
        head = ("Dataset", "Label", "Variables", "Structure")
        return html_grid(repr(self)[1:-1], head, rows)

    @cached_property
    def owner(self) -> Mapping[str, str]:
        """The name of the first dataset that refers to an item, by the item's OID."""
        owners: dict[str, str] = {}
        for group in self.groups:
            for reference in group.references:
                owners.setdefault(reference.item, group.name)
        return owners

    @cached_property
    def item(self) -> Mapping[str, Item]:
        """Items by OID."""
        return _by_oid(self.items)

    @cached_property
    def group(self) -> Mapping[str, ItemGroup]:
        """Datasets by OID."""
        return _by_oid(self.groups)

    @cached_property
    def codelist(self) -> Mapping[str, Codelist]:
        """Codelists by OID."""
        return _by_oid(self.codelists)

    @cached_property
    def value_list(self) -> Mapping[str, ValueList]:
        """Value lists by OID."""
        return _by_oid(self.value_lists)

    @cached_property
    def where_clause(self) -> Mapping[str, WhereClause]:
        """Where clauses by OID."""
        return _by_oid(self.where_clauses)

    @cached_property
    def method(self) -> Mapping[str, Method]:
        """Methods by OID."""
        return _by_oid(self.methods)

    @cached_property
    def comment_by_oid(self) -> Mapping[str, Comment]:
        """Comments by OID."""
        return _by_oid(self.comments)

    @cached_property
    def standard(self) -> Mapping[str, Standard]:
        """Standards by OID."""
        return _by_oid(self.standards)

    @cached_property
    def leaf(self) -> Mapping[str, Leaf]:
        """Files by OID."""
        return _by_oid([*self.leaves, *(g.leaf for g in self.groups if g.leaf)])


def _by_oid(nouns: Iterable[Noun]) -> dict[str, Noun]:
    """Nouns by OID; of two with one OID the first counts."""
    by_oid: dict[str, Noun] = {}
    for noun in nouns:
        by_oid.setdefault(noun.oid, noun)
    return by_oid
