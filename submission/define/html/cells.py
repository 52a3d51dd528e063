"""What stands in the cells of a variable's row: type, terms, origin with method and comment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from submission.define.document import NOTATION
from submission.define.html.markup import Markup, joined, link, separated, tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submission.define.document import (
        CodedTerm,
        Codelist,
        Comment,
        Document,
        DocumentReference,
        Item,
        ItemOrigin,
        ItemReference,
        Method,
        RangeCheck,
    )
    from submission.define.html.addition import Addition
    from submission.define.html.anchors import Anchors

SHOWN_TERMS = 6
"""How many terms of a codelist stand beside a variable; the codelist itself has all."""

_COMPARATORS = {
    "EQ": "=",
    "NE": "\N{NOT EQUAL TO}",
    "LT": "<",
    "LE": "\N{LESS-THAN OR EQUAL TO}",
    "GT": ">",
    "GE": "\N{GREATER-THAN OR EQUAL TO}",
    "IN": "in",
    "NOTIN": "not in",
}

_VARIABLE = re.compile(r"\b((?:[A-Z][A-Z0-9]{1,7}\.)?[A-Z][A-Z0-9_]{1,7})\b")

_OF_PARAMETER = re.compile(r"[A-Z][A-Z0-9]*\.[A-Z][A-Z0-9_]*")

_DATES = ("date", "time", "datetime", "partial", "incomplete", "duration", "interval")


@dataclass(frozen=True)
class Cells:
    """The cells of one document's tables."""

    document: Document
    anchors: Anchors
    addition: Addition

    def type(self, item: Item) -> Markup:
        """Data type, length with significant digits, display format, ISO 8601."""
        size = item.length
        if size and item.significant_digits:
            size = f"{size}.{item.significant_digits}"
        iso = item.data_type.lower().startswith(_DATES)
        return joined(
            tag("span", " ".join(text for text in (item.data_type, size) if text), class_="type"),
            tag("small", "ISO 8601") if iso else None,
            tag("small", item.display_format) if item.display_format else None,
        )

    def terms(self, item: Item, user: tuple[str, str]) -> Markup | None:
        """The codelist, and its first terms in place."""
        codelist = self.document.codelist.get(item.codelist)
        if codelist is None:
            return (
                tag("span", f"{item.codelist} (not defined)", class_="broken")
                if (item.codelist)
                else None
            )
        self.anchors.use("codelist", codelist.oid, user)
        name = link(codelist.name or codelist.oid, self.anchors.to("codelist", codelist.oid))
        if codelist.dictionary:
            return joined(name, tag("small", _dictionary(codelist)))
        shown = codelist.terms[:SHOWN_TERMS]
        more = len(codelist.terms) - len(shown)
        kind = "terms" if any(t.decode and t.decode != t.value for t in shown) else "terms plain"
        return joined(
            name,
            tag("ul", *(tag("li", term_text(term)) for term in shown), class_=kind),
            tag("small", f"and {more} more") if more > 0 else None,
        )

    def origin(
        self,
        item: Item,
        reference: ItemReference,
        user: tuple[str, str],
        sources: Iterable[str] = (),
    ) -> Markup:
        """Origins, method and comment, in place; sources that these do not name already."""
        dataset = user[0].partition(".")[0]
        method = self.document.method.get(reference.method)
        texts = " ".join((method.text if method else "", *(o.description for o in item.origins)))
        words = set(re.findall(r"[\w.]*\w", texts))
        named = [s for s in sources if not words & {s, s.removeprefix(f"{dataset}.")}]
        return joined(
            *(self._origin(origin) for origin in item.origins),
            self._method(reference.method, user),
            self.comment(item.comment, user),
            tag(
                "p",
                tag("span", "Sources ", class_="tag"),
                separated(self.variable(source) for source in named),
                class_="sources",
            )
            if named
            else None,
        )

    def comment(self, oid: str, user: tuple[str, str]) -> Markup | None:
        """A comment in place, with its documents."""
        if not oid:
            return None
        comment = self.document.comment_by_oid.get(oid)
        if comment is None:
            return tag("p", f"Comment {oid} is not defined", class_="broken")
        self.anchors.use("comment", oid, user)
        name = link("Comment", self.anchors.to("comment", oid), class_="tag")
        text = self.prose(comment, user[0].partition(".")[0])
        return tag("p", name, " ", text, class_="comment")

    def prose(self, noun: Comment | Method, dataset: str = "") -> Markup:
        """The text of a comment or method on variables of a dataset, and its documents."""
        return joined(
            tag("span", self.text(noun.text, dataset), class_="prose"),
            [joined(" ", self.reference(d)) for d in noun.documents],
        )

    def text(self, text: str, dataset: str = "") -> Markup:
        """A text in which names of variables, those of the dataset also bare, are links."""
        pieces = _VARIABLE.split(text)
        return joined(self._named(p, dataset) if n % 2 else p for n, p in enumerate(pieces))

    def _named(self, word: str, dataset: str) -> Markup:
        if "." in word:
            return self.variable(word)
        return link(word, self.anchors.variable(f"{dataset}.{word}"))

    def _origin(self, origin: ItemOrigin) -> Markup:
        pages = [joined(" ", self.reference(d)) for d in origin.documents]
        text = self.text(origin.description) if origin.description else None
        by = tag("i", f" by {origin.source.lower()}") if origin.source else None
        return tag(
            "p", tag("b", origin.type), by, " " if text else None, text, pages, class_="origin"
        )

    def _method(self, oid: str, user: tuple[str, str]) -> Markup | None:
        if not oid:
            return None
        method = self.document.method.get(oid)
        if method is None:
            return tag("p", f"Method {oid} is not defined", class_="broken")
        self.anchors.use("method", oid, user)
        name = link("Method", self.anchors.to("method", oid), class_="tag")
        text = self.prose(method, user[0].partition(".")[0])
        return tag("p", name, " ", text, class_="method")

    def variable(self, name: str) -> Markup:
        """The name of a variable, linked to where it is described if that is known."""
        here = self.anchors.variable(name)
        if here:
            return link(name, here)
        dataset, _, _ = name.partition(".")
        page = self.addition.elsewhere.get(dataset)
        if page and " " not in name:
            return link(name, f"{page}#{name}")
        return joined(link(name, self.notation) if _OF_PARAMETER.fullmatch(name) else name)

    @property
    def notation(self) -> str:
        """The address of the comment that tells how methods are read; "" where there is none."""
        return self.anchors.to("comment", NOTATION)

    def reference(self, reference: DocumentReference) -> Markup:
        """A link to a document, or to each of its pages."""
        leaf = self.document.leaf.get(reference.leaf)
        if leaf is None:
            return tag("span", f"document {reference.leaf} (not defined)", class_="broken")
        title = leaf.title or leaf.href
        if not reference.pages:
            return link(title, leaf.href)
        mark = "#" if reference.named else "#page="
        pages = (
            link(page, leaf.href and leaf.href + mark + (page if reference.named else _first(page)))
            for page in reference.pages
        )
        word = "" if reference.named else " page" if len(reference.pages) == 1 else " pages"
        return joined(title, word, " ", separated(pages))

    def condition(self, oids: Iterable[str], dataset: str) -> Markup:
        """Where clauses as reviewers read them; several are alternatives."""
        clauses = [self._clause(oid, dataset) for oid in oids]
        return separated(clauses, " or ")

    def _clause(self, oid: str, dataset: str) -> Markup:
        clause = self.document.where_clause.get(oid)
        if clause is None:
            return tag("span", f"where clause {oid} (not defined)", class_="broken")
        checks = separated((self._check(check, dataset) for check in clause.checks), " and ")
        return joined(checks, self.comment(clause.comment, (f"a condition of {dataset}", "")))

    def _check(self, check: RangeCheck, dataset: str) -> Markup:
        """One comparison of a where clause, its values with their decodes."""
        item = self.document.item.get(check.item)
        owner = self.document.owner.get(check.item, dataset)
        name = item.name if item else check.item
        shown = self.variable(f"{owner}.{name}") if owner != dataset else joined(name)
        codelist = self.document.codelist.get(item.codelist) if item else None
        decodes = {t.value: t.decode for t in codelist.terms if t.decode} if codelist else {}
        values = [
            joined(
                tag("b", value or "missing"), f" ({decodes[value]})" if value in decodes else None
            )
            for value in check.values
        ]
        sign = _COMPARATORS.get(check.comparator, check.comparator)
        several = check.comparator in ("IN", "NOTIN")
        listed = separated(values)
        return joined(shown, f" {sign} ", joined("(", listed, ")") if several else listed)


def term_text(term: CodedTerm) -> Markup:
    """A term with what it stands for."""
    decode = term.decode if term.decode and term.decode != term.value else ""
    return joined(tag("b", term.value), f" {decode}" if decode else None)


def _first(pages: str) -> str:
    """The first page of a range."""
    return pages.partition("-")[0]


def _dictionary(codelist: Codelist) -> str:
    return f"{codelist.dictionary} {codelist.dictionary_version}".strip()
