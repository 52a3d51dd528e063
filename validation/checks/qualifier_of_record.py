from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check
from validation.places import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from validation.check import Built


@check(
    "CK-SUPP",
    severity="error",
    standard="SDTMIG 3.4 section 8.4; CG0371",
    message="no record of the subject has {IDVAR} {IDVARVAL}",
)
def qualifier_of_record(data: Built) -> Iterator[Failing]:
    """A supplemental qualifier belongs to a record of its dataset."""
    for dataset, frame in data.datasets("USUBJID", "IDVAR", "IDVARVAL", standard="SDTMIG"):
        for _, parent in data.dataset(dataset.parent, "USUBJID"):
            lost = frame["IDVAR"].isna() & ~frame["USUBJID"].isin(parent["USUBJID"])
            for name in frame["IDVAR"].dropna().unique():
                if name in parent:
                    named = frame["IDVAR"].eq(name)
                    lost |= named & ~_pairs(frame, "IDVARVAL").isin(_pairs(parent, name))
            yield Failing(dataset, frame, lost, "IDVARVAL")


def _pairs(frame: pd.DataFrame, variable: str) -> pd.Series:
    """Subject and value as one text each; numbers as they are written in IDVARVAL."""
    return frame["USUBJID"].str.cat(as_text(frame[variable]), sep="\n", na_rep="")
