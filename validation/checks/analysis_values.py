from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, conflicting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-AVALC",
    severity="error",
    standard="ADaMIG 1.3",
    message="in {PARAMCD}, AVAL {AVAL} and AVALC {AVALC} are not one to one",
)
def analysis_values(data: Built) -> Iterator[Failing]:
    """AVAL and AVALC are one to one within a parameter."""
    for dataset, frame in data.datasets("PARAMCD", "AVAL", "AVALC", standard="ADaMIG"):
        conflicts = conflicting(frame, "AVAL", "AVALC", ("PARAMCD",))
        yield Failing(dataset, frame, conflicts, "AVALC")
