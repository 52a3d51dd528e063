from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ARMNRS",
    severity="error",
    standard="SDTMIG 3.4 section 5.2; CG0513, CG0517, CG0520",
    message="ARMCD is {ARMCD}, ACTARMCD {ACTARMCD} and ARMNRS {ARMNRS}",
)
def arm_or_reason(data: Built) -> Iterator[Failing]:
    """A subject has an arm, or a reason why not."""
    for dataset, frame in data.dataset("DM", "ARMCD", "ACTARMCD", "ARMNRS"):
        both_arms = frame["ARMCD"].notna() & frame["ACTARMCD"].notna()
        yield Failing(dataset, frame, both_arms == frame["ARMNRS"].notna(), "ARMNRS")
