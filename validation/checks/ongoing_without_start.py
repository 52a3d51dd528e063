from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ONGOING-START",
    severity="notice",
    standard="SDTMIG 3.4 section 4.4.7; FDA SD0031",
    message="--ENRTPT is {--ENRTPT}, and when it started is not known",
)
def ongoing_without_start(data: Built) -> Iterator[Failing]:
    """What is said to end relative to a time point has a start."""
    for dataset, frame in data.datasets("--STDTC", "--ENRTPT", standard="SDTMIG"):
        others = [named(dataset, name) for name in ("--STRF", "--STRTPT")]
        unknown = frame[named(dataset, "--STDTC")].isna()
        for other in others:
            unknown &= frame[other].isna() if other in frame else True
        ends = frame[named(dataset, "--ENRTPT")].notna()
        yield Failing(dataset, frame, unknown & ends, "--STDTC")
