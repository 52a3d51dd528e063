from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check
from validation.places import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-SRC",
    severity="error",
    standard="ADaMIG 1.3 section 3.3.9",
    message="{@fault}",
)
def sources_of_records(data: Built) -> Iterator[Failing]:
    """SRCDOM, SRCVAR and SRCSEQ name a dataset, a variable and a record that are there."""
    for dataset, frame in data.datasets("SRCDOM", standard="ADaMIG"):
        frames = {d.name: f for d, f in data.datasets()}
        sourced = frame[frame["SRCDOM"].notna()]
        faults = pd.Series(index=frame.index, dtype="str")
        for name, rows in sourced.groupby("SRCDOM"):
            if name not in frames:
                faults[rows.index] = f"SRCDOM is {name}, and there is no such dataset"
                continue
            faults.update(_variables(rows, str(name), frames[str(name)]))
            faults.update(_records(rows, str(name), frames[str(name)]))
        yield Failing(dataset, frame.assign(**{"@fault": faults}), faults.notna(), "SRCDOM")


def _variables(rows: pd.DataFrame, name: str, source: pd.DataFrame) -> pd.Series:
    if "SRCVAR" not in rows:
        return pd.Series(dtype="str")
    strange = rows["SRCVAR"].dropna()
    strange = strange[~strange.isin([str(column) for column in source.columns])]
    return "SRCVAR is " + strange + f", and {name} has no such variable"


def _records(rows: pd.DataFrame, name: str, source: pd.DataFrame) -> pd.Series:
    number = "ASEQ" if "ASEQ" in source else f"{name.removeprefix('SUPP')}SEQ"
    if not {"SRCSEQ", "USUBJID"} <= set(rows) or not {number, "USUBJID"} <= set(source):
        return pd.Series(dtype="str")
    asked = rows[["USUBJID", "SRCSEQ"]].dropna()
    there = pd.MultiIndex.from_frame(asked).isin(
        pd.MultiIndex.from_frame(source[["USUBJID", number]].astype({number: "float64"}))
    )
    lost = asked.loc[~there, "SRCSEQ"]
    return "SRCSEQ is " + as_text(lost) + f", and {name} has no such record of the subject"
