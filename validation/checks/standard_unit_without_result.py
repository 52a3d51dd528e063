from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-STRESU-RESULT",
    severity="error",
    standard="SDTMIG 3.4 section 6.3; CG0426",
    message="the unit is {--STRESU} and there is no result",
)
def standard_unit_without_result(data: Built) -> Iterator[Failing]:
    """A standard unit stands beside a result in that unit."""
    for dataset, frame in data.datasets("--STRESC", "--STRESU", standard="SDTMIG"):
        unit, result = frame[named(dataset, "--STRESU")], frame[named(dataset, "--STRESC")]
        yield Failing(dataset, frame, unit.notna() & result.isna(), "--STRESU")
