"""Which records are of steroids, what the question for them says, and the dose at entry."""

from __future__ import annotations

import pandas as pd

from adam.derivations.steroids import (
    FACTORS,
    STEROIDS,
    counted_in_dose,
    dose_intervals,
    prednisone_equivalent,
)
from adam.instruments import instrument
from sdtm import dates
from specs.derivation import Outcome, derivation
from specs.distinct import text_where


@derivation(scope="subject", tables=FACTORS)
def dose_at_entry(
    drug: pd.Series,
    category: pd.Series,
    asked: pd.Series,
    answer: pd.Series,
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
    steroid_category: str,
    systemic_routes: list[str],
) -> pd.Series:
    """The sum over the active counted records of {dose} x milligrams of {unit} x doses per day of
    {frequency} x factor of {drug}, by the tables of units, frequencies and steroids (see the
    comment), computed exactly and rounded once to the nearest number. Of the records with
    {category} EQ "{steroid_category}", or with a {drug} that has "in daily dose" Y, those with
    {asked} EQ "Y" are the question for steroids and the others are steroids. A steroid is counted
    unless {route} is given and not {systemic_routes:or}, or {drug} has "in daily dose" N, or
    {as_needed} EQ "Y" or {frequency} EQ "PRN". It is active where the day before {reference} is not
    before the earliest day that {start} allows and not after the latest day that {end} allows,
    where a missing one is open; where {frequency} has "single" Y, only on the earliest day of
    {start}. One that is not single and ends before it starts is active from its end through its
    start with a missing dose, a single one without {start} on all days with a missing dose. Missing
    where a part of the product of an active record is missing or not in its table, and where
    {reference} is missing; 0 where no record is active. A subject without steroids has 0 where the
    question has an {answer} and all of them are N, and is missing otherwise.
    """
    steroid = steroid_record(drug, category, steroid_category=steroid_category).eq("Y")
    entered = steroid & asked.ne("Y")
    counted = counted_in_dose(drug, route, as_needed, frequency, systemic_routes=systemic_routes)
    first, last = dates.first_day(start), dates.last_day(end)
    columns = (
        subjects,
        counted.values.where(entered),
        answer.where(~entered),
        first,
        last,
        prednisone_equivalent(dose, unit, frequency, drug, first).values,
        frequency,
    )
    intervals = dose_intervals(*(column[steroid] for column in columns)).rows
    before = reference.groupby(subjects).first() - pd.Timedelta(days=1)
    day = before.reindex(intervals["USUBJID"]).set_axis(intervals.index)
    met = intervals[~intervals["ASTDT"].gt(day) & ~intervals["AENDT"].lt(day) & day.notna()]
    total: pd.Series = met.set_index("USUBJID")["AVAL"]
    return total


@derivation(tables=STEROIDS, gives=("Y",))
def steroid_record(drug: pd.Series, category: pd.Series, *, steroid_category: str) -> pd.Series:
    """Y where {category} EQ "{steroid_category}", or {drug} has "in daily dose" Y in the table of
    steroids (see the comment); otherwise missing.
    """
    rows = instrument("steroids").items()
    counted = [name for name, row in rows if row["in_daily_dose"] == "Y"]
    return text_where(category.eq(steroid_category) | drug.isin(counted))


@derivation(severity="warning", gives=("Y",))
def question_of_steroids(
    steroid: pd.Series, asked: pd.Series, answer: pd.Series, route: pd.Series, subject: pd.Series,
    *, systemic_routes: list[str],
) -> Outcome:  # fmt: skip
    """Y where {steroid} EQ "Y" and {asked} EQ "Y", the record being the question whether the
    subject took systemic steroids; otherwise missing.

    Answered yes ({answer} EQ "Y") without a steroid by a systemic or unknown route is a finding,
    answered no with one too.
    """
    question = steroid.eq("Y") & asked.eq("Y")
    entered = steroid.eq("Y") & ~question
    systemic = entered & (route.isna() | route.isin(systemic_routes))
    contradictions = {
        (False, False, "Y"): "steroids were taken by the answer, and none is recorded; the dose is"
        " missing",
        (True, False, "Y"): "systemic steroids were taken by the answer, and only local ones are"
        " recorded; the dose is 0",
        (True, True, "N"): "no systemic steroids were taken by the answer, and one is recorded; it"
        " counts",
    }
    any_entered = entered.groupby(subject).transform("any")
    any_systemic = systemic.groupby(subject).transform("any")
    problem = pd.Series(pd.NA, index=steroid.index, dtype="str")
    for (some, by_system, text), sentence in contradictions.items():
        contradicts = any_entered.eq(some) & any_systemic.eq(by_system) & answer.eq(text)
        problem = problem.mask(question & contradicts, sentence)
    return Outcome(text_where(question), problem)
