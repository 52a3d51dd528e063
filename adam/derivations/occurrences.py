"""Events and their occurrences: treatment emergence, first and worst records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sdtm import dates
from specs.derivation import derivation
from specs.source_kinds import Dates, DateTexts

if TYPE_CHECKING:
    from specs.constants import SourceNames


@derivation
def treatment_emergent(dtc: DateTexts, start: Dates, start_time: pd.Series) -> pd.Series:
    """Y where {dtc} is after the first dose on {start}, or on its day and not timed before
    {start_time}. A date that is partial or missing counts where it may be. Missing without a first
    dose.
    """
    time = dates.time_of_day(dtc)
    earlier = dates.last_day(dtc).lt(start)
    earlier |= dates.full_day(dtc).eq(start) & time.lt(start_time)
    flag = pd.Series("Y", index=dtc.index, dtype="str")
    return flag.where(~earlier & start.notna())


@derivation
def start_not_before(dtc: DateTexts, first: Dates) -> pd.Series:
    """The earliest calendar day that {dtc} allows, but where it is partial and {first} lies among
    the days it allows, {first}; missing where the year is not known.
    """
    earliest, latest = dates.first_day(dtc), dates.last_day(dtc)
    inside = earliest.lt(first) & latest.ge(first)
    return earliest.mask(inside, first).astype("datetime64[s]")


@derivation
def days_of(start: Dates, end: Dates) -> pd.Series:
    """Days from {start} through {end}, both counted; missing where either is missing."""
    return (end - start).dt.days.astype("float64") + 1


@derivation
def first_flag(*keys: pd.Series, within: int, descending: SourceNames = ()) -> pd.Series:
    """Y for the first record of each {keys:first within}, in the order of {keys:after
    within}{descending}; missing values come last. Otherwise missing.

    descending: , with {descending} from the highest to the lowest
    """
    table = pd.concat(keys, axis=1).set_axis(range(len(keys)), axis=1)
    names = [str(key.name) for key in keys]
    ascending = [name not in descending for name in names]
    ordered = table.sort_values(
        list(table.columns), ascending=ascending, kind="stable", na_position="last"
    )
    first = ~ordered.duplicated(list(range(within)))
    return pd.Series("Y", index=table.index, dtype="str").where(first)


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
