"""Checking a specification without data; turning it into a workbook or define.xml and back."""

from __future__ import annotations

import csv
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import adam.build
import sdtm.build
from adam.order import build_order, variable_needs
from cdisckit.building import known_derivations, open_study, time_stamp
from engine.order import sorted_by_need
from sdtm.groups import of_subjects
from sdtm.readers import read_raw
from specs.condition_values import impossible_values
from specs.errors import AbsentDataError, CdisckitError, SpecError
from specs.limits import spec_problems
from specs.load import load_study
from specs.output import check_file, check_new, new_file, new_folder
from specs.paths import dataset_name, new_in
from specs.references import rules_of
from specs.study_code import NotRunError
from specs.workbooks import exported, import_study, located, read_workbook, write_workbook
from submission.define import read_define, write_define
from submission.define.compare import compare
from submission.define.start import StudyDraft
from submission.define.start_rules import TODO
from submission.planned import planned
from submission.results.declared import result_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from specs.model import Dataset, Study
    from specs.workbooks import Workbook
    from specs.workbooks.layouts import Family
    from submission.define import Document

NOT_KEPT: Final = "not_kept.csv"
"""The file of a study started from define.xml that lists what these say and it does not."""

NOT_KEPT_COLUMNS: Final = ("kind", "name", "attribute", "old", "new")

_ENDINGS: Final = (".xlsx", ".xml")

_TO_NAME: Final = re.compile(
    rf"\b{TODO}\w* is (?:not a variable of |not written|not there)|has no {TODO}"
)
"""What `_open` tells of a study started from a define.xml, as a build tells it."""

_OF_DATA: Final = ("no data", "Define-XML")
"""What a define.xml says that is no matter of a specification."""


@dataclass(frozen=True)
class SpecCheck:
    """What a check of a specification found, and what it could not check."""

    problems: tuple[str, ...]
    unchecked: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<SpecCheck: {self.summary}>"

    @property
    def clean(self) -> bool:
        """Whether everything was checked and nothing is wrong."""
        return not self.problems and not self.unchecked

    @property
    def summary(self) -> str:
        """How many problems there are, and how many parts were not checked."""
        counts = ((len(self.problems), "problem"), (len(self.unchecked), "part"))
        problems, items = (f"{n:,} {noun}{'' if n == 1 else 's'}" for n, noun in counts)
        return f"{problems}, {items} not checked" if self.unchecked else problems


@dataclass(frozen=True)
class SpecImport:
    """What is to be told of an import; it is not clean when an edit or a rule needs a person."""

    remarks: tuple[str, ...]
    summary: tuple[str, ...] = ()
    clean: bool = True


def check_spec(
    folder: Path, raw_folder: Path | None = None, *, study_code: bool = False
) -> SpecCheck:
    """Everything about a study's specification that is known without its data, at once.

    The forms and fields are those of the raw files in `raw_folder`, if not the study's, where
    there are some; their records do not count. The study's own functions are called with nothing
    to work on, where `study_code` allows it. CdisckitError when the folder holds no study.
    """
    if not (folder / "study.yaml").exists():
        open_study(folder)
    problems: list[str] = []
    try:
        derivations = known_derivations(folder, run_code=study_code)
        study = load_study(folder, derivations, problems)
    except SpecError as error:
        return SpecCheck(_lines([*problems, str(error)]))
    whole = not problems
    problems.extend(str(problem) for problem in spec_problems(study))
    if not whole:
        return SpecCheck(_lines(problems), ("what needs all files of datasets to be right",))
    problems.extend(str(p) for p in (*impossible_values(study), *result_problems(study)))
    circles = list(_circles(study))
    problems.extend(circles)
    met = [] if circles else list(adam.build.tried(study))
    problems.extend(line for dataset in study.datasets for line in _open(dataset))
    unchecked: tuple[str, ...] = ()
    try:
        if not study.sources:
            raise AbsentDataError("study.yaml names no raw data")
        raw = read_raw(study, raw_folder or folder)
    except CdisckitError as error:
        if not isinstance(error, AbsentDataError):
            problems.append(str(error))
        unchecked = (f"the fields that rules read: {error}",)
    else:
        met = [*sdtm.build.tried(study, of_subjects(raw, ())), *met]
    for problem in met:
        if isinstance(problem, NotRunError):
            unchecked = (*unchecked, f"what it gives: {problem}")
        else:
            lines = str(problem).splitlines()
            problems.extend(line for line in lines if not _TO_NAME.search(line))
    return SpecCheck(_lines(problems), unchecked)


