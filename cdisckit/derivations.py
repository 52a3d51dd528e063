"""The derivations a spec may name, as a page: read off the functions themselves."""

from __future__ import annotations

import inspect
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specs.derivation import Derivation

_HEAD = """# Derivations

What a rule may name under `derived:`, as `cdisckit derivations` prints it. In brackets are the
sources, given under `from:` in this order, and after the semicolon the constants, given under
`with:`, those with a default as `name=default`. The sentence is the method text of define.xml, with
sources and constants in place of the braces. Lines below it are the texts of columns, and the words
for a constant in the text. [CONTRIBUTING.md](../CONTRIBUTING.md) tells how to write one.
"""

_SCOPES = {
    "subject": "One value per subject, of all records of another dataset that meet `where:`.",
    "lookup": "Looks up its value among all records of another dataset.",
    "dataset": "Makes records.",
}


def page(derivations: Mapping[str, Derivation]) -> str:
    """All derivations as Markdown, by module, then by name."""
    return "\n".join([_HEAD, *_sections(derivations)])


def _sections(derivations: Mapping[str, Derivation]) -> Iterator[str]:
    def module(derivation: Derivation) -> str:
        return derivation.function.__module__

    ordered = sorted(
        derivations.values(), key=lambda derivation: (module(derivation), derivation.name)
    )
    for name, members in groupby(ordered, key=module):
        yield f"## {name}\n"
        for derivation in members:
            yield f"**{derivation.name}**({_called_with(derivation)})  "
            yield f"{derivation.paragraph} {_SCOPES.get(derivation.scope, '')}".rstrip() + "\n"
            yield from _named(derivation)


def _named(derivation: Derivation) -> Iterator[str]:
    """The texts of columns, and the words for constants."""
    paragraphs = derivation.paragraphs
    words = [
        (f"{name}={value}" if value is not None else name, text)
        for (name, value), text in paragraphs.phrases.items()
    ]
    lines = [f"- {name}: {text}".rstrip() for name, text in (*paragraphs.columns.items(), *words)]
    if lines:
        yield "\n".join(lines) + "\n"


def _called_with(derivation: Derivation) -> str:
    sources = ", ".join(
        f"*{p.name}" if p.kind is inspect.Parameter.VAR_POSITIONAL else p.name
        for p in derivation.sources
    )
    constants = ", ".join(
        p.name if p.default is inspect.Parameter.empty else f"{p.name}={p.default!r}"
        for p in derivation.constants
    )
    return f"{sources}; {constants}" if constants else sources
