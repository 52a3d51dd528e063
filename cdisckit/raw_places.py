"""Where in the raw data a finding on a dataset's record comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.places import sequence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdtm.raw import RawData
    from specs.model import Study
    from specs.tables import Table

_COLUMNS = ["form", "file", "line"]


def with_raw_places(
    findings: pd.DataFrame, study: Study, tables: Mapping[str, Table], raw: RawData
) -> pd.DataFrame:
    """The findings with form, file and line of the raw record that a dataset's record is made of.

    Only where the record comes from one raw record, and the finding names no file yet.
    """
    wanted = findings[findings["dataset"].isin(list(tables)) & findings["file"].isna()]
    wanted = wanted[wanted["subject"].notna() & wanted["seq"].notna()]
    if wanted.empty:
        return findings
    records = raw.records()[_COLUMNS]
    filled = findings.copy()
    for name, rows in wanted.groupby("dataset"):
        if not study.has(str(name)):
            continue
        of_row = _single(tables[str(name)].trace, raw)
        frame = tables[str(name)].frame
        if "USUBJID" not in frame:
            continue
        keys = pd.MultiIndex.from_arrays(
            [frame["USUBJID"], sequence(study.dataset(str(name)), frame)]
        )
        record = pd.Series(of_row.reindex(frame.index).to_numpy(), index=keys)
        record = record[~record.index.duplicated(keep=False)].dropna()
        asked = pd.MultiIndex.from_frame(rows[["subject", "seq"]])
        numbers = record.reindex(asked).set_axis(rows.index).dropna().astype("int64")
        filled.loc[numbers.index, _COLUMNS] = (
            records.loc[numbers].astype("str").set_axis(numbers.index)
        )
    return filled


def _single(trace: pd.DataFrame, raw: RawData) -> pd.Series:
    """The raw record of each row that comes from one alone, by the row's position."""
    own = trace[trace["source"].isin(list(raw.forms))]
    return own.drop_duplicates("row", keep=False).set_index("row")["record"]
