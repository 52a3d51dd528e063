from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ARMS",
    severity="error",
    standard="SDTMIG 3.4 sections 5.2 and 7.2; CG0115, CG0116",
    message="{variable} is {@arm}, and TA has no such arm",
)
def planned_arms(data: Built) -> Iterator[Failing]:
    """The arms of subjects are planned in TA."""
    for _, planned in data.dataset("TA", "ARMCD", "ARM"):
        for dataset, frame in data.dataset("DM", "USUBJID"):
            for name, of in (
                ("ARMCD", "ARMCD"),
                ("ARM", "ARM"),
                ("ACTARMCD", "ARMCD"),
                ("ACTARM", "ARM"),
            ):
                if name in frame:
                    strange = frame[name].notna() & ~frame[name].isin(planned[of].dropna())
                    yield Failing(dataset, frame.assign(**{"@arm": frame[name]}), strange, name)
