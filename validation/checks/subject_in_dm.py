from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-SUBJECT",
    severity="error",
    standard="SDTMIG 3.4 section 5.2; ADaM rule 53",
    message="DM has no subject {USUBJID}",
)
def subject_in_dm(data: Built) -> Iterator[Failing]:
    """Every subject is in DM."""
    for _, dm in data.dataset("DM", "USUBJID"):
        in_dm = dm["USUBJID"].unique()
        for dataset, frame in data.datasets("USUBJID"):
            subjects = frame["USUBJID"]
            yield Failing(dataset, frame, subjects.notna() & ~subjects.isin(in_dm), "USUBJID")
