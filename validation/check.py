"""What a conformance check is, and what it is given.

A check is declared where it is written:

    @check("CK-DM-SUBJECT", severity="error", standard="SDTMIG 3.4 section 5.2",
           message="{USUBJID} has an earlier record in DM")
    def one_dm_record(data: Built) -> Iterator[Failing]:
        '''DM has one record per subject.'''

The docstring is the check's title. In the message, `{VARIABLE}` is that column of the failing row
and `{--DTC}` the variable with the dataset's own prefix.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING, Any

import pandas as pd

from specs.findings import all_findings, no_findings
from specs.model import Dataset
from specs.prefixes import with_prefix
from validation.places import as_text, at_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from specs.model import Study
    from specs.tables import Table


@dataclass(frozen=True)
class Built:
    """The datasets of a package with the specification they were built from.

    `sizes` are the records of those datasets of which not all rows are there.
    """

    study: Study
    tables: Mapping[str, Table]
    sizes: Mapping[str, int] = field(default_factory=dict)

    def size(self, dataset: Dataset) -> int:
        """How many records a dataset has; its table may have only those that a check looks at."""
        name = dataset.name
        return self.sizes[name] if name in self.sizes else len(self.tables[name].frame)

    def datasets(self, *needs: str, standard: str = "") -> Iterator[tuple[Dataset, pd.DataFrame]]:
        """Each dataset, with its rows, that has all the variables; `--` stands for its prefix."""
        for dataset in self.study.datasets:
            if dataset.name not in self.tables or standard not in ("", dataset.standard):
                continue
            frame = self.tables[dataset.name].frame
            if all(named(dataset, need) in frame for need in needs):
                yield dataset, frame

    def dataset(self, name: str, *needs: str) -> Iterator[tuple[Dataset, pd.DataFrame]]:
        """The dataset of that name, if it is there and has all the variables."""
        return ((d, frame) for d, frame in self.datasets(*needs) if d.name == name)

    def lacking(self, name: str, fault: str) -> Failing:
        """A dataset that is not there, or lacks what it must have; `{@fault}` says so."""
        dataset = next((d for d in self.study.datasets if d.name == name), None)
        if dataset is None:
            dataset = Dataset(
                name, name, name, "", "", "Tabulation", "SDTMIG", keys=(), blocks=(), variables=()
            )
        return Failing(dataset, pd.DataFrame({"@fault": [fault]}), None, "")

    def of_subject(self, name: str, variable: str, subjects: pd.Series) -> pd.Series | None:
        """A variable of a dataset with one record per subject, for each of the subjects given.

        The first record counts where there are several. None when the dataset does not have it.
        """
        for _, frame in self.dataset(name, "USUBJID", variable):
            values = frame[variable].set_axis(pd.Index(frame["USUBJID"]))
            if values.index.has_duplicates:
                values = values[~values.index.duplicated()]
            return values.reindex(subjects).set_axis(subjects.index)
        return None


@dataclass(frozen=True)
class Failing:
    """The rows of a dataset that fail a check: those of `frame` for which `rows` is True.

    `frame` has, beside the dataset's variables, what the message tells. Where `rows` is None the
    dataset itself fails, and `frame` has one row with what is told.
    """

    dataset: Dataset
    frame: pd.DataFrame
    rows: pd.Series | None
    variable: str


@dataclass(frozen=True)
class Check:
    """A conformance check; `standard` says which rule of which document it follows."""

    id: str
    title: str
    severity: str
    standard: str
    message: str
    find: Callable[[Built], Iterator[Failing]]

    def __call__(self, data: Built) -> pd.DataFrame:
        """What the check finds, as findings."""
        return all_findings(self._findings(failing) for failing in self.find(data))

    def _findings(self, failing: Failing) -> pd.DataFrame:
        dataset, variable = failing.dataset, named(failing.dataset, failing.variable)
        rows = failing.frame
        if failing.rows is not None:
            fails = failing.rows.to_numpy(dtype=bool)
            rows = rows[fails] if fails.any() else rows[:0]
        if not len(rows):  # a frame without columns is empty too
            return no_findings()
        return at_rows(
            dataset,
            rows,
            severity=self.severity,
            rule=self.id,
            variable=variable,
            value=rows.get(variable, pd.Series(index=rows.index, dtype="str")),
            message=_filled(self.message.replace("--", dataset.domain), rows, variable),
        )


def check(
    id_: str, *, severity: str, standard: str, message: str
) -> Callable[[Callable[[Built], Iterator[Failing]]], Check]:
    """Declare the function below to be a conformance check."""

    def declared(find: Callable[[Built], Iterator[Failing]]) -> Check:
        first = (find.__doc__ or "").strip().split("\n\n")[0]
        title = " ".join(first.split()).removesuffix(".")
        return Check(id_, title, severity, standard, message, find)

    return declared


def named(dataset: Dataset, variable: str) -> str:
    """A variable's name in a dataset: `--DTC` is AEDTC in AE."""
    return with_prefix(variable, dataset.domain)


def conflicting(frame: pd.DataFrame, left: str, right: str, within: tuple[str, ...]) -> pd.Series:
    """True at the first row of each pair of values that is not one to one.

    Pairs with a missing value do not count. Shape: frame in, Series of bool on its index out.
    """
    pairs = frame[[*within, left, right]].dropna(subset=[left, right]).drop_duplicates()
    clash = pairs.duplicated([*within, left], keep=False)
    clash |= pairs.duplicated([*within, right], keep=False)
    conflicts = pd.Series(data=False, index=frame.index)
    conflicts[clash.index[clash]] = True
    return conflicts


def same_number(left: pd.Series, right: pd.Series) -> pd.Series:
    """Whether numbers are equal but for what binary arithmetic does to decimals.

    Shape: two Series of numbers on one index in, Series of bool out; missing equals nothing.
    """
    size = pd.concat([left.abs(), right.abs()], axis=1).max(axis=1).clip(lower=1.0)
    return (left - right).abs().le(1e-9 * size)


def _filled(message: str, rows: pd.DataFrame, variable: str) -> pd.Series | str:
    text: Any = ""
    for literal, name, _, _ in Formatter().parse(message):
        text = text + literal
        if name == "variable":
            text = text + variable
        elif name:
            text = text + as_text(rows[name]).fillna("missing")
    return text if isinstance(text, pd.Series) else str(text)
