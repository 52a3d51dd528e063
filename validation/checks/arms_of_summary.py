from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-TS-ARMS",
    severity="error",
    standard="SDTMIG 3.4 section 7.4",
    message="TS plans {@planned} arms (NARMS), and TA has {@arms}",
)
def arms_of_summary(data: Built) -> Iterator[Failing]:
    """The number of arms in TS is that of TA."""
    for _, arms in data.dataset("TA", "ARMCD"):
        count = arms["ARMCD"].nunique()
        for dataset, frame in data.dataset("TS", "TSPARMCD", "TSVAL"):
            planned = frame["TSVAL"].where(frame["TSPARMCD"].eq("NARMS"))
            wrong = planned.notna() & planned.ne(str(count))
            facts = frame.assign(**{"@planned": planned})
            facts["@arms"] = str(count)
            yield Failing(dataset, facts, wrong, "TSVAL")
