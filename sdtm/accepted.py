"""What a form accepts as an answer to a field, beside its choices: a type, and limits.

A reader fills these nouns from what its source says of a field; `sdtm.readers` holds every answer
against them when it is read, whether a rule uses the field or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from specs.numbers import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "LT": "below",
        "LE": "at most",
        "GT": "above",
        "GE": "at least",
        "EQ": "equal to",
        "NE": "other than",
        "IN": "one of",
        "NOTIN": "none of",
    }
)
"""The comparators of Define-XML and ODM as a message says them."""


@dataclass(frozen=True)
class Limit:
    """`at most 100`: a comparator of WORDS, values as the source writes them.

    A hard limit the EDC itself would refuse.
    """

    comparator: str
    values: tuple[str, ...]
    hard: bool = False

    def __str__(self) -> str:
        return f"{WORDS[self.comparator]} {', '.join(self.values)}"


@dataclass(frozen=True)
class Accepted:
    """The type of a field's answers and their limits.

    `pattern` is what a whole answer must match; that of a date is for its ISO 8601 text, of which
    the EDC may leave the T away, and may bind the answer as written. `words` say what that is.
    `unknown` is a type of the source that is not known here, so that answers cannot be checked.
    """

    kind: Literal["text", "number", "date", "time"] = "text"
    words: str = ""
    pattern: str = ""
    limits: tuple[Limit, ...] = ()
    as_written: bool = False
    unknown: str = ""


ANYTHING: Final = Accepted()
"""A field of which nothing is told."""

WHOLE: Final = r"[+-]?[0-9]+"
CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET: Final = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_CLOCK: Final = rf"{CLOCK}(?::[0-5][0-9](?:\.[0-9]+)?)?{_OFFSET}"
_FLOAT: Final = Accepted("number", "a number", rf"{PLAIN}(?:[eE][+-]?[0-9]+)?")

DAY: Final = Accepted("date", "a complete date", _DAY)
MINUTE: Final = Accepted("date", "a date with hour and minute", rf"{_DAY}T{CLOCK}")
SECOND: Final = Accepted(
    "date", "a date with hour, minute and second", rf"{_DAY}T{CLOCK}:[0-5][0-9]"
)

TYPES: Final[Mapping[str, Accepted]] = MappingProxyType(
    {
        "text": ANYTHING,
        "string": ANYTHING,
        "integer": Accepted("number", "a whole number", WHOLE),
        "float": _FLOAT,
        "double": _FLOAT,
        "decimal": Accepted("number", "a number", PLAIN),
        "number": _FLOAT,
        "date": DAY,
        "datetime": Accepted("date", "a date with its time", f"{_DAY}T{_CLOCK}"),
        "time": Accepted("time", "a time", _CLOCK),
        "boolean": Accepted("text", "true or false", "true|false|1|0"),
        "partialdate": Accepted(
            "date", "a date or the start of one", r"[0-9]{4}(?:-[0-9]{2}){0,2}"
        ),
        "incompletedate": Accepted(
            "date", "a date with a hyphen for what is not known", r"[0-9-]+"
        ),
    }
)
"""The data types of ODM, in lower case, that say what a value looks like."""
