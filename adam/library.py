"""The datasets built so far, as sources of the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from adam.lookup import NONE, SEVERAL, matched, placed, taken
from specs.errors import MappingError, did_you_mean
from specs.references import parameters_named
from specs.where import all_hold, variables_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from specs.model import Study
    from specs.tables import Table
    from specs.where import Condition

CHOSEN = ["USUBJID", "AVISIT"]


@dataclass
class Library:
    """SDTM and the ADaM datasets already built; it grows as they are."""

    study: Study
    tables: dict[str, Table]
    _subjects: pd.Index = field(default_factory=lambda: pd.Index([], dtype="str"))
    _people: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def numbered(self, subject: pd.Series) -> NDArray[np.int64]:
        """For each USUBJID its number, from 0 on, the same wherever the subject occurs."""
        codes, distinct = pd.factorize(subject, use_na_sentinel=False)
        new = distinct[self._subjects.get_indexer(distinct) < 0]
        self._subjects = self._subjects.append(new)
        return self._subjects.get_indexer(distinct)[codes]

    def people(self, dataset: str, place: str) -> NDArray[np.int64]:
        """The number of the subject of each record of a dataset."""
        if dataset not in self._people:
            self._people[dataset] = self.numbered(self.column(dataset, "USUBJID", place))
        return self._people[dataset]

    def column(self, dataset: str, name: str, place: str) -> pd.Series:
        """A variable or supplemental qualifier; MappingError names what there is instead."""
        table = self.table(dataset, place)
        try:
            return table.column(name)
        except KeyError:
            qualifiers = () if table.supplemental is None else table.supplemental.columns
            names = [*table.frame.columns, *qualifiers]
            raise MappingError(
                f"{dataset} was built without {name}", where=place, remedy=did_you_mean(name, names)
            ) from None

    def table(self, dataset: str, place: str) -> Table:
        """A dataset by name."""
        if dataset not in self.tables:
            raise MappingError(
                f"{dataset} is not there to take values from",
                where=place,
                remedy=did_you_mean(dataset, self.tables),
            )
        return self.tables[dataset]

    def where(self, dataset: str, conditions: tuple[Condition, ...], place: str) -> pd.Series:
        """True for the records of a dataset that meet the conditions."""
        columns = {name: self.column(dataset, name, place) for name in variables_of(conditions)}
        index = self.table(dataset, place).frame.index
        return all_hold(conditions, pd.DataFrame(columns, index=index, copy=False))

    def of_subject(self, dataset: str, name: str, person: pd.Series, place: str) -> pd.Series:
        """A variable of a dataset with one record per subject, on the index of their numbers."""
        positions = placed(person.to_numpy(), self.people(dataset, place))
        if (positions == SEVERAL).any():
            raise MappingError(
                f"{dataset}.{name}: {dataset} has several records for a subject",
                where=place,
                remedy="take it with a derivation of many records to one value per subject",
            )
        return taken(self.column(dataset, name, place), positions, person.index)

    def owners(self, pattern: str) -> Mapping[str, str]:
        """The parameters of datasets already built that match, with the dataset of each."""
        return {
            parameter.code: dataset.name
            for dataset in self.study.of("ADaMIG")
            if dataset.name in self.tables
            for parameter in parameters_named(dataset, pattern)
        }

    def at_baseline(self, dataset: str, code: str, person: pd.Series) -> NDArray[np.int64]:
        """For each subject the position of the record of a parameter with ABLFL = Y, of several the
        first; NONE where there is none.
        """
        frame = self.tables[dataset].frame
        if "ABLFL" not in frame:
            return np.full(len(person), NONE, dtype=np.int64)
        flagged = frame["PARAMCD"].eq(code) & frame["ABLFL"].eq("Y")
        rows = np.flatnonzero(flagged.fillna(value=False))
        people = self.people(dataset, dataset)[rows]
        _, first = np.unique(people, return_index=True)
        positions = placed(person.to_numpy(), people[first])
        return np.where(positions == NONE, NONE, rows[first][positions]) if len(rows) else positions

    def chosen(self, dataset: str, code: str, keys: pd.DataFrame) -> NDArray[np.int64]:
        """For each subject and visit the position of the record of a parameter chosen for it.

        It is the record with ANL01FL = Y; NONE where there is none.
        """
        frame = self.tables[dataset].frame
        mask = frame["PARAMCD"].eq(code)
        if "ANL01FL" in frame:
            mask &= frame["ANL01FL"].eq("Y")
        rows = np.flatnonzero(mask.fillna(value=False))
        positions = matched(keys[CHOSEN], frame.loc[rows, CHOSEN])
        if (positions == SEVERAL).any():
            raise MappingError(
                f"{dataset} has several records with {code} chosen for one visit",
                remedy="let ANL01FL mark one record per subject, parameter and visit",
            )
        return np.where(positions == NONE, NONE, rows[positions]) if len(rows) else positions
