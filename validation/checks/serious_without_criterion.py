from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check
from validation.seriousness import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-AE-SERIOUS",
    severity="error",
    standard="SDTMIG 3.4 section 6.2.1; ICH E2A",
    message="AESER is Y and no criterion of seriousness is",
)
def serious_without_criterion(data: Built) -> Iterator[Failing]:
    """A serious adverse event meets a criterion of seriousness."""
    for dataset, frame in data.dataset("AE", "AESER"):
        criteria = [frame[name].eq("Y") for name in CRITERIA if name in frame]
        if criteria:
            met = pd.concat(criteria, axis=1).any(axis=1)
            yield Failing(dataset, frame, frame["AESER"].eq("Y") & ~met, "AESER")
