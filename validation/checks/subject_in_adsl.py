from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ADSL",
    severity="error",
    standard="ADaMIG 1.3 section 2.3.1",
    message="ADSL has no subject {USUBJID}",
)
def subject_in_adsl(data: Built) -> Iterator[Failing]:
    """Every subject of an analysis dataset is in ADSL."""
    for _, adsl in data.dataset("ADSL", "USUBJID"):
        in_adsl = adsl["USUBJID"].unique()
        for dataset, frame in data.datasets("USUBJID", standard="ADaMIG"):
            subjects = frame["USUBJID"]
            yield Failing(dataset, frame, subjects.notna() & ~subjects.isin(in_adsl), "USUBJID")
