from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdtm.dates import imputed_part
from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


# A date of ADaM, the flag of its imputation, and the date of SDTM that it is taken from.
_DATES = (("ASTDT", "ASTDTF", "--STDTC"), ("AENDT", "AENDTF", "--ENDTC"), ("ADT", "ADTF", "--DTC"))


@check(
    "CK-DTF",
    severity="error",
    standard="ADaMIG 1.3 section 3.1.4",
    message="{@date} is from {@text}, so {variable} should be {@due}",
)
def imputation_flags(data: Built) -> Iterator[Failing]:
    """The flag of an imputed date says which part of it was not collected."""
    for date, flag, collected in _DATES:
        for dataset, frame in data.datasets(date, standard="ADaMIG"):
            own = [n for n in map(str, frame) if re.fullmatch(rf"[A-Z]{{2}}{collected[2:]}", n)]
            if len(own) != 1:
                continue
            due = imputed_part(frame[own[0]]).where(frame[date].notna() & frame[own[0]].notna())
            flags = frame[flag] if flag in frame else due.where(due.isna())
            wrong = due.fillna("").ne(flags.fillna(""))
            wrong &= frame[date].notna() & frame[own[0]].notna()
            facts = frame.assign(
                **{
                    "@date": frame[date],
                    "@text": frame[own[0]],
                    "@due": due.fillna("missing"),
                }
            )
            yield Failing(dataset, facts, wrong, flag)
