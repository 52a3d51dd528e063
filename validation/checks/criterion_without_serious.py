from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check
from validation.seriousness import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-AE-CRITERION",
    severity="error",
    standard="SDTMIG 3.4 section 6.2.1; CG0041, CG0042",
    message="{variable} is Y and AESER is {@serious}",
)
def criterion_without_serious(data: Built) -> Iterator[Failing]:
    """An adverse event that meets a criterion of seriousness is serious."""
    for dataset, frame in data.dataset("AE", "AESER"):
        facts = frame.assign(**{"@serious": frame["AESER"]})
        for name in CRITERIA:
            if name in frame:
                yield Failing(dataset, facts, frame[name].eq("Y") & frame["AESER"].ne("Y"), name)
