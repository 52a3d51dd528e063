from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built

_RESULTS = ("--ORRES", "--STRESC", "--STRESN", "--OCCUR")


@check(
    "CK-STAT",
    severity="error",
    standard="SDTMIG 3.4 section 4.5.1; CG0422",
    message="--STAT is {--STAT} and {variable} is filled",
)
def not_done_with_result(data: Built) -> Iterator[Failing]:
    """What was not done has no result."""
    for dataset, frame in data.datasets("--STAT", standard="SDTMIG"):
        not_done = frame[named(dataset, "--STAT")].notna()
        for variable in _RESULTS:
            name = named(dataset, variable)
            if name in frame:
                yield Failing(dataset, frame, not_done & frame[name].notna(), variable)
