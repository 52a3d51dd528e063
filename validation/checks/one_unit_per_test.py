from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built

_SAME_TEST = ("--CAT", "--SCAT", "--SPEC", "--METHOD", "--BDAGNT")


@check(
    "CK-STRESU",
    severity="warning",
    standard="SDTMIG 3.4 section 4.5.1",
    message="--TESTCD {--TESTCD} has the standard unit {--STRESU} beside others",
)
def one_unit_per_test(data: Built) -> Iterator[Failing]:
    """The results of a test have one standard unit."""
    for dataset, frame in data.datasets("--TESTCD", "--STRESU", standard="SDTMIG"):
        names = [named(dataset, v) for v in ("--TESTCD", *_SAME_TEST)]
        test, unit = [name for name in names if name in frame], named(dataset, "--STRESU")
        units = frame[[*test, unit]].dropna(subset=[unit]).drop_duplicates()
        several = units.duplicated(test, keep=False).reindex(frame.index, fill_value=False)
        yield Failing(dataset, frame, several, "--STRESU")
