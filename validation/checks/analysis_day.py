from __future__ import annotations

from typing import TYPE_CHECKING

from pandas.api.types import is_datetime64_any_dtype

from sdtm.dates import study_day
from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built

_DAYS = {"ADY": "ADT", "ASTDY": "ASTDT", "AENDY": "AENDT"}


@check(
    "CK-ADY",
    severity="warning",
    standard="ADaMIG 1.3",
    message="{variable} should be {@due}: the date is {@date} and TRTSDT {@reference}",
)
def analysis_day(data: Built) -> Iterator[Failing]:
    """Analysis days follow from their date and TRTSDT."""
    for day, date in _DAYS.items():
        for dataset, frame in data.datasets("USUBJID", day, date, standard="ADaMIG"):
            reference = frame.get("TRTSDT")
            if reference is None:
                reference = data.of_subject("ADSL", "TRTSDT", frame["USUBJID"])
            if reference is None or not is_datetime64_any_dtype(frame[date]):
                continue
            days, due = frame[day].astype("Float64"), study_day(frame[date], reference)
            wrong = days.ne(due.astype("Float64")).fillna(value=False)
            wrong |= days.isna() != due.isna()
            facts = frame.assign(**{"@due": due, "@date": frame[date], "@reference": reference})
            yield Failing(dataset, facts, wrong, day)
