"""Daily steroid dose as prednisone equivalent, computed in exact fractions.

Equivalents, frequencies and units: the tables in `adam/instruments`.
"""

from __future__ import annotations

from math import prod
from typing import Literal

import numpy as np
import pandas as pd

from adam import exact
from adam.derivations.timing import day_number
from adam.instruments import instrument
from adam.records import Records
from sdtm import dates
from specs.derivation import Outcome, derivation
from specs.numbers import constant
from specs.source_kinds import Dates, DateTexts

# Days from 1970-01-01 that stand for an open start and an open end.
_OPEN_START, _OPEN_END = -1_000_000, 1_000_000


@derivation(severity="warning")
def counted_in_dose(
    drug: pd.Series,
    route: pd.Series,
    as_needed: pd.Series,
    frequency: pd.Series,
    *,
    systemic_routes: list[str],
    when_needed: Literal["left out", "counted"] = "left out",
) -> Outcome:
    """Y where the steroid {drug} counts in the daily systemic dose: given by a route of
    {systemic_routes}, and not a drug that is left out (fludrocortisone, budesonide). Otherwise N.
    Without {route} it counts. Doses as needed ({as_needed} is Y or {frequency} is PRN) are
    {when_needed}.

    Intake as needed that was recorded is entered as records of its own.
    """
    left_out = [name for name, row in instrument("steroids").items() if row["in_daily_dose"] == "N"]
    local = route.notna() & ~route.isin(systemic_routes)
    out = local | drug.isin(left_out)
    if when_needed == "left out":
        out |= as_needed.isin(["Y"]) | frequency.isin(["PRN"])
    problem = pd.Series("no route is given; the steroid is counted", index=drug.index, dtype="str")
    flag = pd.Series(np.where(out, "N", "Y"), index=drug.index, dtype="str")
    return Outcome(flag, problem.where(route.isna() & ~out))


@derivation(severity="warning")
def prednisone_equivalent(
    dose: pd.Series, unit: pd.Series, frequency: pd.Series, drug: pd.Series, first: pd.Series
) -> Outcome:
    """{dose} in mg (by {unit}) x doses per day of {frequency} x 5 / (mg of {drug} equal to
    prednisone 5 mg). Missing where the dose is missing, the unit is no mass,
    the frequency has no rate, the drug has no factor, or a single dose has no date ({first}).
    """
    parts = {
        "there is no factor for the steroid": drug.map(_column("steroids", "factor")),
        "the dose is not in a unit of mass": unit.map(_column("units", "mg")),
        "the frequency has no rate": frequency.map(_column("frequencies", "doses_per_day")),
    }
    values = exact.computed(lambda single, *by: single * prod(by), dose, *parts.values())
    problem = pd.Series("the dose is missing", index=dose.index, dtype="str").where(dose.isna())
    for message, part in parts.items():
        problem = problem.mask(problem.isna() & part.isna(), message)
    undated = _single(frequency) & first.isna()
    problem = problem.mask(problem.isna() & undated, "the single dose has no date")
    return Outcome(values.mask(undated), problem)


@derivation(severity="warning")
def latest_possible_end(dtc: DateTexts, first: Dates) -> Outcome:
    """The latest calendar day that {dtc} allows; missing where the year is not known.

    An end before {first} is a finding.
    """
    last = dates.last_day(dtc)
    problem = dtc.astype("str") + " is before the start"
    return Outcome(last, problem.where(last.lt(first)))


