"""Datasets of ADaM that the cache keeps.

A kept dataset stands where all that it can read is as it was: its specification and what the study
says outside of datasets, its functions, and the whole content and specification of every dataset
that was there before it. It may read less; that it was not asked for is no reason to trust it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specs.cache import product
from specs.cache.digests import digest_of, facts_of
from specs.findings import tells

if TYPE_CHECKING:
    import pandas as pd

    from adam.library import Library
    from specs.cache import Cache
    from specs.model import Dataset
    from specs.tables import Table

KIND: Final = "adam"


@dataclass(frozen=True)
class KeptDataset:
    """A built dataset, and what was found."""

    table: Table
    findings: pd.DataFrame


@dataclass
class Kept:
    """What the cache has of the datasets that are made with a library."""

    library: Library
    cache: Cache
    shared: str
    _digests: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, library: Library, cache: Cache) -> Kept:
        """Of the subjects in a library, whose SDTM is there."""
        if not cache:
            return cls(library, cache, "")
        return cls(library, cache, digest_of(product(), facts_of(library.study)))

    def get(self, dataset: Dataset) -> tuple[Table, pd.DataFrame] | None:
        """The dataset, where it was kept and nothing that it can read has changed."""
        stored = self.cache.get(KIND, self._key(dataset)) if self.cache else None
        return (stored.table, stored.findings) if isinstance(stored, KeptDataset) else None

    def put(self, dataset: Dataset, table: Table, findings: pd.DataFrame) -> None:
        """Keep a dataset, unless a finding of it names a place in a file."""
        if self.cache and not tells(findings, dataset):
            self.cache.put(KIND, self._key(dataset), KeptDataset(table, findings))

    def _key(self, dataset: Dataset) -> str:
        tables = [(name, self._digest(name)) for name in self.library.tables]
        return digest_of(self.shared, dataset, tables)

    def _digest(self, name: str) -> str:
        """What stands for the content and the specification of a dataset that is there."""
        if name not in self._digests:
            study = self.library.study
            specification = study.dataset(name) if study.has(name) else None
            self._digests[name] = digest_of(specification, self.library.tables[name])
        return self._digests[name]
