from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates import full_day
from validation.check import Failing, check
from validation.exposure import exposure_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-RFSTDTC",
    severity="warning",
    standard="SDTMIG 3.4 section 5.2",
    message="RFSTDTC is {RFSTDTC}{@fault}",
)
def reference_start(data: Built) -> Iterator[Failing]:
    """RFSTDTC is the first day of exposure, and a whole date, from which study days are counted."""
    for dataset, frame in data.dataset("DM", "USUBJID", "RFSTDTC"):
        start = full_day(frame["RFSTDTC"])
        partial = frame["RFSTDTC"].notna() & start.isna()
        without = frame.assign(**{"@fault": ", which is not a whole date: there are no study days"})
        yield Failing(dataset, without, partial, "RFSTDTC")
        days = exposure_days(data, frame["USUBJID"], "EXSTDTC")
        if days is not None:
            due = days[0]
            wrong = due.notna() & start.ne(due) & ~partial
            fault = "; the first day of exposure in EX is " + due.dt.strftime("%Y-%m-%d")
            yield Failing(dataset, frame.assign(**{"@fault": fault}), wrong, "RFSTDTC")
