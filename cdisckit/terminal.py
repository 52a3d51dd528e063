"""What the terminal shows: texts as they are, styles only where they are asked for by name."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text


def terminal(*, errors: bool = False) -> Console:
    """The terminal, or its stream of errors; no text is taken for markup, a number or an emoji."""
    return Console(stderr=errors, markup=False, emoji=False, highlight=False)


def say(console: Console, *parts: str | tuple[str, str]) -> None:
    """Print a line that is not folded; a part is a text, or a text and its style."""
    console.print(Text.assemble(*parts), soft_wrap=True)
