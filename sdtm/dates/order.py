"""The order of dates of which parts may be unknown: what of it is certain.

A text allows a span of moments, from the first to the last that agree with its known parts: 2020-03
all of March, 2020---15 those from 15 January through 15 December, `--12-15` any. One date is surely
before another when its last moment is before the first of the other; nothing else decides. What
overlaps may be either way; what has no year, is missing or is no date is ordered with nothing.

A time with an offset from UTC is a moment; one without is read by the clock of what it is compared
with, so that dates alone stay days of the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from sdtm.dates.timing import ends_of, first_day, full_day, last_day, precision
from specs.distinct import all_once_each, as_plain

_DAY: Final = 86_400_000_000
_HOUR: Final = 3_600_000_000
_SECOND: Final = 1_000_000
_CUTS: Final = (("m", 16), ("h", 13), ("D", 10))


@dataclass(frozen=True, eq=False)
class Spans:
    """The first and the last moment that each date allows, in microseconds from 1970.

    Both are float64 on one index, by the clock that showed them, infinite where the year is not
    known; `offset` is that of the clock from UTC, NaN where none is told.
    """

    first: pd.Series
    last: pd.Series
    offset: pd.Series

    def on(self, index: pd.Index) -> Spans:
        """The same, on another index of that length."""
        return Spans(*(column.set_axis(index) for column in (self.first, self.last, self.offset)))

    @property
    def bounded(self) -> pd.Series:
        """Whether anything is known of when it was."""
        return self.first.gt(-np.inf)


def spans(dtc: pd.Series[Any]) -> Spans:
    """The span of each ISO 8601 text; of an interval from the first moment of its start through the
    last of its end.
    """
    first, last, offset = all_once_each((_first, _last, _offset), as_plain(dtc).astype("str"))
    return Spans(first, last, offset)


def spans_of_starts(dtc: pd.Series[Any]) -> Spans:
    """The same for something that starts: a start timed to the minute is the moment it names."""
    span = spans(dtc)
    timed = next(all_once_each([precision], as_plain(dtc).astype("str"))).isin(["m", "s"])
    return Spans(span.first, span.last.mask(timed, span.first), span.offset)


def spans_of_days(day: pd.Series[pd.Timestamp], time: pd.Series[float] | None = None) -> Spans:
    """The span of each day, or the moment where a time in seconds from midnight is given."""
    start = _microseconds(day)
    second = pd.Series(np.nan, index=day.index) if time is None else time * _SECOND
    first = start + second.fillna(0.0)
    last = (start + second).fillna(start + _DAY - 1)
    return Spans(first.fillna(-np.inf), last.fillna(np.inf), pd.Series(np.nan, index=day.index))


def surely_before(left: Spans, right: Spans) -> pd.Series[bool]:
    """Whether every moment that the left allows is before every moment that the right allows."""
    last = left.last - left.offset.fillna(right.offset).fillna(0.0)
    before: pd.Series[bool] = last < right.first - right.offset.fillna(left.offset).fillna(0.0)
    return before


def surely_not_after(left: Spans, right: Spans) -> pd.Series[bool]:
    """Whether no moment that the left allows is after any that the right allows."""
    last = left.last - left.offset.fillna(right.offset).fillna(0.0)
    first = right.first - right.offset.fillna(left.offset).fillna(0.0)
    return last.le(first) & left.bounded & right.bounded


def clocks_decide(left: Spans, right: Spans) -> pd.Series[bool]:
    """Whether the left has an offset from UTC, the right none, and it matters which it would be."""
    start, end = left.first - left.offset, left.last - left.offset
    apart = (end < right.first - 14 * _HOUR) | (start > right.last + 12 * _HOUR)
    return left.offset.notna() & right.offset.isna() & ~apart


def earliest_of(dtc: pd.Series[Any], group: pd.Series[Any]) -> pd.DataFrame:
    """The earliest text of each group as far as that is certain: see `_extreme`."""
    return _extreme(dtc, group, sign=1)


def latest_of(dtc: pd.Series[Any], group: pd.Series[Any]) -> pd.DataFrame:
    """The latest text of each group as far as that is certain: see `_extreme`."""
    return _extreme(dtc, group, sign=-1)


def in_order(dtc: pd.Series[Any], *, latest: bool) -> pd.Index:
    """The labels of texts so that the first is the earliest, or the last the latest of them all.

    Texts with a full day go before others as far as that end is concerned; those that are no date
    are left out, and those of one moment stay in their order.
    """
    texts = as_plain(dtc).dropna().astype("str")
    span = spans(texts)
    moment = (span.last if latest else span.first) - span.offset.fillna(0.0)
    whole = full_day(texts).notna()
    keys = pd.DataFrame({"whole": whole if latest else ~whole, "moment": moment})
    return keys.sort_values(["whole", "moment"], kind="stable").index


def rivals(dtc: pd.Series[Any], group: pd.Series[Any], *, latest: bool) -> pd.Series[bool]:
    """Where a text that is not complete may be the earliest, or the latest, of its group.

    Of a group without a full day it is all of them, unless they are one text.
    """
    texts, groups = as_plain(dtc).astype("str"), as_plain(group)
    by_group = (latest_of if latest else earliest_of)(texts, groups)["rival"]
    rival = groups.map(by_group).astype("str")
    whole = full_day(texts).notna().groupby(groups, dropna=False).transform("any")
    return rival.notna() & texts.notna() & (texts.eq(rival) | ~whole)


def _extreme(dtc: pd.Series[Any], group: pd.Series[Any], *, sign: int) -> pd.DataFrame:
    """By group `dtc`, the earliest (sign 1) or latest (-1), and `rival`, what may be more so.

    What may be earliest is every text of which no other is surely before. If these are one text, it
    is that; if they agree from the year through the day or further, it is what they agree in. Else
    it is the same of those with a full day, with a partial one as `rival`; missing where none has.
    """
    texts, groups = as_plain(dtc), as_plain(group)
    complete = texts.notna() & groups.notna()
    texts, groups = texts[complete], groups[complete]
    span = spans(texts)
    whole = full_day(texts).notna()
    rows = pd.DataFrame({"text": texts, "group": groups, "offset": span.offset, "whole": whole})
    low, high = (span.first, span.last) if sign > 0 else (-span.last, -span.first)
    # A time without an offset may be by the clock of any other of its group.
    offsets = rows.groupby("group")["offset"]
    nearest, farthest = offsets.transform("max"), offsets.transform("min")
    if sign < 0:
        nearest, farthest = farthest, nearest
    rows["low"] = low - sign * rows["offset"].fillna(nearest).fillna(0.0)
    rows["high"] = high - sign * rows["offset"].fillna(farthest).fillna(0.0)
    all_of_them = _agreed(_contenders(rows))
    full = _agreed(_contenders(rows[rows["whole"]]))
    everyone = pd.Index(as_plain(group).dropna().unique())
    first = all_of_them.reindex(everyone).astype("str")
    value = first.fillna(full.reindex(everyone).astype("str"))
    open_ = _contenders(rows)
    open_ = open_[open_["group"].isin(first.index[first.isna()])]
    # Named is the least certain of what may be earlier.
    rival = open_.sort_values(["whole", "text"]).groupby("group")["text"].first()
    return pd.DataFrame({"dtc": value, "rival": rival.reindex(everyone).astype("str")})


def _contenders(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["low"].le(rows.groupby("group")["high"].transform("min"))]


def _agreed(rows: pd.DataFrame) -> pd.Series[str]:
    """By group the text in which all rows agree to the day or further; missing where they do not.

    Texts of one moment by different clocks agree: the first of them as text stands for it.
    """
    groups = rows.groupby("group")
    same = groups["text"].nunique().eq(1)
    moment = groups[["low", "high"]].nunique().eq(1).all(axis=1) & groups["offset"].count().eq(
        groups.size()
    )
    agreed = groups["text"].min().where(same | moment)
    to = precision(rows["text"])
    levels = {level: rank for rank, level in enumerate("YMDhms")}
    depth = to.map(levels).fillna(-1)
    for level, width in _CUTS:
        cut = rows["text"].str.slice(0, width)
        fits = depth.ge(levels[level]) & (rows["offset"].isna() if width > 10 else True)
        by = pd.DataFrame({"cut": cut, "fits": fits, "group": rows["group"]}).groupby("group")
        agreed = agreed.fillna(by["cut"].min().where(by["cut"].nunique().eq(1) & by["fits"].all()))
    return agreed


def _first(dtc: pd.Series[Any]) -> pd.Series[float]:
    day = _microseconds(first_day(dtc))
    start, _ = ends_of(dtc)
    hour, minute = (np.maximum(part, 0).astype("float64") for part in start.whole[3:])
    clock = hour * 3600 + minute * 60 + np.nan_to_num(start.second)
    moment: pd.Series[float] = (day + np.round(clock * _SECOND)).fillna(-np.inf)
    return moment


def _last(dtc: pd.Series[Any]) -> pd.Series[float]:
    day = _microseconds(last_day(dtc))
    _, end = ends_of(dtc)
    hour, minute = (
        np.where(part < 0, most, part).astype("float64")
        for part, most in zip(end.whole[3:], (23, 59), strict=True)
    )
    clock = np.round((hour * 3600 + minute * 60 + np.nan_to_num(end.second)) * _SECOND)
    # A second stands for all moments in it, a fraction of one for itself.
    rest = np.where(np.isnan(end.second), 60 * _SECOND - 1, (end.second % 1 == 0) * (_SECOND - 1))
    moment: pd.Series[float] = (day + clock + rest).fillna(np.inf)
    return moment


def _offset(dtc: pd.Series[Any]) -> pd.Series[float]:
    start, _ = ends_of(dtc)
    return pd.Series(start.offset * 60 * _SECOND, index=dtc.index)


def _microseconds(day: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    days = day.to_numpy().astype("datetime64[D]")
    number = np.where(np.isnat(days), np.nan, days.astype("int64") * float(_DAY))
    return pd.Series(number, index=day.index)
