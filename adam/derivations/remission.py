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
    """The number of the items {items} that are above 0 and were 0 at the previous assessment of
    {subject} with items of the same {version}: the last ({dtc}, {visit}) of an earlier day. Missing
    without such an assessment or without a full date, and where no item is new but one that is
    missing at either assessment may be.
    """
    now = pd.concat(items, axis=1).set_axis(range(len(items)), axis=1)
    before = now.reindex(_previous(subject, version, dtc, visit, now)).set_axis(now.index)
    new = now.gt(0) & before.eq(0)
    known = new | now.eq(0) | before.gt(0)
    count = new.sum(axis=1).astype("float64")
    return count.where(known.all(axis=1) | count.gt(0)).where(before.notna().any(axis=1))


@derivation
def score_at_most(
    score: pd.Series, version: pd.Series, *, limit: NumberText, of_version: str
) -> pd.DataFrame:
    """Y where {score} is {limit} or less, N where it is more; missing where {score} is, or where
    {version} is not {of_version}. Computed from the decimals, without rounding.
    """
    allowed = constant(limit)
    other = version.notna() & version.ne(of_version)
    met = exact.each(lambda value: value <= allowed, score.mask(other))
    reason = _text(score.isna(), "NO RESULT IN WINDOW").mask(other, "OTHER VERSION OF THE INDEX")
    return _component(met, reason)


@derivation
def grade_among(grade: pd.Series, *, grades: list[str]) -> pd.DataFrame:
    """Y where {grade} is one of {grades}, N where it is another; missing where there is none."""
    met = grade.isin(grades).astype(object).where(grade.notna())
    return _component(met, _text(grade.isna(), "NO RESULT IN WINDOW"))


@derivation
def low_disease_activity(*components: pd.Series) -> pd.DataFrame:
    """Of the components in {components}: Y where all are Y, N where any is N; N by non-responder
    imputation (DTYPE NRI) where none is N and one or more are missing. Not judged: haemolytic
    anaemia, which no form records, and whether the maintenance doses of immunosuppressive drugs and
    biological agents are standard and well tolerated, for which the definition gives no limits and
    no form the answer. Treatment that the protocol prohibits fails, the infusion under study does
    not.

    Source: Franklyn 2016. Items new since the previous assessment stand for its new features, the
    gastrointestinal BILAG grade for its gastrointestinal activity.
    """
    return _answer(components)


@derivation
def remission(*components: pd.Series) -> pd.DataFrame:
    """Of the components in {components}: Y where all are Y, N where any is N; N by non-responder
    imputation (DTYPE NRI) where none is N and one or more are missing. Serology does not count. Not
    judged: whether antimalarials, immunosuppressive drugs and biological agents are stable, for
    which the definition names no period. Treatment that the protocol prohibits fails.

    Source: van Vollenhoven 2021.
    """
    return _answer(components)


def _answer(components: tuple[pd.Series, ...]) -> pd.DataFrame:
    found: pd.DataFrame = responder(*components, always=[])
    return found


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
