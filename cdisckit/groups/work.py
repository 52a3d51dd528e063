"""What is done with a group of subjects: plain functions of what pickles, run anywhere.

`make` builds and checks the datasets of a group and leaves them on disk; what the whole study needs
to know of them is what it gives back. `write` then makes of them the pieces of the package's files.
Tried again, as after the death of a worker, either does the same in a folder of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from adam.build import built as adam_built
from adam.groups import Group
from adam.groups import together as adam_together
from adam.order import build_order
from cdisckit.groups.clock import Clock, Step
from cdisckit.groups.parts import load, load_table, save_arrow, save_table
from cdisckit.groups.places import Runs, leading_keys, runs_of
from cdisckit.lineage import lineage_of
from cdisckit.raw_places import with_raw_places
from sdtm.groups import about_no_subject, together
from sdtm.kept import datasets_made
from sdtm.ledger import of_group
from specs.choices import moved
from specs.findings import all_findings, no_findings
from submission.held import held
from submission.writable import encoding_of, writable
from submission.xpt.rows import records
from validation.dictionaries import dictionary_findings
from validation.run import kept_of_group, validate_group

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from numpy.typing import NDArray

    from sdtm.ledger import Ledger
    from specs.cache import Cache
    from specs.model import Study
    from specs.tables import Table
    from submission.held import Held
    from submission.xpt.layout import Member

    Whole: TypeAlias = NDArray[np.int64]

PLAN, LAYOUTS = "plan.pickle", "layouts.pickle"


@dataclass(frozen=True)
class Plan:
    """What all groups of a build share: the specification, dictionaries and what is kept."""

    study: Study
    dictionaries: Path | None
    cache: Cache


@dataclass(frozen=True)
class Task:
    """A group by its number, in the folder of the build."""

    folder: str
    number: int

    @property
    def raw(self) -> Path:
        """The file of its raw data."""
        return Path(self.folder) / f"raw-{self.number}.pickle"


@dataclass(frozen=True)
class GroupResult:
    """What the whole study needs to know of a group whose datasets are in `folder`.

    By the names of datasets: `records` and `runs` (see `places`) of those that are about subjects,
    `held` and `encodings` for the description of files. `kept` are the rows that checks of the
    study look at, by check and dataset.
    """

    number: int
    folder: Path
    records: Mapping[str, int]
    runs: Mapping[str, pd.DataFrame]
    held: Mapping[str, Held]
    encodings: Mapping[str, str]
    findings: pd.DataFrame
    kept: Mapping[str, Mapping[str, pd.DataFrame]]
    ledger: Ledger
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Layouts:
    """What all groups need to know to write their pieces: the files, by the names of datasets."""

    members: Mapping[str, Member]
    encodings: Mapping[str, str]


@dataclass(frozen=True)
class Writing:
    """A group to be written: where it is, where its rows go, and findings that lack their place.

    Datasets without places are left to another group.
    """

    task: Task
    made: Path
    places: Mapping[str, Runs]
    findings: pd.DataFrame = field(default_factory=no_findings)


@dataclass(frozen=True)
class Written:
    """The folder of a group's pieces, and its findings with the raw record they come from."""

    number: int
    folder: Path
    findings: pd.DataFrame
    steps: tuple[Step, ...] = ()


@lru_cache(maxsize=2)
def _shared(folder: str, name: str) -> Any:
    """What all groups share, read once in a process; a folder is that of one build alone."""
    return load(Path(folder) / name)


def make(task: Task) -> GroupResult:
    """Build and check the datasets of a group of subjects."""
    clock = Clock()
    plan: Plan = _shared(task.folder, PLAN)
    study, raw = plan.study, load(task.raw)
    with clock.step("sdtm"):
        built = datasets_made(study, raw, plan.cache)
        own = {table.name: table for one in built.values() for table in one.tables}
        usages = [one.usage for one in built.values()]
        balance = of_group(study, raw, usages, [own[name].trace for name in built])
        tables = dict(together(study, [own]))
    with clock.step("adam"):
        of_adam = adam_built(study, Group(tables, {}), plan.cache)
        analysis, findings_of_adam = adam_together(build_order(study), [of_adam], [{}])
        tables |= analysis
    with clock.step("validation"):
        findings = all_findings(
            [
                *(one.findings for one in built.values()),
                balance.findings,
                findings_of_adam,
                validate_group(study, tables),
                dictionary_findings(study, tables, raw, plan.dictionaries),
            ]
        )
        findings = with_raw_places(findings, study, tables, raw)
        kept = kept_of_group(study, tables)
    with clock.step("parts"):
        folder = Path(mkdtemp(prefix=f"made-{task.number}-", dir=task.folder))
        for table in tables.values():
            save_table(table, folder)
        fitting = writable(study, tables)
        datasets = [study.dataset(name) for name in tables]
        holds = {d.name: held(d, fitting[d.name].frame) for d in datasets}
        encodings = {d.name: encoding_of(study, d, fitting[d.name].frame) for d in datasets}
        runs = {
            d.name: runs_of(d, tables[d.name].frame)
            for d in datasets
            if leading_keys(d) and not about_no_subject(d, study)
        }
    return GroupResult(
        task.number,
        folder,
        {name: len(table.frame) for name, table in tables.items()},
        runs,
        holds,
        encodings,
        findings,
        kept,
        replace(balance, findings=no_findings()),
        clock.steps,
    )


def write(writing: Writing) -> Written:
    """Write the pieces of a group: rows of transport files, and lines of the lineage."""
    clock, task = Clock(), writing.task
    study: Study = _shared(task.folder, PLAN).study
    layouts: Layouts = _shared(task.folder, LAYOUTS)
    folder = Path(mkdtemp(prefix=f"written-{task.number}-", dir=task.folder))
    rows = {name: runs.rows() for name, runs in writing.places.items()}
    for name in writing.places:
        table = load_table(name, writing.made)
        if name in layouts.members:
            with clock.step("xpt", name), (folder / f"{name}.rows").open("xb") as file:
                fitting = writable(study, {name: table})[name].frame
                first = int(rows[name][0]) if len(rows[name]) else 0
                member, encoding = layouts.members[name], layouts.encodings[name]
                for octets, _ in records([fitting], member, encoding, first):
                    file.write(octets)
        with clock.step("lineage", name):
            for kind, lines in lineage_of(_placed(table, rows)).items():
                save_arrow(lines, folder / f"{name}.{kind}.arrow")
    findings = writing.findings
    if len(findings):
        names = [n for n in findings["dataset"].dropna().unique() if n in writing.places]
        tables = {name: load_table(name, writing.made) for name in names}
        findings = with_raw_places(findings, study, tables, load(task.raw))
    return Written(task.number, folder, findings, clock.steps)


def _placed(table: Table, rows: Mapping[str, Whole]) -> Table:
    """A dataset of a group whose account speaks of rows by their places in the whole."""
    own = rows[table.name]
    others = {name: positions for name, positions in rows.items() if name != table.name}
    record = table.trace["record"].to_numpy(copy=True)
    for source, positions in rows.items():
        of_source = (table.trace["source"] == source).to_numpy()
        record[of_source] = positions[record[of_source]]
    return replace(
        table,
        trace=table.trace.assign(row=own[table.trace["row"].to_numpy()], record=record),
        rules=None if table.rules is None else table.rules.set_axis(pd.Index(own)),
        choices=moved(table.choices, table.name, own, others),
    )
