from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check
from validation.seriousness import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-AE-SERIOUS",
    "A serious adverse event meets a criterion of seriousness",
    severity="error",
    standard="SDTMIG 3.4 section 6.2.1; ICH E2A",
    message="AESER is Y and no criterion of seriousness is",
)
def serious_without_criterion(data: Built) -> Iterator[Failing]:
    for dataset, frame in data.dataset("AE", "AESER"):
        criteria = [name for name in CRITERIA if name in frame]
        if criteria:
            met = frame[criteria].eq("Y").any(axis="columns")
            yield Failing(dataset, frame, frame["AESER"].eq("Y") & ~met, "AESER")
