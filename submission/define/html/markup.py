"""HTML as functions: `tag("td", text, class_="key")`. What is not Markup is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})

# After these stands a line break, so that what they part is parted in the text too.
_BLOCKS = ("p", "li", "small", "td", "th", "tr", "dt", "dd", "ul", "dl", "table", "section")

_VOID = ("br", "input", "meta", "link", "col")

_LOCAL = re.compile(r"(?:https?://|(?![a-zA-Z][\w+.-]*:)(?![/\\]))")


class Markup(str):
    """A text that is HTML already."""

    __slots__ = ()


Content: TypeAlias = "str | Iterable[Content] | None"


def joined(*content: Content) -> Markup:
    """Contents one after the other, texts escaped, None left out.

    >>> joined("a < b", Markup("<br>"), ["c", None])
    'a &lt; b<br>c'
    """
    pieces: list[str] = []
    for one in content:
        if isinstance(one, Markup):
            pieces.append(one)
        elif isinstance(one, str):
            pieces.append(one.translate(_ESCAPES))
        elif one is not None:
            pieces.append(joined(*one))
    return Markup("".join(pieces))


def tag(name: str, /, *content: Content, **attributes: str | bool | None) -> Markup:
    """An element; attributes None, False and "" are left out, `class_` is class.

    >>> tag("a", "AE & more", href="#AE", class_="var")
    '<a href="#AE" class="var">AE &amp; more</a>'
    """
    pieces = [f"<{name}"]
    for key, value in attributes.items():
        if not value:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        if value is True:
            pieces.append(f" {attribute}")
        else:
            pieces.append(f' {attribute}="{value.translate(_ESCAPES)}"')
    pieces.append(">")
    if name not in _VOID:
        pieces.extend((joined(*content), f"</{name}>"))
    if name in _BLOCKS:
        pieces.append("\n")
    return Markup("".join(pieces))


def separated(contents: Iterable[Content], by: str = ", ") -> Markup:
    """Contents with a separator between them."""
    return joined(*(joined(by if number else None, one) for number, one in enumerate(contents)))


def link(text: Content, href: str, **attributes: str | bool | None) -> Markup:
    """A link; an address that is neither a web page nor relative is not followed.

    >>> link("x", "javascript:alert(1)"), link("x", "/etc/passwd")
    ('x', 'x')
    """
    if not href or not _LOCAL.match(href):
        return joined(text)
    return tag("a", text, href=href, **attributes)


def number(count: int, noun: str) -> str:
    """A number of things: `1 term`, `1,200 terms`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def row(cells: Iterable[Content], **attributes: str | bool | None) -> Markup:
    """A table row of plain cells."""
    return tag("tr", *(tag("td", cell) for cell in cells), **attributes)


def table(
    caption: Content,
    head: Iterable[str],
    rows: Iterable[Markup],
    class_: str = "",
    *,
    hidden_caption: bool = False,
) -> Markup:
    """A table with a caption and column heads."""
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, class_="unseen" if hidden_caption else None),
            tag("thead", tag("tr", *(tag("th", text, scope="col") for text in head))),
            tag("tbody", *rows),
            class_=class_,
        ),
        class_="scroll",
    )
