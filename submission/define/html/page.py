"""The page: head, search, navigation, and the sections in their order."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from submission.define.html.addition import Addition
from submission.define.html.anchors import Anchors
from submission.define.html.cells import Cells
from submission.define.html.datasets import dataset_list, dataset_section
from submission.define.html.lists import (
    codelist_section,
    comment_list,
    document_list,
    method_list,
    standard_list,
)
from submission.define.html.markup import Markup, joined, link, tag
from submission.define.html.results import display_list, display_section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from submission.define.document import Document


def write_html(document: Document, path: Path, addition: Addition | None = None) -> None:
    """Write a define.xml as a page; equal input gives equal bytes."""
    path.write_text(define_html(document, addition), encoding="utf-8", newline="\n")


def define_html(document: Document, addition: Addition | None = None) -> str:
    """A define.xml as one self-contained page of HTML."""
    cells = Cells(document, Anchors(document), addition or Addition())
    style, script = _packaged("page.css"), _packaged("page.js")
    sections = list(_sections(cells))
    title = f"{document.study} \N{EN DASH} {_guide(document)} data definitions"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag(
            "meta",
            http_equiv="Content-Security-Policy",
            content="default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"style-src '{_digest(style)}'; script-src '{_digest(script)}'",
        ),
        tag("title", title),
        tag("style", style),
    )
    body = tag(
        "body",
        tag("a", "Skip to the content", href="#main", class_="skip"),
        _header(document),
        tag("nav", _navigation(cells), aria_label="Contents", id="contents"),
        tag("main", *(section for _, _, section in sections), id="main", tabindex="-1"),
        tag("script", script),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _sections(cells: Cells) -> Iterator[tuple[str, str, Markup]]:
    """The sections with content: identifier, title, section. Uses are known after the datasets."""
    document = cells.document
    overview = _overview(cells)
    standards = standard_list(cells)
    datasets = [dataset_section(cells, group) for group in document.groups]
    yield _section("overview", "Overview", overview)
    yield _section("standards", "Standards", standards)
    yield _section("datasets", "Datasets", dataset_list(cells), datasets)
    if document.displays:
        displays = [display_section(cells, display) for display in document.displays]
        yield _section("results", "Analysis results", display_list(cells), displays)
    codelists = [codelist_section(cells, codelist) for codelist in document.codelists]
    yield _section("codelists", "Codelists", codelists)
    yield _section("methods", "Methods", method_list(cells))
    yield _section("comments", "Comments", comment_list(cells))
    yield _section("documents", "Documents", document_list(cells))


def _section(anchor: str, title: str, *content: Markup | list[Markup]) -> tuple[str, str, Markup]:
    markup = tag("section", tag("h2", link(title, f"#{anchor}")), *content, id=anchor)
    return anchor, title, markup


def _header(document: Document) -> Markup:
    """The line above the page: the study, the search and the button that unfolds all."""
    search = tag(
        "search",
        tag("label", "Search", for_="search", class_="unseen"),
        tag(
            "input",
            id="search",
            type="search",
            placeholder="Search variables, terms, methods \N{HORIZONTAL ELLIPSIS}  ( / )",
            autocomplete="off",
            spellcheck="false",
            aria_controls="found",
        ),
        tag("p", role="status", id="count", class_="unseen"),
        tag("div", tag("ol"), id="found", hidden=True),
        id="finder",
        hidden=True,
    )
    return tag(
        "header",
        tag(
            "p",
            tag("b", document.study),
            " ",
            tag("span", f"{_guide(document)} data definitions"),
            class_="title",
        ),
        search,
        tag("button", "Unfold all", type="button", id="unfold", hidden=True),
    )


def _overview(cells: Cells) -> Markup:
    """The first section: study, counts, and what is said of the whole document."""
    document = cells.document
    notice = document.comment_by_oid.get(document.comment)
    values = sum(len(v.references) for v in document.value_lists)
    variables = sum(len(g.references) for g in document.groups)
    terms = sum(len(c.terms) for c in document.codelists)
    counts = (
        (len(document.groups), "datasets"),
        (variables, "variables"),
        (values, "value-level items"),
        (len(document.codelists), "codelists"),
        (terms, "terms"),
        (len(document.methods), "methods"),
        (sum(len(d.results) for d in document.displays), "analysis results"),
    )
    described = document.description.removesuffix(notice.text if notice else "").rstrip()
    facts = (
        ("Study", document.study),
        ("Protocol", document.protocol),
        ("Description", described),
        ("Data definitions", document.name),
        ("Define-XML", f"{document.version}, context {document.context or 'not given'}"),
        ("Created", document.created),
        ("Data as of", document.as_of),
        ("Made by", " ".join(p for p in (document.originator, document.system) if p)),
    )
    if notice is not None:
        cells.anchors.use("comment", notice.oid, ("the whole document", "#overview"))
    return joined(
        tag("h1", document.study, " ", tag("span", _guide(document))),
        tag("p", cells.prose(notice), class_="notice", role="note") if notice else None,
        tag("ul", *(_count(*c) for c in counts if c[0]), class_="counts"),
        tag(
            "dl",
            *(joined(tag("dt", name), tag("dd", text)) for name, text in facts if text),
        ),
    )


def _count(count: int, what: str) -> Markup:
    return tag("li", tag("b", f"{count:,}"), " ", what if count > 1 else what.removesuffix("s"))


def _guide(document: Document) -> str:
    guides = [s for s in document.standards if s.type == "IG"]
    return ", ".join(f"{s.name} {s.version}" for s in guides) or "Define-XML"


def _navigation(cells: Cells) -> Iterator[Markup]:
    document, to = cells.document, cells.anchors.to
    yield _entries("overview", "Overview", [])
    yield _entries("standards", "Standards", [])
    groups = [(g.name or g.oid, g.label, to("group", g.oid)) for g in document.groups]
    yield _entries("datasets", "Datasets", groups, unfolded=True)
    if document.displays:
        displays = [(d.name, d.title, to("display", d.oid)) for d in document.displays]
        yield _entries("results", "Analysis results", displays, unfolded=True)
    codelists = [(c.name or c.oid, "", to("codelist", c.oid)) for c in document.codelists]
    yield _entries("codelists", "Codelists", codelists)
    yield _entries("methods", "Methods", [])
    yield _entries("comments", "Comments", [])
    yield _entries("documents", "Documents", [])


def _entries(
    anchor: str, title: str, entries: list[tuple[str, str, str]], *, unfolded: bool = False
) -> Markup:
    head = tag("p", link(title, f"#{anchor}"), class_="part")
    if not entries:
        return head
    listed = tag(
        "ul",
        *(
            tag("li", link(joined(tag("b", name), f" {label}" if label else None), href))
            for name, label, href in entries
        ),
    )
    if unfolded:
        return joined(head, listed)
    return joined(head, tag("details", tag("summary", f"{len(entries):,} listed"), listed))


def _packaged(name: str) -> Markup:
    return Markup(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _digest(text: str) -> str:
    """What a content security policy knows a text by."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
