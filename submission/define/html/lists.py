"""Codelists, dictionaries, methods, comments, standards and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submission.define.html.markup import (
    Markup,
    joined,
    link,
    number,
    row,
    separated,
    table,
    tag,
)

if TYPE_CHECKING:
    from submission.define.document import CodedTerm, Codelist, Expression
    from submission.define.html.cells import Cells

SHOWN_USES = 10
"""How many uses of a codelist, method or comment are shown unfolded."""


def codelist_section(cells: Cells, codelist: Codelist) -> Markup:
    """A codelist with all its terms, or the dictionary it stands for."""
    anchor = cells.anchors.of("codelist", codelist.oid)
    standard = cells.document.standard.get(codelist.standard)
    facts: list[Markup | str | None] = [
        codelist.oid,
        codelist.data_type,
        f"C-code {codelist.code}" if codelist.code else "",
        standard.full_name if standard else "",
        "sponsor's list" if codelist.non_standard else "",
        f"format {codelist.sas_format}" if codelist.sas_format else "",
        number(len(codelist.terms), "term") if codelist.terms else "",
    ]
    return tag(
        "section",
        tag("h3", link(codelist.name or codelist.oid, f"#{anchor}")),
        tag("ul", *(tag("li", fact) for fact in facts if fact), class_="facts"),
        tag("p", codelist.description) if codelist.description else None,
        cells.comment(codelist.comment, (codelist.name, f"#{anchor}")),
        _dictionary(codelist) if codelist.dictionary else _terms(codelist),
        uses(cells, "codelist", codelist.oid),
        id=anchor,
        class_="codelist",
        data_entry="codelist",
    )


def _dictionary(codelist: Codelist) -> Markup:
    name = f"{codelist.dictionary} {codelist.dictionary_version}".strip()
    return tag("p", "External dictionary: ", tag("b", link(name, codelist.href) or name))


def _terms(codelist: Codelist) -> Markup:
    """The terms of a codelist, with the columns that any of them fills."""
    decoded = any(term.decode is not None for term in codelist.terms)
    ranked = any(term.rank for term in codelist.terms)
    described = any(term.description for term in codelist.terms)
    coded = any(term.code or term.extended for term in codelist.terms)
    columns = (
        ("Term", True),
        ("Decode", decoded),
        ("Rank", ranked),
        ("C-code", coded),
        ("Description", described),
    )

    def term_row(term: CodedTerm) -> Markup:
        cells = (term.decode, term.rank, _code(term), term.description)
        kept = (cell for cell, (_, shown) in zip(cells, columns[1:], strict=True) if shown)
        return tag(
            "tr",
            tag("th", term.value, scope="row"),
            *(tag("td", cell) for cell in kept),
            data_entry="term",
        )

    return table(
        f"Terms of {codelist.name}",
        [name for name, shown in columns if shown],
        map(term_row, codelist.terms),
        "codes",
        hidden_caption=True,
    )


def _code(term: CodedTerm) -> str:
    return " ".join(text for text in (term.code, "extended" if term.extended else "") if text)


def method_list(cells: Cells) -> Markup:
    """All methods, with a link to how they are read."""
    methods = table(
        f"Methods ({len(cells.document.methods):,})",
        ["Method", "Type", "Text", "Used by"],
        (
            tag(
                "tr",
                tag("th", method.name or method.oid, tag("small", method.oid), scope="row"),
                tag("td", method.type),
                tag("td", cells.prose(method), [code(e) for e in method.expressions]),
                tag("td", uses(cells, "method", method.oid, label=False)),
                id=cells.anchors.of("method", method.oid),
                data_entry="method",
            )
            for method in cells.document.methods
        ),
        "texts",
        hidden_caption=True,
    )
    if not cells.notation:
        return methods
    return joined(tag("p", "How to read them: ", link("notation", cells.notation)), methods)


def comment_list(cells: Cells) -> Markup:
    """All comments."""
    return table(
        f"Comments ({len(cells.document.comments):,})",
        ["Comment", "Text", "Used by"],
        (
            tag(
                "tr",
                tag("th", comment.oid, scope="row"),
                tag("td", cells.prose(comment)),
                tag("td", uses(cells, "comment", comment.oid, label=False)),
                id=cells.anchors.of("comment", comment.oid),
                data_entry="comment",
            )
            for comment in cells.document.comments
        ),
        "texts",
        hidden_caption=True,
    )


def code(expression: Expression) -> Markup:
    """A program text."""
    return tag(
        "figure",
        tag("figcaption", expression.context or "Program"),
        tag("pre", tag("code", expression.code), tabindex="0"),
    )


def standard_list(cells: Cells) -> Markup:
    """The standards and terminology packages with their status."""
    document = cells.document
    return table(
        "Standards",
        ["Standard", "Type", "Version", "Status", "Comment"],
        (
            tag(
                "tr",
                tag("th", f"{s.name} {s.publishing_set}".strip(), scope="row"),
                *(tag("td", text) for text in (s.type, s.version, s.status)),
                tag("td", cells.comment(s.comment, (s.full_name, "#standards"))),
                id=cells.anchors.of("standard", s.oid) if s.oid else None,
            )
            for s in document.standards
        ),
        hidden_caption=True,
    )


def document_list(cells: Cells) -> Markup:
    """The documents that the define.xml refers to."""
    document = cells.document
    roles = {r.leaf: "Annotated CRF" for r in document.annotated_crf}
    roles |= {r.leaf: "Supplemental document" for r in document.supplemental}
    return table(
        "Documents",
        ["Document", "File", "Use"],
        (
            row(
                (leaf.title or leaf.href, link(leaf.href, leaf.href), roles.get(leaf.oid, "")),
                id=cells.anchors.of("document", leaf.oid),
            )
            for leaf in document.leaves
        ),
        hidden_caption=True,
    )


def uses(cells: Cells, kind: str, oid: str, *, label: bool = True) -> Markup | None:
    """Where something is used; many uses are folded."""
    links = [link(name, href) for name, href in cells.anchors.used(kind, oid)]
    if not links:
        return tag("p", "Not used", class_="uses") if label else joined("not used")
    listed = separated(links)
    if len(links) > SHOWN_USES:
        return tag(
            "details", tag("summary", f"Used by {len(links):,}"), tag("p", listed), class_="uses"
        )
    return tag("p", "Used by " if label else None, listed, class_="uses")
