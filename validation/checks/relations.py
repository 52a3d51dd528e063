from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check
from validation.places import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-RELREC",
    severity="error",
    standard="SDTMIG 3.4 sections 8.2 and 8.3; CG0200, CG0369, CG0371, CG0374, CG0419",
    message="{@fault}",
)
def relations(data: Built) -> Iterator[Failing]:
    """A relation is of datasets, with RELTYPE, or of records that are there, without."""
    for dataset, frame in data.dataset("RELREC", "RDOMAIN", "IDVAR", "IDVARVAL", "RELID"):
        empty = pd.Series(index=frame.index, dtype="str")
        subject = frame.get("USUBJID", empty)
        kind = frame.get("RELTYPE", empty)
        of_records = frame["IDVARVAL"].notna() | subject.notna()
        faults = empty.copy()
        faults[of_records & kind.notna()] = "RELTYPE is for relations of datasets, not of records"
        faults[~of_records & kind.isna()] = "a relation of datasets has a RELTYPE"
        faults[of_records & (subject.isna() | frame["IDVARVAL"].isna())] = (
            "a relation of records names the subject and IDVARVAL"
        )
        rows = frame[of_records & faults.isna()]
        faults.update(_lost(data, rows))
        partner = frame.fillna("").duplicated(
            [name for name in ("STUDYID", "USUBJID", "RELID") if name in frame], keep=False
        )
        faults[faults.isna() & ~partner] = "nothing else has this RELID, so it relates to nothing"
        yield Failing(dataset, frame.assign(**{"@fault": faults}), faults.notna(), "RELID")


def _lost(data: Built, rows: pd.DataFrame) -> pd.Series:
    """What is wrong with relations to records that are not there."""
    problems: list[pd.Series] = []
    for (domain, name), related in rows.groupby(["RDOMAIN", "IDVAR"]):
        keys = {
            (str(subject), str(value))
            for dataset, frame in data.datasets("USUBJID", standard="SDTMIG")
            if dataset.domain == domain and not dataset.parent and name in frame
            for subject, value in zip(frame["USUBJID"], as_text(frame[str(name)]), strict=True)
        }
        pairs = zip(related["USUBJID"], related["IDVARVAL"], strict=True)
        lost = related[[pair not in keys for pair in pairs]]
        problems.append(
            f"{domain} has no record of the subject with {name} " + lost["IDVARVAL"].astype("str")
        )
    return pd.concat(problems) if problems else pd.Series(dtype="str")
