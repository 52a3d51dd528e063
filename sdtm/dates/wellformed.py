"""Well-formed date texts, a million at a time: characters are read as columns of bytes.

What is not well formed, or names a day or time that does not exist, is left to be read one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sdtm.dates.partial import FIRST_YEAR, LAST_YEAR
from sdtm.dates.style import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdtm.dates.style import Order

Bytes: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]

_TEXT: Final = pd.StringDtype(na_value=np.nan)
_ZERO: Final = np.uint8(ord("0"))
_TIMES: Final = {0: 0, 6: 2, 9: 3}  # characters after the date: parts of a time
_MONTH_LENGTH: Final = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.uint8)


@dataclass(frozen=True)
class Layout:
    """Where the characters of a date stand."""

    width: int
    year: int
    month: int
    day: int
    separators: tuple[int, ...] = ()
    named_month: bool = False
    marks: str = "T "  # what may stand between the date and a time


_YEAR_FIRST: Final = Layout(10, 0, 5, 8, (4, 7))
_NUMBERS: Final = {
    "DMY": Layout(10, 6, 3, 0, (2, 5)),
    "MDY": Layout(10, 6, 0, 3, (2, 5)),
    "YMD": _YEAR_FIRST,
}
_ANY_ORDER: Final = (
    _YEAR_FIRST,
    Layout(8, 0, 4, 6),
    Layout(9, 5, 2, 0, named_month=True, marks="T :"),
    Layout(11, 7, 3, 0, (2, 6), named_month=True),
)


@dataclass(frozen=True, eq=False)
class Stamps:
    """Dates, with times if all have one, read from the texts at `rows`.

    `year` is int16; `parts` are arrays of uint8: month, day and, with a time, hour, minute and
    perhaps second. All are as long as `rows`, and all dates and times exist.
    """

    rows: NDArray[np.intp]
    year: NDArray[np.int16]
    parts: tuple[Bytes, ...]

    def text(self) -> pa.Array:
        """The ISO 8601 text of each, as an Arrow array of large strings."""
        width = 4 + 3 * len(self.parts)
        columns = np.empty((width, len(self.rows)), dtype=np.uint8)
        century = (self.year // np.int16(100)).astype(np.uint8)
        columns[0:2] = _digits(century)
        columns[2:4] = _digits((self.year - np.int16(100) * century).astype(np.uint8))
        for number, (mark, part) in enumerate(zip("--T::", self.parts, strict=False)):
            start = 4 + 3 * number
            columns[start] = ord(mark)
            columns[start + 1 : start + 3] = _digits(part)
        ends = np.arange(0, columns.size + 1, width, dtype=np.int64)
        characters = np.ascontiguousarray(columns.T)
        return pa.LargeStringArray.from_buffers(
            len(self.rows), pa.py_buffer(ends), pa.py_buffer(characters)
        )


def arrow_text(text: pd.Series[Any]) -> pa.Array:
    """The values as one Arrow array of large strings without blanks at the ends."""
    values = text if text.dtype == _TEXT else text.astype(_TEXT)
    array = pa.array(values, type=pa.large_string())
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return pc.utf8_trim_whitespace(array)


def text_series(array: pa.Array, index: pd.Index[Any], name: object = None) -> pd.Series[str]:
    """An Arrow array of large strings as a Series of dtype str."""
    text: pd.Series[str] = pd.Series(pd.array(array, dtype=_TEXT), index=index, name=name)
    return text


def read_stamps(text: pa.Array, order: Order | Literal["ISO"] | None = None) -> list[Stamps]:
    """What can be read at once: `2020-11-12`, `12/11/2020` in the order declared, `12NOV2020`.

    Dates have two-digit days and months and one kind of separator; eight digits are a date if the
    year stands first. A time follows as hh:mm or hh:mm:ss after T or a blank, after `12NOV2020`
    also after a colon. Years are those of a trial's subjects. With order ISO only ISO 8601 text is
    read. Rows that are not in any of the result are not read.
    """
    length = pc.fill_null(pc.binary_length(text), 0).to_numpy(zero_copy_only=False)
    count = np.bincount(np.minimum(length, 32), minlength=33)
    layouts = [_YEAR_FIRST] if order == "ISO" else list(_ANY_ORDER)
    if order in ("DMY", "MDY"):
        layouts.append(_NUMBERS[order])
    left: dict[int, tuple[NDArray[np.intp], Bytes]] = {}
    stamped: list[Stamps] = []
    for layout in layouts:
        for more, times in _TIMES.items():
            width = layout.width + more
            if not count[width]:
                continue
            rows, columns = left.get(width) or _columns(text, length, width)
            stamps, good = _read(rows, columns, layout, times, iso=order == "ISO")
            if len(stamps.rows):
                stamped.append(stamps)
            left[width] = (rows, columns) if not good.any() else (rows[~good], columns[:, ~good])
            count[width] = len(left[width][0])
    return stamped


def with_two_digits(text: pa.Array) -> pa.Array:
    """The texts with a 0 before days, months and hours of one digit; minutes have two or are bad.

    Meant for `read_stamps`: a text that it reads afterwards says the same as before.
    """
    text = pc.replace_substring_regex(text, r"^(\d)([-/. A-Za-z])", r"0\1\2")
    for _ in range(2):  # neighbours share a separator, so every other one is found at a time
        text = pc.replace_substring_regex(text, r"([-/. Tt])(\d)([-/. :Tt]|$)", r"\10\2\3")
    return text


def distinct_texts(
    values: pa.Array, done: Iterable[NDArray[np.intp]], *, blanks: bool = False
) -> tuple[NDArray[np.intp], list[str], pa.Array]:
    """Rows not done and not null, their distinct texts, and each row's place among these."""
    waiting = np.ones(len(values), dtype=np.bool_)
    if not blanks:
        waiting &= pc.is_valid(values).to_numpy(zero_copy_only=False)
    for rows in done:
        waiting[rows] = False
    rows = np.flatnonzero(waiting)
    left = values if len(rows) == len(values) else values.take(pa.array(rows))
    encoded = pc.fill_null(left, "").dictionary_encode()
    return rows, encoded.dictionary.to_pylist(), encoded.indices


