"""From SDTM to ADaM: all analysis datasets of a study, in the order their sources demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adam.dataset import AnalysisDataset
from adam.groups import Built, in_groups, together
from adam.kept import Kept
from adam.library import Library
from adam.order import build_order
from engine.values import empty_table
from specs.cache import NO_CACHE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from adam.groups import Group
    from specs.cache import Cache
    from specs.errors import CdisckitError
    from specs.model import Study
    from specs.tables import Table

GROUP = 1_000_000
"""How many records of SDTM are analysed at a time."""


def build_adam(
    study: Study, sdtm: Mapping[str, Table], size: int = GROUP, cache: Cache = NO_CACHE
) -> tuple[Mapping[str, Table], pd.DataFrame]:
    """The ADaM datasets of a study from its SDTM tables, and what was found on the way.

    They are built for groups of subjects with about `size` records of SDTM. The tables come in the
    order they were built. A trace names the SDTM or ADaM dataset and the position of the record in
    its frame; records derived from others of the same dataset point to those. What the `cache` has,
    and nothing has changed, is taken from there. MappingError when a rule cannot be applied.
    """
    groups, rows = [], []
    for group in in_groups(sdtm, size):
        groups.append(built(study, group, cache))
        rows.append(group.rows)
    return together(build_order(study), groups, rows)


def tried(study: Study) -> tuple[CdisckitError, ...]:
    """Every error that building meets without a single record, not the first alone."""
    library = Library(study, {d.name: empty_table(d) for d in study.of("SDTMIG")})
    errors: list[CdisckitError] = []
    for dataset in build_order(study):
        making = AnalysisDataset(dataset, library, errors)
        library.tables[dataset.name] = making.built()[0]
    return tuple(errors)


def built(study: Study, group: Group, cache: Cache = NO_CACHE) -> Built:
    """The ADaM datasets of a group of subjects."""
    library = Library(study, dict(group.tables))
    kept = Kept.of(library, cache)
    findings = {}
    for dataset in build_order(study):
        dataset_built = kept.get(dataset)
        if dataset_built is None:
            dataset_built = AnalysisDataset(dataset, library).built()
            kept.put(dataset, *dataset_built)
        library.tables[dataset.name], findings[dataset.name] = dataset_built
    return Built({name: library.tables[name] for name in findings}, findings)
