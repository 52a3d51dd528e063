"""Low disease activity and remission: what their definitions ask beyond limits of one value.

Low disease activity state (LLDAS): Franklyn 2016, Table 1. Remission (DORIS): van Vollenhoven 2021.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from adam import exact
from adam.derivations.responders import responder
from sdtm import dates
from specs.constants import NumberText
from specs.derivation import derivation
from specs.numbers import constant


@derivation
def new_items(
    subject: pd.Series, version: pd.Series, dtc: pd.Series, visit: pd.Series, *items: pd.Series
) -> pd.Series:
    """The number of the items {items} that are above 0 and were 0 at the previous assessment: that
    of the same {subject} and {version} with a value of an item on the latest earlier day of
    {dtc}; of several on that day the last by time, then by {visit}, a missing one first. Missing
    where there is none or the day of {dtc} is not fully known; also where no item is new but one
    may be, as it is missing and was not above 0, or was missing and is not 0.
    """
    now = pd.concat(items, axis=1).set_axis(range(len(items)), axis=1)
    before = now.reindex(_previous(subject, version, dtc, visit, now)).set_axis(now.index)
    new = now.gt(0) & before.eq(0)
    certain = new | now.eq(0) | before.gt(0)
    count = new.sum(axis=1).astype("float64")
    return count.where(certain.all(axis=1) | count.gt(0)).where(before.notna().any(axis=1))


@derivation
def items_present(*items: pd.Series) -> pd.Series:
    """The number of {items} that are above 0; missing where none is and one is missing."""
    table = pd.concat(items, axis=1)
    count = table.gt(0).sum(axis=1).astype("float64")
    return count.where(count.gt(0) | table.notna().all(axis=1))


@derivation(gives=("Y", "N"))
def score_at_most(
    score: pd.Series, version: pd.Series, *, limit: NumberText, of_version: str
) -> pd.DataFrame:
    """Whether a score of one version of an index is at most a limit.

    AVALC: Y where {score} is {limit} or less, N where it is more; missing where {score} is missing,
    or where {version} is given and not {of_version}. Compared exactly, without rounding.

    NRIREAS: Where AVALC is missing: "OTHER VERSION OF THE INDEX" if {version} is given and not
    {of_version}, else "SCORE NOT AVAILABLE": there is none in the window, or its assessment lacks
    items. Otherwise missing.
    """
    allowed = constant(limit)
    other = version.notna() & version.ne(of_version)
    met = exact.each(lambda value: value <= allowed, score.mask(other))
    reason = _text(score.isna(), "SCORE NOT AVAILABLE").mask(other, "OTHER VERSION OF THE INDEX")
    return _component(met, reason)


@derivation(gives=("Y", "N"))
def grade_among(grade: pd.Series, *others: pd.Series, grades: list[str]) -> pd.DataFrame:
    """Whether a grade is among those allowed.

    AVALC: Y where {grade} is {grades:or}, N where it is another; missing where {grade} is missing.

    NRIREAS: Where AVALC is missing: {others} "NO RESULT IN WINDOW". Otherwise missing.

    others: "SYSTEM NOT GRADED" if one of {others} is given, else
    """
    met = grade.isin(grades).astype(object).where(grade.notna())
    reason = _text(grade.isna(), "NO RESULT IN WINDOW")
    assessed = pd.concat([grade, *others], axis=1).notna().any(axis=1)
    return _component(met, reason.mask(assessed, "SYSTEM NOT GRADED"))


@derivation(gives=("Y", "N"))
def low_disease_activity(*components: pd.Series) -> pd.DataFrame:
    """Whether all components of low disease activity are met.

    AVALC: Of AVALC of {components:of AVALC}: Y where all are Y, N where any is N, and N by
    non-responder imputation where none is N and one or more are missing. Not judged: haemolytic
    anaemia, which no form records; whether drugs are well tolerated, which no form asks; and
    whether maintenance doses are within the limits of Golder 2016 (hydroxychloroquine 400 mg,
    azathioprine 200 mg, mycophenolate mofetil 3000 mg, mycophenolic acid 2160 mg and leflunomide
    20 mg a day, methotrexate 30 mg a week), as the daily dose of these drugs is not derived.
    Treatment that the protocol prohibits fails, the infusion under study does not.

    DTYPE: "NRI" where AVALC is N by non-responder imputation, as none of its components is N;
    otherwise missing.

    NRIREAS: Joined by a semicolon and a space, in the order of the components of AVALC: for each
    that is N its NRIREAS where it is that of {components:of NRIREAS:or} and has one, else its
    PARAMCD; where none is N, for each that is missing the text "MISSING", a space and its PARAMCD.
    Missing where all are Y.

    Source: Franklyn 2016; the limits of doses: Golder 2016, Arthritis Res Ther 18:260, Table 3.
    Items new since the previous assessment stand for its new features, the gastrointestinal BILAG
    grade for its gastrointestinal activity.
    """
    return _answer(components)


@derivation(gives=("Y", "N"))
def remission(*components: pd.Series) -> pd.DataFrame:
    """Whether all components of remission are met.

    AVALC: Of AVALC of {components:of AVALC}: Y where all are Y, N where any is N, and N by
    non-responder imputation where none is N and one or more are missing. Serology does not count.
    Not judged: whether antimalarials, immunosuppressive drugs and biological agents are stable, for
    which the definition names no period. Treatment that the protocol prohibits fails.

    DTYPE: "NRI" where AVALC is N by non-responder imputation, as none of its components is N;
    otherwise missing.

    NRIREAS: Joined by a semicolon and a space, in the order of the components of AVALC: for each
    that is N its NRIREAS where it is that of {components:of NRIREAS:or} and has one, else its
    PARAMCD; where none is N, for each that is missing the text "MISSING", a space and its PARAMCD.
    Missing where all are Y.

    Source: van Vollenhoven 2021.
    """
    return _answer(components)


def _answer(components: tuple[pd.Series, ...]) -> pd.DataFrame:
    answer: pd.DataFrame = responder(*components, always=[])
    return answer


def _previous(
    subject: pd.Series, version: pd.Series, dtc: pd.Series, visit: pd.Series, items: pd.DataFrame
) -> pd.Series:
    """The index label of the last assessment with items of an earlier day; missing without one."""
    table = pd.DataFrame(
        {
            "subject": subject,
            "version": version,
            "day": dates.full_day(dtc),
            "time": dates.time_of_day(dtc),
            "visit": visit,
            "row": items.index,
        }
    )
    used = table[table["day"].notna() & items.notna().any(axis=1)]
    used = used.sort_values(["subject", "version", "day", "time", "visit"], na_position="first")
    days = used.drop_duplicates(["subject", "version", "day"], keep="last")
    days = days.assign(before=days.groupby(["subject", "version"])["row"].shift())
    keys = ["subject", "version", "day"]
    return table[keys].merge(days[[*keys, "before"]], on=keys, how="left")["before"]


def _component(met: pd.Series[Any], reason: pd.Series[str]) -> pd.DataFrame:
    answer = met.map({True: "Y", False: "N"}).astype("str")
    return pd.DataFrame({"AVALC": answer, "NRIREAS": reason.where(answer.isna())})


def _text(condition: pd.Series, text: str) -> pd.Series:
    return pd.Series(text, index=condition.index, dtype="str").where(condition)
