from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates.order import spans, surely_before
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
    """A start is not after its end, so far as the known parts of the two tell."""
    for dataset, frame in data.datasets("--STDTC", "--ENDTC", standard="SDTMIG"):
        start, end = frame[named(dataset, "--STDTC")], frame[named(dataset, "--ENDTC")]
        yield Failing(dataset, frame, surely_before(spans(end), spans(start)), "--STDTC")
