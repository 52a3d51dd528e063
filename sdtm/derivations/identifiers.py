"""Identifiers of subjects and records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from specs.derivation import derivation
from specs.tables import stable_order


@derivation(scope="value")
def unique_subject_identifier(subject: pd.Series, *, pattern: str) -> pd.Series:
    """The text "{pattern}" with {subject} in place of the angle brackets and what they enclose.

    The same person has the same value in all studies of a submission (SDTMIG 3.4, section 4.1.2).

    >>> unique_subject_identifier(pd.Series(["7"]), pattern="STUDY-{subject}").tolist()
    ['STUDY-7']
    """
    before, _, after = pattern.partition("{subject}")
    return before + subject.str.strip() + after


@derivation(categories=True)
def sequence_number(subject: pd.Series, *keys: pd.Series) -> pd.Series:
    """The number of the record within {subject}, from 1, in the order of {from}; missing values
    come last, and records that agree in all of these stay in the order of collection.

    Records that agree in all of these keep the order in which they were collected
    (SDTMIG 3.4, section 4.1.4).

    >>> sequence_number(pd.Series(["A", "B", "A"]), pd.Series([2, 1, 1])).tolist()
    [2.0, 1.0, 1.0]
    """
    order = stable_order((subject, *keys), len(subject))
    codes = pd.factorize(subject)[0][order]
    first = np.flatnonzero(np.diff(codes, prepend=-2))
    counts = np.diff(np.append(first, len(codes)))
    numbers = np.empty(len(order), dtype="float64")
    numbers[order] = np.arange(len(order)) - np.repeat(first, counts) + 1
    return pd.Series(numbers, index=subject.index).where(subject.notna())
