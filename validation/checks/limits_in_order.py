from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


_PAIRS = {"--ORNRLO": "--ORNRHI", "--STNRLO": "--STNRHI", "ANRLO": "ANRHI", "A1LO": "A1HI"}


@check(
    "CK-LIMITS",
    severity="error",
    standard="SDTMIG 3.4 section 6.3; ADaMIG 1.3 section 3.3",
    message="the lower limit {@low} is above the upper limit {@high}",
)
def limits_in_order(data: Built) -> Iterator[Failing]:
    """A lower limit is not above its upper limit."""
    for lower, upper in _PAIRS.items():
        for dataset, frame in data.datasets(lower, upper):
            low, high = frame[named(dataset, lower)], frame[named(dataset, upper)]
            wrong = pd.to_numeric(low, errors="coerce") > pd.to_numeric(high, errors="coerce")
            yield Failing(dataset, frame.assign(**{"@low": low, "@high": high}), wrong, lower)
