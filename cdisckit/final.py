"""What a draft warns of and a final package may not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.csv_files import read_csv
from specs.errors import SpecError
from specs.findings import findings, no_findings

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

PROPOSALS = "proposals.csv"
PROPOSAL_COLUMNS = ("dataset", "variable", "form", "field", "why", "confidence", "reviewed")

DEIDENTIFIED = "CK-RAW-DEIDENTIFIED"
ERRORS_WHEN_FINAL = ("CK-LEDGER-FIELD", "CK-LEDGER-RECORD", DEIDENTIFIED, "CK-INIT-PROPOSAL")
"""Collected data unaccounted for, dates that may be shifted, proposals that nobody reviewed."""


def as_final(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings as a final build has them: the rules ERRORS_WHEN_FINAL are errors."""
    stricter = findings["rule"].isin(ERRORS_WHEN_FINAL)
    return findings.assign(severity=findings["severity"].mask(stricter, "error"))


def unsettled(findings: pd.DataFrame) -> pd.Series:
    """Which findings a final package may not hold.

    Errors that nothing explains, and whatever is explained for the time being: its explanation has
    the status open. Shape: findings in, Series of bool on their index out.
    """
    unexplained = findings["explanation"].isna()
    return (findings["severity"].eq("error") & unexplained) | findings["status"].eq("open")


def open_proposals(folder: Path) -> pd.DataFrame:
    """A finding for each rule of the study that `cdisckit init` proposed and nobody reviewed."""
    path = folder / PROPOSALS
    if not path.exists():
        return no_findings()
    head, rows = read_csv(path)
    if set(head) | {"confidence"} != set(PROPOSAL_COLUMNS):
        raise SpecError(
            "does not have the columns it was made with",
            where=f"{PROPOSALS} line 1",
            remedy=f"they are {', '.join(PROPOSAL_COLUMNS)}",
        )
    waiting = [(line, row) for line, row in rows if not row["reviewed"].strip()]
    if not waiting:
        return no_findings()
    return findings(
        severity="warning",
        rule="CK-INIT-PROPOSAL",
        dataset=[row["dataset"] for _, row in waiting],
        variable=[row["variable"] for _, row in waiting],
        form=[row["form"] or None for _, row in waiting],
        value=[row["field"] or None for _, row in waiting],
        message=[
            f"the rule was proposed ({row['why']}); review it, and write your initials and the"
            " date under reviewed"
            for _, row in waiting
        ],
        file=PROPOSALS,
        line=[str(line) for line, _ in waiting],
    )
