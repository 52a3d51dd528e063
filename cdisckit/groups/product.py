"""A study built by groups of subjects, and what is written of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from cdisckit.groups.divide import Divided, divided, united
from cdisckit.groups.merge import Whole, shared_subjects, sized
from cdisckit.groups.packaged import PackagedTables
from cdisckit.groups.parts import save
from cdisckit.groups.work import (
    LAYOUTS,
    PLAN,
    GroupResult,
    Layouts,
    Plan,
    Task,
    Writing,
    make,
    write,
)
from cdisckit.lineage import COLUMNS, write_records, write_rows, write_variables
from cdisckit.progress import Event, Watch
from sdtm.build import SdtmBuild
from sdtm.ledger import Ledger, added_up
from specs.cache import NO_CACHE
from specs.findings import all_findings, no_findings
from specs.tables import Table, no_trace
from submission.attributes import measured_of
from submission.define.html.addition import SHOWN_RECORDS
from submission.package import columns, part_folder, write_description
from submission.writable import writable
from submission.xpt import Member, record_length, split_xpt, write_xpt_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from cdisckit.groups.clock import Step
    from cdisckit.groups.engines import Engine
    from cdisckit.groups.work import Written
    from sdtm.raw import RawData
    from specs.analyses import Analysis
    from specs.cache import Cache
    from specs.model import Study
    from submission.attributes import DatasetAttributes

KEPT = 100_000
"""Of how many raw records the datasets are kept at most: those of more would fill the cache."""

STANDARDS = ("SDTMIG", "ADaMIG")


@dataclass
class Grouped:
    """The datasets of a study in parts on disk; see `cdisckit.building` for what is asked of it."""

    study: Study
    engine: Engine
    folder: Path
    whole: Whole
    tasks: Mapping[int, Task]
    forms: RawData
    findings: pd.DataFrame
    ledger: Ledger
    watch: Watch
    written: tuple[Written, ...] = ()

    @property
    def records(self) -> Mapping[str, int]:
        """The number of records of each dataset."""
        return self.whole.records

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that groups took."""
        steps_of_groups = [step for group in self.whole.results for step in group.steps]
        return (*steps_of_groups, *(step for group in self.written for step in group.steps))

    def sdtm(self) -> SdtmBuild:
        """What was found and the account of records; the tables are in the package."""
        return SdtmBuild({}, self.findings, self.ledger)

    def tables(self, package: Path | None) -> Mapping[str, Table]:
        """The datasets as the package has them, read when they are asked for."""
        return PackagedTables(self.study, self.records, package)

    def sizes(self) -> Mapping[str, Table]:
        """Tables that have the rows of the datasets and no variables."""
        return sized(self.records)

    def analysed(self, analyses: Iterable[Analysis]) -> Mapping[str, Table]:
        """The variables that analyses read."""
        wanted: dict[str, set[str]] = {}
        for analysis in analyses:
            for one in (analysis, analysis.against):
                if one is not None and one.dataset in self.records:
                    names = {"USUBJID", one.variable, *(where.variable for where in one.where)}
                    wanted.setdefault(one.dataset, set()).update(names, analysis.by)
        tables = {name: self.whole.table(name, sorted(names)) for name, names in wanted.items()}
        return {**self.sizes(), **tables}

    def write_files(self, aside: Path, created: datetime) -> pd.DataFrame:
        """Write the package's files; what is found that only the whole study tells."""
        study, whole = self.study, self.whole
        attributes = {
            standard: measured_of(study, standard, whole.held)
            for standard in STANDARDS
            if study.of(standard)
        }
        members = {
            name: Member(
                name,
                study.dataset(name).label,
                columns(study.dataset(name), of_dataset),
                created,
                created,
                of_dataset.records,
            )
            for of_standard in attributes.values()
            for name, of_dataset in of_standard.items()
            if of_dataset.has_data
        }
        encodings = {name: whole.encoding(name) for name in members}
        save(Layouts(members, encodings), self.folder / LAYOUTS)
        findings = self._written(whole.findings())
        for standard, of_standard in attributes.items():
            target = part_folder(aside, study.id, standard)
            target.mkdir(parents=True)
            for name in of_standard:
                if name in members:
                    self._join(members[name], encodings[name], target)
            self._describe(standard, of_standard, target, created)
        return findings

    def _written(self, findings: pd.DataFrame) -> pd.DataFrame:
        """Let the groups write their pieces, and say where in the raw data findings come from."""
        group_of = findings["subject"].map(self.whole.group_of())
        writing = [
            Writing(
                self.tasks[result.number],
                result.folder,
                {
                    name: runs
                    for name, groups in self.whole.places.items()
                    if (runs := groups[number]) is not None
                },
                findings[group_of == number],
            )
            for number, result in enumerate(self.whole.results)
        ]
        progress = _Progress(self.watch, "Writing groups", len(writing))
        self.written = tuple(self.engine.run(write, writing, progress))
        placed = [piece.findings for piece in self.written]
        return all_findings([findings[group_of.isna()], *placed])

    def _join(self, member: Member, encoding: str, target: Path) -> None:
        self.watch(Event("Joining transport files", dataset=member.name, rows=member.rows))
        path = target / f"{member.name.lower()}.xpt"
        length = record_length(member.columns)
        write_xpt_rows(self.whole.octets(member.name, self.written, length), path, member)
        split_xpt(path, encoding=encoding)

    def _describe(
        self,
        standard: str,
        attributes: Mapping[str, DatasetAttributes],
        target: Path,
        created: datetime,
    ) -> None:
        first = {
            d.name: Table(d.name, self.whole.first(d.name, SHOWN_RECORDS), no_trace())
            for d in self.study.of(standard)
        }
        shown = {name: table.frame for name, table in writable(self.study, first).items()}
        write_description(self.study, standard, attributes, shown, target, created)

    def placed(self, findings: pd.DataFrame) -> pd.DataFrame:
        """The findings as they are: each group has said where its own come from."""
        return findings

    def write_lineage(self, folder: Path) -> None:
        """Write the lineage of all groups."""
        folder.mkdir()
        (self.folder / "raw_records.parquet").replace(folder / "raw_records.parquet")
        for kind in COLUMNS:
            lines = (
                piece
                for name in self.records
                for piece in self.whole.lines(kind, name, self.written)
            )
            write_rows(kind, lines, folder)
        write_variables(self.study, self.forms, folder)


