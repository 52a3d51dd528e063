from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-DTHDTC",
    severity="warning",
    standard="SDTMIG 3.4 section 5.2; FDA FB0610",
    message="DTHFL is Y and DTHDTC is missing",
)
def death_flag_without_date(data: Built) -> Iterator[Failing]:
    """A subject who died has a date of death."""
    for dataset, frame in data.dataset("DM", "DTHDTC", "DTHFL"):
        yield Failing(dataset, frame, frame["DTHFL"].eq("Y") & frame["DTHDTC"].isna(), "DTHDTC")
