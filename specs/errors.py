"""The errors of cdisckit.

CdisckitError           could not run: exit code 2, no traceback
├── SpecError           a study's specification is wrong
├── RawDataError        raw data cannot be read
│   └── AbsentDataError a file of the raw data is not there
├── TerminologyError    a terminology package cannot be read or used
├── MappingError        a rule cannot be applied to the data it was given
├── TransportError      a value or a name has no place in a submission file
└── OutputError         a result cannot be written where it was to go

What is wrong *inside* readable data (a value outside its codelist, a date that cannot be) is not
an error but a finding, see `specs.findings`. Any other exception that reaches the command line is a
fault of cdisckit: exit code 3 and a report, see `cdisckit.faults`.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Result = TypeVar("Result")

LONGEST_LINE: Final = 3000
"""The most characters of a line of a message."""


class CdisckitError(Exception):
    """Something a user can mend: what is wrong, where, and what to do about it."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        message = ": ".join(text for text in (where, what) if text) + remedy_text(remedy)
        super().__init__("\n".join(map(_line, message.split("\n"))))


class SpecError(CdisckitError):
    """A study's specification is wrong; `where` names the file and line."""


class RawDataError(CdisckitError):
    """Raw data cannot be read; `where` names the file and line."""


class AbsentDataError(RawDataError):
    """A file of the raw data is not there; `where` names it."""


class TerminologyError(CdisckitError):
    """A terminology package cannot be read, or is not there."""


class MappingError(CdisckitError):
    """A rule cannot be applied to the data it was given; `where` names the rule's file and line."""


class TransportError(CdisckitError):
    """A value or a name has no place in a submission file; `where` names dataset, row, variable."""


class OutputError(CdisckitError):
    """A result cannot be written where it was to go; `where` names the file or folder."""


def gathered(calls: Iterable[Callable[[], Result]]) -> list[Result]:
    """The results of all calls; one SpecError with everything that the calls found wrong."""
    results: list[Result] = []
    problems: list[str] = []
    for call in calls:
        try:
            results.append(call())
        except SpecError as error:
            problems.append(str(error))
    if problems:
        raise SpecError("\n".join(problems))
    return results


def remedy_text(remedy: str) -> str:
    """The remedy as it follows a message: "; do this", or nothing."""
    return f"; {remedy}" if remedy else ""


def _line(text: str) -> str:
    """A line of a message, its middle left out where it is longer than anybody reads."""
    if len(text) <= LONGEST_LINE:
        return text
    return f"{text[: LONGEST_LINE - 500]} ... ({len(text):,} characters) ... {text[-400:]}"


def shortened(value: object, most: int = 120) -> str:
    """A value of unknown length as a message shows it.

    >>> shortened("ABCDEFGHIJ" * 50, 10)
    'ABCDEFG... (500 characters)'
    """
    text = str(value)
    return text if len(text) <= most else f"{text[: most - 3]}... ({len(text):,} characters)"


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """A remedy for a name that is not known: the nearest known names, or all of them if few.

    >>> did_you_mean("AVLA", ["AVAL", "CHG"])
    'did you mean AVAL?'
    >>> did_you_mean("aval", ["AVAL", "CHG"])
    'did you mean AVAL?'
    >>> did_you_mean("X", ["AVAL", "CHG"])
    'known names: AVAL, CHG'
    """
    names = sorted(set(choices))
    same = [one for one in names if one.casefold() == name.casefold()]
    near = same or get_close_matches(name[:100], names, n=3, cutoff=0.6)
    if near:
        return f"did you mean {shortened(' or '.join(near), 400)}?"
    if not names:
        return "none is known here"
    shown = ", ".join(names[:12])
    return f"known names: {shortened(shown, 1000)}" + (
        f" and {len(names) - 12} more" if len(names) > 12 else ""
    )
