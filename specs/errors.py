"""The errors of cdisckit.

CdisckitError           could not run: exit code 2, no traceback
├── SpecError           a study's specification is wrong
├── RawDataError        raw data cannot be read
├── TerminologyError    a terminology package cannot be read or used
├── MappingError        a rule cannot be applied to the data it was given
└── TransportError      a value or a name has no place in a submission file

What is wrong *inside* readable data (a value outside its codelist, a date that cannot be) is not
an error but a finding, see `specs.findings`. Any other exception that reaches the command line is a
fault of cdisckit: exit code 3 and a report, see `cdisckit.faults`.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Result = TypeVar("Result")


class CdisckitError(Exception):
    """Something a user can mend: what is wrong, where, and what to do about it."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(": ".join(part for part in (where, what) if part) + remedy_text(remedy))


class SpecError(CdisckitError):
    """A study's specification is wrong; `where` names the file and line."""


class RawDataError(CdisckitError):
    """Raw data cannot be read; `where` names the file and line."""


class TerminologyError(CdisckitError):
    """A terminology package cannot be read, or is not there."""


class MappingError(CdisckitError):
    """A rule cannot be applied to the data it was given; `where` names the rule's file and line."""


class TransportError(CdisckitError):
    """A value or a name has no place in a submission file; `where` names dataset, row, variable."""


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


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A remedy for a name that is not known: the nearest known names, or all of them if few.

    >>> did_you_mean("AVLA", ["AVAL", "CHG"])
    'did you mean AVAL?'
    >>> did_you_mean("X", ["AVAL", "CHG"])
    'known are AVAL, CHG'
    """
    names = sorted(set(known))
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if not names:
        return "none is known here"
    shown = ", ".join(names[:12])
    return f"known are {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
