"""Datasets of ADaM that the cache keeps.

A kept dataset stands where its specification and its functions are as they were, and so is all that
the library told while it was made: columns of other datasets, how many rows they have, and which
of them have a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from specs.cache import product
from specs.cache.digests import digest_of
from specs.findings import tells
from specs.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adam.library import Library
    from specs.cache import Cache
    from specs.model import Dataset

KIND: Final = "adam"


@dataclass(frozen=True)
class KeptDataset:
    """A built dataset, what was found, and by their digests what it was made from."""

    table: Table
    findings: pd.DataFrame
    columns: Mapping[tuple[str, str], str]
    sizes: Mapping[str, int]
    owners: Mapping[str, Mapping[str, str]]


@dataclass
class Kept:
    """What the cache has of the datasets that are made with a library."""

    library: Library
    cache: Cache
    group: str
    _digests: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, library: Library, cache: Cache) -> Kept:
        """Of the subjects in a library, whose SDTM is there."""
        if not cache:
            return cls(library, cache, "")
        frames = [table.frame for table in library.tables.values()]
        subjects = {s for f in frames if "USUBJID" in f for s in f["USUBJID"].dropna().unique()}
        names = [dataset.name for dataset in library.study.datasets]
        return cls(library, cache, digest_of(product(), sorted(subjects), names))

    def get(self, dataset: Dataset) -> tuple[Table, pd.DataFrame] | None:
        """The dataset, where it was kept and nothing that it is made from has changed."""
        stored = self.cache.get(KIND, self._key(dataset)) if self.cache else None
        if not isinstance(stored, KeptDataset):
            return None
        tables = self.library.tables
        stands = (
            all(n in tables and len(tables[n].frame) == size for n, size in stored.sizes.items())
            and all(self._digest(name) == digest for name, digest in stored.columns.items())
            and all(self.library.owners(name) == owners for name, owners in stored.owners.items())
        )
        return (stored.table, stored.findings) if stands else None

    def put(self, dataset: Dataset, table: Table, findings: pd.DataFrame) -> None:
        """Keep a dataset that was made from what the library was asked for."""
        if not self.cache or tells(findings, dataset):
            return
        read = self.library.read
        columns = {name: self._digest(name) for name in sorted(read.columns)}
        stored = KeptDataset(table, findings, columns, dict(read.sizes), dict(read.owners))
        self.cache.put(KIND, self._key(dataset), stored)

    def _key(self, dataset: Dataset) -> str:
        return digest_of(self.group, list(self.library.tables), dataset)

    def _digest(self, name: tuple[str, str]) -> str:
        """What stands for a column; "" where there is none."""
        if name not in self._digests:
            dataset, column = name
            table = self.library.tables.get(dataset)
            try:
                values = table.column(column) if table else None
            except KeyError:
                values = None
            self._digests[name] = "" if values is None else digest_of(values)
        return self._digests[name]
