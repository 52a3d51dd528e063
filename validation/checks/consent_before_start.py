from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates.order import spans, surely_before
from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-CONSENT",
    severity="error",
    standard="FDA FB3411, FB3412",
    message="RFICDTC {RFICDTC} is after {variable} {@start}",
)
def consent_before_start(data: Built) -> Iterator[Failing]:
    """Consent is not after the start of the study."""
    for variable in ("RFSTDTC", "RFXSTDTC"):
        for dataset, frame in data.dataset("DM", "RFICDTC", variable):
            late = surely_before(spans(frame[variable]), spans(frame["RFICDTC"]))
            yield Failing(dataset, frame.assign(**{"@start": frame[variable]}), late, variable)
