"""Raw data divided into groups of subjects, each on disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from cdisckit.groups.parts import load, save
from cdisckit.groups.places import leading_keys
from cdisckit.groups.work import Task
from sdtm.groups import about_no_subject, of_subjects
from sdtm.records.sources import TABLE
from specs.distinct import as_plain
from specs.findings import no_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sdtm.raw import RawData
    from specs.model import Dataset, Study


@dataclass(frozen=True)
class Divided:
    """The groups of raw data, the number of records of each, and what they share.

    `forms` are the raw data without records, with what was found in reading them; they lie in
    `folder`.
    """

    folder: Path
    tasks: tuple[Task, ...]
    records: tuple[int, ...]
    forms: RawData


def why_whole(study: Study) -> str:
    """Why the datasets of a study cannot be built by groups of subjects; "" where they can."""
    for dataset in study.datasets:
        if _names_subjects(dataset, study):
            return f"a table of {dataset.name} names subjects"
        if not about_no_subject(dataset, study) and not leading_keys(dataset):
            return f"{dataset.person} is not a key of {dataset.name}"
    return ""


def _names_subjects(dataset: Dataset, study: Study) -> bool:
    """Whether a dataset made of tables of the study has rows that are about a subject."""
    if not about_no_subject(dataset, study) or not dataset.has(dataset.person):
        return False
    rules = dataset.variable(dataset.person).rules
    names = {dataset.person, *(source for rule in rules for source in rule.sources)}
    tables = [study.tables.get(b.form.removeprefix(TABLE), ()) for b in dataset.blocks]
    return any(row.get(name) for table in tables for row in table for name in names)


def divided(groups: Iterable[RawData], folder: Path) -> Divided:
    """Write groups of raw data, of which there is at least one, into a folder."""
    tasks: list[Task] = []
    records: list[int] = []
    forms: list[RawData] = []
    for number, group in enumerate(groups):
        forms = forms or [of_subjects(group, [])]
        task = Task(str(folder), number)
        save(replace(group, findings=no_findings()), task.raw)
        tasks.append(task)
        records.append(sum(len(form.frame) for form in group.forms.values()))
    return Divided(folder, tuple(tasks), tuple(records), forms[0])


def united(tasks: Sequence[Task], number: int) -> Task:
    """Several groups as one, with a number of its own."""
    sources: list[RawData] = [load(task.raw) for task in tasks]
    forms = {
        name: replace(form, frame=_below([source.forms[name].frame for source in sources]))
        for name, form in sources[0].forms.items()
    }
    task = Task(tasks[0].folder, number)
    save(replace(sources[0], forms=MappingProxyType(forms)), task.raw)
    return task


def _below(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """The records of several groups in the order of their ids."""
    plain = [pd.DataFrame({n: as_plain(c) for n, c in frame.items()}) for frame in frames]
    return pd.concat(plain).sort_index()
