"""Components of responder indices, and their combination.

A component is Y (met), N (failed) or missing. Where a component is missing, or fails for a cause
of its own, NRIREAS says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from adam import exact
from adam.derivations.timing import day_number
from specs.derivation import Outcome, derivation
from specs.numbers import constant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from specs.constants import NumberText


@derivation(severity="warning", gives=("Y", "N"))
def fall_reached(
    change: pd.Series,
    version: pd.Series,
    base_version: pd.Series,
    *,
    points: int,
    finding: Literal["yes", "no"] = "yes",
) -> Outcome:
    """Whether an index has fallen by a number of points.

    AVALC: Y where {change} is {points} or lower, N where it is higher; missing where {change} is
    missing.

    points: -{points}

    points=0: 0

    NRIREAS: Where AVALC is missing: "SLEDAI VERSION MIXED" if {version} and {base_version} are
    given and differ, else "CHG NOT AVAILABLE". Otherwise missing.

    Source: Furie 2009 (SRI: a fall of at least 4 points). Two versions are a finding, which the
    further indices made of the same change leave to the first.
    """
    mixed = version.notna() & base_version.notna() & version.ne(base_version)
    missing = _reasons(change.index, mixed, "SLEDAI VERSION MIXED", "CHG NOT AVAILABLE")
    message = "the change is between " + base_version + " and " + version
    component = _component(change.le(-points), change.isna(), missing)
    return Outcome(component, message.where(mixed) if finding == "yes" else None)


@derivation
def new_grades(*several: pd.Series, grade: str, after: list[str]) -> pd.Series:
    """The number of systems with grade {grade} now ({several:first half}) and grade {after:or} at
    baseline ({several:after half}, in the same order). Missing where no system has a grade both
    now and at baseline.
    """
    now, base = _halves(several)
    graded = now.notna() & base.notna()
    new = now.isin([grade]) & base.isin(after)
    return new.sum(axis=1).astype("float64").where(graded.any(axis=1))


@derivation(gives=("Y", "N"))
def no_new_grades(
    new_a: pd.Series,
    new_b: pd.Series,
    *several: pd.Series,
    new_a_allowed: int,
    new_b_allowed: int,
    missing: Literal["strict", "lenient"],
) -> pd.DataFrame:
    """Whether no more than the allowed number of systems has a new grade.

    AVALC: N where {new_a} is above {new_a_allowed} or {new_b} is above {new_b_allowed}, whatever is
    missing. Otherwise missing where a system has no grade now ({several:first half}) or none at
    baseline ({several:after half}, in the same order){missing}, and Y where none has.

    missing=strict:

    missing=lenient: , unless it is graded C, D or E now or A at baseline

    NRIREAS: Where AVALC is missing: "NO RESULT OR NO BASELINE" if no system has a grade now, or
    none has one at baseline, else "SYSTEM NOT GRADED". Otherwise missing.

    The lenient rule passes a system whose grade cannot be a new A or B: C, D or E now, or A at
    baseline.
    """
    now, base = _halves(several)
    open_ = now.isna() | base.isna()
    if missing == "lenient":
        open_ &= ~(now.isin(["C", "D", "E"]) | base.isin(["A"]))
    failed = new_a.gt(new_a_allowed) | new_b.gt(new_b_allowed)
    unknown = open_.any(axis=1) & ~failed
    nothing = now.isna().all(axis=1) | base.isna().all(axis=1)
    reason = _reasons(new_a.index, nothing, "NO RESULT OR NO BASELINE", "SYSTEM NOT GRADED")
    return _component(~failed, unknown, reason)


@derivation(gives=("Y", "N"))
def no_increase(
    value: pd.Series, base: pd.Series, *, limit: NumberText, at_limit: Literal["Y", "N"]
) -> pd.DataFrame:
    """Whether a value is not above baseline by more than a limit.

    AVALC: Y where {value} minus {base} is {at_limit} {limit}, otherwise N; missing where {value} or
    {base} is missing. Computed exactly from the decimals, without rounding.

    at_limit=Y: at most

    at_limit=N: below

    NRIREAS: Where AVALC is missing: "NO RESULT IN WINDOW" if {value} is missing, else "NO
    BASELINE". Otherwise missing.

    Source: Y at the limit is Kamen 2022 (increase > 0.3), N is Furie 2009 (increase >= 0.3).
    """
    allowed = constant(limit)

    def met(now: Fraction, then: Fraction) -> bool:
        rise = now - then
        return at_limit == "Y" if rise == allowed else rise < allowed

    result = exact.each(met, value, base)
    reason = _reasons(value.index, value.isna(), "NO RESULT IN WINDOW", "NO BASELINE")
    return _component(result.eq(True), result.isna(), reason)


@derivation(gives=("Y", "N"))
def grades_improved(
    *several: pd.Series, improved: Mapping[str, list[str]], none_active: Literal["Y", "N"]
) -> pd.DataFrame:
    """Whether all systems with a grade to improve from have improved.

    AVALC: Each system has a grade now ({several:first half}) and one at baseline ({several:after
    half}, in the same order). Baseline grades to improve from, each with the grades that are an
    improvement: {improved}. N where a system with such a baseline grade now has a grade that is no
    improvement of it. Otherwise missing where a system has no baseline grade, or has one to improve
    from and no grade now. Otherwise {none_active} where no system has a baseline grade to improve
    from, and Y where one has.

    NRIREAS: Where AVALC is missing: "NO RESULT OR NO BASELINE" if no system has a grade now, or
    none has one at baseline, else "SYSTEM NOT GRADED". Otherwise missing.

    Source: Wallace 2014 (BICLA: every A falls to B, C or D and every B to C or D).
    """
    now, base = _halves(several)
    failed = pd.DataFrame(data=False, index=now.index, columns=now.columns)
    for grade, better in improved.items():
        failed |= base.isin([grade]) & now.notna() & ~now.isin(better)
    active = base.isin(list(improved))
    unknown = (base.isna() | (active & now.isna())).any(axis=1) & ~failed.any(axis=1)
    met = ~failed.any(axis=1) & (active.any(axis=1) | (none_active == "Y"))
    nothing = now.isna().all(axis=1) | base.isna().all(axis=1)
    reason = _reasons(now.index, nothing, "NO RESULT OR NO BASELINE", "SYSTEM NOT GRADED")
    return _component(met, unknown, reason)


@derivation(gives=("Y", "N"))
def at_most(value: pd.Series, *, limit: NumberText, at_limit: Literal["Y", "N"]) -> pd.DataFrame:
    """Whether a value is at most, or below, a limit.

    AVALC: Y where {value} is {at_limit} {limit}, otherwise N; missing where {value} is missing.
    Compared exactly, without rounding.

    at_limit=Y: at most

    at_limit=N: below

    NRIREAS: Where AVALC is missing: "VALUE NOT AVAILABLE": there is none in the window, or its
    assessment lacks items. Otherwise missing.
    """
    allowed = constant(limit)
    result = exact.each(lambda now: at_limit == "Y" if now == allowed else now < allowed, value)
    unknown = result.isna()
    return _component(result.eq(True), unknown, _text(unknown, "VALUE NOT AVAILABLE"))


@derivation(gives=("Y", "N"))
def none_present(*items: pd.Series) -> pd.DataFrame:
    """Whether none of several items is present.

    AVALC: N where one of {items} is above 0. Otherwise missing where one is missing, and Y where
    none is.

    NRIREAS: Where AVALC is missing: "NO RESULT IN WINDOW" if all items are missing, else "ITEM
    MISSING". Otherwise missing.
    """
    table = pd.concat(items, axis=1)
    failed = table.gt(0).any(axis=1)
    unknown = table.isna().any(axis=1) & ~failed
    nothing = table.isna().all(axis=1)
    reason = _reasons(table.index, nothing, "NO RESULT IN WINDOW", "ITEM MISSING")
    return _component(~failed, unknown, reason)


@derivation(gives=("Y", "N"))
def dose_at_most(
    highest: pd.Series, known_dose: pd.Series, days: pd.Series, *, limit: NumberText
) -> pd.DataFrame:
    """Whether no dose of the tested days is above a limit.

    AVALC: N where {known_dose}, the known part of the highest dose, is above {limit} (mg/day).
    Otherwise missing where {highest} is missing and {days}, the number of tested days, is not 0;
    and Y in all other cases.

    NRIREAS: Where AVALC is missing: "DOSE MISSING". Otherwise missing.
    """
    allowed = constant(limit)
    within = exact.each(lambda dose: dose <= allowed, known_dose)
    failed = within.eq(False)
    unknown = ~failed & highest.isna() & ~days.eq(0)
    return _component(~failed, unknown, _text(unknown, "DOSE MISSING"))


@derivation(gives=("Y", "N"))
def free_of_failure(
    death: pd.Series,
    discontinued: pd.Series,
    new_treatment: pd.Series,
    first_dose: pd.Series,
    window_end: pd.Series,
    *assessments: pd.Series,
) -> pd.DataFrame:
    """Whether nothing that counts as treatment failure came before the assessment.

    AVALC: N where {death} is on or before the assessment day, or {discontinued} or {new_treatment}
    is before it; the assessment day is the latest of {assessments}. Where all of these are missing:
    N where one of the three dates is on or before Day {window_end}, counted from {first_dose},
    which is Day 1. Otherwise Y.

    NRIREAS: The causes of failure by the rule of AVALC, joined by a semicolon and a space, in this
    order: DEATH for {death}, DISCONTINUED for {discontinued}, PROHIBITED MED for {new_treatment}.
    Missing where there is none.
    """
    assessed = pd.concat(assessments, axis=1).max(axis=1)
    day = day_number(assessed, first_dose)
    dated = day.notna()
    limit = day.where(dated, window_end)
    events = (("DEATH", death, 0), ("DISCONTINUED", discontinued, 1))
    causes = {}
    for cause, date, before in (*events, ("PROHIBITED MED", new_treatment, 1)):
        last = limit - dated * before
        causes[cause] = day_number(date, first_dose).le(last)
    failed = pd.DataFrame(causes)
    reason = _joined([_text(failed[cause], cause) for cause in causes])
    return pd.DataFrame({"AVALC": _yes_no(~failed.any(axis=1)), "NRIREAS": reason})


@derivation(gives=("Y", "N"))
def responder(
    *components: pd.Series,
    always: list[str],
    missing_is: Literal["NRI", "missing"] = "NRI",
    causes: list[str] | Literal["all", "none"] = "all",
) -> pd.DataFrame:
    """Whether all components of an index are met.

    AVALC: Of AVALC of {components:of AVALC}: Y where all are Y, N where any is N; where none is N
    and one or more are missing, {missing_is}.

    missing_is=NRI: N by non-responder imputation

    missing_is=missing: missing

    DTYPE: "NRI" where AVALC is N by non-responder imputation, as none of its components is N;
    otherwise missing.

    NRIREAS: Joined by a semicolon and a space: {always} In the order of the components of AVALC,
    for each that is N {causes} its PARAMCD; where none is N, for each that is missing the text
    "MISSING", a space and its PARAMCD. Missing where all are Y.

    causes=all: its NRIREAS where it is that of {components:of NRIREAS:or} and has one, else

    causes=none:

    causes: its NRIREAS where it is that of {causes:or} and has one, else

    always: first "{always}" where the NRIREAS of {components:of NRIREAS:or} is this, whether or not
    a component is N.

    Each Series is named by its source: X.AVALC is a component, X.NRIREAS its reason, if it has one.
    `causes` are those that say why they fail.
    """
    answers = {str(s.name).partition(".")[0]: s for s in components if _is(s, "AVALC")}
    reasons = {str(s.name).partition(".")[0]: s for s in components if _is(s, "NRIREAS")}
    values = pd.DataFrame(answers)
    failed, missing = values.isin(["N"]), values.isna()
    any_failed = failed.any(axis=1)
    open_ = ~any_failed & missing.any(axis=1)
    first = [_text(reason.eq(name), name) for name in always for reason in reasons.values()]
    listed = []
    untold = pd.Series(np.nan, index=values.index, dtype="str")
    for name in answers:
        own = reasons.get(name, untold) if causes == "all" or name in causes else untold
        cause = own.where(own.notna(), name)
        listed.append(cause.where(failed[name]).mask(open_ & missing[name], f"MISSING {name}"))
    answer = _yes_no(~any_failed & ~open_)
    return pd.DataFrame(
        {
            "AVALC": answer if missing_is == "NRI" else answer.mask(open_),
            "DTYPE": _text(open_ & (missing_is == "NRI"), "NRI"),
            "NRIREAS": _joined([*first, *listed]),
        }
    )


@derivation
def one_for_yes(text: pd.Series) -> pd.Series:
    """1 where {text} is Y, 0 where it is N; otherwise missing."""
    return text.map({"Y": 1.0, "N": 0.0})


def _halves(several: tuple[pd.Series, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Current and baseline grades, a column for each system, in the same order."""
    half = len(several) // 2
    now, base = (
        pd.concat([grade.rename(n) for n, grade in enumerate(grades)], axis=1)
        for grades in (several[:half], several[half:])
    )
    return now, base


def _component(met: pd.Series, missing: pd.Series, reason: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"AVALC": _yes_no(met).mask(missing), "NRIREAS": reason.where(missing)})


def _yes_no(condition: pd.Series) -> pd.Series:
    return pd.Series(np.where(condition, "Y", "N"), index=condition.index, dtype="str")


def _text(condition: pd.Series, text: str) -> pd.Series:
    return pd.Series(text, index=condition.index, dtype="str").where(condition)


def _reasons(index: pd.Index[Any], first: pd.Series, text: str, otherwise: str) -> pd.Series:
    return pd.Series(np.where(first, text, otherwise), index=index, dtype="str")


def _joined(texts: list[pd.Series]) -> pd.Series:
    result = pd.Series("", index=texts[0].index, dtype="str")
    for text in texts:
        result += ("; " + text).fillna("")
    return result.str.removeprefix("; ").where(result.ne(""))


def _is(series: pd.Series, column: str) -> bool:
    return str(series.name).endswith(f".{column}")
