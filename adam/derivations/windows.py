"""Which record stands for a visit: analysis windows, baseline, and the choice within a window.

A table of windows has one row per analysis visit: AVISIT, AVISITN, VISIT (the nominal visit, null
for baseline), AWTARGET, AWLO and AWHI in days. Rows with AVISITN above 0 take records by day.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import numpy as np
import pandas as pd

from adam.derivations.timing import gapless
from adam.lookup import dense
from adam.records import Records
from sdtm import dates
from sdtm.dates.order import clocks_decide, spans, spans_of_days
from specs.choices import choices as choices_of
from specs.derivation import Outcome, derivation
from specs.distinct import all_once_each, mapped, once_each, text_where, texts_at
from specs.errors import SpecError
from specs.tables import numbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray


class Visit(TypedDict):
    """A row of a table of analysis visits."""

    AVISIT: str


class Window(Visit):
    """A row of a table of windows, open where a limit is null."""

    AWLO: float | None
    AWHI: float | None


class NumberedWindow(Window):
    """A row of a table of windows in which baseline has the number 0."""

    AVISITN: float


class NominalWindow(NumberedWindow):
    """A row of a table of windows with the nominal visit of each."""

    VISIT: str | None


def window_table(
    windows: Sequence[NumberedWindow], *, after: float = 0, through: float | None = None
) -> Any:
    """The windows with a visit number above `after` and not above `through`, as a frame."""
    checked_windows([row for row in windows if row["AVISITN"] > 0])
    table = pd.DataFrame([dict(row) for row in windows])
    kept = table["AVISITN"].gt(after)
    if through is not None:
        kept &= table["AVISITN"].le(through)
    return table[kept].reset_index(drop=True)


@derivation(severity="warning", gives=("Y",))
def before_first_dose(
    dtc: pd.Series, mark: pd.Series, start: pd.Series, start_time: pd.Series
) -> Outcome:
    """Y where the latest calendar day that {dtc} allows is before {start}; also where its day is
    {start}, unless {mark} begins with AFTER, or its time is at or after {start_time}, both being
    given. Otherwise missing, also where the year is not known; with a finding where an incomplete
    date, or a time with an offset from UTC, may be before {start} as well as on or after it.

    A mark that contradicts the time is a finding.
    """
    earlier, same_day, late, early = _beside_first_dose(dtc, start, start_time)
    after = mark.str.startswith("AFTER", na=False)
    contradicted = mark[(late & mark.str.startswith("BEFORE", na=False)) | (early & after)]
    text = "the record is marked " + contradicted + " the first dose, against its date and time"
    text = text.reindex(dtc.index).astype("str").fillna(_either(dtc, start, start_time, earlier))
    return Outcome(text_where(earlier | (same_day & ~late & ~after)), text)


@derivation(severity="warning", gives=("Y",))
def timed_before_first_dose(dtc: pd.Series, start: pd.Series, start_time: pd.Series) -> Outcome:
    """Y where the latest calendar day that {dtc} allows is before {start}; also where its day is
    {start}, unless its time is at or after {start_time}, both being given. Otherwise missing,
    also where the year is not known; with a finding where an incomplete date, or a time with an
    offset from UTC, may be before {start} as well as on or after it.
    """
    earlier, same_day, late, _ = _beside_first_dose(dtc, start, start_time)
    return Outcome(
        text_where(earlier | (same_day & ~late)), _either(dtc, start, start_time, earlier)
    )


@derivation(severity="warning", gives=("Y",))
def baseline_flag(
    subject: pd.Series,
    part: pd.Series,
    before: pd.Series,
    day: pd.Series,
    time: pd.Series,
    value: pd.Series,
    version: pd.Series,
    *order: pd.Series,
    earliest_day: int,
    versions: tuple[str, ...] = (),
    day_chosen_for: Literal["all parts", "each part"] = "all parts",
    worst: dict[str, Literal["highest", "lowest"]] | None = None,
) -> Outcome:
    """Y for the baseline records of each {subject}, otherwise missing. Candidates are the records
    with {before} EQ "Y", with {value}, and with {day} from Day {earliest_day} on. Of these count
    those of the latest {day} of the same {day_chosen_for}. {versions} Of several with the
    same {part} counts the one with the latest {time}, unless one of them has none; of those
    equal so far, or without {time}, the one with the worst {value}, which is the
    highest{worst}; of those still equal the one with the highest {order}, compared one after the
    other, a missing one being the lowest. Those equal in all of this are all flagged, also those of
    different parameters.

    worst: , unless told otherwise here ({worst})

    versions: Of these only those whose {version} comes first in the order {versions}; others come
    last.

    day_chosen_for=all parts: {subject}, whatever its {part}

    day_chosen_for=each part: {subject} and {part}

    Two versions of an index on that day: the one named first in `versions` counts, one not named
    there last. What is still equal is settled by `order`, the later counts, so that the result does
    not depend on the order of rows. A day chosen for all parts, as of an index, is not filled from
    another day where one of its parts has no value.
    """
    candidate = before.eq("Y") & gapless(day).ge(earliest_day + 1) & value.notna()
    whose = (subject, part) if day_chosen_for == "each part" else (subject,)
    steps = (
        (-gapless(day), "another is later"),
        (_ranks(version, versions), "another is of a version that counts before it"),
    )
    counted, doubts, choices = _counted(
        candidate, whose, part, steps, time, value, order, worst or {}
    )
    return Outcome(text_where(counted), doubts, choices)


@derivation(severity="warning")
def analysis_visit(
    day: pd.Series,
    nominal: pd.Series,
    baseline: pd.Series,
    dtc: pd.Series,
    reference: pd.Series,
    *,
    windows: Sequence[NominalWindow],
) -> Outcome:
    """The AVISIT of the row with AVISITN above 0 of {windows} whose days, from AWLO through AWHI,
    contain {day}; where {day} is missing, of the row whose VISIT is {nominal}. Where {baseline}
    EQ "Y" the AVISIT of the row with AVISITN 0. Otherwise missing.

    A partial date that cannot lie in the window of its nominal visit is a finding.
    """
    table = window_table(windows)
    start = next((row["AVISIT"] for row in windows if row["AVISITN"] == 0), None)
    if start is None:
        raise ValueError("the table of windows has no row for baseline, with AVISITN 0")
    partial = day.isna()
    by_name = mapped(nominal[partial], dict(zip(table["VISIT"], table["AVISIT"], strict=True)))
    limits = list(zip(table["AWLO"], table["AWHI"], strict=True))
    window = once_each(lambda days: _window_of(days, limits), day).to_numpy(copy=True)
    window[partial] = by_name.map({name: n for n, name in enumerate(table["AVISIT"])}).fillna(-1)
    window[baseline.eq("Y")] = len(table)
    first, last = (
        (limit(dtc[partial]) - reference[partial]).dt.days.astype("float64") + 1
        for limit in (dates.first_day, dates.last_day)
    )
    outside = pd.Series(data=False, index=by_name.index)
    for row in table.to_dict("records"):
        here = by_name.eq(row["AVISIT"])
        outside |= here & (last.lt(row["AWLO"]) | first.gt(row["AWHI"]))
    doubted = by_name[outside]
    text = "the date " + dtc.loc[doubted.index] + " cannot lie in the window of " + doubted
    return Outcome(texts_at(window, [*table["AVISIT"], start], day.index), text.reindex(day.index))


@derivation
def visit_of_day(day: pd.Series, *, windows: Sequence[Window]) -> pd.Series:
    """The AVISIT of the row of {windows} whose days, from AWLO through AWHI, contain {day}, a limit
    "none" being open; of several the last row. Missing where there is none.
    """
    checked_windows(windows)
    limits = [open_limits(row) for row in windows]
    window = once_each(lambda days: _window_of(days, limits), day).to_numpy()
    return texts_at(window, [row["AVISIT"] for row in windows], day.index)


def checked_windows(windows: Sequence[Window]) -> None:
    """SpecError where a window ends before it begins, or two have a day in common."""
    ordered = sorted((*open_limits(row), row["AVISIT"]) for row in windows)
    for low, high, name in ordered:
        if low > high:
            raise SpecError(
                f"the window of {name} begins on Day {low:g} and ends on Day {high:g}",
                remedy="mend AWLO or AWHI in the table of windows",
            )
    for (_, high, name), (low, _, other) in pairwise(ordered):
        if low <= high:
            raise SpecError(
                f"the windows of {name} and {other} overlap: one ends on Day {high:g}, the other"
                f" begins on Day {low:g}",
                remedy="let each day lie in one window at most; mend AWLO or AWHI in the table",
            )


def open_limits(window: Window) -> tuple[float, float]:
    """The first and the last day of a window; infinite where it is open."""
    low, high = window["AWLO"], window["AWHI"]
    return (-np.inf if low is None else low), (np.inf if high is None else high)


@derivation
def of_window(visit: pd.Series, *, windows: Sequence[Visit], column: str) -> pd.Series:
    """The {column} of the row of {windows} whose AVISIT is {visit}; missing where there is none."""
    return mapped(visit, {row["AVISIT"]: dict(row)[column] for row in windows})


@derivation
def window_unit(visit: pd.Series, *, unit: str) -> pd.Series:
    """The text "{unit}" where {visit} is not missing; otherwise missing."""
    return text_where(visit.notna(), unit)


@derivation
def days_from_target(day: pd.Series, target: pd.Series) -> pd.Series:
    """The number of days between {day} and {target}, without sign; as there is no Day 0, Day -1 and
    Day 1 are one day apart. Missing where either is missing.
    """
    return (gapless(day) - gapless(target)).abs()


@derivation(severity="warning", gives=("Y",))
def analysis_flag(
    subject: pd.Series,
    part: pd.Series,
    visit: pd.Series,
    baseline: pd.Series,
    distance: pd.Series,
    day: pd.Series,
    time: pd.Series,
    value: pd.Series,
    version: pd.Series,
    base_version: pd.Series,
    *order: pd.Series,
    versions: tuple[str, ...] = (),
    day_chosen_for: Literal["all parts", "each part"] = "all parts",
    worst: dict[str, Literal["highest", "lowest"]] | None = None,
) -> Outcome:
    """Y where {baseline} EQ "Y", and for the records that stand for {visit}; otherwise missing.
    Candidates for these are the records with {visit} and {value} whose {baseline} is missing. Of
    them count those of one day for the same
    {day_chosen_for}: those with {day}, if any has one; of these those with the lowest
    {distance}, and of two days equally close the later {day}. {base_version} {versions} Of
    several with the same {part} counts the one with the latest {time}, unless one of them has
    none; of those equal so far, or without {time}, the one with the worst {value}, which is
    the highest{worst}; of those still equal the one with the highest {order}, compared one after
    the other, a missing one being the lowest. Those equal in all of this are all flagged, also
    those of different parameters.

    base_version={version}:

    base_version: Of these only those whose {version} is {base_version}, if there are any.

    worst: , unless told otherwise here ({worst})

    versions: Of these only those whose {version} comes first in the order {versions}; others come
    last.

    day_chosen_for=all parts: {subject} and {visit}, whatever its {part}

    day_chosen_for=each part: {subject}, {visit} and {part}
    """
    start = baseline.eq("Y")
    candidate = visit.notna() & value.notna() & ~start
    whose = (subject, visit, part) if day_chosen_for == "each part" else (subject, visit)
    of_base = _ranks(version, versions).mask(version.eq(base_version), -1)
    steps = (
        (day.isna().astype("int64"), "its date is not complete"),
        (distance, "another is nearer to the target day"),
        (-day, "another as near to the target day is later"),
        (of_base, "another is of a version that counts before it"),
    )
    counted, doubts, choices = _counted(
        candidate, whose, part, steps, time, value, order, worst or {}
    )
    return Outcome(text_where(start | counted), doubts, choices)


@derivation(scope="dataset")
def visit_grid(
    subject: pd.Series, *, windows: Sequence[NumberedWindow], through: float, after: float = 0
) -> Records:
    """One record for each {subject} and each row of {windows} with AVISITN above {after} and not
    above {through}.

    AVISIT, AVISITN, AWTARGET, AWLO, AWHI: The {column} of the row of {windows} that the record is
    made for; missing in records that are made for none.
    """
    table = window_table(windows, after=after, through=through)
    table = table.drop(columns="VISIT", errors="ignore")
    people = pd.DataFrame({"USUBJID": subject, "record": subject.index})
    rows = people.merge(table, how="cross")
    origin = pd.DataFrame({"row": rows.index, "record": rows["record"]})
    return Records(rows.drop(columns="record"), origin)


def _window_of(days: pd.Series, limits: Iterable[tuple[float, float]]) -> pd.Series:
    """The place of the window in which a day lies, -1 outside all; of several the last counts."""
    window = pd.Series(-1, index=days.index)
    for row, (low, high) in enumerate(limits):
        window = window.mask(days.between(low, high), row)
    return window


def _ranks(version: pd.Series, versions: tuple[str, ...]) -> pd.Series:
    """The place of a version in the list; those not listed come last."""
    if not versions:
        return pd.Series(0, index=version.index)
    return mapped(version, {name: rank for rank, name in enumerate(versions)}).fillna(len(versions))


def _beside_first_dose(
    dtc: pd.Series, start: pd.Series, start_time: pd.Series
) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    """Whether a record is surely of an earlier day than the first dose; of its day; of its day and
    not before its time; known to be before it.
    """
    readings = (dates.full_day, dates.time_of_day, dates.last_day)
    date, time, last = all_once_each(readings, dtc)
    same_day = date.eq(start)
    early = date.lt(start) | (same_day & time.lt(start_time))
    return last.lt(start), same_day, same_day & time.ge(start_time), early


def _either(
    dtc: pd.Series, start: pd.Series, start_time: pd.Series, earlier: pd.Series
) -> pd.Series:
    """A sentence where a date may be before the first dose, and on its day or after."""
    first, day = all_once_each((dates.first_day, dates.full_day), dtc)
    open_ = dtc.notna() & day.isna() & ~earlier & start.notna() & ~first.ge(start)
    text = text_where(open_, "may be before or after the first dose; it is not counted as before")
    by_clock = clocks_decide(spans(dtc), spans_of_days(start, start_time))
    return text.mask(
        by_clock, "has an offset from UTC, and the time of the first dose has none here"
    )


def _counted(
    candidate: pd.Series,
    whose: tuple[pd.Series, ...],
    part: pd.Series,
    steps: tuple[tuple[pd.Series, str], ...],
    time: pd.Series,
    value: pd.Series,
    order: tuple[pd.Series, ...],
    worst: Mapping[str, str],
) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    """True for the assessments that count: one for each part, of those that are lowest in the
    first of `steps`, among them in the second, ... And a sentence where nobody declared which
    value is the worst, and that decided; and the account of it.
    """
    size = len(part)
    group = pd.Series(dense(numbered(whose, size)), index=part.index)[candidate]
    day = _lowest(group, numbered([values for values, _ in steps], size)[candidate])
    on_day = candidate & part.index.isin(day.index)
    if not any(key is part for key in whose):
        each = dense(numbered([day, part[day.index]], len(day)))
        day = pd.Series(each, index=day.index)
    timed = time[day.index]
    untimed = np.bincount(day, weights=timed.isna()) > 0
    clock = timed.mask(untimed[day], 0)
    last = _lowest(day, numbered([-clock], len(day)))
    falling = mapped(part[last.index], dict(worst)).eq("lowest")
    rank = value[last.index].where(falling, -value[last.index])
    best = _lowest(last, numbered([rank], len(last)))
    equal = best[(np.bincount(best) > 1)[best]]
    later = [_from_last(column[equal.index]) for column in order]
    settled = _lowest(equal, numbered(later, len(equal)))
    counts = pd.Series(data=False, index=part.index)
    counts[best.index] = True
    counts[equal.index.difference(settled.index)] = False
    decided = best.isin(last[last.index.difference(best.index)]) & counts[best.index]
    undeclared = decided & ~part[best.index].isin(list(worst))
    doubt = "several count alike; the highest is taken, and worst: does not say which is the worst"
    reasons = [
        *((values[candidate], text) for values, text in steps),
        (on_day[candidate], "another day stands for all parts of the assessment"),
        (clock.reindex(group.index), "another of the day is timed later"),
        (value[candidate], "another of the day has a worse value"),
    ]
    groups = pd.Series(numbered([*whose, part], size), index=part.index)[candidate]
    account = choices_of(groups, counts[candidate], reasons, "another comes later in order")
    return counts, text_where(undeclared, doubt).reindex(part.index), account


def _lowest(group: pd.Series, rank: NDArray[np.int64]) -> pd.Series:
    """The rows of each group with the lowest rank."""
    least = np.full(group.max() + 1 if len(group) else 0, np.iinfo(np.int64).max)
    np.minimum.at(least, group.to_numpy(), rank)
    kept: pd.Series = group[rank == least[group]]
    return kept


def _from_last(column: pd.Series) -> pd.Series:
    """Numbers that grow from the last value to the first, missing where the value is."""
    rank = pd.Series(-numbered([column], len(column)), index=column.index)
    return rank.mask(column.isna())
