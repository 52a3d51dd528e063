from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


_NEEDS = (("TSVALCD", "TSVCDREF"), ("TSVCDREF", "TSVALCD"), ("TSVCDVER", "TSVCDREF"))


@check(
    "CK-TS-CODE",
    severity="error",
    standard="SDTMIG 3.4 section 7.4; CG0263, CG0264",
    message="{@given} is {@value}, and {variable} is missing",
)
def trial_summary_codes(data: Built) -> Iterator[Failing]:
    """A code of TS names its dictionary, a dictionary its code, a version its dictionary."""
    for given, needed in _NEEDS:
        for dataset, frame in data.dataset("TS", "TSPARMCD", given, needed):
            wrong = frame[given].notna() & frame[needed].isna()
            told = frame.assign(**{"@value": frame[given]})
            told["@given"] = given
            yield Failing(dataset, told, wrong, needed)