def _columns(text: pa.Array, length: NDArray[Any], width: int) -> tuple[NDArray[np.intp], Bytes]:
    """The rows of texts with so many bytes, and the bytes of each place in them."""
    rows = np.flatnonzero(length == width)
    same = text if len(rows) == len(text) else text.take(pa.array(rows))
    _, ends, characters = same.buffers()
    start = np.frombuffer(ends, dtype=np.int64)[same.offset]
    table = np.frombuffer(characters, np.uint8, count=width * len(rows), offset=int(start))
    return rows, np.ascontiguousarray(table.reshape(-1, width).T)


def _read(
    rows: NDArray[np.intp], columns: Bytes, layout: Layout, times: int, *, iso: bool
) -> tuple[Stamps, Mask]:
    """What is well-formed in one layout with so many parts of a time, and where that is."""
    good = _marks_fit(columns, layout, times, iso=iso)
    if not good.any():
        return Stamps(rows[:0], np.empty(0, np.int16), ()), good
    century, fits_century = _number(columns, layout.year)
    decade, fits_decade = _number(columns, layout.year + 2)
    year = century.astype(np.int16) * np.int16(100) + decade
    good &= fits_century & fits_decade & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    if layout.named_month:
        month = _named_month(columns[layout.month : layout.month + 3])
    else:
        month, fits = _number(columns, layout.month)
        good &= fits
    good &= (month >= 1) & (month <= 12)
    day, fits = _number(columns, layout.day)
    good &= fits & (day >= 1) & (day <= _MONTH_LENGTH[np.where(good, month, 1) - 1])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= leap | (month != 2) | (day < 29)
    parts = [month, day]
    for part, most in zip(range(times), (23, 59, 59), strict=False):
        number, fits = _number(columns, layout.width + 1 + 3 * part)
        good &= fits & (number <= most)
        parts.append(number)
    if good.all():
        return Stamps(rows, year, tuple(parts)), good
    return Stamps(rows[good], year[good], tuple(part[good] for part in parts)), good


def _marks_fit(columns: Bytes, layout: Layout, times: int, *, iso: bool) -> Mask:
    good = np.ones(columns.shape[1], dtype=np.bool_)
    if layout.separators:
        first, second = (columns[position] for position in layout.separators)
        good &= (first == second) & _one_of(first, "-" if iso else "-/. ")
    if times:
        good &= _one_of(columns[layout.width], "T" if iso else layout.marks + "t")
        for part in range(1, times):
            good &= columns[layout.width + 3 * part] == ord(":")
    return good


def _one_of(column: Bytes, characters: str) -> Mask:
    good: Mask = column == ord(characters[0])
    for character in characters[1:]:
        good |= column == ord(character)
    return good


def _number(columns: Bytes, position: int) -> tuple[Bytes, Mask]:
    """Two digits as a number, and where both are digits."""
    tens, units = columns[position] - _ZERO, columns[position + 1] - _ZERO
    return tens * np.uint8(10) + units, (tens <= 9) & (units <= 9)


def _digits(number: Bytes) -> tuple[Bytes, Bytes]:
    tens = number // np.uint8(10)
    return tens + _ZERO, number - tens * np.uint8(10) + _ZERO


def _named_month(letters: Bytes) -> Bytes:
    """The months that three letters in any case name; 0 where they name none."""
    capital = letters & np.uint8(0xDF)
    month = np.zeros(letters.shape[1], dtype=np.uint8)
    for name, number in MONTHS.items():
        if len(name) == 3:
            spelt = [capital[position] == ord(name[position]) for position in range(3)]
            month[spelt[0] & spelt[1] & spelt[2]] = number
    return month
