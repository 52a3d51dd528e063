from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates import full_day
from validation.check import Failing, check
from validation.exposure import exposure_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-RFXSTDTC",
    severity="error",
    standard="SDTMIG 3.4 section 5.2; CG0148",
    message="RFXSTDTC is {RFXSTDTC}; the first day of exposure in EX is {@day}",
)
def first_exposure(data: Built) -> Iterator[Failing]:
    """RFXSTDTC is the first day of exposure."""
    for dataset, frame in data.dataset("DM", "USUBJID", "RFXSTDTC"):
        days = exposure_days(data, frame["USUBJID"], "EXSTDTC")
        if days is not None:
            due = days[0]
            wrong = due.notna() & full_day(frame["RFXSTDTC"]).ne(due)
            yield Failing(dataset, frame.assign(**{"@day": due}), wrong, "RFXSTDTC")
