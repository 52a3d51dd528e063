"""The order of a build: read, check, SDTM, ADaM, validate, write aside, swap in whole."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

import adam.derivations
import sdtm.derivations
from adam.statistics import Proportion, proportion
from cdisckit.final import as_final, open_proposals, unsettled
from cdisckit.groups.clock import Clock
from cdisckit.groups.divide import Divided, why_whole
from cdisckit.groups.product import build_groups, divide
from cdisckit.groups.way import WHOLE
from cdisckit.progress import STEPS, Event, silent
from cdisckit.whole import build_whole
from sdtm.groups import in_groups
from sdtm.readers import read_raw
from specs.cache import NO_CACHE
from specs.derivation import derivations_of, module_from, study_derivations
from specs.errors import CdisckitError, SpecError, did_you_mean
from specs.files import StudyFile
from specs.findings import SEVERITIES, all_findings, in_order
from specs.guard import guarded
from specs.load import load_study, study_id
from specs.methods import described_methods
from specs.output import Mark, check_target, claimed
from specs.references import rules_of
from specs.shown import counted, html_grid
from specs.study_code import declared_derivations
from specs.yaml_files import read_yaml
from submission.package import folder_name
from validation.explanations import explained
from validation.report import write_report
from validation.run import validate_package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd

    from cdisckit.groups.clock import Step
    from cdisckit.groups.engines import Engine
    from cdisckit.groups.way import Way
    from cdisckit.progress import Watch
    from sdtm.build import SdtmBuild
    from sdtm.raw import RawData
    from specs.cache import Cache
    from specs.derivation import Derivation
    from specs.model import Study
    from specs.output import Claim
    from specs.tables import Table

CODE: Final = "derivations.py"
"""The file of a study that is executed when its functions are called."""

NO_STUDY_CODE: Final = "--no-study-code"

Mode = Literal["draft", "final"]


@dataclass(frozen=True)
class Build:
    """What a build gave: the study, its datasets, what was found, and where the package is.

    `folder` is None when a final build was refused; its findings are then in `report`.
    """

    study: Study
    tables: Mapping[str, Table]
    findings: pd.DataFrame
    sdtm: SdtmBuild
    results: tuple[Proportion, ...]
    folder: Path | None
    report: Path
    records: Mapping[str, int]
    steps: tuple[Step, ...] = ()

    def __repr__(self) -> str:
        where = f"package in {self.folder}" if self.folder else f"refused, see {self.report}"
        return (
            f"<Build {self.study.id}: {counted(len(self.records), 'dataset')},"
            f" {counted(len(self.unexplained), 'unexplained finding')}, {where}>"
        )

    def table(self, name: str) -> Table:
        """The dataset of that name; SpecError if none was built."""
        if name not in self.tables:
            raise SpecError(f"no {name} was built", remedy=did_you_mean(name, self.tables))
        return self.tables[name]

    def _repr_html_(self) -> str:
        """Its datasets, and beneath them the counts of findings and the declared results."""
        rows = [
            (d.name, d.label, f"{self.records[d.name]:,}", len(d.variables))
            for d in self.study.datasets
            if d.name in self.records
        ]
        severity = self.findings["severity"]
        counts = [counted(int((severity == name).sum()), name) for name in SEVERITIES]
        lines = [", ".join(counts), *(f"{result.title}: {result}" for result in self.results)]
        head = ("Dataset", "Label", "Rows", "Variables")
        return html_grid(repr(self)[1:-1], head, rows, "; ".join(lines))

    @property
    def unexplained(self) -> pd.DataFrame:
        """The errors and warnings that explanations.yaml does not explain."""
        findings = self.findings
        return findings[
            findings["severity"].isin(["error", "warning"]) & findings["explanation"].isna()
        ]


def open_study(folder: Path, *, run_code: bool = False, cache: Cache = NO_CACHE) -> Study:
    """The study's specification, with the derivations of cdisckit and its own.

    With `run_code` those of its own can be called: derivations.py is executed. Else what it
    declares is read.
    """
    check_study(folder)
    return load_study(folder, known_derivations(folder, run_code=run_code), cache=cache)


def check_study(folder: Path) -> None:
    """SpecError when a folder is none of a study."""
    if not folder.is_dir():
        raise SpecError(
            "there is no such folder", where=str(folder), remedy="name a study's folder"
        )
    if not (folder / "study.yaml").exists():
        raise SpecError(
            "has no study.yaml", where=str(folder), remedy="name the folder that holds study.yaml"
        )


def target_of(
    folder: Path, out: Path, raw: Path | None, ending: str = "", cache: Cache = NO_CACHE
) -> tuple[str, Path]:
    """The id of a study and its target under `out`; OutputError where results may not go.

    Nothing is read but study.yaml, and nothing is run.
    """
    check_study(folder)
    identifier = study_id(folder, cache)
    target = out / f"{folder_name(identifier)}{ending}"
    check_target(target, {"the study's folder": folder, "the raw folder": raw or folder})
    return identifier, target


def known_derivations(folder: Path, *, run_code: bool = False) -> Mapping[str, Derivation]:
    """All derivations a spec in this folder may name; SpecError when the study doubles a name.

    `run_code` is as in `open_study`.
    """
    derivations: dict[str, Derivation] = {}
    code = folder / CODE
    own = study_derivations(code) if run_code else declared_derivations(code)
    words = {n: d for n, d in described_methods(folder).items() if n not in own}
    groups = (derivations_of(sdtm.derivations), derivations_of(adam.derivations), own, words)
    for group in groups:
        for name, derivation in group.items():
            if name in derivations:
                raise SpecError(
                    f"there are two derivations {name}",
                    where=derivation.function.__module__,
                    remedy=f"rename one; the other is in {derivations[name].function.__module__}",
                )
            derivations[name] = derivation
    return derivations


def study_to_run(folder: Path, *, study_code: bool, cache: Cache = NO_CACHE) -> Study:
    """The specification of a study whose rules will be applied.

    CdisckitError where they need functions of the study's own and its code is not to run.
    """
    study = open_study(folder, run_code=study_code, cache=cache)
    rules = [rule for dataset in study.datasets for rule in rules_of(dataset)]
    own = {r.derivation.name for r in rules if r.derivation and r.derivation.declared}
    if own:
        raise CdisckitError(
            f"the study needs functions of its own, {', '.join(sorted(own))}, and"
            f" {NO_STUDY_CODE} says not to run them",
            where=str(folder / CODE),
            remedy=f"read the file, and leave out {NO_STUDY_CODE} where you trust it",
        )
    return study


def collected(study: Study, folder: Path, cache: Cache = NO_CACHE) -> RawData:
    """The raw data of a study that is to be built; SpecError when it names none."""
    if not study.sources:
        raise SpecError(
            f"{study.id} names no raw data, so there is nothing to build",
            where="study.yaml",
            remedy="name its exports under raw:, as docs/raw-data.md shows; cdisckit init proposes"
            " a study from an export",
        )
    return read_raw(study, folder, cache)


def build(
    folder: Path,
    out: Path,
    *,
    raw: Path | None = None,
    dictionaries: Path | None = None,
    mode: Mode = "draft",
    study_code: bool = True,
    way: Way = WHOLE,
    watch: Watch = silent,
    cache: Cache = NO_CACHE,
) -> Build:
    """Build a study's package into `out/<study id>`; the last good one stays until this is whole.

    OutputError, before anything is read, where the package may not go: `specs.output` says where.

    `raw` replaces the study's folder as the place where its raw files are, `dictionaries` is a
    folder of the dictionaries that coded its terms, beside the study's own. Without `study_code`
    the study's own Python is not run. `way` says by which groups of subjects, and where, it is
    built: the package is the same. What the `cache` has, and nothing has changed, is taken from
    there. CdisckitError when it cannot run; what is wrong in the data is in the findings of the
    result.
    """
    engine = way.engine()
    watch(Event(STEPS[0]))
    identifier, target = target_of(folder, out, raw, cache=cache)
    with ExitStack() as held:
        claim = held.enter_context(claimed(target, Mark(identifier, "package")))
        refusal = claim
        if mode == "final":
            _, other = target_of(folder, out, raw, "-refused", cache)
            refusal = held.enter_context(claimed(other, Mark(identifier, "refused package")))
        study = study_to_run(folder, study_code=study_code, cache=cache)
        return _build(study, claim, refusal, raw, dictionaries, mode, way, engine, watch, cache)


def _build(
    study: Study,
    claim: Claim,
    refusal: Claim,
    raw: Path | None,
    dictionaries: Path | None,
    mode: Mode,
    way: Way,
    engine: Engine,
    watch: Watch,
    cache: Cache,
) -> Build:
    """The build itself, whose package goes to `claim` or, where it is refused, to `refusal`."""
    folder, clock = study.folder, Clock()
    watch(Event(STEPS[1]))
    with clock.step(STEPS[1]):
        source = _source(study, raw or folder, way, claim.work, watch, cache)
    product = (
        build_groups(study, source, dictionaries, engine, watch, cache)
        if isinstance(source, Divided)
        else build_whole(study, source, dictionaries, clock, watch, cache)
    )
    del source
    if not any(product.records.values()):
        raise CdisckitError(
            "not one record was built",
            where=str(raw or folder),
            remedy="check that the raw files are those of this study",
        )
    summaries = [declared for declared in study.analyses if declared.summary]
    analysed = product.analysed(summaries)
    results = tuple(proportion(declared, analysed) for declared in summaries)
    watch(Event(STEPS[5]))
    with claim.writing() as aside:
        with clock.step(STEPS[5]):
            findings_of_build = product.write_files(aside, time_stamp(study))
        watch(Event(STEPS[6]))
        with clock.step(STEPS[6]):
            of_files = validate_package(aside)
        findings_of_build = all_findings(
            [open_proposals(folder), product.findings, findings_of_build, of_files]
        )
        findings_of_build = product.placed(findings_of_build)
        findings = in_order(
            explained(as_final(findings_of_build) if mode == "final" else findings_of_build, study)
        )
        refused = mode == "final" and bool(unsettled(findings).any())
        if refused:
            shutil.rmtree(aside / "m5")
        else:
            with clock.step("Writing the lineage"):
                product.write_lineage(aside / "lineage")
        balance = product.ledger
        write_report(findings, aside, study, product.sizes(), balance.forms)
        balance.forms.to_csv(aside / "ledger.csv", index=False, lineterminator="\n")
        balance.fields.to_csv(aside / "ledger_fields.csv", index=False, lineterminator="\n")
        balance.left_out.to_csv(aside / "left_out.csv", index=False, lineterminator="\n")
        taker = refusal if refused else claim
        taker.put(aside)
    package = None if refused else taker.target
    return Build(
        study,
        product.tables(package),
        findings,
        product.sdtm(),
        results,
        package,
        taker.target,
        product.records,
        (*clock.steps, *product.steps),
    )


def _source(
    study: Study, raw: Path, way: Way, work: Path, watch: Watch, cache: Cache
) -> RawData | Divided:
    """The raw data to build of: in groups on the disk where they are many, else in memory."""
    data = collected(study, raw, cache)
    records = sum(len(form.frame) for form in data.forms.values())
    size = way.size(records)
    if size >= records:
        return data
    if why := why_whole(study):
        watch(Event(f"Building as one group, for {why}", rows=records))
        return data
    watch(Event("Dividing the raw data", rows=records))
    groups = in_groups(study, data, size)
    first, second = next(groups), next(groups, None)
    if second is None:
        return data
    return divide(data, chain((first, second), groups), work)


def time_stamp(study: Study) -> datetime:
    """The time written into files: SOURCE_DATE_EPOCH, else midnight of the study's data cut."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.combine(study.data_cut, time())
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        raise CdisckitError(
            f"SOURCE_DATE_EPOCH is {epoch}, which is not a number of seconds since 1970",
            remedy="set it to a whole number, or unset it",
        ) from None


