"""The epoch of a record, read off the subject's elements."""

from __future__ import annotations

import pandas as pd

from specs.derivation import derivation

_DAY = len("2020-01-01")


@derivation(scope="lookup")
def epoch(
    date: pd.Series,
    subject: pd.Series,
    element_subject: pd.Series,
    start: pd.Series,
    end: pd.Series,
    element_epoch: pd.Series,
    *,
    on_start_day: str = "later",
) -> pd.Series:
    """The {element_epoch} of the last element of the subject that has begun by {date}.

    A date without a time on the day on which an element starts belongs to the {on_start_day} of
    the two elements. Missing before the first {start}, after the {end} of the element, and when
    the date is missing or so incomplete that it may lie in several epochs.

    The guide leaves open to which element a day of transition belongs (SDTMIG 3.4, section 5.3):
    measurements before a first dose are commonly taken on its day, while an event of that day
    counts as having begun with the treatment.
    """
    own = pd.DataFrame({"subject": subject, "date": date}).dropna()
    distinct = own.drop_duplicates(ignore_index=True).rename_axis("pair").reset_index()
    elements = pd.DataFrame(
        {"subject": element_subject, "start": start, "end": end, "epoch": element_epoch}
    ).dropna(subset=["subject", "start"])
    met = distinct.merge(elements.sort_values("start", kind="stable"), on="subject")
    surely, possibly = _reached(met["date"], met["start"])
    ended, on_end = _reached(met["date"], met["end"])
    met = met.assign(over=ended & ~on_end & ~_alike(met["date"], met["end"]))
    sure = met[surely].groupby("pair").tail(1).set_index("pair")
    late = met[surely | possibly].groupby("pair").tail(1).set_index("pair")
    opening = met[possibly].groupby("pair").head(1).set_index("pair")
    early = pd.concat([sure, opening[~opening.index.isin(sure.index)]])
    of_day = late if on_start_day == "later" else early
    clear = late[late["epoch"].eq(sure["epoch"].reindex(late.index))]
    chosen = pd.concat(
        [
            part[(part["date"].str.len() >= _DAY) == day]
            for part, day in ((of_day, True), (clear, False))
        ]
    )
    value = chosen["epoch"].mask(chosen["over"])
    pairs = own.merge(distinct, on=["subject", "date"], how="left").set_axis(own.index)
    return pairs["pair"].map(value).astype("str").reindex(date.index)


def _reached(date: pd.Series, mark: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Whether a date is surely at or after a mark, and whether the digits it has leave it open."""
    cut_date, cut_mark = _cut(date, mark)
    longer = date.str.len() >= mark.str.len()
    same = cut_date == cut_mark
    return (cut_date > cut_mark) | (same & longer), same & ~longer


def _alike(date: pd.Series, mark: pd.Series) -> pd.Series:
    """Whether two dates agree as far as both are known."""
    cut_date, cut_mark = _cut(date, mark)
    return cut_date == cut_mark


def _cut(date: pd.Series, mark: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Two dates, each cut to the digits that both have; missing where either is."""
    size_of_mark = mark.str.len()
    length = date.str.len().where(date.str.len() < size_of_mark, size_of_mark)
    left, right = pd.Series(index=date.index, dtype="str"), pd.Series(index=date.index, dtype="str")
    for size in length.dropna().unique():
        rows = length == size
        left = left.mask(rows, date.str.slice(0, int(size)))
        right = right.mask(rows, mark.str.slice(0, int(size)))
    return left, right
