from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-STRESC",
    severity="error",
    standard="SDTMIG 3.4 section 4.5.1; CG0397",
    message="--ORRES is {--ORRES} and --STRESC is missing",
)
def result_without_standard(data: Built) -> Iterator[Failing]:
    """A collected result has a standard result."""
    for dataset, frame in data.datasets("--ORRES", "--STRESC", standard="SDTMIG"):
        collected = frame[named(dataset, "--ORRES")].notna()
        derived = named(dataset, "--DRVFL")
        if derived in frame:
            collected |= frame[derived].eq("Y")
        missing = frame[named(dataset, "--STRESC")].isna()
        yield Failing(dataset, frame, collected & missing, "--STRESC")
