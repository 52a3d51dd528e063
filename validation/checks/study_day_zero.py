from __future__ import annotations

from typing import TYPE_CHECKING

from pandas.api.types import is_numeric_dtype

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-DAY-ZERO",
    severity="error",
    standard="SDTMIG 3.4 section 4.4.4; ADaM rule 46",
    message="{variable} is 0; the day of reference is 1 and the day before it -1",
)
def study_day_zero(data: Built) -> Iterator[Failing]:
    """There is no study day 0."""
    for dataset, frame in data.datasets():
        for variable in frame.columns[frame.columns.str.endswith("DY")]:
            if is_numeric_dtype(frame[variable]):
                yield Failing(dataset, frame, frame[variable].eq(0).fillna(value=False), variable)
