from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ABLFL",
    severity="error",
    standard="ADaMIG 1.3",
    message="an earlier record of {PARAMCD} is the baseline",
)
def one_baseline(data: Built) -> Iterator[Failing]:
    """A subject has at most one baseline record per parameter and type of baseline."""
    for dataset, frame in data.datasets("USUBJID", "PARAMCD", "ABLFL", standard="ADaMIG"):
        keys = [key for key in ("USUBJID", "PARAMCD", "BASETYPE") if key in frame]
        flagged = frame.loc[frame["ABLFL"].eq("Y"), keys]
        repeated = flagged.duplicated().reindex(frame.index, fill_value=False)
        yield Failing(dataset, frame, repeated, "ABLFL")