@derivation(scope="dataset")
def dose_intervals(
    subject: pd.Series,
    counted: pd.Series,
    answer: pd.Series,
    first: pd.Series,
    last: pd.Series,
    dose: pd.Series,
    frequency: pd.Series,
    number: pd.Series | None = None,
) -> Records:
    """One record for each interval of days of {subject} on which the same records with {counted} Y
    are active, from {first} through {last}, with the sum of {dose}. A missing {first} is before
    Day 1, a missing {last} is ongoing; {frequency} ONCE counts on {first} only. The sum is missing
    where a part of it is; the known part is kept. Days without a counted steroid have dose 0.
    Subjects without steroid records have one record with dose 0 where {answer} is N, else none.

    A single dose without a date, and a record that ends before it starts, make the dose missing on
    every day they may lie on. With `number` an interval that rests on one record alone names it
    (SRCSEQ).
    """
    taken = _active(counted, first, last, dose, frequency).assign(subject=subject)
    points = _change_points(taken, subject[_known(subject, counted, answer)])
    active = points.merge(
        taken.rename_axis("record").reset_index(), on="subject", suffixes=("", "_taken")
    )
    active = active[
        active["start_taken"].le(active["start"]) & active["end_taken"].ge(active["end"])
    ]
    known = exact.sums(active["dose"], active["row"]).reindex(points["row"]).fillna(0.0)
    known = known.reset_index(drop=True)
    incomplete = points["row"].isin(active.loc[active["dose"].isna(), "row"]).to_numpy()
    rows = pd.DataFrame(
        {
            "USUBJID": points["subject"],
            "ASTDT": _as_date(points["start"], _OPEN_START),
            "AENDT": _as_date(points["end"], _OPEN_END),
            "AVAL": known.mask(incomplete),
            "KNOWNDD": known,
        }
    )
    if number is not None:
        alone = active.drop_duplicates("row", keep=False).set_index("row")["record"]
        named = number.reindex(alone).set_axis(alone.index)
        rows["SRCSEQ"] = named.reindex(points["row"]).to_numpy()
    without = points[~points["row"].isin(active["row"])]
    firsts = subject.drop_duplicates()
    by_subject = pd.Series(firsts.index, index=firsts.to_numpy())
    made_from = pd.concat(
        [
            active[["row", "record"]],
            without[["row"]].assign(record=without["subject"].map(by_subject)),
        ]
    )
    return Records(rows, made_from)


@derivation(scope="subject")
def dose_at_entry(
    drug: pd.Series,
    route: pd.Series,
    as_needed: pd.Series,
    frequency: pd.Series,
    dose: pd.Series,
    unit: pd.Series,
    start: pd.Series,
    end: pd.Series,
    reference: pd.Series,
    subjects: pd.Series,
    *,
    systemic_routes: list[str],
) -> pd.Series:
    """The sum of the prednisone equivalents (mg/day) of the systemic steroids, given by a route of
    {systemic_routes} and not as needed, that are active on the day before {reference}: from the
    earliest day of {start} through the latest of {end}, where missing is open. Missing where a part
    of the sum is.
    """
    counted = counted_in_dose(drug, route, as_needed, frequency, systemic_routes=systemic_routes)
    first, last = dates.first_day(start), dates.last_day(end)
    last = last.mask(_single(frequency), first)
    day = reference - pd.Timedelta(days=1)
    active = counted.values.eq("Y") & ~first.gt(day) & ~last.lt(day)
    rate = prednisone_equivalent(dose, unit, frequency, drug, first).values
    known = exact.sums(rate[active], subjects[active])
    incomplete = subjects[active & rate.isna()]
    total = known.drop(incomplete.unique())
    everyone: pd.Series = total.reindex(subjects.unique())
    return everyone.where(everyone.notna() | everyone.index.isin(subjects[active]), 0.0)


