"""Method texts: what a docstring says, with the sources and constants of the rule that calls it.

The first paragraph is the text; names of parameters in braces stand for the sources and constants
of a rule. Further paragraphs that begin with a name and a colon are submission text as well:

    AVALC: Y where {value} ...       the text of the column AVALC, of a function that gives several
    order: The lowest in {order}.    the words for {order} where it is given, else there are none
    missing=strict: ...              the words for {missing} where it is this; there may be none
    order=: ...                      the words for {order} where it is not given
    dates=single: ...                the whole text where {dates} is a single source

`{keys:first 2}` and `{keys:after 2}` are some of several sources, 2 being a number, `half`, or the
name of a constant; `{keys:of AVALC}` those that end so; `{values:or}` joins with "or". `{column}`
is the column. A table is named by its parameter and told in full beside the text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from specs.errors import SpecError, did_you_mean, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED: Final = re.compile(r"([A-Z][A-Z0-9]*(?:, [A-Z][A-Z0-9]*)*|[a-z_]\w*)(=[^:]*)?:(?: (.*))?$")

_COLUMN: Final = re.compile("[A-Z][A-Z0-9]*")

_ALONE: Final = re.compile(r'The (?:text|number) ("[^"]*"|[^" ]+)\.$')
"""A constant that stands alone."""


@dataclass(frozen=True)
class Paragraphs:
    """The paragraphs of a docstring that are submission text: the first, and those with a name."""

    first: str
    columns: Mapping[str, str]
    phrases: Mapping[tuple[str, str | None], str]


def paragraphs(docstring: str, parameters: Iterable[str]) -> Paragraphs:
    """What a docstring has of submission text, for a function with these parameters."""
    first, *others = (" ".join(block.split()) for block in docstring.split("\n\n"))
    names = set(parameters)
    columns: dict[str, str] = {}
    phrases: dict[tuple[str, str | None], str] = {}
    for text in others:
        named = _NAMED.match(text)
        if named is None:
            continue
        name, value, words = named[1], named[2], named[3] or ""
        if name in names:
            phrases[name, value[1:] if value else None] = words
        elif _COLUMN.match(name) and not value:
            columns.update(dict.fromkeys(name.split(", "), words))
    return Paragraphs(first, columns, phrases)


@dataclass(frozen=True)
class Filling:
    """A docstring's paragraphs with what a rule gives for each parameter.

    `sources` has the names of the sources of each positional parameter, `constants` the constants
    with their defaults; `name` and `place` are those of the function, for messages.
    """

    paragraphs: Paragraphs
    sources: Mapping[str, Sequence[str]]
    constants: Mapping[str, Any]
    name: str
    place: str

    def text(self, column: str) -> str:
        """The text of a column, the first paragraph if it has none of its own."""
        whole = self.paragraphs.columns.get(column, self.paragraphs.first)
        for (name, value), words in self.paragraphs.phrases.items():
            named = self.sources.get(name, ())
            if value == "single" and len(named) == 1 and " " not in named[0]:
                whole = words
        return " ".join(self._filled(whole, column).split())

    def _filled(self, text: str, column: str, inside: frozenset[str] = frozenset()) -> str:
        """A text with words for its placeholders; SpecError for any other braces."""
        try:
            fields = list(string.Formatter().parse(text))
        except ValueError as error:
            raise SpecError(
                f"the text of {self.name} cannot be read ({error})",
                where=self.place,
                remedy="write braces that are not placeholders twice",
            ) from None
        pieces: list[str] = []
        for plain, name, how, conversion in fields:
            pieces.append(plain)
            if name is not None:
                words = None if conversion else self._words(name, how or "", column, inside)
                if words is None:
                    raise SpecError(
                        f"the text of {self.name} has a placeholder {{{shortened(name)}}}",
                        where=self.place,
                        remedy=did_you_mean(name, ["from", *self.sources, *self.constants]),
                    )
                pieces.append(words)
        return "".join(pieces)

    def _words(self, name: str, how: str, column: str, inside: frozenset[str]) -> str | None:
        """The words for a placeholder; None where there are none of that name."""
        if name not in self.sources and name not in self.constants:
            return column if name == "column" and not how else None
        values = self.sources.get(name)
        if how or values is not None:
            chosen = self._chosen(list(values or _several(self.constants.get(name))), how)
            if chosen is None:
                return None
            plain = listed(chosen, "or" if how.endswith("or") else "and")
        else:
            plain = words_of(name, self.constants[name])
        if how or name in inside:
            return plain
        for (phrase, value), text in self.paragraphs.phrases.items():
            if phrase != name or value is None:
                continue
            if plain == self._filled(value, column, inside | {name}):
                return self._filled(text, column, inside | {name})
        if plain and (name, None) in self.paragraphs.phrases:
            return self._filled(self.paragraphs.phrases[name, None], column, inside | {name})
        return plain

    def _chosen(self, values: list[str], how: str) -> list[str] | None:
        """Those of several that a placeholder asks for; None where nobody knows what."""
        which, _, number = how.removesuffix(":or").partition(" ")
        if which in ("", "or"):
            return values if not number else None
        if which == "of":
            return [v.removesuffix(f".{number}") for v in values if v.endswith(f".{number}")]
        if which not in ("first", "after"):
            return None
        size = len(values) // 2 if number == "half" else self.constants.get(number, number)
        if not str(size).isdecimal():
            return None
        return values[: int(size)] if which == "first" else values[int(size) :]


def words_of(name: str, value: Any) -> str:
    """A constant as a sentence has it; a table is named by its parameter.

    >>> words_of("scores", {"A": 12, "B": [8, 1]})
    'A: 12; B: 8 or 1'
    >>> words_of("limit", None), words_of("windows", [{"AVISIT": "Week 4"}])
    ('', 'the table of windows (see the comment)')
    """
    if value is None:
        return ""
    if is_table(value):
        return f"the table of {name.replace('_', ' ')} (see the comment)"
    if isinstance(value, Mapping):
        items = (f"{key}: {listed(_several(held), 'or')}" for key, held in value.items())
        return "; ".join(items)
    return listed([_named_places(item) for item in _several(value)])


def _named_places(value: Any) -> Any:
    """A text with places to fill, whose names in braces are shown in angle brackets."""
    return value.replace("{", "<").replace("}", ">") if isinstance(value, str) else value


def table_text(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """A table as a comment tells it: its columns, then its rows; "none" is a cell without value.

    >>> table_text("pga_scales", [{"scale": "2", "factor": "3/100"}])
    'Table of pga scales (scale, factor): 2, 3/100.'
    >>> table_text("table", [{"code": "N", "name": "None"}])
    'Table (code, name): N, None.'
    """
    cells = [list(row.items()) for row in rows]
    head = ", ".join(str(column).replace("_", " ") for column, _ in (cells[0] if cells else ()))
    lines = " | ".join(", ".join(_cell(value) for _, value in row) for row in cells)
    of = "" if name == "table" else f" of {name.replace('_', ' ')}"
    return f"Table{of} ({head}): {lines}."


def is_table(value: Any) -> bool:
    """Whether a constant is a table: a list of rows."""
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) > 0
        and all(isinstance(row, Mapping) for row in value)
    )


def listed(values: Sequence[Any], last: str = "and") -> str:
    """Values as a sentence lists them.

    >>> listed(["A", "B", "C"]), listed([1, 2], "or")
    ('A, B and C', '1 or 2')
    """
    texts = [str(value) for value in values]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


@dataclass(frozen=True)
class Step:
    """What one rule gives: for the records that meet a condition, "" for all of them."""

    condition: str
    text: str


def chain(steps: Sequence[Step]) -> str:
    """Steps as a text: the first that gives a value counts.

    >>> chain([Step("CNSR EQ 0", "EVENTDT."), Step("", "CENSDT.")])
    'The first of these that gives a value: (1) Where CNSR EQ 0: EVENTDT. (2) CENSDT.'
    """
    distinct = list(dict.fromkeys(steps))
    if not distinct:
        return ""
    if len(distinct) == 1 and not distinct[0].condition:
        return _ALONE.sub(r"Always \1.", distinct[0].text)
    if len(distinct) == 1:
        (step,) = distinct
        complete = not step.condition or step.text.lower().endswith("otherwise missing.")
        return _worded(step) if complete else f"{_worded(step)} Otherwise missing."
    clauses = " ".join(f"({number}) {_worded(step)}" for number, step in enumerate(distinct, 1))
    return f"The first of these that gives a value: {clauses}"


def _worded(step: Step) -> str:
    return f"Where {step.condition}: {step.text}" if step.condition else step.text


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "none"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
