"""The declared results of a study: built in memory, computed, written as data and displays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adam.analysis import results
from adam.build import build_adam
from cdisckit.building import collected, study_to_run, target_of
from sdtm.build import build_sdtm
from specs.errors import SpecError
from specs.output import Claim, Mark, claimed
from submission.results.report import ResultFiles, write_results

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from specs.model import Study

STEPS = (
    "Reading the specification",
    "Reading the raw data",
    "Building SDTM",
    "Building ADaM",
    "Computing results",
    "Writing tables and figures",
)


def analyze(
    folder: Path,
    out: Path,
    *,
    raw: Path | None = None,
    study_code: bool = True,
    step: Callable[[str], None] = lambda _: None,
) -> tuple[Path, ResultFiles]:
    """Compute what analyses.yaml declares into `out/<study id>-results`; that folder and its files.

    The last results stay until these are whole. Without `study_code` the study's own Python is not
    run. SpecError when nothing is declared.
    """
    step(STEPS[0])
    identifier, target = target_of(folder, out, raw, "-results")
    with claimed(target, Mark(identifier, "results")) as claim:
        study = study_to_run(folder, study_code=study_code)
        return target, _analyze(study, claim, raw, step)


def _analyze(
    study: Study, claim: Claim, raw: Path | None, step: Callable[[str], None]
) -> ResultFiles:
    """The analyses themselves: SDTM and ADaM built, results computed and written."""
    folder = study.folder
    if not study.analyses:
        raise SpecError(
            "no analysis is declared", where=str(folder), remedy="declare them in analyses.yaml"
        )
    step(STEPS[1])
    data = collected(study, raw or folder)
    step(STEPS[2])
    tabulations = build_sdtm(study, data)
    step(STEPS[3])
    analysis, _ = build_adam(study, tabulations.tables)
    tables = {**tabulations.tables, **analysis}
    step(STEPS[4])
    table = results(study, tables)
    step(STEPS[5])
    with claim.writing() as aside:
        written = write_results(study, table, tables, aside)
        claim.put(aside)
    return written
