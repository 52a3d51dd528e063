from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


# Where a death stands, which records tell it, and its date.
_REPORTS = (("AE", "AEOUT", "FATAL", "AEENDTC"), ("DS", "DSDECOD", "DEATH", "DSSTDTC"))


@check(
    "CK-DEATH-DATE",
    severity="error",
    standard="SDTMIG 3.4 section 5.2; CG0069; FDA and PMDA SD1317",
    message="the date of death is {@date} here and {@death} in DM",
)
def dates_of_death(data: Built) -> Iterator[Failing]:
    """A death has one date wherever it is reported.

    Dates of different precision agree where the shorter one is the beginning of the other; times
    of day are compared where both have one.
    """
    for name, variable, value, date in _REPORTS:
        for dataset, frame in data.dataset(name, "USUBJID", variable, date):
            death = data.of_subject("DM", "DTHDTC", frame["USUBJID"])
            if death is None:
                continue
            reported = frame[date].where(frame[variable].eq(value))
            both = reported.notna() & death.notna()
            wrong = both & ~_agree(reported.fillna(""), death.fillna(""))
            yield Failing(
                dataset, frame.assign(**{"@date": reported, "@death": death}), wrong, date
            )


def _agree(left: pd.Series, right: pd.Series) -> pd.Series:
    return pd.Series(
        [a.startswith(b) or b.startswith(a) for a, b in zip(left, right, strict=True)],
        index=left.index,
        dtype="bool",
    )
