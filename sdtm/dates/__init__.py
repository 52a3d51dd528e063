"""Collected dates and times as ISO 8601 text, and what timing needs from such text.

Partial dates stay partial: SDTMIG 3.4 section 4.4.2. Study days: section 4.4.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sdtm.dates.collected import date_before_time, read_date, read_time
from sdtm.dates.partial import (
    FIRST_YEAR,
    LAST_YEAR,
    DateTextError,
    Partial,
    iso_interval,
    iso_partial,
)
from sdtm.dates.style import MONTHS, DateStyle, folded, is_number
from sdtm.dates.timing import (
    first_day,
    first_day_from,
    full_day,
    imputed_part,
    last_day,
    last_day_until,
    middle_day,
    precision,
    same_index,
    study_day,
    time_of_day,
)
from sdtm.dates.wellformed import (
    arrow_text,
    distinct_texts,
    read_stamps,
    text_series,
    with_two_digits,
)

__all__ = [
    "DateStyle",
    "combine_dtc",
    "date_without_time",
    "first_day",
    "first_day_from",
    "full_day",
    "imputed_part",
    "iso_dtc",
    "last_day",
    "last_day_until",
    "middle_day",
    "precision",
    "study_day",
    "time_of_day",
]


def iso_dtc(text: pd.Series[Any], style: DateStyle) -> pd.DataFrame:
    """Collected date and time texts as ISO 8601 text for --DTC.

    Shape: Series of text in, frame with the same index and two `str` columns out. `dtc` is the ISO
    text, null where there is none; `problem` says in a few words why a text is not a date, and is
    null otherwise. Both are null only for a blank, a text of unknown tokens alone, and a code that
    the style declares missing. No text raises. Source: SDTMIG 3.4 section 4.4.2.

    >>> iso_dtc(pd.Series(["UN DEC 2019", "31 APR 2020"]), DateStyle())["dtc"].tolist()
    ['2019-12', nan]
    """
    values = arrow_text(text)
    pieces = _usual_shapes(values, style) if _usual(style) else []
    rows, distinct, codes = distinct_texts(values, [rows for rows, _ in pieces])
    read = _read_all(distinct, lambda value: read_date(value, style))
    problem = [(rows, read.problem.take(codes))]
    pieces.append((rows, read.text.take(codes)))
    return pd.DataFrame(
        {
            "dtc": text_series(_assembled(pieces, len(values)), text.index),
            "problem": text_series(_assembled(problem, len(values)), text.index),
        }
    )


def date_without_time(text: pd.Series[Any], style: DateStyle) -> pd.Series[str]:
    """The complete date that is left of a text when what follows, its time, is put aside.

    Shape: Series of text in, `str` Series with the same index out; null where there is none. Meant
    for texts of which `iso_dtc` says that they are no date.
    """
    values = arrow_text(text)
    rows, distinct, codes = distinct_texts(values, [])
    left = pa.array([date_before_time(value, style) for value in distinct], pa.large_string())
    return text_series(_assembled([(rows, left.take(codes))], len(values)), text.index)


def combine_dtc(
    date: pd.Series[Any], time: pd.Series[Any], style: DateStyle | None = None
) -> pd.DataFrame:
    """One --DTC from the ISO 8601 text of a date and the text of a time collected apart from it.

    Shape: two Series of text with one index in, frame of `dtc` and `problem` as from `iso_dtc` out.
    `date` may be partial or null; `time` is HH:MM, HH:MM:SS or four or six digits, with unknown
    tokens, AM or PM. Where nothing is known of the time the result is the date alone. An unknown
    part of the date before a known time becomes a hyphen. A text that is no time, or does not go
    with the date, is a problem, and the date stands alone. Of the style, unknown tokens and missing
    codes count. Raises ValueError if the indexes differ.

    >>> parts = pd.DataFrame({"date": ["2020-03", None], "time": ["9:30", "07:15"]})
    >>> combine_dtc(parts["date"], parts["time"])["dtc"].tolist()
    ['2020-03--T09:30', '-----T07:15']
    """
    same_index(date, time)
    declared = style or DateStyle()
    days, clocks = arrow_text(date), arrow_text(time)
    _, distinct_days, day_place = distinct_texts(days, [], blanks=True)
    _, distinct_clocks, clock_place = distinct_texts(clocks, [], blanks=True)
    alone = _read_all(distinct_days, _date_alone)
    before = _read_all(distinct_days, _date_before_time)
    clock = _read_all(distinct_clocks, lambda value: read_time(value, declared))
    time_text, time_problem = clock.text.take(clock_place), clock.problem.take(clock_place)
    nothing = pa.scalar("", type=pa.large_string())
    joined = pc.binary_join_element_wise(before.text.take(day_place), time_text, nothing)
    timed = pc.is_valid(time_text)
    problem = pc.coalesce(
        alone.problem.take(day_place),
        time_problem,
        pc.if_else(timed, before.problem.take(day_place), None),
    )
    dtc = pc.if_else(pc.is_valid(problem), None, pc.if_else(timed, joined, None))
    dtc = pc.coalesce(dtc, alone.text.take(day_place))
    return pd.DataFrame(
        {"dtc": text_series(dtc, date.index), "problem": text_series(problem, date.index)}
    )


@dataclass(frozen=True, eq=False)
class _Texts:
    """What distinct texts were read as, and why some were not; one is null at each place."""

    text: pa.Array
    problem: pa.Array


def _usual_shapes(values: pa.Array, style: DateStyle) -> list[tuple[NDArray[np.intp], pa.Array]]:
    """ISO texts of what can be read at once, each with the rows it belongs to."""
    if style.missing:
        codes = pa.array([folded(code) for code in style.missing], type=pa.large_string())
        values = pc.if_else(pc.is_in(pc.utf8_upper(values), codes), None, values)
    pieces = [(stamps.rows, stamps.text()) for stamps in read_stamps(values, style.order)]
    waiting = pc.is_valid(values).to_numpy(zero_copy_only=False).copy()
    for done, _ in pieces:
        waiting[done] = False
    rows = np.flatnonzero(waiting)
    padded = with_two_digits(values.take(pa.array(rows)))
    again = read_stamps(padded, style.order)
    return [*pieces, *((rows[stamps.rows], stamps.text()) for stamps in again)]


def _usual(style: DateStyle) -> bool:
    """Whether no declared token could stand for a real part of a date or time."""
    for token in map(folded, style.unknown):
        year = is_number(token) and len(token) == 4 and FIRST_YEAR <= int(token) <= LAST_YEAR
        part = is_number(token) and len(token) < 3 and int(token) < 60
        word = token.isalpha() and token not in MONTHS
        if year or part or not (word or is_number(token)):
            return False
    return True


def _read_all(values: list[str], read: Callable[[str], str | None]) -> _Texts:
    texts: list[str | None] = []
    problems: list[str | None] = []
    for value in values:
        try:
            text, problem = read(value), None
        except DateTextError as error:
            text, problem = None, str(error)
        texts.append(text)
        problems.append(problem)
    return _Texts(pa.array(texts, pa.large_string()), pa.array(problems, pa.large_string()))


def _assembled(pieces: list[tuple[NDArray[np.intp], pa.Array]], size: int) -> pa.Array:
    """The pieces put back at their rows; null at rows in none."""
    for rows, texts in pieces:
        if len(rows) == size:
            return texts
    position = np.full(size, -1, dtype=np.int64)
    start = 0
    for rows, texts in pieces:
        position[rows] = np.arange(start, start + len(texts))
        start += len(texts)
    return pa.concat_arrays([texts for _, texts in pieces]).take(
        pa.array(position, mask=position < 0)
    )


def _date_alone(value: str) -> str | None:
    if not value:
        return None
    if iso_interval(value) is None and iso_partial(value) is None:
        raise DateTextError("the date is not ISO 8601 text")
    return value


def _date_before_time(value: str) -> str:
    partial = iso_partial(value) if value else Partial()
    if partial is None:
        raise DateTextError("an interval takes no time")
    if partial.time_text():
        raise DateTextError("the date has a time already")
    # The text before T has all its hyphens as soon as any time is there.
    return str(Partial(partial.year, partial.month, partial.day, hour=0)).partition("T")[0]
