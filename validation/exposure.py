"""When subjects were exposed, from EX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates import full_day
from sdtm.dates.order import earliest_of, latest_of

if TYPE_CHECKING:
    import pandas as pd

    from validation.check import Built


def exposure_days(
    data: Built, subjects: pd.Series, *variables: str
) -> tuple[pd.Series, pd.Series] | None:
    """The first and the last day in the given variables of EX, for each of the subjects.

    NaT without exposure, and where one of the subject's dates is partial: then neither is certain.
    None without EX.
    """
    for _, ex in data.dataset("EX", "USUBJID", *variables):
        taken = ex[ex["EXOCCUR"].ne("N")] if "EXOCCUR" in ex else ex
        texts = taken.melt("USUBJID", list(variables), value_name="dtc").dropna(subset=["dtc"])
        days = full_day(texts["dtc"]).groupby(texts["USUBJID"])
        complete = days.count().eq(days.size())
        of = earliest_of, latest_of
        first, last = (
            full_day(f(texts["dtc"], texts["USUBJID"])["dtc"]).where(complete) for f in of
        )
        return (
            first.reindex(subjects).set_axis(subjects.index),
            last.reindex(subjects).set_axis(subjects.index),
        )
    return None
