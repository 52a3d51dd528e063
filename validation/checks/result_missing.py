from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ORRES",
    severity="error",
    standard="SDTMIG 3.4 section 4.5.1; CG0348",
    message="--ORRES is missing, --STAT is not NOT DONE and the record is not derived",
)
def result_missing(data: Built) -> Iterator[Failing]:
    """A missing result is not done or derived."""
    for dataset, frame in data.datasets("--ORRES", standard="SDTMIG"):
        missing = frame[named(dataset, "--ORRES")].isna()
        for variable, value in (("--STAT", "NOT DONE"), ("--DRVFL", "Y")):
            name = named(dataset, variable)
            if name in frame:
                missing &= frame[name].ne(value)
        yield Failing(dataset, frame, missing, "--ORRES")
