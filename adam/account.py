"""What a dataset's rows were made from, and what was found while they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from specs.findings import all_findings, findings
from specs.tables import no_trace

if TYPE_CHECKING:
    from specs.model import Block


class Account:
    """The trace and the findings of a dataset while it is built, by the labels of its rows."""

    def __init__(self, dataset: str) -> None:
        self._dataset = dataset
        self._traces: list[pd.DataFrame] = [no_trace()]
        self._problems: list[pd.DataFrame] = []
        self._unclaimed: list[pd.DataFrame] = []

    def trace(self, row: Any, source: str, record: Any) -> None:
        """Rows were made from records of a source; both by label, one pair per place."""
        pair = {"row": np.asarray(row), "source": source, "record": np.asarray(record)}
        self._traces.append(pd.DataFrame(pair))

    def made_from(self, rows: pd.Index) -> pd.DataFrame:
        """The trace of some rows so far, `row` counted from 0 in their order."""
        found = pd.concat(self._traces, ignore_index=True)
        place = rows.get_indexer(pd.Index(found["row"]))
        return found.assign(row=place)[place >= 0]

    def report(self, rows: pd.Index, variable: str, value: pd.Series, problem: pd.Series) -> None:
        """What is wrong with a value where `problem` says so."""
        told = {
            "row": rows,
            "variable": variable,
            "value": value.astype("str").to_numpy(),
            "message": problem.astype("str").to_numpy(),
        }
        self._problems.append(pd.DataFrame(told).dropna(subset=["message"]))

    def unclaimed(self, block: Block, subject: pd.Series) -> None:
        """Records of a block belong to none of the parameters."""
        told = [f"a record of {block.form} is of none of the parameters"] * len(subject)
        self._unclaimed.append(
            findings(
                severity="warning",
                rule="CK-ADAM-NO-PARAMETER",
                dataset=self._dataset,
                subject=subject,
                message=told,
                file=block.place,
            )
        )

    def traced(self, position: pd.Series) -> pd.DataFrame:
        """The trace, with the positions the rows have in the end."""
        found = pd.concat(self._traces, ignore_index=True).drop_duplicates()
        found = found[found["row"].isin(position.index)]
        own = found["source"].eq(self._dataset)
        record = found["record"].mask(own, found["record"].map(position))
        found = found.assign(row=found["row"].map(position), record=record)
        found = found.astype({"row": "int64", "source": "str", "record": "int64"})
        return found.sort_values(["row", "source", "record"], ignore_index=True)

    def findings(self, position: pd.Series, frame: pd.DataFrame) -> pd.DataFrame:
        """The findings, with subject and ASEQ of their rows in the finished `frame`."""
        told = pd.concat(self._problems, ignore_index=True) if self._problems else pd.DataFrame()
        if not len(told):
            return all_findings(self._unclaimed)
        place = told["row"].map(position)
        told = told.assign(row=place).dropna(subset=["row"]).drop_duplicates()
        told = told.sort_values(["row", "variable"], ignore_index=True)
        rows = frame.iloc[told["row"].astype("int64")].reset_index(drop=True)
        number = rows["ASEQ"].map("{:g}".format) if "ASEQ" in rows else None
        derived = findings(
            severity="warning",
            rule="CK-ADAM-DERIVATION",
            dataset=self._dataset,
            subject=rows["USUBJID"],
            seq=number,
            variable=told["variable"],
            value=told["value"],
            message=told["message"],
        )
        return all_findings([*self._unclaimed, derived])
