from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ADSL-SUBJECT",
    severity="error",
    standard="ADaMIG 1.3 section 2.3.1; ADaM rule 54",
    message="{USUBJID} has an earlier record in ADSL",
)
def one_adsl_record(data: Built) -> Iterator[Failing]:
    """ADSL has one record per subject."""
    for dataset, frame in data.dataset("ADSL", "USUBJID"):
        yield Failing(dataset, frame, frame.duplicated("USUBJID"), "USUBJID")
