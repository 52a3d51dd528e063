"""A date or time of which parts may be unknown, and its ISO 8601 text.

The text is that of SDTMIG 3.4 section 4.4.2: unknown parts on the right are left out, an unknown
part with a known part to its right is one hyphen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

FIRST_YEAR: Final = 1850
LAST_YEAR: Final = 2099
MONTH_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_OFFSET: Final = r"Z|[+-][0-9]{2}:?[0-9]{2}"
_ISO: Final = re.compile(
    r"(?P<year>[0-9]{4}|-)(?:-(?P<month>[0-9]{2}|-)(?:-(?P<day>[0-9]{2}|-))?)?"
    r"(?:T(?P<hour>[0-9]{2}|-)(?::(?P<minute>[0-9]{2}|-)"
    r"(?::(?P<second>[0-9]{2}(?:[.,][0-9]+)?|-))?)?"
    rf"(?P<offset>{_OFFSET})?)?"
)


class DateTextError(ValueError):
    """A text that is no date; the message is one short sentence that says why."""


@dataclass(frozen=True, slots=True)
class Partial:
    """The parts of a date and time; None is unknown. Seconds are text, to keep their digits."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: str | None = None
    offset: str = ""

    def __str__(self) -> str:
        """ISO 8601 text; empty when nothing is known.

        >>> str(Partial(2003, None, 15))
        '2003---15'
        >>> str(Partial(2020, 3, None, 9, 30))
        '2020-03--T09:30'
        """
        year = None if self.year is None else f"{self.year:04}"
        day = [year, *(None if part is None else f"{part:02}" for part in (self.month, self.day))]
        time = self.time_text()
        return _joined(day, "-", keep=bool(time)) + time

    def time_text(self) -> str:
        """The part from T on; empty when no part of the time is known."""
        parts = [None if part is None else f"{part:02}" for part in (self.hour, self.minute)]
        text = _joined([*parts, self.second], ":", keep=False)
        return f"T{text}{self.offset}" if text else ""

    def check(self) -> None:
        """Raise DateTextError unless some calendar has this date and every clock this time."""
        if self.month is not None and not 1 <= self.month <= 12:
            raise DateTextError(f"month {self.month:02} does not exist")
        if self.day is not None:
            if not 1 <= self.day <= 31:
                raise DateTextError(f"day {self.day:02} does not exist")
            days = month_length(self.year, self.month)
            if self.day > days and self.month is not None:
                year = "" if self.year is None or self.month != 2 else f" {self.year}"
                raise DateTextError(f"{MONTH_NAMES[self.month - 1]}{year} has only {days} days")
        if self.hour is not None and self.hour > 23:
            raise DateTextError(f"hour {self.hour:02} does not exist")
        if self.minute is not None and self.minute > 59:
            raise DateTextError(f"minute {self.minute:02} does not exist")
        if self.second is not None and int(self.second[:2]) > 59:
            raise DateTextError(f"second {self.second} does not exist")

    def check_year(self) -> None:
        """Raise DateTextError for a year that no subject of a trial has lived in."""
        if self.year is not None and not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise DateTextError(f"year {self.year:04} is outside {FIRST_YEAR}-{LAST_YEAR}")


def month_length(year: int | None, month: int | None) -> int:
    """The number of days a month can have; the most where the year or the month is unknown."""
    if month is None:
        return 31
    leap = year is None or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return 28 if month == 2 and not leap else _DAYS[month - 1]


def offset_text(offset: str | None) -> str:
    """An offset from UTC as `Z` or `+hh:mm`; raises DateTextError beyond 14:59.

    >>> offset_text("-0800")
    '-08:00'
    """
    if not offset or offset == "Z":
        return offset or ""
    hours, minutes = offset[1:3], offset[-2:]
    if int(hours) > 14 or int(minutes) > 59:
        raise DateTextError(f"offset {offset} from UTC does not exist")
    return f"{offset[0]}{hours}:{minutes}"


def iso_partial(text: str) -> Partial | None:
    """The parts of an ISO 8601 text with extended separators; None where it is not of that form.

    Raises DateTextError when the form is right but the date does not exist, or when hyphens stand
    for parts that are to be left out.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    number = {
        name: None if match[name] in (None, "-") else int(match[name])
        for name in ("year", "month", "day", "hour", "minute")
    }
    second = None if match["second"] in (None, "-") else match["second"].replace(",", ".")
    partial = Partial(**number, second=second, offset=offset_text(match["offset"]))
    partial.check()
    as_given = text.replace(",", ".").removesuffix(match["offset"] or "") + partial.offset
    if str(partial) != as_given:
        raise DateTextError("hyphens do not stand for unknown parts as ISO 8601 text has them")
    return partial


def iso_interval(text: str) -> tuple[Partial, Partial] | None:
    """The two ends of `start/end` in ISO 8601 text; None where it is not of that form.

    Raises DateTextError when an end does not exist, has no year, or the start is after the end.
    """
    start, slash, end = (part.strip() for part in text.partition("/"))
    if not slash or not all(re.match(r"[0-9]{4}(?![0-9])", part) for part in (start, end)):
        return None
    ends = iso_partial(start), iso_partial(end)
    if ends[0] is None or ends[1] is None:
        return None
    if _earliest(ends[0]) > _latest(ends[1]):
        raise DateTextError("the interval's start is after its end")
    return ends[0], ends[1]


def _joined(parts: list[str | None], separator: str, *, keep: bool) -> str:
    while parts and parts[-1] is None and not keep:
        parts = parts[:-1]
    return separator.join("-" if part is None else part for part in parts)


# Offsets are left out of the comparison: an interval's two ends come from one clock.
def _earliest(end: Partial) -> tuple[float, ...]:
    second = 0.0 if end.second is None else float(end.second)
    return (end.year or 0, end.month or 1, end.day or 1, end.hour or 0, end.minute or 0, second)


def _latest(end: Partial) -> tuple[float, ...]:
    month = end.month or 12
    return (
        *(end.year or 0, month, end.day or month_length(end.year, month)),
        *(23 if end.hour is None else end.hour, 59 if end.minute is None else end.minute),
        60.0 if end.second is None else float(end.second),
    )
