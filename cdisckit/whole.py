"""A study built as one group, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adam.build import build_adam
from cdisckit.lineage import write_lineage
from cdisckit.progress import STEPS, Event
from cdisckit.raw_places import with_raw_places
from sdtm.build import SdtmBuild, build_sdtm
from specs.findings import all_findings, no_findings
from submission.package import write_package
from validation.dictionaries import dictionary_findings
from validation.run import validate_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from cdisckit.groups.clock import Clock, Step
    from cdisckit.progress import Watch
    from sdtm.ledger import Ledger
    from sdtm.raw import RawData
    from specs.analyses import Analysis
    from specs.cache import Cache
    from specs.model import Study
    from specs.tables import Table


@dataclass(frozen=True)
class Whole:
    """The datasets of a study in memory; see `cdisckit.building` for what is asked of it."""

    study: Study
    data: RawData
    tabulations: SdtmBuild
    analysis: Mapping[str, Table]
    findings: pd.DataFrame

    @property
    def _tables(self) -> Mapping[str, Table]:
        return {**self.tabulations.tables, **self.analysis}

    @property
    def records(self) -> Mapping[str, int]:
        """The number of records of each dataset."""
        return {name: len(table.frame) for name, table in self._tables.items()}

    @property
    def ledger(self) -> Ledger:
        """The account of what was read."""
        return self.tabulations.ledger

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of groups, of which there are none."""
        return ()

    def sdtm(self) -> SdtmBuild:
        """SDTM as it was built."""
        return self.tabulations

    def tables(self, package: Path | None) -> Mapping[str, Table]:
        """All datasets."""
        return self._tables

    def sizes(self) -> Mapping[str, Table]:
        """Tables that have the rows of the datasets."""
        return self._tables

    def analysed(self, analyses: Iterable[Analysis]) -> Mapping[str, Table]:
        """The tables that analyses read."""
        return self._tables

    def write_files(self, aside: Path, created: datetime) -> pd.DataFrame:
        """Write the package's files; nothing more is found."""
        write_package(self.study, self.tabulations.tables, self.analysis, aside, created)
        return no_findings()

    def placed(self, findings: pd.DataFrame) -> pd.DataFrame:
        """The findings with the place in the raw data that they come from."""
        return with_raw_places(findings, self.study, self._tables, self.data)

    def write_lineage(self, folder: Path) -> None:
        """Write the lineage."""
        write_lineage(self.study, self.data, self._tables, folder)


def build_whole(
    study: Study,
    data: RawData,
    dictionaries: Path | None,
    clock: Clock,
    watch: Watch,
    cache: Cache,
) -> Whole:
    """Build and check all datasets in this process."""
    watch(Event(STEPS[2]))
    with clock.step(STEPS[2]):
        tabulations = build_sdtm(study, data, cache=cache)
    watch(Event(STEPS[3]))
    with clock.step(STEPS[3]):
        analysis, findings_of_adam = build_adam(study, tabulations.tables, cache=cache)
    tables = {**tabulations.tables, **analysis}
    watch(Event(STEPS[4], rows=sum(len(table.frame) for table in tables.values())))
    with clock.step(STEPS[4]):
        findings = all_findings(
            [
                tabulations.findings,
                findings_of_adam,
                validate_all(study, tables),
                dictionary_findings(study, tables, data, dictionaries),
            ]
        )
    return Whole(study, data, tabulations, analysis, findings)
