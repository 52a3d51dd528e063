"""One collected date text, read part by part: what `sdtm.dates` does to each odd value.

A value that can be read in two ways, or does not fit what its source declares, is refused; it is
never repaired, cut, or turned round to make it fit.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from sdtm.dates.partial import (
    FIRST_YEAR,
    LAST_YEAR,
    DateTextError,
    Partial,
    iso_interval,
    iso_partial,
    offset_text,
)
from sdtm.dates.style import (
    MONTHS,
    SEPARATOR,
    UNKNOWN,
    DateStyle,
    Words,
    folded,
    is_number,
    words_of,
)

# In the middle after a number these two stand where a month name stands: 03UNK2020.
_MONTH_UNKNOWN: Final = ("UNK", "UNKN")
_EPOCHS: Final = {"excel1900": date(1899, 12, 30), "sas": date(1960, 1, 1)}
_LONGEST: Final = 80  # an interval with offsets and fractions is shorter


def read_date(text: str, style: DateStyle) -> str | None:
    """The ISO 8601 text of a collected text; None where it is blank or says nothing is known.

    Raises DateTextError, with the reason, where the text is not a date under the style.

    >>> read_date("UN dec 2019", DateStyle())
    '2019-12'
    """
    value = folded(text)
    words = words_of(style)
    if not value or value in words.missing or value in words.unknown:
        return None
    if len(value) > _LONGEST:
        raise DateTextError("too long for a date")
    interval = iso_interval(value)
    if interval is not None:
        for end in interval:
            end.check_year()
        return "/".join(map(str, interval))
    partial = _iso(value, words) or _serial(value, style) or _collected(value, style)
    partial.check_year()
    return str(partial) or None


def read_time(text: str, style: DateStyle) -> str | None:
    """A collected time as ISO 8601 text from T on; None where nothing is known of it.

    Raises DateTextError, with the reason, where the text is not a time.

    >>> read_time("7:25", DateStyle())
    'T07:25'
    """
    value = folded(text)
    words = words_of(style)
    if not value or value in words.missing or value in words.unknown:
        return None
    if is_number(value) and len(value) in (4, 6):
        value = ":".join(re.findall("..", value))
    match = words.clock.fullmatch(value.removeprefix("T"))
    if match is None:
        raise DateTextError("cannot be read as a time")
    return _clock(match, words).time_text() or None


def date_before_time(text: str, style: DateStyle) -> str | None:
    """The complete date at the start of a text, before what should be a time; None without one.

    >>> date_before_time("2020-03-05 after lunch", DateStyle())
    '2020-03-05'
    """
    value = folded(text)
    if len(value) > _LONGEST:
        return None
    for mark in reversed([*re.finditer("[T :]", value)]):
        rest = value[mark.end() :]
        if is_number(rest) and mark[0] != "T":
            continue  # rather one part too many than a time
        try:
            date = read_date(value[: mark.start()], style)
        except DateTextError:
            continue
        if date and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", date):
            return date
    return None


def _iso(value: str, words: Words) -> Partial | None:
    declared = words.unknown - UNKNOWN
    if any(number in declared for number in re.findall("[0-9]+", value)):
        return None
    return iso_partial(value)


def _serial(value: str, style: DateStyle) -> Partial | None:
    """The day that a serial number stands for; None where none is declared or it is not one."""
    match = re.fullmatch(r"(-?[0-9]{1,6})(\.[0-9]{1,17})?", value)
    if style.serial is None or match is None or (len(match[1]) == 4 and is_number(value)):
        return None
    days, part_of_day = int(match[1]), Decimal(match[2] or 0)
    if len(match[1]) == 4:
        raise DateTextError("both a year and a serial number; write the year without a fraction")
    if style.serial == "sas" and part_of_day:
        raise DateTextError("a SAS date value has no fraction")
    if abs(days) > 99999:
        raise DateTextError(f"serial number {days} is outside {FIRST_YEAR}-{LAST_YEAR}")
    minutes, seconds = divmod(round(part_of_day * 86400), 60)
    days += minutes // 1440
    if style.serial == "excel1900" and (days < 1 or days == 60):
        raise DateTextError(f"Excel's serial number {days} stands for no date")
    if style.serial == "excel1900" and days < 60:
        days += 1  # Excel counts, as day 60, a 29 February 1900 that never was
    day = _EPOCHS[style.serial] + timedelta(days=days)
    if not part_of_day:
        return Partial(day.year, day.month, day.day)
    hour, minute = divmod(minutes % 1440, 60)
    second = f"{seconds:02}" if seconds else None
    return Partial(day.year, day.month, day.day, hour, minute, second)


def _collected(value: str, style: DateStyle) -> Partial:
    """A date with or without a time, each read by its tokens."""
    words = words_of(style)
    day, match = value, None
    if is_number(value) and len(value) in (12, 14):
        day, clock = value[:8], ":".join(re.findall("..", value[8:]))
        match = words.clock.fullmatch(clock)
    elif ":" in value:
        if words.clock.fullmatch(value.removeprefix("T")):
            raise DateTextError("a time without a date")
        match = re.fullmatch(rf"(?P<date>[^:]*?)(?P<mark>[T :])(?:{words.clock.pattern})", value)
        if match is None:
            raise DateTextError(_why_no_clock(value))
        if match["mark"] == ":" and not re.fullmatch("[0-9]+[A-Z]+[0-9]+|[A-Z]+[0-9]+", match[1]):
            raise DateTextError("a colon separates time from date only after a date like 15DEC2003")
        day = match["date"]
    time = _clock(match, words) if match else Partial()
    day_parts = _day(_tokens(day, words), style, words)
    return replace(time, year=day_parts.year, month=day_parts.month, day=day_parts.day)


def _why_no_clock(value: str) -> str:
    if re.fullmatch(r"[^:]*[+][0-9]{2}:[0-9]{2}", value):
        return "an offset from UTC without a time"
    if re.search(r":[0-9]{2} ?[A-Z]{2,5}$", value):
        return "a named time zone cannot be kept; an offset from UTC can"
    return "the time cannot be read"


def _clock(match: re.Match[str], words: Words) -> Partial:
    """The time of day that a match of `words.clock` reads."""

    def digits(name: str) -> str | None:
        text = match[name]
        return None if text is None or text in words.unknown else text

    hour, minute, second = digits("hour"), digits("minute"), digits("second")
    number = None if hour is None else int(hour)
    if match["half"]:
        if number is None or not 1 <= number <= 12:
            raise DateTextError(f"hour {match['hour']} does not go with {match['half']}")
        number = number % 12 + (12 if match["half"] == "PM" else 0)
    second = second.replace(",", ".") if second else None
    if match["offset"] and (hour, minute, second) == (None, None, None):
        raise DateTextError("an offset from UTC without a time")
    time = Partial(
        hour=number,
        minute=None if minute is None else int(minute),
        second=second,
        offset=offset_text(match["offset"]),
    )
    time.check()
    return time


class _Day(NamedTuple):
    """The texts that stand for year, month and day; empty where the part is unknown."""

    year: str
    month: str
    day: str


def _day(tokens: list[str], style: DateStyle, words: Words) -> Partial:
    """The one day, month or year that tokens can mean; DateTextError where it is not one."""
    kinds = "".join(_kind(token, words) for token in tokens)
    if "M" in kinds:
        readings = [_with_month_name(tokens, kinds, style)]
    elif "Y" in kinds:
        readings = _with_year(tokens, kinds, style)
    else:
        readings = [_without_year(tokens, kinds, style)]
    partials: set[Partial] = set()
    problem = ""
    for reading in readings:
        try:
            partials.add(_existing(reading, style, words))
        except DateTextError as error:
            problem = problem or str(error)
    if len(partials) > 1:
        raise DateTextError("day and month cannot be told apart; declare the order")
    if not partials:
        raise DateTextError(_in_order(problem, kinds, style))
    return partials.pop()


def _tokens(text: str, words: Words) -> list[str]:
    """The numbers, names and tokens for unknown of which a date text is made."""
    if is_number(text):
        if len(text) == 8:
            year = text[:4]
            first = FIRST_YEAR <= int(year) <= LAST_YEAR or year in words.unknown
            cut = (4, 6) if first else (2, 4)
            return [text[: cut[0]], text[cut[0] : cut[1]], text[cut[1] :]]
        if len(text) != 4:
            raise DateTextError(f"a bare number of {len(text)} digits is not a date")
    match = words.date.fullmatch(text)
    if match is None:
        raise DateTextError(_why_no_date(text, words))
    tokens = [token for token in match.group(1, 3, 5) if token]
    separators = {separator.strip() for separator in match.group(2, 4) if separator} - {"", ","}
    if len(separators) > 1 and not any(token in MONTHS for token in tokens):
        raise DateTextError("numbers with different separators")
    return tokens


def _why_no_date(text: str, words: Words) -> str:
    if re.fullmatch(r".*[0-9]T", text):
        return "T without a time"
    if re.search("[0-9]T[0-9]", text):
        return "the time cannot be read"
    if len(re.findall(rf"(?:{SEPARATOR})+", text)) > 2:
        return "more parts than a date has"
    for word in re.findall(r"[^\W\d_]+", text):
        if word not in MONTHS and word not in words.unknown:
            return f"{word} is neither an English month nor a declared token"
    return "cannot be read as a date"


def _kind(token: str, words: Words) -> str:
    """Y a four-digit year, M a month name, N another number, U an unknown part."""
    if is_number(token) and len(token) == 4:
        return "Y"
    if token in words.unknown:
        return "U"
    if token in MONTHS:
        return "M"
    if len(token) > 2:
        raise DateTextError(f"{token} has {len(token)} digits and is not part of a date")
    return "N"


def _with_month_name(tokens: list[str], kinds: str, style: DateStyle) -> _Day:
    """Which token is what, where one is the name of a month."""
    if kinds.count("M") > 1 or kinds.count("Y") > 1:
        raise DateTextError("two months or two years")
    position = kinds.index("M")
    month, rest = tokens[position], [*tokens[:position], *tokens[position + 1 :]]
    match kinds.replace("M", ""):
        case "":
            raise DateTextError("a month without a year")
        case "N":
            raise DateTextError("a month and a number that may be a day or a year")
        case "Y":
            return _Day(rest[0], month, "")
        case "U":
            return _Day("", month, "")
        case "YN" | "YU":
            return _Day(rest[0], month, rest[1])
        case "NY" | "UY":
            return _Day(rest[1], month, rest[0])
    if position == 2:
        raise DateTextError("day and year cannot be told apart")
    if style.order == "YMD" and position == 1:
        return _Day(rest[0], month, rest[1])
    return _Day(rest[1], month, rest[0])


def _with_year(tokens: list[str], kinds: str, style: DateStyle) -> list[_Day]:
    """What tokens may mean where one of them can only be a year."""
    if kinds.count("Y") > 1:
        raise DateTextError("two years")
    if kinds[0] == "Y":
        year, month, day = (*tokens, "", "")[:3]
        return [_Day(year, month, day)]
    if kinds[-1] != "Y":
        raise DateTextError("the year stands between the other parts")
    year = tokens[-1]
    if len(tokens) == 2:
        return [_Day(year, tokens[0], "")]
    first, second = tokens[:2]
    if kinds == "NUY" and second in _MONTH_UNKNOWN:
        return [_Day(year, "", first)]
    if kinds == "UUY":
        return [_Day(year, "", "")]
    day_first, month_first = _Day(year, second, first), _Day(year, first, second)
    match style.order:
        case "DMY":
            return [day_first]
        case "MDY":
            return [month_first]
        case "YMD":
            raise DateTextError("the year stands last; the declared order is YMD")
    return [day_first, month_first]


def _without_year(tokens: list[str], kinds: str, style: DateStyle) -> _Day:
    if "N" not in kinds:
        return _Day("", "", "")
    if len(tokens) < 3:
        raise DateTextError("a date without a year")
    first, second, third = tokens
    if kinds[:2] == "NU" and second in _MONTH_UNKNOWN and style.order != "YMD":
        return _Day(third, "", first)
    if kinds == "UUN" and style.order != "YMD" and style.century:
        return _Day(third, "", "")
    match style.order:
        case "DMY":
            return _Day(third, second, first)
        case "MDY":
            return _Day(third, first, second)
        case "YMD":
            return _Day(first, second, third)
    raise DateTextError("no four-digit year; declare the order and the century")


def _existing(reading: _Day, style: DateStyle, words: Words) -> Partial:
    """A reading as a date that exists, its year of two digits in the declared century."""

    def number(token: str) -> int | None:
        return None if not token or token in words.unknown else int(token)

    year = number(reading.year)
    if year is not None and len(reading.year) < 4:
        if len(reading.year) != 2:
            raise DateTextError("a year of one digit")
        if style.century is None:
            raise DateTextError("a year of two digits; declare the century")
        first, last = style.century
        year = first + (year - first) % 100
        if year > last:
            raise DateTextError(f"year {reading.year} is outside the declared century")
    month = MONTHS.get(reading.month) or number(reading.month)
    partial = Partial(year, month, number(reading.day))
    partial.check_year()
    partial.check()
    return partial


def _in_order(problem: str, kinds: str, style: DateStyle) -> str:
    numbers_alone = "M" not in kinds and kinds[0] != "Y" and len(kinds) == 3
    return f"{problem} (order {style.order})" if style.order and numbers_alone else problem