def folder_of_raw_files(folder: Path) -> PurePosixPath | None:
    """The folder below the study's in which all files lie that its sources name, if there is one.

    SpecError where study.yaml cannot be read.
    """
    content = read_yaml(folder / "study.yaml").parsed(StudyFile)
    named = [path for s in content.raw for path in _paths(s.model_extra) if path.suffix]
    folders = {path.parent for path in named} - {PurePosixPath()}
    return folders.pop() if len(folders) == 1 and all(path.parent.name for path in named) else None


def _paths(options: Any) -> Iterator[PurePosixPath]:
    """The texts among the options of a source, as paths."""
    if isinstance(options, str):
        yield PurePosixPath(options)
    elif isinstance(options, dict | list):
        for one in options.values() if isinstance(options, dict) else options:
            yield from _paths(one)


def simulator(folder: Path, *, study_code: bool = True) -> Callable[[Path, int, int], None]:
    """The study's own simulator of raw data; SpecError when it has none.

    Without `study_code` it is a CdisckitError where it has one: a simulator is code.
    """
    for file in (folder / "simulator.py", folder / "simulator" / "__init__.py"):
        if file.exists() and not study_code:
            raise CdisckitError(
                f"the simulator is code of the study, and {NO_STUDY_CODE} says not to run it",
                where=str(file),
                remedy=f"read the file, and leave out {NO_STUDY_CODE} where you trust it",
            )
        if file.exists():
            return partial(_simulated, file)
    names = [path.name for path in folder.glob("*.py")]
    raise SpecError(
        "the study has no simulator", where=str(folder), remedy=did_you_mean("simulator", names)
    )


def _simulated(file: Path, out: Path, subjects: int, seed: int) -> None:
    """Run a study's simulator; CdisckitError where it has no function `simulate`, or that fails."""
    simulate = getattr(module_from(file), "simulate", None)
    if not callable(simulate):
        raise SpecError(
            "has no function simulate",
            where=str(file),
            remedy="give it one: simulate(folder, subjects, seed)",
        )
    with guarded(file.parent, "simulate raises", file.name):
        simulate(out, subjects, seed)
