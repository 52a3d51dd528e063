"""Which checks look beyond a subject, and what of a group's rows they need to see.

Every other check sees a group of subjects at a time: with all rows of a subject in one group, what
it finds in the groups is what it finds in the whole. A check named here sees the study once, after
the groups, and only the rows that are kept of each: what it finds in those is what it finds in all.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import pandas as pd

from sdtm.dates import first_day
from validation.check import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from specs.model import Dataset, Study

    Kept: TypeAlias = Callable[[Dataset, pd.DataFrame, Study], pd.DataFrame | None]


def first_of(*names: str) -> Kept:
    """The first row with each combination of values, of datasets that have all the variables."""

    def kept(dataset: Dataset, frame: pd.DataFrame, _: Study) -> pd.DataFrame | None:
        columns = [named(dataset, name) for name in names]
        return None if set(columns) - set(frame) else frame[~frame.duplicated(columns)]

    return kept


def first_of_tests(dataset: Dataset, frame: pd.DataFrame, _: Study) -> pd.DataFrame | None:
    """The first row of each test, method and unit."""
    names = ("--TESTCD", "--STRESU", "--CAT", "--SCAT", "--SPEC", "--METHOD", "--BDAGNT")
    columns = [named(dataset, name) for name in names]
    if set(columns[:2]) - set(frame):
        return None
    return frame[~frame.duplicated([name for name in columns if name in frame])]


def one_row(dataset: Dataset, frame: pd.DataFrame, _: Study) -> pd.DataFrame | None:
    """Whether there is a row."""
    return frame.head(1) if dataset.standard == "SDTMIG" else None


def after_cut(dataset: Dataset, frame: pd.DataFrame, study: Study) -> pd.DataFrame | None:
    """The rows with a date after the data cut."""
    names = list(frame.columns[frame.columns.str.endswith("DTC")])
    if dataset.standard != "SDTMIG" or not names:
        return None
    cut = pd.Timestamp(study.data_cut)
    late = pd.concat([first_day(frame[name]).gt(cut) for name in names], axis=1).any(axis=1)
    return frame[late]


def without_epoch(dataset: Dataset, frame: pd.DataFrame, _: Study) -> pd.DataFrame | None:
    """EPOCH and the dates of the rows without an epoch."""
    names = [named(dataset, name) for name in ("--STDTC", "--DTC")]
    if dataset.standard != "SDTMIG" or "EPOCH" not in frame:
        return None
    return frame.loc[frame["EPOCH"].isna(), ["EPOCH", *(n for n in names if n in frame)]]


def with_evaluator(dataset: Dataset, frame: pd.DataFrame, _: Study) -> pd.DataFrame | None:
    """The rows with an evaluator, and the first row of each category."""
    names = [n for n in (named(dataset, "--EVAL"), named(dataset, "--EVALID")) if n in frame]
    if dataset.standard != "SDTMIG" or not names:
        return None
    category = named(dataset, "--CAT")
    repeated = frame.duplicated(category) if category in frame else frame.index > 0
    return frame[frame[names].notna().any(axis=1) | ~repeated]


OF_STUDY: Final[Mapping[str, Kept]] = MappingProxyType(
    {
        "CK-AVALC": first_of("PARAMCD", "AVAL", "AVALC"),
        "CK-CUT": after_cut,
        "CK-EPOCH-MISSING": without_epoch,
        "CK-EVAL": with_evaluator,
        "CK-GUIDE": one_row,
        "CK-PARAM": first_of("PARAMCD", "PARAM"),
        "CK-STRESU": first_of_tests,
        "CK-TEST": first_of("--TESTCD", "--TEST"),
        "CK-VISIT": first_of("VISITNUM", "VISIT"),
    }
)
"""The checks of the whole study by their ids, each with what it needs of a group's rows."""
