from __future__ import annotations

from typing import TYPE_CHECKING

from pandas.api.types import is_datetime64_any_dtype

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ANALYSIS-START",
    severity="error",
    standard="ADaMIG 1.3 section 3.3.3",
    message="the analysis start is {@start}, after the analysis end {@end}",
)
def analysis_start_before_end(data: Built) -> Iterator[Failing]:
    """An analysis start is not after its end, imputed or not."""
    for dataset, frame in data.datasets("ASTDT", "AENDT", standard="ADaMIG"):
        start, end = frame["ASTDT"], frame["AENDT"]
        if is_datetime64_any_dtype(start) and is_datetime64_any_dtype(end):
            facts = frame.assign(**{"@start": start, "@end": end})
            yield Failing(dataset, facts, start.gt(end), "ASTDT")
