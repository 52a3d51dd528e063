"""What timing needs from ISO 8601 text: days, times of day, precision, study days.

Text that is not ISO 8601, or names a date that does not exist, is taken as saying nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sdtm.dates.partial import DateTextError, Partial, iso_interval, iso_partial, month_length
from sdtm.dates.wellformed import arrow_text, distinct_texts, read_stamps, text_series
from specs.distinct import once_each

_PRECISIONS: Final = (None, "Y", "M", "D", "h", "m", "s")
_IMPUTED: Final = ("Y", "M", "D", None, None, None, None)
_MONTH_LENGTH: Final = np.array([month_length(None, month) for month in range(1, 13)], "int16")


def first_day(dtc: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """The earliest calendar day an ISO 8601 text allows.

    Shape: Series of text in, Series of datetime64[s] at midnight with the same index out. An
    interval begins on the first day of its start. NaT for null, for an unknown year, and for text
    that is not a date in ISO 8601 form.

    >>> first_day(pd.Series(["2003---15"])).dt.strftime("%Y-%m-%d").item()
    '2003-01-15'
    """
    start, _ = ends_of(dtc)
    month, day = np.maximum(start.whole[1], 1), np.maximum(start.whole[2], 1)
    return _days(start.whole[0], month, day, start.whole[0] >= 0, dtc)


def last_day(dtc: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """The latest calendar day an ISO 8601 text allows.

    Shape and NaT as in `first_day`; an interval ends on the last day of its end.

    >>> last_day(pd.Series(["2020-02"])).dt.strftime("%Y-%m-%d").item()
    '2020-02-29'
    """
    _, end = ends_of(dtc)
    year, month, day = end.whole[:3]
    month = np.where(month < 0, 12, month)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = _MONTH_LENGTH[month - 1] - ((month == 2) & ~leap)
    return _days(year, month, np.where(day < 0, length, day), year >= 0, dtc)


def first_day_from(dtc: pd.Series[Any], limit: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """The first day on or after the limit that an ISO 8601 text allows; NaT where none is.

    Shape: Series of text and of datetime64 with one index in, datetime64[s] out. Parts that are
    known stay: of 2020---28 from 5 March on it is 28 March. Without a limit it is the first day.

    >>> limit = pd.Series(pd.to_datetime(["2020-04-05"]))
    >>> first_day_from(pd.Series(["2020---31"]), limit).dt.strftime("%Y-%m-%d").item()
    '2020-05-31'
    """
    return _nearest_day(dtc, limit, first_day(dtc), last_day(dtc), step=1)


def last_day_until(dtc: pd.Series[Any], limit: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """The last day on or before the limit that an ISO 8601 text allows; NaT where none is.

    As `first_day_from`. Without a limit it is the last day.
    """
    return _nearest_day(dtc, limit, last_day(dtc), first_day(dtc), step=-1)


def _nearest_day(
    dtc: pd.Series[Any],
    limit: pd.Series[pd.Timestamp],
    near: pd.Series[pd.Timestamp],
    far: pd.Series[pd.Timestamp],
    *,
    step: int,
) -> pd.Series[pd.Timestamp]:
    """The day that is nearest to `near`, from the limit on in the direction of `step`."""
    same_index(dtc, limit)
    bound = limit.to_numpy().astype("datetime64[D]").astype(np.int64)
    ends = [side.to_numpy().astype("datetime64[D]") for side in (near, far)]
    start, end = (side.astype(np.int64) * step for side in ends)
    free = np.isnat(limit.to_numpy())
    nearest = np.maximum(start, np.where(free, start, bound * step))
    allowed = (nearest <= end) & ~np.isnat(ends[0])
    parts, other = ends_of(dtc)
    gap = (parts.whole[1] < 0) & (parts.whole[2] >= 0) & allowed & (nearest > start)
    if other is not parts:
        gap &= (parts.whole == other.whole).all(axis=0)
    if gap.any():
        # The day is known and the month is not; at most one month in a row lacks a day 29 to 31.
        day = parts.whole[2][gap].astype(np.int64)
        month = (nearest[gap] * step).astype("datetime64[D]").astype("datetime64[M]")
        best = np.full(len(day), np.iinfo(np.int64).max)
        for further in range(3):
            candidate = (month + further * step).astype("datetime64[D]") + (day - 1)
            exists = candidate.astype("datetime64[M]") == month + further * step
            number = candidate.astype(np.int64) * step
            fits = exists & (number >= nearest[gap]) & (number <= end[gap])
            best = np.where(fits, np.minimum(best, number), best)
        allowed[gap] = best != np.iinfo(np.int64).max
        nearest[gap] = np.where(allowed[gap], best, 0)
    days = np.where(allowed, (nearest * step).astype("datetime64[D]"), np.datetime64("NaT"))
    return pd.Series(days.astype("datetime64[s]"), index=dtc.index, name=dtc.name)


def middle_day(dtc: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """A day in the middle of those an ISO 8601 text allows: 30 June of a year, day 15 of a month.

    Shape and NaT as in `first_day`. What is known stays: of 2020---28 it is 28 June. Of an
    interval of which the ends differ it is the day halfway, the earlier of two.

    >>> middle_day(pd.Series(["2020", "2020-02"])).dt.strftime("%Y-%m-%d").tolist()
    ['2020-06-30', '2020-02-15']
    """
    start, end = ends_of(dtc)
    year, month, day = start.whole[:3]
    usual = np.where(month < 0, np.where(day < 0, 30, day), np.where(day < 0, 15, day))
    months = np.where(month < 0, np.where(day == 31, 7, 6), month)
    middle = _days(year, months, usual, year >= 0, dtc)
    if end is start:
        return middle
    first, last = (side(dtc).to_numpy().astype("datetime64[D]") for side in (first_day, last_day))
    halfway = pd.Series((first + (last - first) // 2).astype("datetime64[s]"), index=dtc.index)
    return middle.where((start.whole == end.whole).all(axis=0), halfway)


def full_day(dtc: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """The calendar day of an ISO 8601 text that has one; the time is left out.

    Shape: Series of text in, Series of datetime64[s] at midnight with the same index out. NaT for
    null, for partial dates, for intervals of more than one day, and for text that is not ISO 8601.
    """
    return once_each(_full_days, dtc)  # of millions of records few dates are distinct


def time_of_day(dtc: pd.Series[Any]) -> pd.Series[float]:
    """Seconds from midnight to the time in an ISO 8601 text, by the clock that showed it.

    Shape: Series of text in, Series of float64 with the same index out. An unknown second counts as
    0; an offset from UTC is not applied. NaN without hour and minute, and for intervals.
    """
    start, end = ends_of(dtc)
    hour, minute = start.whole[3].astype(np.float64), start.whole[4]
    seconds = hour * 3600 + minute * 60 + np.nan_to_num(start.second, nan=0.0)
    certain = (hour >= 0) & (minute >= 0)
    if end is not start:
        certain &= (start.whole == end.whole).all(axis=0)
    return pd.Series(np.where(certain, seconds, np.nan), index=dtc.index, name=dtc.name)


def precision(dtc: pd.Series[Any]) -> pd.Series[str]:
    """The finest part to which an ISO 8601 text is known without a gap.

    Shape: Series of text in, `str` Series of Y, M, D, h, m, s with the same index out; null for
    null, for an unknown year, and for text that is not ISO 8601. `2003---15` is known to the year.
    An interval is known as far as its two ends agree.

    >>> precision(pd.Series(["2003", "2003---15", "2003-12-15T13"])).tolist()
    ['Y', 'Y', 'h']
    """
    start, end = ends_of(dtc)
    return _labels(_PRECISIONS, _level(start, end), dtc)


def imputed_part(dtc: pd.Series[Any]) -> pd.Series[str]:
    """The date imputation flag that completing an ISO 8601 text to a day would need.

    Shape: Series of text in, `str` Series of D, M, Y with the same index out: the highest part that
    must be imputed. Null where the day is known, for null, and for text that is not ISO 8601.
    Source: ADaMIG 1.3, date imputation flags (--DTF).

    >>> imputed_part(pd.Series(["2003-12", "2003---15", "2003-12-15"])).tolist()
    ['D', 'M', nan]
    """
    start, end = ends_of(dtc)
    level = _level(start, end)
    return _labels(_IMPUTED, np.where(start.read, level, 3), dtc)


def study_day(day: pd.Series[pd.Timestamp], reference: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Days from the reference to the day; the reference is day 1 and the day before it day -1.

    Shape: two Series of datetime64 with one index in, Series of Int64 out; times of day do not
    count. NA where either is NaT. Raises ValueError if the indexes differ. Source: SDTMIG 3.4
    section 4.4.4.
    """
    same_index(day, reference)
    dates = [side.to_numpy().astype("datetime64[D]") for side in (day, reference)]
    missing = np.isnat(dates[0]) | np.isnat(dates[1])
    days = (dates[0] - dates[1]).astype(np.int64)
    days = np.where(missing, 0, days + (days >= 0))
    return pd.Series(pd.arrays.IntegerArray(days, missing), index=day.index, name=day.name)


