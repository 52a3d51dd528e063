"""Findings: what is wrong in the data, as one table with one row per finding.

A finding never changes the data. It names the rule that found it, the place (dataset, subject,
record, variable, and the raw form, file and line where known), the value, and what was expected.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specs.model import Dataset

SEVERITIES = ("error", "warning", "notice")

FINDING_COLUMNS = (
    "severity",  # one of SEVERITIES
    "rule",  # identifier of the check, e.g. CK-RAW-CODE
    "dataset",  # SDTM or ADaM dataset, or null for raw data
    "form",  # raw form, or null
    "subject",  # USUBJID, or the subject as the raw data name it
    "event",  # the event that the raw record was collected at, as the raw data name it
    "seq",  # --SEQ or ASEQ of the record, or the instance of the raw record, as text
    "variable",  # variable, or raw field
    "value",  # the offending value as text
    "message",  # what is wrong and what was expected, one sentence
    "file",  # raw file, or spec file
    "line",  # line in that file, as text
    "explanation",  # why it stays, from the study's explanations.yaml; null if unexplained
    "status",  # of that explanation: "open" or "accepted"; null if unexplained
)


_ORDER = (
    *("rule", "dataset", "form", "variable", "subject", "event", "@seq", "seq", "file"),
    *("@line", "line", "value", "message", "explanation", "status"),
)


def findings(**columns: Any) -> pd.DataFrame:
    """A table of findings from columns given as Series, lists or scalars; scalars are repeated.

    The result has exactly FINDING_COLUMNS, all of text dtype. Columns not given are null. With
    scalars only, one row; a list or Series of length 0 gives no row.
    """
    unknown = set(columns) - set(FINDING_COLUMNS)
    if unknown:
        raise ValueError(f"not a column of findings: {', '.join(sorted(unknown))}")
    rows = [len(v) for v in columns.values() if isinstance(v, (pd.Series, list, tuple))]
    size = rows[0] if rows else 1
    table = {
        name: (
            column.astype("str").where(column.notna()).to_numpy()
            if isinstance(column, pd.Series)
            else column
        )
        for name, column in columns.items()
    }
    frame = pd.DataFrame(table, index=pd.RangeIndex(size))
    return frame.reindex(columns=pd.Index(FINDING_COLUMNS)).astype("str")


@cache
def _empty() -> pd.DataFrame:
    return findings(rule=[])


def no_findings() -> pd.DataFrame:
    """A table of findings without rows."""
    return _empty().copy()


def in_order(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings as a package lists them, whatever the order in which they were found.

    By severity, rule, dataset, form, variable, subject, then by number of the record and line, and
    by what is said. One that names neither subject nor line is told once: each group of subjects
    finds it again.
    """
    of_study = findings["subject"].isna() & findings["line"].isna() & findings["seq"].isna()
    once = findings[~(of_study & findings.duplicated())]
    rank = once["severity"].map({name: number for number, name in enumerate(SEVERITIES)})
    numbers = {f"@{name}": pd.to_numeric(once[name], errors="coerce") for name in ("seq", "line")}
    ordered = once.assign(**{"@severity": rank, **numbers}).sort_values(
        ["@severity", *_ORDER], kind="stable", ignore_index=True
    )
    return ordered[list(FINDING_COLUMNS)]


def all_findings(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The given tables of findings below each other, in the order given."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else no_findings()


def tells(findings: pd.DataFrame, dataset: Dataset) -> bool:
    """Whether findings name the file of a dataset's specification, and with it maybe a line."""
    texts = [findings[name].dropna() for name in ("file", "message")]
    return bool(dataset.file) and any(
        bool(text.str.contains(dataset.file, regex=False).any()) for text in texts
    )