def _lines(problems: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for problem in problems for line in problem.splitlines()))


def _open(dataset: Dataset) -> Iterator[str]:
    """What a study that was started from a define.xml has not named yet."""
    if dataset.parent:
        return
    rules = list(rules_of(dataset))
    sources = [source for rule in rules for source in rule.sources if source.startswith(TODO)]
    functions = [rule.derivation.name for rule in rules if rule.derivation]
    methods = [name for name in functions if name.startswith(TODO)]
    for names, what in ((sources, "no field is named"), (methods, "no function is written")):
        if names:
            yield f"{dataset.file}: {what} for {', '.join(dict.fromkeys(names))}"


def _circles(study: Study) -> Iterator[str]:
    """Analysis datasets, and variables of one, that need each other."""
    try:
        build_order(study)
    except SpecError as error:
        yield str(error)
    for dataset in study.of("ADaMIG"):
        try:
            sorted_by_need(variable_needs(dataset), dataset.place_of)
        except SpecError as error:
            yield str(error)


def export_spec(folder: Path, file: Path, family: Family, standard: str = "") -> int:
    """Write a study's specification as a workbook or define.xml; the number of its datasets.

    A define.xml holds one standard, SDTMIG or ADaMIG: that of the study, if it has only one.
    """
    if file.suffix.casefold() not in _ENDINGS:
        raise CdisckitError(
            f"a specification is not written as {file.suffix or 'a file without ending'}",
            where=str(file),
            remedy="name a file ending in .xlsx (workbook) or .xml (define.xml)",
        )
    study = open_study(folder)
    datasets = study.datasets
    if file.suffix.casefold() == ".xml":
        standards = [name for name in ("SDTMIG", "ADaMIG") if study.of(name)]
        if not standard and len(standards) > 1:
            raise CdisckitError(
                "a define.xml describes SDTM or ADaM, and the study has both",
                where=str(folder),
                remedy="choose with --standard SDTMIG or --standard ADaMIG",
            )
        standard = standard or standards[0]
        datasets = study.of(standard)
        if not datasets:
            raise CdisckitError(
                f"the study has no dataset of {standard}",
                where=str(folder),
                remedy="choose the other standard",
            )
    check_file(file, replaced=(".xlsx",))
    with new_file(file) as partial:
        if file.suffix.casefold() == ".xml":
            write_define(study, standard, planned(study, standard), partial, time_stamp(study))
        else:
            write_workbook(exported(study, family), partial)
    return len(datasets)


def import_spec(files: Sequence[Path], folder: Path) -> SpecImport:
    """Write the files of a study from a workbook, or from one or two define.xml files.

    What was not understood of a workbook, or is not kept of it or of a define.xml, is listed.
    """
    defines = [file for file in files if file.suffix.casefold() == ".xml"]
    if defines and len(defines) == len(files):
        return SpecImport(_import_defines(defines, folder))
    if len(files) > 1:
        raise CdisckitError(
            "only define.xml files are imported together",
            where=str(files[1]),
            remedy="name one workbook, or the define.xml files of SDTM and ADaM",
        )
    return _import_workbook(read_workbook(files[0]), folder)


