"""Daily steroid dose as prednisone equivalent, computed in exact fractions.

Equivalents, frequencies and units: the tables in `adam/instruments`.
"""

from __future__ import annotations

from math import prod
from typing import Literal

import numpy as np
import pandas as pd

from adam import exact
from adam.derivations.timing import dated, day_number
from adam.instruments import instrument, instrument_file
from adam.records import Records
from sdtm import dates
from specs.derivation import Outcome, derivation
from specs.numbers import constant
from specs.source_kinds import Dates, DateTexts

_FREQUENCIES = {"frequencies": instrument_file("frequencies")}
STEROIDS = {"steroids": instrument_file("steroids")}
FACTORS = {**STEROIDS, **_FREQUENCIES, "units": instrument_file("units")}
"""The tables behind the functions, as define.xml tells them."""

# Days from 1970-01-01 that stand for an open start and an open end.
_OPEN_START, _OPEN_END = -1_000_000, 1_000_000


@derivation(severity="warning", tables=STEROIDS, gives=("Y", "N"))
def counted_in_dose(
    drug: pd.Series,
    route: pd.Series,
    as_needed: pd.Series,
    frequency: pd.Series,
    *,
    systemic_routes: list[str],
    when_needed: Literal["left out", "counted"] = "left out",
) -> Outcome:
    """N where {route} is given and not {systemic_routes:or}, or {drug} has "in daily dose" N in the
    table of steroids (see the comment){when_needed}; otherwise Y.

    when_needed=left out: , or the dose is as needed ({as_needed} EQ "Y" or {frequency} EQ "PRN")

    when_needed=counted:

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


@derivation(severity="warning", tables=FACTORS)
def prednisone_equivalent(
    dose: pd.Series, unit: pd.Series, frequency: pd.Series, drug: pd.Series, first: pd.Series
) -> Outcome:
    """{dose} x milligrams of {unit} x doses per day of {frequency} x factor of {drug}, by the
    tables of units, frequencies and steroids (see the comment); computed exactly, and rounded
    once to the nearest number. Missing where one of the four is missing or not in its table, or
    where {frequency} has "single" Y and {first} is missing.
    """
    factors = {
        "there is no factor for the steroid": drug.map(_column("steroids", "factor")),
        "the dose is not in a unit of mass": unit.map(_column("units", "mg")),
        "the frequency has no rate": frequency.map(_column("frequencies", "doses_per_day")),
    }
    values = exact.computed(lambda single, *by: single * prod(by), dose, *factors.values())
    problem = pd.Series("the dose is missing", index=dose.index, dtype="str").where(dose.isna())
    for message, factor in factors.items():
        problem = problem.mask(problem.isna() & factor.isna(), message)
    undated = _single(frequency) & first.isna()
    problem = problem.mask(problem.isna() & undated, "the single dose has no date")
    return Outcome(values.mask(undated), problem)


@derivation(severity="warning")
def latest_possible_end(dtc: DateTexts, first: Dates) -> Outcome:
    """The latest calendar day that {dtc} allows; missing, with a finding, where the year is not
    known.

    An end before {first} is a finding.
    """
    last = dates.last_day(dtc)
    problem = (dtc.astype("str") + " is before the start").where(last.lt(first))
    return Outcome(last, problem.fillna(dated(dtc, last).problems))


@derivation(scope="dataset", tables=_FREQUENCIES)
def dose_intervals(
    subject: pd.Series,
    counted: pd.Series,
    answer: pd.Series,
    first: pd.Series,
    last: pd.Series,
    dose: pd.Series,
    frequency: pd.Series,
    number: pd.Series | None = None,
    first_flag: pd.Series | None = None,
    last_flag: pd.Series | None = None,
) -> Records:
    """For each {subject}, one record for each stretch of days on which the same counted records
    ({counted} EQ "Y") are active: a stretch begins on the first day of a record and on the day
    after the last day of one, the first stretch is open at its start, the last one at its end,
    and days without an active record have stretches too. A record is active from {first}, a
    missing one being open, through {last}, a missing one being open; where {frequency} has
    "single" Y in the table of frequencies (see the comment), on {first} alone. One that is not
    single and ends before it starts is active from its end through its start with a missing
    dose, a single one without {first} on all days with a missing dose. A subject without values of
    {counted} has one record where there is an {answer} and all are N, and none otherwise.

    ASTDT: The first day of the stretch; missing where it is open at its start.

    AENDT: The last day of the stretch; missing where it is open at its end.

    AVAL: The sum over the records active in the stretch of the exact numbers that {dose} was
    rounded from, itself rounded once to the nearest number; 0 where none is active, missing where
    the dose of one is missing.

    KNOWNDD: The sum over the records active in the stretch of the exact numbers that {dose} was
    rounded from, itself rounded once to the nearest number, with missing doses left out; 0 where
    none is left.

    ASTDTF: The flag, {first_flag} for {first} and {last_flag} for {last}, of the date that gives
    the first day of a counted record which begins on the first day of the stretch, or the last day
    of one which ended the day before; of several the highest part, missing where one of them is
    missing, as that date was not imputed.

    AENDTF: The flag, {first_flag} for {first} and {last_flag} for {last}, of the date that gives
    the last day of a counted record which ends on the last day of the stretch, or the first day of
    one which begins the day after; of several the highest part, missing where one of them is
    missing, as that date was not imputed.

    SRCSEQ: {number} of the active record where there is exactly one in the stretch; otherwise
    missing.

    A single dose without a date, and a record that ends before it starts, make the dose missing on
    every day they may lie on. With `number` an interval that rests on one record alone names it
    (SRCSEQ).
    """
    taken = _active(counted, first, last, dose, frequency).assign(subject=subject)
    points = _change_points(taken, subject[_with_known_dose(subject, counted, answer)])
    active = points.merge(
        taken.rename_axis("record").reset_index(), on="subject", suffixes=("", "_taken")
    )
    active = active[
        active["start_taken"].le(active["start"]) & active["end_taken"].ge(active["end"])
    ]
    dose_sums = exact.sums(active["dose"], active["row"]).reindex(points["row"]).fillna(0.0)
    dose_sums = dose_sums.reset_index(drop=True)
    incomplete = points["row"].isin(active.loc[active["dose"].isna(), "row"]).to_numpy()
    rows = pd.DataFrame(
        {
            "USUBJID": points["subject"],
            "ASTDT": _as_date(points["start"], _OPEN_START),
            "AENDT": _as_date(points["end"], _OPEN_END),
            "AVAL": dose_sums.mask(incomplete),
            "KNOWNDD": dose_sums,
        }
    )
    if number is not None:
        alone = active.drop_duplicates("row", keep=False).set_index("row")["record"]
        named = number.reindex(alone).set_axis(alone.index)
        rows["SRCSEQ"] = named.reindex(points["row"]).to_numpy()
    if first_flag is not None and last_flag is not None:
        of_first = first_flag.reindex(taken.index)
        of_last = last_flag.reindex(taken.index).mask(taken["single"], of_first)
        flags = _flags(
            taken,
            of_first.mask(taken["turned"], of_last),
            of_last.mask(taken["turned"], of_first),
        )
        rows["ASTDTF"] = _at(flags, points["subject"], points["start"])
        rows["AENDTF"] = _at(flags, points["subject"], points["end"] + 1)
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


@derivation(scope="dataset")
def highest_dose(
    subjects: pd.Series,
    starts: pd.Series,
    ends: pd.Series,
    doses: pd.Series,
    known_doses: pd.Series,
    subject: pd.Series,
    reference: pd.Series,
    target: pd.Series,
    *assessments: pd.Series,
    first_day: int,
    days_back: int | Literal["all"] = "all",
) -> pd.DataFrame:
    """The highest dose on the days before an assessment.

    assessments: Tested are the days from Day {first_day}{days_back} through the day before the
    assessment, which is the latest of {assessments}; where all of these are missing, through the
    day before Day {target}. Day 1 is {reference}.

    days_back=all:

    days_back=1: , but of these the last one alone,

    days_back: , but of these the last {days_back} alone,

    AVAL: The highest {doses} in the records that contain a tested day, from {starts} through
    {ends}, a missing one being open; missing where a dose of these is missing, or no day is tested.
    {assessments}

    KNOWNDD: The highest {known_doses} in the records that contain a tested day, from {starts}
    through {ends}, a missing one being open; missing where no day is tested. {assessments}

    TSTDAYS: The number of tested days, 0 where there is none. {assessments}
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
        {"subject": subjects, "start": starts, "end": ends, "known": known_doses}
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
    """The counted records with their first and last day as numbers, and their dose per day;
    whether it is a `single` dose, and whether the days were `turned`, the end before the start.
    """
    single = _single(frequency)
    start = _as_number(first, _OPEN_START)
    end = _as_number(last.mask(single, first), _OPEN_END)
    unusable = end.lt(start) | (single & first.isna())
    ordered = pd.concat([start, end], axis=1)
    table = pd.DataFrame(
        {
            "start": ordered.min(axis=1),
            "end": ordered.max(axis=1),
            "dose": dose.mask(unusable),
            "single": single,
            "turned": end.lt(start),
        }
    )
    return table[counted.eq("Y")]


def _with_known_dose(subject: pd.Series, counted: pd.Series, answer: pd.Series) -> pd.Series:
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


def _flags(taken: pd.DataFrame, first_flag: pd.Series, last_flag: pd.Series) -> pd.Series:
    """By subject and day the imputation flag of the day on which something changes."""
    marks = pd.concat(
        [
            taken[["subject"]].assign(day=taken["start"], flag=first_flag),
            taken[["subject"]].assign(day=taken["end"] + 1, flag=last_flag),
        ]
    )
    groups = marks.groupby(["subject", "day"])["flag"]
    return groups.max().where(groups.count().eq(groups.size())).astype("str")


def _at(flags: pd.Series, subject: pd.Series, day: pd.Series) -> pd.Series:
    """The flag of a subject's day, as a column."""
    values = flags.reindex(pd.MultiIndex.from_arrays([subject, day]))
    return values.set_axis(subject.index).astype("str")


def _as_number(date: pd.Series, missing: int) -> pd.Series:
    days = (date - pd.Timestamp(0)).dt.days
    return days.fillna(missing).astype("int64")


def _as_date(days: pd.Series, missing: int) -> pd.Series:
    present = days.where(days.ne(missing))
    return pd.to_datetime(present, unit="D").astype("datetime64[s]")
