"""The epoch of a record, read off the subject's elements."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from sdtm.dates import first_day, full_day
from sdtm.dates.order import spans, spans_of_starts, surely_before, surely_not_after
from specs.derivation import Outcome, derivation
from specs.distinct import all_once_each


@derivation(scope="lookup", severity="warning")
def epoch(
    date: pd.Series,
    subject: pd.Series,
    element_subject: pd.Series,
    start: pd.Series,
    end: pd.Series,
    element_epoch: pd.Series,
    *,
    on_start_day: Literal[
        "first element that starts", "last element that starts", "element that ends"
    ] = "first element that starts",
) -> Outcome:
    """The {element_epoch} of the last element of the subject that has begun by {date}. Where it is
    not known whether a complete date is before or after {start} on the same day, or several
    elements start at its very moment, the record belongs to the {on_start_day}. Missing before the
    first {start}, after the {end} of the element, when the date is missing, and, with a finding,
    when it is so incomplete that it may lie in several epochs, before the first or after the last.

    on_start_day=first element that starts: first element that starts on that day, which is the
    very first of the subject only where no other starts on it

    on_start_day=last element that starts: last element that starts on that day

    on_start_day=element that ends: element that ends on that day

    The guide leaves open to which element a day of transition belongs (SDTMIG 3.4, section 5.3).
    A study says it once, as epoch_on_start_day in study.yaml.
    """
    own = pd.DataFrame({"subject": subject, "date": date}).dropna()
    distinct = own.drop_duplicates(ignore_index=True).rename_axis("pair").reset_index()
    elements = pd.DataFrame(
        {"subject": element_subject, "start": start, "end": end, "epoch": element_epoch}
    ).dropna(subset=["subject", "start"])
    met = distinct.merge(_ordered(elements), on="subject")
    begun, open_ = _reached(met)
    last_begun = met["pair"].map(met.index.to_series().where(begun).groupby(met["pair"]).max())
    after = open_ & ~met.index.to_series().lt(last_begun)
    last = met.index.to_series().eq(last_begun)
    met = met.assign(possible=last | after, open=after, last=last)
    of_day = _of_day(met, on_start_day)
    at_once = _at_once(met, on_start_day)
    chosen = at_once.combine_first(of_day).combine_first(_only_one(met)).astype("int64")
    ends = pd.Series(met.index, index=pd.MultiIndex.from_frame(met[["pair", "order"]]))
    rows = ends.reindex(pd.MultiIndex.from_arrays([chosen.index, chosen.to_numpy()]))
    there = met.loc[rows.to_numpy()]
    finish, when = spans(there["end"]), spans(there["date"])
    over = surely_before(finish, when)
    later = ~over & when.last.gt(finish.last) & full_day(there["date"]).isna()
    value = there["epoch"].mask(over | later).set_axis(there["pair"])
    doubted = met[met["possible"] & ~met["pair"].isin(chosen.index[~later.to_numpy()])]
    pairs = own.merge(distinct, on=["subject", "date"], how="left").set_axis(own.index)["pair"]
    values = pairs.map(value).astype("str").reindex(date.index)
    return Outcome(values, pairs.map(_doubts(doubted)).astype("str").reindex(date.index))


def _ordered(elements: pd.DataFrame) -> pd.DataFrame:
    """The elements in the order of the days they start on, those of one day as they come."""
    first = first_day(elements["start"])
    ordered = elements.assign(first=first).sort_values("first", kind="stable")
    return ordered.assign(order=range(len(ordered)))


def _reached(met: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Whether the start of an element is surely reached by the date, and whether that is open."""
    date, start = spans(met["date"]), spans_of_starts(met["start"])
    reached = surely_not_after(start, date)
    return reached, ~reached & ~surely_before(date, start)


def _of_day(met: pd.DataFrame, on_start_day: str) -> pd.Series:
    """The number of the element by pair, where nothing but the time of day is open."""
    days = [next(all_once_each([full_day], met[name])) for name in ("date", "start")]
    same = days[0].eq(days[1])
    of_day = met["open"] & same
    clear = ~(met["open"] & ~same).groupby(met["pair"]).transform("any")
    rows = met[of_day & clear]
    orders = rows.groupby("pair")["order"]
    if on_start_day == "last element that starts":
        return orders.max()
    if on_start_day == "first element that starts":
        very_first = met.groupby("pair")["order"].transform("min").loc[rows.index]
        after_another = rows["order"].ne(very_first)
        next_one = rows[after_another].groupby("pair")["order"].min()
        return next_one.combine_first(orders.min()).astype("int64")
    before = met[met["last"] & met["pair"].isin(rows["pair"])].set_index("pair")["order"]
    return before.combine_first(orders.min()).astype("int64")


def _at_once(met: pd.DataFrame, on_start_day: str) -> pd.Series:
    """The number of the element by pair, where several start at the very moment of the date."""
    rows = met[met["start"].eq(met["date"])]
    orders = rows.groupby("pair")["order"]
    last = on_start_day == "last element that starts"
    chosen: pd.Series = (orders.max() if last else orders.min())[orders.size().gt(1)]
    return chosen


def _only_one(met: pd.DataFrame) -> pd.Series:
    """The number of the last possible element by pair, where all that are possible are of an epoch
    and one of them has surely begun.
    """
    rows = met[met["possible"]]
    groups = rows.groupby("pair")
    clear = groups["epoch"].nunique(dropna=False).eq(1) & groups["last"].any()
    orders: pd.Series = groups["order"].max()[clear]
    return orders


def _doubts(met: pd.DataFrame) -> pd.Series:
    """By pair what is to be said of a date that may lie in several epochs."""
    groups = met.drop_duplicates(["pair", "epoch"]).groupby("pair")
    names = groups["epoch"].agg(" or ".join)
    begun = met.groupby("pair")["last"].any()
    ends = pd.Series(" or before", names.index).mask(begun, "")
    ends = ends.mask(begun & groups.size().eq(1), " or after")
    message: pd.Series[str] = "may lie in " + names + ends + "; it is given no epoch"
    return message
