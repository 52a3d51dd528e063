from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from specs.model import Dataset
    from validation.check import Built


@check(
    "CK-SUBJECT",
    severity="error",
    standard="SDTMIG 3.4 section 5.2; ADaM rule 53",
    message="DM has no subject {@subject}",
)
def subject_in_dm(data: Built) -> Iterator[Failing]:
    """Every subject is in DM, and so is the one, or the pool, to whom a person is related."""
    for _, dm in data.dataset("DM", "USUBJID"):
        in_dm = {*dm["USUBJID"]}
        for dataset, frame in data.datasets("USUBJID"):
            yield _strangers(dataset, frame, "USUBJID", in_dm)
        for _, pools in data.dataset("POOLDEF", "POOLID"):
            in_dm |= {*pools["POOLID"]}
        for dataset, frame in data.datasets("APID", "RSUBJID"):
            yield _strangers(dataset, frame, "RSUBJID", in_dm)


def _strangers(
    dataset: Dataset, frame: pd.DataFrame, name: str, subjects_there: set[str]
) -> Failing:
    subjects = frame[name]
    rows = frame.assign(**{"@subject": subjects})
    return Failing(dataset, rows, subjects.notna() & ~subjects.isin(subjects_there), name)
