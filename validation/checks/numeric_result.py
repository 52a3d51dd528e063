from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check, named, same_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


@check(
    "CK-STRESN",
    severity="error",
    standard="SDTMIG 3.4 section 4.5.1; FDA FB3102, FB3103",
    message="--STRESC is {--STRESC} and --STRESN is {--STRESN}",
)
def numeric_result(data: Built) -> Iterator[Failing]:
    """--STRESN is the number that --STRESC shows."""
    for dataset, frame in data.datasets("--STRESC", "--STRESN", standard="SDTMIG"):
        text, number = frame[named(dataset, "--STRESC")], frame[named(dataset, "--STRESN")]
        numeric = text.str.fullmatch(_NUMBER).fillna(value=False).astype(bool)
        shown = pd.to_numeric(text.where(numeric), errors="coerce")
        wrong = (numeric & ~same_number(shown, number)) | (~numeric & number.notna())
        yield Failing(dataset, frame, wrong, "--STRESN")
