"""Checking a specification without data; turning it into a workbook or define.xml and back."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adam.order import build_order, sorted_by_need, variable_needs
from cdisckit.build import known_derivations, open_study, time_stamp
from sdtm.build import tried
from sdtm.groups import of_subjects
from sdtm.readers import read_raw
from specs.errors import CdisckitError, SpecError
from specs.limits import spec_problems
from specs.load import load_study
from specs.references import rules_of
from specs.workbooks import exported, import_study, read_workbook, write_workbook
from submission.define import read_define, write_define
from submission.define.compare import compare
from submission.define.start import Started
from submission.define.start_rules import TODO
from submission.planned import planned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specs.model import Dataset, Study
    from specs.workbooks.layouts import Family
    from submission.define import Document

_NAME: Final = re.compile(r"[A-Za-z_]\w{0,31}", re.ASCII)

_OF_DATA: Final = ("no data", "Define-XML")
"""What a define.xml says that is no matter of a specification."""


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
    problems.extend(line for dataset in study.datasets for line in _open(dataset))
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
            sorted_by_need(variable_needs(dataset), f"variable of {dataset.name}")
        except SpecError as error:
            yield f"{dataset.file}: {error}"


def export_spec(folder: Path, file: Path, family: Family, standard: str = "") -> int:
    """Write a study's specification as a workbook or define.xml; the number of its datasets.

    A define.xml holds one standard, SDTMIG or ADaMIG: that of the study, if it has only one.
    """
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
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix.casefold() == ".xml":
        write_define(study, standard, planned(study, standard), file, time_stamp(study))
    else:
        write_workbook(exported(study, family), file)
    return len(datasets)


def import_spec(files: Sequence[Path], folder: Path) -> tuple[str, ...]:
    """Write the files of a study from a workbook, or from one or two define.xml files.

    What was not understood of a workbook, or is not kept of a define.xml, is listed.
    """
    defines = [file for file in files if file.suffix.casefold() == ".xml"]
    if defines and len(defines) == len(files):
        return _import_defines(defines, folder)
    if len(files) > 1:
        raise CdisckitError(
            "only define.xml files are imported together",
            where=str(files[1]),
            remedy="name one workbook, or the define.xml files of SDTM and ADaM",
        )
    return import_study(read_workbook(files[0]), folder, open_study)


def _import_defines(files: Sequence[Path], folder: Path) -> tuple[str, ...]:
    """Start a study in a new folder, made aside and put in place when all of it is there."""
    documents = [read_define(file) for file in files]
    for file, document in zip(files, documents, strict=True):
        if not document.groups:
            raise CdisckitError(
                "describes no dataset", where=str(file), remedy="name a define.xml with datasets"
            )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CdisckitError(
            "is not empty", where=str(folder), remedy="name a folder that is new or empty"
        )
    seen: set[str] = set()
    for file, document in zip(files, documents, strict=True):
        for name in (group.name for group in document.groups):
            if not _NAME.fullmatch(name):
                raise CdisckitError(
                    f"{name or 'nothing'} is no name of a dataset",
                    where=str(file),
                    remedy="name it with letters, digits and _",
                )
            if name in seen:
                raise CdisckitError(
                    f"the files describe {name} twice",
                    where=str(file),
                    remedy="name one define.xml for SDTM and one for ADaM",
                )
            seen.add(name)
    started = Started(documents, known_derivations(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as held:
        aside = Path(held) / folder.name
        for name, text in started.files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        study = open_study(aside)
        lost = [line for d in started.documents for line in _not_kept(d, study, Path(held))]
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    return (*started.remarks, *lost)


def _not_kept(document: Document, study: Study, scratch: Path) -> Iterator[str]:
    """What a define.xml says otherwise than the define.xml of the study started from it."""
    analysis = any(group.purpose == "Analysis" for group in document.groups)
    name = "ADaMIG" if analysis else "SDTMIG"
    path = scratch / "define.xml"
    write_define(study, name, planned(study, name), path, time_stamp(study))
    found = compare(document, read_define(path))
    found = found[(found["change"] != "added") & ~found["attribute"].isin(_OF_DATA)]
    for (kind, attribute), rows in found.groupby(["kind", "attribute"], sort=False):
        names = ", ".join(rows["name"].head(3)) + (", ..." if len(rows) > 3 else "")
        yield f"not kept: {f'{attribute} of ' if attribute else ''}{len(rows)} {kind}: {names}"