@derivation(scope="dataset")
def highest_dose(
    subjects: pd.Series,
    starts: pd.Series,
    ends: pd.Series,
    doses: pd.Series,
    known: pd.Series,
    subject: pd.Series,
    reference: pd.Series,
    target: pd.Series,
    *assessments: pd.Series,
    first_day: int,
    days_back: int | Literal["all"] = "all",
) -> pd.DataFrame:
    """The highest of {doses} on the days from Day {first_day} through the day before the
    assessment day, the latest of {assessments}; without one, through the day before {target}. Days
    tested, counted back from the last: {days_back}. Missing where the dose of a tested day is, or
    no day is tested; the highest {known} part is kept.
    """
    assessed = day_number(pd.concat(assessments, axis=1).max(axis=1), reference)
    last = assessed.where(assessed.notna(), target) - 1
    first = pd.Series(float(first_day), index=last.index)
    if days_back != "all":
        first = (last - days_back + 1).clip(lower=first_day)
    days = (last - first + 1).clip(lower=0)
    visits = pd.DataFrame(
        {"subject": subject, "reference": reference, "first": first, "last": last}
    ).assign(visit=subject.index)
    intervals = pd.DataFrame(
        {"subject": subjects, "start": starts, "end": ends, "known": known}
    ).assign(missing=doses.isna())
    met = visits.merge(intervals, on="subject")
    met = met[
        day_number(met["end"], met["reference"]).fillna(np.inf).ge(met["first"])
        & day_number(met["start"], met["reference"]).fillna(-np.inf).le(met["last"])
        & met["last"].ge(met["first"])
    ]
    highest = met.groupby("visit")["known"].max().reindex(subject.index)
    incomplete = subject.index.isin(met.loc[met["missing"], "visit"])
    return pd.DataFrame(
        {
            "AVAL": highest.mask(incomplete),
            "KNOWNDD": highest,
            "TSTDAYS": days,
        }
    )


def _column(table: str, column: str) -> dict[str, float]:
    rows = instrument(table).items()
    return {name: float(constant(row[column])) for name, row in rows if row[column]}


def _single(frequency: pd.Series) -> pd.Series:
    rows = instrument("frequencies").items()
    return frequency.isin([name for name, row in rows if row["single"] == "Y"])


def _active(
    counted: pd.Series, first: pd.Series, last: pd.Series, dose: pd.Series, frequency: pd.Series
) -> pd.DataFrame:
    """The counted records with their first and last day as numbers, and their dose per day."""
    single = _single(frequency)
    start = _as_number(first, _OPEN_START)
    end = _as_number(last.mask(single, first), _OPEN_END)
    unusable = end.lt(start) | (single & first.isna())
    ordered = pd.concat([start, end], axis=1)
    table = pd.DataFrame(
        {"start": ordered.min(axis=1), "end": ordered.max(axis=1), "dose": dose.mask(unusable)}
    )
    return table[counted.eq("Y")]


def _known(subject: pd.Series, counted: pd.Series, answer: pd.Series) -> pd.Series:
    """True for the rows of subjects whose dose is known: with steroid records, or all answers N."""
    has_records = counted.notna().groupby(subject).transform("any")
    answers = answer.where(counted.isna())
    answered = answers.notna().groupby(subject).transform("any")
    other = (answers.notna() & answers.ne("N")).groupby(subject).transform("any")
    return has_records | (answered & ~other)


def _change_points(taken: pd.DataFrame, subjects: pd.Series) -> pd.DataFrame:
    """Intervals between the days on which something starts or has stopped, without gaps."""
    starts = pd.DataFrame({"subject": subjects.unique(), "start": _OPEN_START})
    ends = taken.assign(start=taken["end"] + 1)
    points = pd.concat([starts, taken[["subject", "start"]], ends[["subject", "start"]]])
    points = points[points["start"].le(_OPEN_END)].drop_duplicates()
    points = points.sort_values(["subject", "start"], ignore_index=True)
    next_start = points.groupby("subject")["start"].shift(-1)
    end = next_start.sub(1).fillna(_OPEN_END).astype("int64")
    return points.assign(end=end, row=points.index)


def _as_number(date: pd.Series, missing: int) -> pd.Series:
    days = (date - pd.Timestamp(0)).dt.days
    return days.fillna(missing).astype("int64")


def _as_date(days: pd.Series, missing: int) -> pd.Series:
    known = days.where(days.ne(missing))
    return pd.to_datetime(known, unit="D").astype("datetime64[s]")
