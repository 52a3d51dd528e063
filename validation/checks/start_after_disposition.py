from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates import first_day, last_day
from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-AFTER-DISPOSITION",
    severity="warning",
    standard="FDA SD0080, SD1446",
    message="the start {--STDTC} is after the subject's last disposition event on {@last}",
)
def start_after_disposition(data: Built) -> Iterator[Failing]:
    """An adverse event or a treatment does not begin after the subject's last disposition event."""
    for _, disposition in data.dataset("DS", "USUBJID", "DSCAT", "DSSTDTC"):
        events = disposition[disposition["DSCAT"].eq("DISPOSITION EVENT")]
        ends = last_day(events["DSSTDTC"]).groupby(events["USUBJID"]).max()
        for dataset, frame in data.datasets("USUBJID", "--STDTC", standard="SDTMIG"):
            if dataset.domain not in ("AE", "CM", "EC", "EX"):
                continue
            last = ends.reindex(frame["USUBJID"]).set_axis(frame.index)
            late = first_day(frame[named(dataset, "--STDTC")]).gt(last)
            facts = frame.assign(**{"@last": last.dt.strftime("%Y-%m-%d")})
            yield Failing(dataset, facts, late, "--STDTC")
