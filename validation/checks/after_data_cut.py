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
    message="{@date} is after the data cut of the study",
)
def after_data_cut(data: Built) -> Iterator[Failing]:
    """No date is after the data cut."""
    cut = pd.Timestamp(data.study.data_cut)
    for dataset, frame in data.datasets(standard="SDTMIG"):
        for name in frame.columns[frame.columns.str.endswith("DTC")]:
            late = first_day(frame[name]).gt(cut)
            told = frame.assign(**{"@date": frame[name]})
            yield Failing(dataset, told, late, name)
