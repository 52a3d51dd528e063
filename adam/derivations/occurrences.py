"""Events and their occurrences: treatment emergence, first and worst records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from adam.derivations.timing import dated
from sdtm import dates
from sdtm.dates.order import clocks_decide, spans, spans_of_days, surely_before
from specs.choices import choices
from specs.derivation import Outcome, derivation
from specs.distinct import text_where
from specs.source_kinds import Dates, DateTexts
from specs.tables import numbered

if TYPE_CHECKING:
    from specs.constants import SourceNames


@derivation(severity="warning", gives=("Y",))
def treatment_emergent(
    dtc: DateTexts, start: Dates, start_time: pd.Series, end: DateTexts | None = None
) -> Outcome:
    """Y where {dtc} is after the day {start}, or on that day and not timed before {start_time}.
    {end} Where {dtc} is incomplete or missing, or has an offset from UTC, which {start_time} has
    not, it counts where it may be so by all its known parts, a known time of an unknown day
    included, with a finding where it may also be before. Missing where {start} is missing, and
    otherwise.

    end: Missing where {end} is for certain before the day {start}, or on that day and timed before
    {start_time}, whatever {dtc} is.
    """
    dose, when = spans_of_days(start, start_time), spans(dtc)
    by_clock = clocks_decide(when, dose)
    before = surely_before(when, dose) & ~by_clock
    ended = pd.Series(data=False, index=dtc.index)
    if end is not None:
        finish = spans(end)
        ended = surely_before(finish, dose) & ~clocks_decide(finish, dose)
    flagged = start.notna() & ~before & ~ended
    day = spans_of_days(start)
    open_ = (dates.full_day(dtc).isna() & ~when.first.ge(day.first)) | by_clock
    message = "the start may be before the first dose; the event is counted as treatment emergent"
    message += "" if end is not None else ", and its rule names no end that could show otherwise"
    return Outcome(text_where(flagged), text_where(flagged & open_, message))


@derivation(severity="warning")
def start_not_before(dtc: DateTexts, first: Dates, end: DateTexts | None = None) -> Outcome:
    """The earliest calendar day that {dtc} allows; where it is incomplete, the earliest from
    {first} on, if it allows one. {end} Known parts stay. Missing, with a finding, where
    the year is not known.

    end: Where that would be after every day that {end} allows, it is the earliest calendar day that
    {dtc} allows.
    """
    earliest, later = dates.first_day(dtc), dates.first_day_from(dtc, first)
    if end is not None:
        later = later.mask(later.gt(dates.last_day(end)))
    return dated(dtc, later.fillna(earliest).astype("datetime64[s]"))


@derivation(severity="warning")
def end_not_after(dtc: DateTexts, last: Dates) -> Outcome:
    """The latest calendar day that {dtc} allows; where it is incomplete, the latest through {last},
    if it allows one. Known parts stay. Missing, with a finding, where
    the year is not known.
    """
    latest, sooner = dates.last_day(dtc), dates.last_day_until(dtc, last)
    return dated(dtc, sooner.fillna(latest).astype("datetime64[s]"))


@derivation
def days_of(start: Dates, end: Dates) -> pd.Series:
    """Days from {start} through {end}, both counted; missing where either is missing."""
    return (end - start).dt.days.astype("float64") + 1


@derivation(severity="warning", gives=("Y",))
def first_flag(*keys: pd.Series, within: int, descending: SourceNames = ()) -> Outcome:
    """Y for the first record of each {keys:first within}, in the order of {keys:after
    within}{descending}; missing values come last. Of records
    that agree in {keys} the first as the records stand, with a finding. Otherwise missing.

    descending: , with {descending} from the highest to the lowest
    """
    table = pd.concat(keys, axis=1).set_axis(range(len(keys)), axis=1)
    names = [str(key.name) for key in keys]
    ascending = [name not in descending for name in names]
    ordered = table.sort_values(
        list(table.columns), ascending=ascending, kind="stable", na_position="last"
    )
    first = ~ordered.duplicated(list(range(within))).reindex(table.index)
    tied = first & table.duplicated(keep=False)
    text = "another record agrees with it in all keys of the order; the first as they stand counts"
    group = pd.Series(numbered(keys[:within], len(table)), index=table.index)
    reasons = [
        (key, f"another is {'higher' if name in descending else 'lower'} in {name}")
        for key, name in zip(keys[within:], names[within:], strict=True)
    ]
    account = choices(group, first, reasons)
    return Outcome(text_where(first), text_where(tied, text), account)


@derivation
def grouped(text: pd.Series, *, groups: dict[str, list[str]]) -> pd.Series:
    """The group of {text}. Groups: {groups}. Missing where it is in none."""
    return text.map({value: name for name, values in groups.items() for value in values})


@derivation
def query_name(
    term: pd.Series,
    organ_class: pd.Series,
    *,
    name: str,
    words: list[str],
    classes: list[str],
    not_terms: list[str],
) -> pd.Series:
    """The text "{name}" where {term} contains {words:or}, or {organ_class} is {classes:or} and
    {term} is not {not_terms:or}; otherwise missing. Letter case counts.
    """
    inside = pd.Series(data=False, index=term.index)
    for word in words:
        inside |= term.str.contains(word, regex=False)
    inside |= organ_class.isin(classes) & ~term.isin(not_terms)
    return pd.Series(name, index=term.index, dtype="str").where(inside)
