"""What a subject's incomplete dates say of the subject: one day per subject, or its flag.

What is certain of the order of incomplete dates is told in `sdtm.dates.order`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sdtm import dates
from sdtm.dates.order import earliest_of, latest_of, spans, spans_of_days
from specs.choices import choices_of_subjects
from specs.derivation import Outcome, derivation
from specs.distinct import text_where
from specs.source_kinds import Dates, DateTexts


@derivation(scope="subject", severity="warning")
def first_date(dtc: DateTexts, subjects: pd.Series) -> Outcome:
    """The earliest day in {dtc} of the subject; missing where there is none. Where an incomplete
    date may be earlier it is the earliest complete one, with a finding; missing, with a finding,
    where the earliest date is incomplete.
    """
    return _certain_day(earliest_of(dtc, subjects), "earlier", "earliest")


@derivation(scope="subject", severity="warning")
def last_date(dtc: DateTexts, subjects: pd.Series) -> Outcome:
    """The latest day in {dtc} of the subject; missing where there is none. Where an incomplete
    date may be later it is the latest complete one, with a finding; missing, with a finding, where
    the latest date is incomplete.
    """
    return _certain_day(latest_of(dtc, subjects), "later", "latest")


@derivation(scope="subject")
def last_known_day(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The latest {dtc} of the subject, an incomplete one being the earliest day that it allows;
    missing where none has a year.
    """
    return dates.first_day(dtc).groupby(subjects).max()


def _certain_day(chosen: pd.DataFrame, more: str, most: str) -> Outcome:
    day = dates.full_day(chosen["dtc"])
    doubt = chosen["rival"] + f" may be {more}; " + chosen["dtc"] + f" is the {most} complete date"
    none = chosen["rival"] + f" may be the {most} date; no date is complete, so there is none"
    partial = chosen["dtc"] + f" is the {most} date and is incomplete, so there is none"
    problem = doubt.fillna(none).astype("str").fillna(partial.where(day.isna()))
    return Outcome(day, problem.astype("str"))


