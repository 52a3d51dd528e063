from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-REASND",
    severity="error",
    standard="SDTMIG 3.4 section 4.5.1; CG0094",
    message="--REASND is filled and --STAT is {--STAT}",
)
def reason_without_not_done(data: Built) -> Iterator[Failing]:
    """A reason not done goes with NOT DONE."""
    for dataset, frame in data.datasets("--STAT", "--REASND", standard="SDTMIG"):
        reason, status = frame[named(dataset, "--REASND")], frame[named(dataset, "--STAT")]
        yield Failing(dataset, frame, reason.notna() & status.ne("NOT DONE"), "--REASND")
