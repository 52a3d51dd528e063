from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built

_REPORTS = (("AE", "AEOUT", "FATAL"), ("AE", "AESDTH", "Y"), ("DS", "DSDECOD", "DEATH"))


@check(
    "CK-DEATH",
    severity="error",
    standard="SDTMIG 3.4 section 5.2; CG0134, CG0135, CG0136",
    message="a death is reported and DTHFL in DM is not Y",
)
def death_reported(data: Built) -> Iterator[Failing]:
    """A death reported anywhere is in DM."""
    for name, variable, value in _REPORTS:
        for dataset, frame in data.dataset(name, "USUBJID", variable):
            flag = data.of_subject("DM", "DTHFL", frame["USUBJID"])
            if flag is not None:
                yield Failing(dataset, frame, frame[variable].eq(value) & flag.ne("Y"), variable)