@dataclass
class _Progress:
    """Tells how many groups are done, and how many rows they have."""

    watch: Watch
    step: str
    total: int
    done: int = 0
    rows: int = 0

    def __call__(self, result: GroupResult | Written) -> None:
        self.done += 1
        self.rows += sum(result.records.values()) if isinstance(result, GroupResult) else 0
        self.watch(Event(self.step, self.done, self.total, self.rows))


def divide(data: RawData, groups: Iterable[RawData], work: Path) -> Divided:
    """Write the groups of raw data, and the list of its records, into a new folder below `work`.

    No other build's has its name, so that workers do not take what they keep for another's.
    """
    folder = work / f"groups-{uuid4().hex}"
    folder.mkdir()
    write_records(data, folder)
    return divided(groups, folder)


def build_groups(
    study: Study,
    divided: Divided,
    dictionaries: Path | None,
    engine: Engine,
    watch: Watch,
    cache: Cache,
) -> Grouped:
    """Build the datasets of all groups."""
    folder = divided.folder
    few = sum(divided.records) <= KEPT
    save(Plan(study, dictionaries, cache if few else NO_CACHE), folder / PLAN)
    results = engine.run(
        make, divided.tasks, _Progress(watch, "Building groups", len(divided.tasks))
    )
    tasks = {task.number: task for task in divided.tasks}
    results = _with_subjects_in_one(results, tasks, engine, watch)
    balance = added_up([group.ledger for group in results])
    findings_of_groups = all_findings(
        [divided.forms.findings, *(group.findings for group in results)]
    )
    return Grouped(
        study,
        engine,
        folder,
        Whole(study, tuple(results)),
        tasks,
        replace(divided.forms, findings=no_findings()),
        all_findings([findings_of_groups, balance.findings]),
        balance,
        watch,
    )


def _with_subjects_in_one(
    results: Sequence[GroupResult], tasks: dict[int, Task], engine: Engine, watch: Watch
) -> list[GroupResult]:
    """The groups, those that share a subject built again as one."""
    shared = shared_subjects(results)
    if not shared:
        return list(results)
    again = []
    for members in shared:
        number = max(tasks) + 1
        tasks[number] = united(
            [tasks[results[position].number] for position in sorted(members)], number
        )
        again.append(tasks[number])
    left = [
        group for position, group in enumerate(results) if not any(position in m for m in shared)
    ]
    return [*left, *engine.run(make, again, _Progress(watch, "Building groups again", len(again)))]
