"""The build of the SDTM datasets: every variable of every dataset, in the order of its sources.

The order is one of variables, not of datasets: DM takes its reference dates from EX, whose study
days need those dates. Many records are built a group of subjects at a time, so that what is needed
beside the raw data and the result does not grow with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.order import sorted_by_need
from sdtm.dataset import RECORDS
from sdtm.groups import in_groups, together
from sdtm.kept import datasets_made, needs_of, place_in, tabulations_of
from sdtm.ledger import Ledger, ledger
from specs.cache import NO_CACHE
from specs.errors import CdisckitError, SpecError
from specs.findings import all_findings
from specs.shown import counted

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    import pandas as pd

    from sdtm.kept import BuiltDataset
    from sdtm.raw import RawData
    from specs.cache import Cache
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


def build_sdtm(study: Study, raw: RawData, size: int = GROUP, cache: Cache = NO_CACHE) -> SdtmBuild:
    """Build every SDTM dataset of the study from its raw data, about `size` records at a time.

    What the `cache` has, and nothing has changed, is taken from there. SpecError or MappingError
    where a rule cannot be applied; what is wrong in the data is in the findings.
    """
    groups = [datasets_made(study, group, cache) for group in in_groups(study, raw, size)]
    names = list(groups[0])
    of_groups = [group[name].findings for name in names for group in groups]
    usages = [group[name].usage for name in names for group in groups]
    tables = _tables(study, groups)
    used = ledger(study, raw, usages, [tables[name].trace for name in names])
    return SdtmBuild(tables, all_findings([raw.findings, *of_groups, used.findings]), used)


def sdtm_tables(
    study: Study, raw: RawData, cache: Cache = NO_CACHE, names: Container[str] | None = None
) -> tuple[Mapping[str, Table], pd.DataFrame]:
    """The datasets as `build_sdtm` makes them, and what was found; no account of raw records.

    With `names` only these are put together; SUPP-- goes with its dataset.
    """
    groups = [
        {n: m for n, m in datasets_made(study, group, cache).items() if not names or n in names}
        for group in in_groups(study, raw, GROUP)
    ]
    of_groups = [group[name].findings for name in groups[0] for group in groups]
    return _tables(study, groups), all_findings(of_groups)


def _tables(study: Study, groups: Sequence[Mapping[str, BuiltDataset]]) -> Mapping[str, Table]:
    tables_of_groups = [
        {t.name: t for dataset in group.values() for t in dataset.tables} for group in groups
    ]
    return together(study, tables_of_groups)


def tried(study: Study, raw: RawData) -> tuple[CdisckitError, ...]:
    """Every error met in building, not the first alone; what needs what failed is left out.

    With raw data that have forms and no records it tells what is wrong in the specification.
    """
    tabulations = tabulations_of(study, raw)
    problems: list[CdisckitError] = []
    try:
        order = sorted_by_need(needs_of(tabulations), place_in(tabulations))
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
