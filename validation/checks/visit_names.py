from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, conflicting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-VISIT",
    severity="error",
    standard="SDTMIG 3.4 section 4.4.5; CG0035",
    message="VISIT {VISIT} and VISITNUM {VISITNUM} are not one to one",
)
def visit_names(data: Built) -> Iterator[Failing]:
    """VISIT and VISITNUM are one to one."""
    for dataset, frame in data.datasets("VISIT", "VISITNUM", standard="SDTMIG"):
        yield Failing(dataset, frame, conflicting(frame, "VISITNUM", "VISIT", ()), "VISIT")
