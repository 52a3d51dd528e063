from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


# What lies before the study, or is of no epoch by its nature.
_WITHOUT = frozenset({"DD", "MH", "PP"})


@check(
    "CK-EPOCH-MISSING",
    severity="notice",
    standard="SDTMIG 3.4 section 4.4.5; FDA FB2201, SD1339",
    message="{@count} of {@all} records have a date and no EPOCH",
)
def epoch_missing(data: Built) -> Iterator[Failing]:
    """A record with a date has its epoch; what began before the study has none."""
    for dataset, frame in data.datasets("EPOCH", standard="SDTMIG"):
        names = [n for n in (named(dataset, "--STDTC"), named(dataset, "--DTC")) if n in frame]
        if dataset.domain in _WITHOUT or not names:
            continue
        lost = frame[names[0]].notna() & frame["EPOCH"].isna()
        if lost.any():
            size = data.size(dataset)
            facts = pd.DataFrame({"@count": [str(lost.sum())], "@all": [str(size)]})
            yield Failing(dataset, facts, None, "EPOCH")