def same_index(left: pd.Series[Any], right: pd.Series[Any]) -> None:
    """Raise ValueError unless the two have the same index."""
    if not left.index.equals(right.index):
        raise ValueError("the two series do not have the same index")


@dataclass(frozen=True, eq=False)
class Parts:
    """Year, month, day, hour and minute in rows of `whole`, -1 unknown; seconds, NaN unknown.

    `offset` is in minutes from UTC, NaN where none is told. `read` tells what is ISO 8601 text.
    """

    whole: NDArray[np.int16]
    second: NDArray[np.float64]
    offset: NDArray[np.float64]
    read: NDArray[np.bool_]


def _full_days(dtc: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    texts = dtc.astype("str")
    start, end = ends_of(texts)
    year, month, day = start.whole[:3]
    return _days(year, month, day, _level(start, end) >= 3, texts)


def ends_of(dtc: pd.Series[Any]) -> tuple[Parts, Parts]:
    """The parts of the first and of the last moment of each text; one object if no interval."""
    values = arrow_text(dtc)
    size = len(values)
    start = Parts(
        np.full((5, size), -1, "int16"),
        np.full(size, np.nan),
        np.full(size, np.nan),
        np.zeros(size, "bool"),
    )
    stamped = read_stamps(values, "ISO")
    for stamps in stamped:
        start.read[stamps.rows] = True
        start.whole[0, stamps.rows] = stamps.year
        for number, part in enumerate(stamps.parts[:4], 1):
            start.whole[number, stamps.rows] = part
        for part in stamps.parts[4:]:
            start.second[stamps.rows] = part
    rows, distinct, codes = distinct_texts(values, [stamps.rows for stamps in stamped])
    pairs = [_both_ends(value) for value in distinct]
    if not pairs:
        return start, start
    end = start
    if any(pair is not None and pair[0] is not pair[1] for pair in pairs):
        end = replace(start, whole=start.whole.copy(), second=start.second.copy())
    for side, parts in enumerate([start] if end is start else [start, end]):
        _fill(parts, rows, codes, [pair and pair[side] for pair in pairs])
    return start, end


def _both_ends(value: str) -> tuple[Partial, Partial] | None:
    try:
        interval = iso_interval(value)
        partial = iso_partial(value)
    except DateTextError:
        return None  # text that is not ISO 8601 has no day; iso_dtc says what is wrong with it
    return interval or (None if partial is None else (partial, partial))


def _fill(
    parts: Parts, rows: NDArray[np.intp], codes: pa.Array, partials: list[Partial | None]
) -> None:
    filled = [partial or Partial() for partial in partials]
    names = ("year", "month", "day", "hour", "minute")
    whole = [[-1 if (v := getattr(p, name)) is None else v for p in filled] for name in names]
    second = [np.nan if p.second is None else float(p.second) for p in filled]
    offset = [_minutes(p.offset) for p in filled]
    where = codes.to_numpy()
    parts.whole[:, rows] = np.array(whole, dtype=np.int16)[:, where]
    parts.second[rows] = np.array(second, dtype=np.float64)[where]
    parts.offset[rows] = np.array(offset, dtype=np.float64)[where]
    parts.read[rows] = np.array([p is not None for p in partials], dtype=np.bool_)[where]


def _minutes(offset: str) -> float:
    if not offset or offset == "Z":
        return 0.0 if offset else np.nan
    return float(f"{offset[0]}{int(offset[1:3]) * 60 + int(offset[-2:])}")


def _level(start: Parts, end: Parts) -> NDArray[np.intp]:
    """How many parts, from the year on, are known and the same at both ends."""
    same = np.concatenate([start.whole >= 0, ~np.isnan(start.second)[np.newaxis]])
    if end is not start:
        same[:5] &= start.whole == end.whole
        same[5] &= start.second == end.second
    level: NDArray[np.intp] = np.logical_and.accumulate(same, axis=0).sum(axis=0)
    return level


def _days(
    year: NDArray[np.int16],
    month: NDArray[Any],
    day: NDArray[Any],
    certain: NDArray[np.bool_],
    like: pd.Series[Any],
) -> pd.Series[pd.Timestamp]:
    months = (year.astype(np.int64) - 1970) * 12 + month - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]") + (day.astype(np.int64) - 1)
    days = np.where(certain, days, np.datetime64("NaT"))
    return pd.Series(days.astype("datetime64[s]"), index=like.index, name=like.name)


def _labels(
    labels: tuple[str | None, ...], levels: NDArray[np.intp], like: pd.Series[Any]
) -> pd.Series[str]:
    texts = pa.array(labels, type=pa.large_string()).take(pa.array(levels))
    return text_series(texts, like.index, like.name)
