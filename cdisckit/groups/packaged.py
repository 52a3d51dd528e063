"""The datasets of a package as tables, for those who ask for them after a build by groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from specs.tables import Table, no_trace
from submission.package import dataset_file
from submission.xpt import read_delivered, with_dates

if TYPE_CHECKING:
    from pathlib import Path

    from specs.model import Study


@dataclass(frozen=True, eq=False)
class PackagedTables(Mapping[str, Table]):
    """Tables by name, each read from its transport file when it is asked for, without lineage.

    A package that was refused has none of them.
    """

    study: Study
    records: Mapping[str, int]
    package: Path | None

    def __getitem__(self, name: str) -> Table:
        """Read a dataset."""
        if name not in self.records or self.package is None:
            raise KeyError(name)
        dataset = self.study.dataset(name)
        if not self.records[name]:
            return Table(
                name, pd.DataFrame(columns=[v.name for v in dataset.variables]), no_trace()
            )
        frame, member = read_delivered(dataset_file(self.package, self.study.id, dataset))
        return Table(name, with_dates(frame, member), no_trace())

    def __iter__(self) -> Iterator[str]:
        """The names of the datasets that can be read."""
        return iter(self.records if self.package is not None else ())

    def __len__(self) -> int:
        """How many can be read."""
        return len(self.records) if self.package is not None else 0
