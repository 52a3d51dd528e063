"""Checking a specification without data, and turning it into a workbook and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adam.order import build_order, sorted_by_need, variable_needs
from cdisckit.build import known_derivations, open_study
from sdtm.build import tried
from sdtm.groups import of_subjects
from sdtm.readers import read_raw
from specs.errors import CdisckitError, SpecError
from specs.limits import spec_problems
from specs.load import load_study
from specs.workbooks import exported, import_study, read_workbook, write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specs.model import Study
    from specs.workbooks.layouts import Family


@dataclass(frozen=True)
class Checked:
    """What a check of a specification found, and what it could not check."""

    problems: tuple[str, ...]
    unchecked: tuple[str, ...] = ()


def check_spec(folder: Path, raw_folder: Path | None = None) -> Checked:
    """Everything about a study's specification that is known without its data, at once.

    The forms and fields are those of the raw files in `raw_folder`, if not the study's, where
    there are some; their records do not count. CdisckitError when the folder holds no study.
    """
    if not (folder / "study.yaml").exists():
        open_study(folder)
    problems: list[str] = []
    try:
        study = load_study(folder, known_derivations(folder), problems)
    except SpecError as error:
        return Checked(_lines([*problems, str(error)]))
    whole = not problems
    problems.extend(str(problem) for problem in spec_problems(study))
    if not whole:
        return Checked(_lines(problems), ("what needs all files of datasets to be right",))
    problems.extend(_circles(study))
    unchecked: tuple[str, ...] = ()
    try:
        raw = read_raw(study, raw_folder or folder)
    except CdisckitError as error:
        unchecked = (f"the fields that rules read: {error}",)
    else:
        problems.extend(str(problem) for problem in tried(study, of_subjects(raw, ())))
    return Checked(_lines(problems), unchecked)


def _lines(problems: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for problem in problems for line in problem.splitlines()))


def _circles(study: Study) -> Iterator[str]:
    """Analysis datasets, and variables of one, that need each other."""
    try:
        build_order(study)
    except SpecError as error:
        yield str(error)
    for dataset in study.of("ADaMIG"):
        try:
            sorted_by_need(variable_needs(dataset), f"variable of {dataset.name}")
        except SpecError as error:
            yield f"{dataset.file}: {error}"


def export_spec(folder: Path, file: Path, family: Family) -> int:
    """Write a study's specification as a workbook; the number of its datasets."""
    study = open_study(folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(exported(study, family), file)
    return len(study.datasets)


def import_spec(file: Path, folder: Path) -> tuple[str, ...]:
    """Write the files of a study from a workbook; the columns that were not understood."""
    return import_study(read_workbook(file), folder, open_study)