def _import_workbook(book: Workbook, folder: Path) -> SpecImport:
    """Import the workbook, check the study that results, and say what became of each cell."""
    done = import_study(book, folder, open_study)
    check = check_spec(folder)
    problems = [
        f"{cell}: {what}" if cell else what for cell, what in located(check.problems, folder, book)
    ]
    remarks = [f"not read: {name}" for name in done.unknown]
    remarks += [f"not kept: {line}" for line in done.kept]
    remarks += [f"problem: {line}" for line in problems]
    counts = ", ".join(f"{count} in {sheet}" for sheet, count in (done.taken or {}).items())
    summary = (
        [*done.variables, f"changed cells: {counts or 'none'}"] if done.taken is not None else []
    )
    if done.written:
        summary.append(f"written: {', '.join(done.written)} (comments that were in them are lost)")
    else:
        summary.append("no file was rewritten")
    summary += [f"not checked: {unchecked}" for unchecked in check.unchecked]
    summary.append(f"next: cdisckit check-spec {folder}")
    return SpecImport(tuple(remarks), tuple(summary), clean=not (done.kept or problems))


def _import_defines(files: Sequence[Path], folder: Path) -> tuple[str, ...]:
    """Start a study in a new folder, made aside and put in place when all of it is there."""
    documents = [read_define(file) for file in files]
    for file, document in zip(files, documents, strict=True):
        if not document.groups:
            raise CdisckitError(
                "describes no dataset", where=str(file), remedy="name a define.xml with datasets"
            )
    check_new(folder)
    seen: set[str] = set()
    for file, document in zip(files, documents, strict=True):
        for name in (group.name for group in document.groups):
            dataset_name(name, str(file))
            if name.casefold() in seen:
                raise CdisckitError(
                    f"the files describe {name} twice",
                    where=str(file),
                    remedy="name one define.xml for SDTM and one for ADaM",
                )
            seen.add(name.casefold())
    started = StudyDraft(documents, known_derivations(folder))
    with tempfile.TemporaryDirectory() as scratch, new_folder(folder) as aside:
        for name, text in started.files.items():
            path = new_in(aside, name, "the define.xml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        study = open_study(aside)
        lost = list(_not_kept(started.documents, study, Path(scratch)))
        _write_not_kept(lost, aside / NOT_KEPT)
    return (*started.remarks, *_losses(lost, folder / NOT_KEPT))


def _not_kept(
    documents: Iterable[Document], study: Study, scratch: Path
) -> Iterator[tuple[str, ...]]:
    """What the files say otherwise than those of the new study, by NOT_KEPT_COLUMNS."""
    for document in documents:
        analysis = any(group.purpose == "Analysis" for group in document.groups)
        name = "ADaMIG" if analysis else "SDTMIG"
        path = scratch / "define.xml"
        write_define(study, name, planned(study, name), path, time_stamp(study))
        differences = compare(document, read_define(path))
        differences = differences[
            (differences["change"] != "added") & ~differences["attribute"].isin(_OF_DATA)
        ]
        columns = [differences[name].fillna("") for name in NOT_KEPT_COLUMNS]
        yield from zip(*columns, strict=True)


def _write_not_kept(lost: Sequence[tuple[str, ...]], path: Path) -> None:
    if not lost:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(NOT_KEPT_COLUMNS)
        writer.writerows(lost)


def _losses(lost: Sequence[tuple[str, ...]], path: Path) -> Iterator[str]:
    """What is not kept, by kind and attribute with the first names; all stand in the file."""
    names: dict[tuple[str, str], list[str]] = {}
    for kind, name, attribute, _, _ in lost:
        names.setdefault((kind, attribute), []).append(name)
    for (kind, attribute), losses in names.items():
        shown = ", ".join(losses[:3]) + (", ..." if len(losses) > 3 else "")
        of = f"{attribute} of " if attribute else ""
        yield f"not kept: {of}{len(losses)} {kind}: {shown}"
    if lost:
        yield f"all that is not kept: {path}"
