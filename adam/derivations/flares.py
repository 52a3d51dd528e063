"""Flares: assessments with new grades, wherever their day lies.

An assessment is the records of one day and visit; a system is a record of it.
"""

from __future__ import annotations

import pandas as pd

from specs.derivation import derivation
from specs.source_kinds import Dates


@derivation(scope="subject")
def first_new_grades(
    date: Dates,
    visit: pd.Series,
    grade: pd.Series,
    base: pd.Series,
    subjects: pd.Series,
    *,
    new_a_from: int,
    new_b_from: int,
) -> pd.Series:
    """The earliest {date} of an assessment of the subject, which is the records with the same
    {date} and {visit}, that has {new_a_from} or more new A, or {new_b_from} or more new B. A new
    A is a {grade} of A after a {base} of B, C, D or E; a new B is a {grade} of B after a {base} of
    C, D or E. Missing where there is none.
    """
    assessed = _assessments(date, visit, grade, base, subjects, new_a_from, new_b_from)
    return assessed["date"][assessed["flared"]].groupby(level="subject").min()


@derivation(scope="subject")
def last_day_judged(
    date: Dates,
    visit: pd.Series,
    grade: pd.Series,
    base: pd.Series,
    system: pd.Series,
    subjects: pd.Series,
    *,
    new_a_from: int,
    new_b_from: int,
    systems: int,
) -> pd.Series:
    """The latest {date} of an assessment of the subject, which is the records with the same {date}
    and {visit}, that has records of {systems} different {system}, each with {grade} and {base}, or
    that has {new_a_from} or more new A, or {new_b_from} or more new B. A new A is a {grade} of A
    after a {base} of B, C, D or E; a new B is a {grade} of B after a {base} of C, D or E. Missing
    where there is none.

    An assessment in which a system is not graded does not show that there was no flare, so that it
    is no day on which one could have been seen.
    """
    assessed = _assessments(date, visit, grade, base, subjects, new_a_from, new_b_from)
    keys = [subjects, date, visit]
    graded = system[date.notna()].groupby([key[date.notna()] for key in keys], dropna=False)
    whole = graded.nunique().ge(systems).set_axis(assessed.index)
    judged = assessed["flared"] | (assessed["compared"] & whole)
    return assessed["date"][judged].groupby(level="subject").max()


def _assessments(
    date: pd.Series,
    visit: pd.Series,
    grade: pd.Series,
    base: pd.Series,
    subjects: pd.Series,
    new_a_from: int,
    new_b_from: int,
) -> pd.DataFrame:
    """By subject, date and visit: `date`, whether it `flared`, and all systems were `compared`."""
    rows = pd.DataFrame(
        {
            "subject": subjects,
            "date": date,
            "visit": visit,
            "A": grade.eq("A") & base.isin(["B", "C", "D", "E"]),
            "B": grade.eq("B") & base.isin(["C", "D", "E"]),
            "open": grade.isna() | base.isna(),
        }
    )
    dated = rows[rows["date"].notna()]
    counts = dated.groupby(["subject", "date", "visit"], dropna=False).sum()
    flared = counts["A"].ge(new_a_from) | counts["B"].ge(new_b_from)
    return counts.index.to_frame()[["date"]].assign(flared=flared, compared=counts["open"].eq(0))
