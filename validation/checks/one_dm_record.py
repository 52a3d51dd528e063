from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-DM-SUBJECT",
    severity="error",
    standard="SDTMIG 3.4 section 5.2",
    message="{USUBJID} has an earlier record in DM",
)
def one_dm_record(data: Built) -> Iterator[Failing]:
    """DM has one record per subject."""
    for dataset, frame in data.dataset("DM", "USUBJID"):
        yield Failing(dataset, frame, frame.duplicated("USUBJID"), "USUBJID")