@derivation(scope="subject")
def first_time(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The earliest time of day in {dtc} of the subject, in seconds from midnight, of those whose
    day is the first of all; missing where none of that day has a time, and where an incomplete
    {dtc} is the earliest.
    """
    return _times_of_day(dtc, subjects, earliest_of(dtc, subjects)).groupby(subjects).min()


@derivation(scope="subject")
def last_time(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The latest time of day in {dtc} of the subject, in seconds from midnight, of those whose
    day is the last of all; missing where none of that day has a time, and where an incomplete
    {dtc} is the latest.
    """
    return _times_of_day(dtc, subjects, latest_of(dtc, subjects)).groupby(subjects).max()


def _times_of_day(dtc: pd.Series, subjects: pd.Series, chosen: pd.DataFrame) -> pd.Series:
    """The times in the texts of the day that was found for the subject, missing in the others."""
    day = dates.full_day(chosen["dtc"]).reindex(subjects).set_axis(subjects.index)
    of_day = dates.full_day(dtc).eq(day)
    return dates.time_of_day(dtc).where(of_day)


@derivation(scope="subject")
def earliest_possible(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The earliest calendar day that {dtc} of the subject allows, incomplete dates included; those
    whose year is not known are left out, missing where there is no other.
    """
    return _earliest(dates.first_day(dtc), dtc, subjects)["day"]


@derivation(scope="subject", gives=("D", "M"))
def earliest_possible_flag(dtc: DateTexts, subjects: pd.Series) -> pd.Series:
    """The highest part, M month or D day, that had to be imputed in the {dtc} of the subject that
    allows the earliest calendar day, of several the one with the lowest such part; missing where
    none had to, also where a complete date is of that day.
    """
    return _earliest(dates.first_day(dtc), dtc, subjects)["flag"]


@derivation(scope="subject")
def first_on_or_after(dtc: DateTexts, reference: Dates, subjects: pd.Series) -> pd.Series:
    """The earliest calendar day on or after {reference} that {dtc} of the subject allows,
    incomplete dates included; missing where none allows one or its year is not known, and where
    {reference} is missing.
    """
    return _earliest(_day_from(dtc, reference), dtc, subjects)["day"]


@derivation(scope="subject", gives=("D", "M"))
def first_on_or_after_flag(dtc: DateTexts, reference: Dates, subjects: pd.Series) -> pd.Series:
    """The highest part, M month or D day, that had to be imputed in the {dtc} of the subject that
    allows the earliest calendar day on or after {reference}, of several the one with the lowest
    such part; missing where none had to, also where a complete date is of that day, and where there
    is no such day.
    """
    return _earliest(_day_from(dtc, reference), dtc, subjects)["flag"]


def _day_from(dtc: pd.Series, reference: pd.Series) -> pd.Series:
    """The earliest day on or after the reference that a text allows; missing without reference."""
    return dates.first_day_from(dtc, reference).where(reference.notna())


def _earliest(day: pd.Series, dtc: pd.Series, subjects: pd.Series) -> pd.DataFrame:
    """The earliest day of each subject, and the flag of its date; of one day a complete date."""
    rows = pd.DataFrame({"subject": subjects, "day": day, "flag": dates.imputed_part(dtc)})
    ordered = rows.assign(imputed=rows["flag"].notna()).sort_values(["day", "imputed", "flag"])
    first = ordered.drop_duplicates("subject").set_index("subject")
    return first.assign(flag=first["flag"].where(first["day"].notna()))


@derivation(severity="warning", gives=("Y", "N"))
def starts_on_or_after(dtc: DateTexts, reference: Dates) -> Outcome:
    """Y where {dtc} is on or after {reference}, or is incomplete and may be, with a finding where
    it may also be before; otherwise N, also where no year is known, with a finding, and where
    {reference} is missing.
    """
    first, last = dates.first_day(dtc), dates.last_day(dtc)
    after = dates.first_day_from(dtc, reference).notna() & reference.notna()
    flag = pd.Series("N", index=dtc.index, dtype="str").mask(after, "Y")
    either = "may be before as well; it is counted as on or after"
    problem = text_where(after & first.lt(reference), either)
    return Outcome(flag, problem.mask(last.isna(), "no year is known; it is not counted"))


@derivation(scope="subject", severity="warning")
def last_end(end: DateTexts, start: pd.Series, subjects: pd.Series) -> Outcome:
    """The day of {end} of the record of the subject with the latest {start}, of several the latest
    {end}; missing where that record has none, and, with a finding, where it is incomplete. A record
    without {start} comes before all others.

    An incomplete {start} counts by the latest day it can be.
    """
    began = (spans(start) if start.dtype == "str" else spans_of_days(start)).last
    rows = pd.DataFrame({"began": began.where(start.notna(), -np.inf), "subject": subjects})
    rows = rows.assign(end=dates.full_day(end), partial=end.where(dates.full_day(end).isna()))
    ordered = rows.sort_values(["began", "end"], na_position="first", kind="stable")
    chosen = ordered.drop_duplicates("subject", keep="last")
    last = chosen.set_index("subject")
    message = "the end " + last["partial"] + " of the last record is incomplete, so there is none"
    reasons = [(rows["began"], "another starts later"), (rows["end"], "another ends later")]
    choices = choices_of_subjects(subjects, chosen.index, reasons)
    return Outcome(last["end"], message.astype("str"), choices)


@derivation(scope="subject", severity="warning")
def first_text(values: pd.Series, order: pd.Series, subjects: pd.Series) -> Outcome:
    """{values} of the record of the subject with the lowest {order} that has a value, of several
    the first in the order of characters, with a finding where they differ; a record without {order}
    comes after all others. Where it is open whether the date of a record is before that of another
    the complete one counts, with a finding.
    """
    rows = _contenders(values, order, subjects, sign=1)
    differ = rows.groupby("subject")["value"].nunique().gt(1)
    first = _complete(rows).sort_values("value", kind="stable").drop_duplicates("subject")
    reasons = [(order, "another is lower in order"), (values, "another comes before it in order")]
    choices = _account(values, subjects, first.index, reasons)
    return Outcome(first.set_index("subject")["value"].sort_index(), _doubts(rows, differ), choices)


def last_values(value: pd.Series, order: pd.Series, subjects: pd.Series) -> Outcome:
    """By subject the highest value of the record with the highest order that has one; a sentence
    where incomplete dates leave it open which of differing ones is the last.
    """
    rows = _contenders(value, order, subjects, sign=-1)
    groups = rows.groupby("subject")
    differ = groups["value"].nunique().gt(1) & groups["low"].nunique().gt(1)
    last = _complete(rows)
    last = last[last["low"].eq(last.groupby("subject")["low"].transform("min"))]
    last = last.sort_values("value", kind="stable").drop_duplicates("subject", keep="last")
    reasons = [(order, "another is higher in order"), (value, "another is higher")]
    choices = _account(value, subjects, last.index, reasons)
    return Outcome(last.set_index("subject")["value"].sort_index(), _doubts(rows, differ), choices)


def _account(
    value: pd.Series,
    subjects: pd.Series,
    chosen: pd.Index,
    reasons: list[tuple[pd.Series, str]],
) -> pd.DataFrame:
    """Among which of the records with a value one was chosen."""
    valued = value.notna()
    of_given = [(values[valued], text) for values, text in reasons]
    return choices_of_subjects(subjects[valued], chosen, of_given)


def _contenders(
    value: pd.Series, order: pd.Series, subjects: pd.Series, *, sign: int
) -> pd.DataFrame:
    """The records with a value that may be first (sign 1) or last (-1) in the order."""
    if order.dtype == "str":
        span, whole = spans(order), dates.full_day(order).notna()
        low, high = (span.first, span.last) if sign > 0 else (-span.last, -span.first)
    else:
        number, whole = order.astype("int64") if order.dtype.kind == "M" else order, order.notna()
        low = high = sign * number.astype("float64").where(order.notna())
    rows = pd.DataFrame({"value": value, "subject": subjects, "low": low, "high": high})
    rows = rows.assign(order=order.astype("str"), whole=whole)
    rows.loc[order.isna(), ["low", "high"]] = np.inf
    rows = rows[value.notna()]
    return rows[rows["low"].le(rows.groupby("subject")["high"].transform("min"))]


def _complete(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with a complete date, and all of a subject that has none."""
    return rows[rows["whole"] | ~rows.groupby("subject")["whole"].transform("any")]


def _doubts(rows: pd.DataFrame, doubted: pd.Series) -> pd.Series:
    open_ = rows[rows["subject"].isin(doubted.index[doubted])].sort_values(["order", "value"])
    named = open_["value"].astype("str") + " (" + open_["order"].fillna("no date") + ")"
    several = named.drop_duplicates().groupby(open_["subject"]).agg(", ".join)
    message = "it is not certain which record counts: " + several
    return message.reindex(doubted.index).astype("str")
