from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.dates import first_day, last_day
from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


_DATES = ("--DTC", "--STDTC", "--ENDTC")

# What is said of a subject after death, or may be dated later: comments, death details,
# disposition, and what a study observes of the subject's course.
_LATER = frozenset({"CO", "DD", "DM", "DS", "SE", "SS", "SV"})


@check(
    "CK-AFTER-DEATH",
    severity="warning",
    standard="SDTMIG 3.4 section 5.2; FDA business rule FB0613",
    message="{@date} is after the death of the subject on {@death}",
)
def data_after_death(data: Built) -> Iterator[Failing]:
    """Nothing is observed, given or begun after a subject's death."""
    for name in _DATES:
        for dataset, frame in data.datasets("USUBJID", name, standard="SDTMIG"):
            if dataset.domain in _LATER:
                continue
            death = data.of_subject("DM", "DTHDTC", frame["USUBJID"])
            if death is None:
                return
            date = frame[named(dataset, name)]
            later = first_day(date).gt(last_day(death))
            yield Failing(dataset, frame.assign(**{"@date": date, "@death": death}), later, name)
