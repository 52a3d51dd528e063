from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sdtm.dates import full_day
from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-TS-START",
    severity="error",
    standard="SDTMIG 3.4 section 7.4; FDA rejection criterion 1734",
    message="{@fault}; an agency rejects a study without the date on which it started",
)
def trial_start(data: Built) -> Iterator[Failing]:
    """TS is there, and tells once when the study started, as a whole date."""
    if not any(dataset.standard == "SDTMIG" and len(f) for dataset, f in data.datasets()):
        return
    tables = [*data.dataset("TS", "TSPARMCD", "TSVAL")]
    if not tables:
        yield data.lacking("TS", "there is no TS with TSPARMCD and TSVAL")
        return
    for dataset, frame in tables:
        start = frame[frame["TSPARMCD"].eq("SSTDTC")]
        if start.empty:
            yield data.lacking(dataset.name, "TS has no record with TSPARMCD SSTDTC")
            continue
        whole = full_day(start["TSVAL"]).notna()
        message = "SSTDTC is " + start["TSVAL"].fillna("missing") + ", which is not a whole date"
        yield Failing(dataset, start.assign(**{"@fault": message}), ~whole, "TSVAL")
        again = start.assign(**{"@fault": f"it is one of {len(start)} records of SSTDTC"})
        several = pd.Series(len(start) > 1, index=start.index)
        yield Failing(dataset, again, several, "TSVAL")
