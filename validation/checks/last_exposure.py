from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates import full_day
from validation.check import Failing, check
from validation.exposure import exposure_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-RFXENDTC",
    severity="error",
    standard="SDTMIG 3.4 section 5.2; CG0147",
    message="RFXENDTC is {RFXENDTC}; the last day of exposure in EX is {@day}",
)
def last_exposure(data: Built) -> Iterator[Failing]:
    """RFXENDTC is the last day of exposure."""
    for dataset, frame in data.dataset("DM", "USUBJID", "RFXENDTC"):
        days = exposure_days(data, frame["USUBJID"], "EXSTDTC", "EXENDTC")
        if days is not None:
            due = days[1]
            wrong = due.notna() & full_day(frame["RFXENDTC"]).ne(due)
            yield Failing(dataset, frame.assign(**{"@day": due}), wrong, "RFXENDTC")
