"""Which record stands for a visit: analysis windows, baseline, and the choice within a window.

A table of windows has one row per analysis visit: AVISIT, AVISITN, VISIT (the nominal visit, null
for baseline), AWTARGET, AWLO and AWHI in days. Rows with AVISITN above 0 take records by day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from adam.derivations.timing import gapless
from adam.records import Records
from sdtm import dates
from specs.derivation import Outcome, derivation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Windows = Iterable[Mapping[str, Any]]


def window_table(windows: Windows, *, after: float = 0, through: float | None = None) -> Any:
    """The windows with a visit number above `after` and not above `through`, as a frame."""
    table = pd.DataFrame([dict(row) for row in windows])
    kept = table["AVISITN"].gt(after)
    if through is not None:
        kept &= table["AVISITN"].le(through)
    return table[kept].reset_index(drop=True)


@derivation
def before_first_dose(
    dtc: pd.Series, mark: pd.Series, start: pd.Series, start_time: pd.Series
) -> Outcome:
    """Y if {dtc} is before {start}, or on the same day unless {mark} is AFTER or its time is at or
    after {start_time}. A record of that day without time and mark is before the first dose. A
    partial date is before it if its latest possible day is.

    A mark that contradicts the time is a finding.
    """
    date, time = dates.full_day(dtc), dates.time_of_day(dtc)
    same_day = date.eq(start)
    late = same_day & time.ge(start_time)
    before = dates.last_day(dtc).lt(start) | (same_day & ~late & ~mark.isin(["AFTER"]))
    contradicted = (late & mark.isin(["BEFORE"])) | (
        mark.isin(["AFTER"]) & (date.lt(start) | (same_day & time.lt(start_time)))
    )
    told = "the record is marked " + mark + " the first dose, against its date and time"
    return Outcome(_flag(before), told.where(contradicted))


@derivation
def timed_before_first_dose(dtc: pd.Series, start: pd.Series, start_time: pd.Series) -> pd.Series:
    """Y if {dtc} is before {start}, or on the same day unless its time is at or after {start_time}.
    A partial date is before it if its latest possible day is.
    """
    no_mark = pd.Series(np.nan, index=dtc.index, dtype="str")
    return before_first_dose(dtc, no_mark, start, start_time).values


@derivation
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
) -> pd.Series:
    """Y for the last assessment with {value} before the first dose ({before} is Y) per {subject},
    not earlier than Day {earliest_day}; its day is chosen for {day_chosen_for}. Assessments of one
    day count as follows within each {part}: the latest {time} if all have one, else and among
    equals the highest, that is the worst, {value}.

    Two versions of an index on that day: the one named first in `versions` counts. What is still
    equal is settled by `order`, the later counts, so that the result does not depend on the order
    of rows. A day chosen for all parts, as of an index, is not filled from another day where one
    of its parts has no value.
    """
    candidate = before.eq("Y") & gapless(day).ge(earliest_day + 1) & value.notna()
    table = pd.DataFrame(
        {
            "group": _codes(subject, *([part] if day_chosen_for == "each part" else [])),
            "not_later": -gapless(day),
            "version": version.map({name: n for n, name in enumerate(versions)}).fillna(0),
        }
    )
    chosen = _lowest(table[candidate.fillna(value=False).astype(bool)], ["not_later", "version"])
    return _flag(_of_one_day(chosen, subject, part, time, value, order))


@derivation
def analysis_visit(
    day: pd.Series,
    nominal: pd.Series,
    baseline: pd.Series,
    dtc: pd.Series,
    reference: pd.Series,
    *,
    windows: Windows,
) -> Outcome:
    """The analysis visit in whose window {day} lies, both ends included; Baseline where {baseline}
    is Y. A record whose {dtc} is partial is placed by {nominal}. Missing outside all windows.

    A partial date that cannot lie in the window of its nominal visit is a finding.
    """
    table = window_table(windows)
    visit = pd.Series(np.nan, index=day.index, dtype="object")
    partial = day.isna()
    by_name = nominal.map(dict(zip(table["VISIT"], table["AVISIT"], strict=True)))
    first, last = (
        (limit(dtc) - reference).dt.days.astype("float64") + 1
        for limit in (dates.first_day, dates.last_day)
    )
    outside = pd.Series(data=False, index=day.index)
    for row in table.to_dict("records"):
        visit = visit.mask(day.between(row["AWLO"], row["AWHI"]), row["AVISIT"])
        here = partial & by_name.eq(row["AVISIT"])
        outside |= here & (last.lt(row["AWLO"]) | first.gt(row["AWHI"]))
    visit = visit.mask(partial, by_name)
    start = next(row["AVISIT"] for row in windows if row["AVISITN"] == 0)
    visit = visit.mask(baseline.eq("Y").fillna(value=False).astype(bool), start)
    problems = "the date " + dtc.astype("str") + " cannot lie in the window of " + by_name
    return Outcome(visit.astype("str"), problems.astype("str").where(outside.astype(bool)))


@derivation
def of_window(visit: pd.Series, *, windows: Windows, column: str) -> pd.Series:
    """{column} of the analysis window of {visit}."""
    return visit.map({row["AVISIT"]: row[column] for row in windows})


@derivation
def window_unit(visit: pd.Series, *, unit: str) -> pd.Series:
    """{unit}, the unit of the analysis window of {visit}; missing outside all windows."""
    return pd.Series(unit, index=visit.index, dtype="str").where(visit.notna())


@derivation
def days_from_target(day: pd.Series, target: pd.Series) -> pd.Series:
    """The number of days between {day} and {target}; as there is no Day 0, Day -1 and Day 1 are
    one day apart. Missing where either is.
    """
    return (gapless(day) - gapless(target)).abs()


@derivation
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
) -> pd.Series:
    """Y for the assessment with {value} that stands for {visit} of {subject}: the one with the
    lowest {distance}, of two equally close the later, chosen for {day_chosen_for}. Assessments of
    one day count as follows within each {part}: the latest {time} if all have one, else and among
    equals the highest, that is the worst, {value}; one whose {version} is not {base_version} counts
    only where no other does. An assessment without a full date stands only where no dated one does.
    At baseline it is the record with {baseline} Y.
    """
    start = baseline.eq("Y").fillna(value=False).astype(bool)
    candidate = visit.notna() & value.notna() & ~start
    preferred = version.map({name: n for n, name in enumerate(versions)}).fillna(0)
    table = pd.DataFrame(
        {
            "group": _codes(subject, visit, *([part] if day_chosen_for == "each part" else [])),
            "version": preferred.mask(version.eq(base_version).astype(bool), -1),
            "undated": day.isna().astype("int64"),
            "distance": distance.fillna(0),
            "not_later": -day.fillna(0),
        }
    )
    steps = ["undated", "distance", "not_later", "version"]
    chosen = _lowest(table[candidate.astype(bool)], steps)
    return _flag(start | _of_one_day(chosen, subject, part, time, value, order))


@derivation(scope="dataset")
def visit_grid(subject: pd.Series, *, windows: Windows, through: float) -> Records:
    """One record for each {subject} and analysis visit after baseline, through visit {through}."""
    table = window_table(windows, through=through).drop(columns="VISIT")
    people = pd.DataFrame({"USUBJID": subject, "record": subject.index})
    rows = people.merge(table, how="cross")
    origin = pd.DataFrame({"row": rows.index, "record": rows["record"]})
    return Records(rows.drop(columns="record"), origin)


def _lowest(table: pd.DataFrame, steps: Iterable[str]) -> pd.DataFrame:
    """The rows of each group that are lowest in the first column, then in the second, ..."""
    for column in steps:
        table = table[table[column].eq(table.groupby("group")[column].transform("min"))]
    return table


def _of_one_day(
    chosen: pd.DataFrame,
    subject: pd.Series,
    part: pd.Series,
    time: pd.Series,
    value: pd.Series,
    order: tuple[pd.Series, ...],
) -> pd.Series:
    """True for the assessment that counts among those of the chosen day, per part."""
    rows = chosen.index
    untimed = time.loc[rows].isna()
    group = pd.Series(_codes(chosen["group"], part.loc[rows]), index=rows)
    by_value = untimed.groupby(group).transform("any")
    table = pd.DataFrame(
        {
            "group": group,
            "not_latest": -time.loc[rows].mask(by_value, 0),
            "not_worst": -value.loc[rows].fillna(-np.inf),
        }
    )
    names: list[str] = []
    for column in order:
        names.append(f"not_last_{len(names)}")
        table[names[-1]] = -column.loc[rows].rank(method="dense").fillna(0)
    kept = _lowest(table, ["not_latest", "not_worst", *names])
    return pd.Series(subject.index.isin(kept.index), index=subject.index)


def _codes(*keys: pd.Series) -> pd.Series:
    frame = pd.concat([key.rename(str(n)) for n, key in enumerate(keys)], axis=1)
    return frame.groupby(list(frame.columns), sort=False, dropna=False).ngroup()


def _flag(condition: pd.Series) -> pd.Series:
    true = condition.fillna(value=False).astype(bool)
    return pd.Series("Y", index=condition.index, dtype="str").where(true)
