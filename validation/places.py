"""Where a finding is: the subject and sequence number of rows, and values as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from specs.findings import findings
from specs.numbers import number_text

if TYPE_CHECKING:
    from specs.model import Dataset

_SEQUENCE = re.compile(r"[A-Z][A-Z0-9]SEQ")


def as_text(values: pd.Series) -> pd.Series:
    """Values as findings show them: 12 and not 12.0, dates in ISO 8601; missing stays missing.

    >>> as_text(pd.Series([12.0, 0.5, None])).tolist()
    ['12', '0.5', nan]
    """
    if pd.api.types.is_bool_dtype(values):
        return values.astype("str")
    if pd.api.types.is_numeric_dtype(values):
        shown = values.astype("float64").map(number_text, na_action="ignore")
        return pd.Series(shown, dtype="str")
    if pd.api.types.is_datetime64_any_dtype(values):
        day = pd.Series(values.dt.strftime("%Y-%m-%d"), dtype="str")
        moment = pd.Series(values.dt.strftime("%Y-%m-%dT%H:%M:%S"), dtype="str")
        return day.where(values.isna() | values.eq(values.dt.normalize()), moment)
    return values.astype("str")


def sequence(dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """The sequence number of each row as text: --SEQ, ASEQ, or the --SEQ of the parent record.

    Shape: frame in, Series of `str` on its index out; null where a row has none.
    """
    if dataset.parent and {"IDVAR", "IDVARVAL"} <= set(frame):
        by_sequence = frame["IDVAR"].eq(f"{dataset.domain}SEQ")
        return as_text(frame["IDVARVAL"].where(by_sequence))
    own = [name for name in frame.columns if _SEQUENCE.fullmatch(name)]
    for name in (f"{dataset.domain}SEQ", "ASEQ", *own):
        if name in frame:
            return as_text(frame[name])
    return pd.Series(index=frame.index, dtype="str")


def at_rows(
    dataset: Dataset,
    rows: pd.DataFrame,
    *,
    severity: str,
    rule: str,
    variable: str,
    value: pd.Series,
    message: pd.Series | str,
) -> pd.DataFrame:
    """Findings at the given rows of a dataset, one for each."""
    missing = pd.Series(index=rows.index, dtype="str")
    return findings(
        severity=severity,
        rule=rule,
        dataset=dataset.name,
        subject=rows.get("USUBJID", missing),
        seq=sequence(dataset, rows),
        variable=variable,
        value=as_text(value),
        message=message,
    )
