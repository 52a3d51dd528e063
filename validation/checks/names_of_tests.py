from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, conflicting, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-TEST",
    severity="error",
    standard="SDTMIG 3.4",
    message="--TESTCD {--TESTCD} and --TEST {--TEST} are not one to one",
)
def names_of_tests(data: Built) -> Iterator[Failing]:
    """--TESTCD and --TEST are one to one."""
    for dataset, frame in data.datasets("--TESTCD", "--TEST", standard="SDTMIG"):
        code, name = named(dataset, "--TESTCD"), named(dataset, "--TEST")
        yield Failing(dataset, frame, conflicting(frame, code, name, ()), "--TEST")
