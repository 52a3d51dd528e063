"""The build of the SDTM datasets: every variable of every dataset, in the order of its sources.

The order is one of variables, not of datasets: DM takes its reference dates from EX, whose study
days need those dates. Many records are built a group of subjects at a time, so that what is needed
beside the raw data and the result does not grow with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.order import sorted_by_need
from sdtm.dataset import RECORDS, Tabulation
from sdtm.groups import in_groups, together
from sdtm.ledger import Ledger, ledger
from sdtm.supplemental import supplemental_table
from specs.errors import CdisckitError, SpecError
from specs.findings import all_findings
from specs.shown import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from sdtm.ledger import Usage
    from sdtm.raw import RawData
    from specs.model import Study
    from specs.tables import Table

GROUP = 300_000
"""How many raw records are built at a time."""


@dataclass(frozen=True)
class SdtmBuild:
    """The built datasets by name, SUPP-- among them, what was found, and the account of records."""

    tables: Mapping[str, Table]
    findings: pd.DataFrame
    ledger: Ledger

    def __repr__(self) -> str:
        count = counted(len(self.findings), "finding")
        return f"<SdtmBuild: {counted(len(self.tables), 'dataset')}, {count}>"


@dataclass(frozen=True)
class _Group:
    """What was built for a group of subjects, by the names of the datasets."""

    tables: dict[str, Table]
    findings: Mapping[str, pd.DataFrame]
    usages: Mapping[str, Usage]


def build_sdtm(study: Study, raw: RawData, size: int = GROUP) -> SdtmBuild:
    """Build every SDTM dataset of the study from its raw data, about `size` records at a time.

    SpecError or MappingError where a rule cannot be applied; what is wrong in the data is in
    the findings.
    """
    groups = [_built(study, group) for group in in_groups(study, raw, size)]
    names = list(groups[0].usages)
    tables = together(study, [group.tables for group in groups])
    usages = [group.usages[name] for name in names for group in groups]
    used = ledger(study, raw, usages, [tables[name].trace for name in names])
    of_groups = [group.findings[name] for name in names for group in groups]
    return SdtmBuild(tables, all_findings([raw.findings, *of_groups, used.findings]), used)


def _built(study: Study, raw: RawData) -> _Group:
    tabulations = _tabulations(study, raw)
    for owner, name in _order(tabulations):
        if name == RECORDS:
            tabulations[owner].collect()
        else:
            tabulations[owner].make(name)
    tables: dict[str, Table] = {}
    for tabulation in tabulations.values():
        table = tabulation.table()
        tables[table.name] = table
        if tabulation.dataset.supplemental:
            qualifiers = supplemental_table(tabulation.dataset, table)
            tables[qualifiers.name] = qualifiers
    return _Group(
        tables,
        {name: tabulation.findings() for name, tabulation in tabulations.items()},
        {name: tabulation.usage() for name, tabulation in tabulations.items()},
    )


def _tabulations(study: Study, raw: RawData) -> Mapping[str, Tabulation]:
    tabulations: dict[str, Tabulation] = {}
    for dataset in study.of("SDTMIG"):
        if dataset.blocks:
            tabulations[dataset.name] = Tabulation(dataset, study, raw, tabulations)
    return tabulations


def tried(study: Study, raw: RawData) -> tuple[CdisckitError, ...]:
    """Every error met in building, not the first alone; what needs what failed is left out.

    With raw data that have forms and no records it tells what is wrong in the specification.
    """
    tabulations = _tabulations(study, raw)
    problems: list[CdisckitError] = []
    try:
        order = _order(tabulations)
    except SpecError as error:
        return (error,)
    failed: set[tuple[str, str]] = set()
    for owner, name in order:
        tabulation = tabulations[owner]
        if name == RECORDS:
            needs = set(tabulation.needs_of_records())
        else:
            variable = tabulation.variables.get(name)
            needs = {(owner, RECORDS), *(tabulation.needs(variable) if variable else ())}
        if needs & failed:
            failed.add((owner, name))
            continue
        try:
            tabulation.collect() if name == RECORDS else tabulation.make(name)
        except CdisckitError as error:
            problems.append(error)
            failed.add((owner, name))
    return tuple(problems)


def _order(tabulations: Mapping[str, Tabulation]) -> Iterable[tuple[str, str]]:
    """All (dataset, variable), each after its dataset's records and what its rules read."""
    graph = {
        (tabulation.dataset.name, variable.name): {
            (tabulation.dataset.name, RECORDS),
            *tabulation.needs(variable),
        }
        for tabulation in tabulations.values()
        for variable in tabulation.variables.values()
    }
    graph |= {
        (name, RECORDS): set(tabulation.needs_of_records())
        for name, tabulation in tabulations.items()
    }
    return sorted_by_need(graph)
