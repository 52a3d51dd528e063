from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-EX-START",
    severity="error",
    standard="SDTMIG 3.4 sections 5.2 and 6.1.3; CG0101",
    message="the dose has no start, so it may be the first and counts in no first exposure",
)
def dose_without_start(data: Built) -> Iterator[Failing]:
    """A dose that was given has a start."""
    for dataset, frame in data.dataset("EX", "USUBJID", "EXSTDTC"):
        dosed = frame["EXOCCUR"].ne("N") if "EXOCCUR" in frame else frame["USUBJID"].notna()
        yield Failing(dataset, frame, frame["EXSTDTC"].isna() & dosed, "EXSTDTC")
