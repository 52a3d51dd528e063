from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


_NEEDS = (("TSVALCD", "TSVCDREF"), ("TSVCDREF", "TSVALCD"), ("TSVCDVER", "TSVCDREF"))
_NO_CODES = ("ISO 8601", "ISO 3166")
"""How the dictionaries begin whose values are their own codes: dates, durations, countries."""


@check(
    "CK-TS-CODE",
    severity="error",
    standard="SDTMIG 3.4 section 7.4; CG0263, CG0264",
    message="{@given} is {@value}, and {variable} is missing",
)
def trial_summary_codes(data: Built) -> Iterator[Failing]:
    """A code of TS names its dictionary, a dictionary its code, a version its dictionary.

    ISO standards have no codes beside their values, and a value that is null has none.
    """
    for variable, needed in _NEEDS:
        for dataset, frame in data.dataset("TS", "TSPARMCD", variable, needed):
            wrong = frame[variable].notna() & frame[needed].isna()
            if needed == "TSVALCD":
                wrong &= ~frame[variable].str.startswith(_NO_CODES, na=False)
                wrong &= frame["TSVALNF"].isna() if "TSVALNF" in frame else True
            facts = frame.assign(**{"@value": frame[variable]})
            facts["@given"] = variable
            yield Failing(dataset, facts, wrong, needed)
