from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-DTHFL",
    severity="error",
    standard="SDTMIG 3.4 section 5.2; CG0435",
    message="DTHDTC is {DTHDTC} and DTHFL is not Y",
)
def death_date_without_flag(data: Built) -> Iterator[Failing]:
    """A subject with a date of death has the flag."""
    for dataset, frame in data.dataset("DM", "DTHDTC", "DTHFL"):
        yield Failing(dataset, frame, frame["DTHDTC"].notna() & frame["DTHFL"].ne("Y"), "DTHFL")
