from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sdtm.dates import first_day
from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-CUT",
    severity="warning",
    standard="the study's data_cut",
    message="{@date} is after the data cut of the study{@others}",
)
def after_data_cut(data: Built) -> Iterator[Failing]:
    """No date is after the data cut.

    The cause is one: it is told once for each variable, of the record with the latest date.
    """
    cut = pd.Timestamp(data.study.data_cut)
    for dataset, frame in data.datasets(standard="SDTMIG"):
        for name in frame.columns[frame.columns.str.endswith("DTC")]:
            day = first_day(frame[name])
            late = day.gt(cut)
            facts = frame.assign(**{"@date": frame[name]})
            others = int(late.sum()) - 1
            more = f"; so are {others:,} more of the variable" if others else ""
            facts = facts.assign(**{"@others": more})
            latest = day.eq(day.max()) & late
            yield Failing(dataset, facts, latest & ~latest.duplicated(), name)
