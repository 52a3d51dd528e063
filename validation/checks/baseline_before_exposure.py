from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates.order import spans, surely_before
from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-LOBXFL",
    severity="error",
    standard="SDTMIG 3.4 section 4.5.9",
    message="--LOBXFL is Y, --DTC {--DTC} and RFXSTDTC {@exposure}",
)
def baseline_before_exposure(data: Built) -> Iterator[Failing]:
    """The last observation before exposure is before it."""
    for dataset, frame in data.datasets("USUBJID", "--LOBXFL", "--DTC", standard="SDTMIG"):
        exposure = data.of_subject("DM", "RFXSTDTC", frame["USUBJID"])
        if exposure is None:
            return
        flagged = frame[named(dataset, "--LOBXFL")].eq("Y")
        late = surely_before(spans(exposure), spans(frame[named(dataset, "--DTC")]))
        facts = frame.assign(**{"@exposure": exposure})
        yield Failing(dataset, facts, flagged & (late | exposure.isna()), "--LOBXFL")
