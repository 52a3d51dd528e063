"""From SDTM to ADaM: all analysis datasets of a study, in the order their sources demand."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adam.dataset import AnalysisDataset
from adam.library import Library
from adam.order import build_order
from specs.findings import all_findings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from specs.model import Study
    from specs.tables import Table


def build_adam(study: Study, sdtm: Mapping[str, Table]) -> tuple[Mapping[str, Table], pd.DataFrame]:
    """The ADaM datasets of a study from its SDTM tables, and what was found on the way.

    The tables come in the order they were built. A trace names the SDTM or ADaM dataset and the
    position of the record in its frame; records derived from others of the same dataset point
    to those. MappingError when a rule cannot be applied.
    """
    library = Library(study, dict(sdtm))
    found = []
    for dataset in build_order(study):
        table, problems = AnalysisDataset(dataset, library).built()
        library.tables[dataset.name] = table
        found.append(problems)
    built = {dataset.name: library.tables[dataset.name] for dataset in build_order(study)}
    return MappingProxyType(built), all_findings(found)
