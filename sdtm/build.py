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
        told = counted(len(self.findings), "finding")
        return f"<SdtmBuild: {counted(len(self.tables), 'dataset')}, {told}>"


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
    found = [group.findings[name] for name in names for group in groups]
    return SdtmBuild(tables, all_findings([raw.findings, *found, used.findings]), used)


def _built(study: Study, raw: RawData) -> _Group:
    parts = _parts(study, raw)
    for owner, name in _order(parts):
        if name == RECORDS:
            parts[owner].collect()
        else:
            parts[owner].make(name)
    tables: dict[str, Table] = {}
    for part in parts.values():
        table = part.table()
        tables[table.name] = table
        if part.dataset.supplemental:
            qualifiers = supplemental_table(part.dataset, table)
            tables[qualifiers.name] = qualifiers
    return _Group(
        tables,
        {name: part.findings() for name, part in parts.items()},
        {name: part.usage() for name, part in parts.items()},
    )


def _parts(study: Study, raw: RawData) -> Mapping[str, Tabulation]:
    parts: dict[str, Tabulation] = {}
    for dataset in study.of("SDTMIG"):
        if dataset.blocks:
            parts[dataset.name] = Tabulation(dataset, study, raw, parts)
    return parts


def tried(study: Study, raw: RawData) -> tuple[CdisckitError, ...]:
    """Every error met in building, not the first alone; what needs what failed is left out.

    With raw data that have forms and no records it tells what is wrong in the specification.
    """
    parts = _parts(study, raw)
    problems: list[CdisckitError] = []
    try:
        order = _order(parts)
    except SpecError as error:
        return (error,)
    failed: set[tuple[str, str]] = set()
    for owner, name in order:
        part = parts[owner]
        if name == RECORDS:
            needs = set(part.needs_of_records())
        else:
            found = part.variables.get(name)
            needs = {(owner, RECORDS), *(part.needs(found) if found else ())}
        if needs & failed:
            failed.add((owner, name))
            continue
        try:
            part.collect() if name == RECORDS else part.make(name)
        except CdisckitError as error:
            problems.append(error)
            failed.add((owner, name))
    return tuple(problems)


def _order(parts: Mapping[str, Tabulation]) -> Iterable[tuple[str, str]]:
    """All (dataset, variable), each after its dataset's records and what its rules read."""
    graph = {
        (part.dataset.name, variable.name): {(part.dataset.name, RECORDS), *part.needs(variable)}
        for part in parts.values()
        for variable in part.variables.values()
    }
    graph |= {(name, RECORDS): set(part.needs_of_records()) for name, part in parts.items()}
    return sorted_by_need(graph)
