from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates import full_day, time_of_day
from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-START-END",
    severity="error",
    standard="SDTMIG 3.4; FDA FB3209",
    message="the start {--STDTC} is after the end {--ENDTC}",
)
def start_before_end(data: Built) -> Iterator[Failing]:
    """A start is not after its end."""
    for dataset, frame in data.datasets("--STDTC", "--ENDTC", standard="SDTMIG"):
        start, end = frame[named(dataset, "--STDTC")], frame[named(dataset, "--ENDTC")]
        first, last = full_day(start), full_day(end)
        later = first.eq(last) & time_of_day(start).gt(time_of_day(end))
        yield Failing(dataset, frame, first.gt(last) | later, "--STDTC")
