from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, conflicting, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-TEST",
    "--TESTCD and --TEST are one to one",
    severity="error",
    standard="SDTMIG 3.4 section 4.5.2",
    message="--TESTCD {--TESTCD} and --TEST {--TEST} are not one to one",
)
def test_names(data: Built) -> Iterator[Failing]:
    for dataset, frame in data.datasets("--TESTCD", "--TEST", standard="SDTMIG"):
        code, name = named(dataset, "--TESTCD"), named(dataset, "--TEST")
        yield Failing(dataset, frame, conflicting(frame, code, name, ()), "--TEST")
