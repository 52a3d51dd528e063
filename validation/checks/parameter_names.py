from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, conflicting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-PARAM",
    severity="error",
    standard="ADaMIG 1.3",
    message="PARAMCD {PARAMCD} and PARAM {PARAM} are not one to one",
)
def parameter_names(data: Built) -> Iterator[Failing]:
    """PARAMCD and PARAM are one to one."""
    for dataset, frame in data.datasets("PARAMCD", "PARAM", standard="ADaMIG"):
        yield Failing(dataset, frame, conflicting(frame, "PARAMCD", "PARAM", ()), "PARAM")
