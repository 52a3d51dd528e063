from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates import full_day, study_day
from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built

_DAYS = {"--DY": "--DTC", "--STDY": "--STDTC", "--ENDY": "--ENDTC"}


@check(
    "CK-DY",
    severity="error",
    standard="SDTMIG 3.4 section 4.4.4; CG0006, CG0007, CG0221, CG0223",
    message="{variable} should be {@due}: the date is {@date} and RFSTDTC {@reference}",
)
def days_from_dates(data: Built) -> Iterator[Failing]:
    """Study days follow from their date and RFSTDTC."""
    for day, dtc in _DAYS.items():
        for dataset, frame in data.datasets("USUBJID", day, dtc, standard="SDTMIG"):
            reference = data.of_subject("DM", "RFSTDTC", frame["USUBJID"])
            if reference is None:
                return
            date, days = frame[named(dataset, dtc)], frame[named(dataset, day)].astype("Float64")
            due = study_day(full_day(date), full_day(reference)).astype("Float64")
            wrong = days.ne(due).fillna(value=False) | (days.isna() != due.isna())
            facts = frame.assign(**{"@due": due, "@date": date, "@reference": reference})
            yield Failing(dataset, facts, wrong, day)
