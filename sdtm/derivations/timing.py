"""Study days and reference dates."""

from __future__ import annotations

import pandas as pd

from sdtm.dates import full_day
from sdtm.dates import study_day as day_number
from specs.derivation import derivation


@derivation
def study_day(date: pd.Series, reference: pd.Series) -> pd.Series:
    """The date part of {date} minus that of {reference}, plus 1 on and after it; there is no day 0.

    Missing when either date is missing or not complete (SDTMIG 3.4, section 4.4.4). The dates
    themselves are left as they are.

    >>> study_day(pd.Series(["2020-02-01", "2020-01-30", "2020-02"]), pd.Series(["2020-02-01"] * 3))
    0    1.0
    1   -2.0
    2    NaN
    dtype: float64
    """
    return day_number(full_day(date), full_day(reference)).astype("float64")


@derivation(scope="subject")
def earliest(date: pd.Series, subject: pd.Series) -> pd.Series:
    """The earliest {date} of the subject; missing when there is none.

    ISO 8601 texts are compared as texts, so of two dates that agree as far as both are known the
    less precise is the earlier.
    """
    return date.groupby(subject).min()


@derivation(scope="subject")
def latest(date: pd.Series, subject: pd.Series) -> pd.Series:
    """The latest {date} of the subject; missing when there is none.

    ISO 8601 texts are compared as texts, so of two dates that agree as far as both are known the
    more precise is the later.
    """
    return date.groupby(subject).max()


@derivation(scope="subject")
def exists(record: pd.Series, subject: pd.Series, *, value: str = "Y") -> pd.Series:
    """{value} when the subject has a {record}; else missing."""
    found = record.groupby(subject).count() > 0
    return pd.Series(index=found.index, dtype="str").mask(found, value)


@derivation
def date_of(datetime: pd.Series) -> pd.Series:
    """The date part of {datetime}."""
    return datetime.str.partition("T")[0]
