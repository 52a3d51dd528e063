"""The declared results of a study: built in memory, computed, written as data and displays."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from adam.analysis import results
from adam.build import build_adam
from cdisckit.build import collected, study_to_run
from sdtm.build import build_sdtm
from specs.errors import SpecError
from submission.package import folder_name, swap_in
from submission.results.report import Written, write_results

if TYPE_CHECKING:
    from collections.abc import Callable

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
) -> tuple[Path, Written]:
    """Compute what analyses.yaml declares into `out/<study id>-results`; that folder and its files.

    The last results stay until these are whole. Without `study_code` the study's own Python is not
    run. SpecError when nothing is declared.
    """
    step(STEPS[0])
    study = study_to_run(folder, study_code=study_code)
    if not study.analyses:
        raise SpecError(
            "no analysis is declared", where=str(folder), remedy="declare them in analyses.yaml"
        )
    name = f"{folder_name(study)}-results"
    step(STEPS[1])
    data = collected(study, raw or folder)
    step(STEPS[2])
    tabulations = build_sdtm(study, data)
    step(STEPS[3])
    analysis, _ = build_adam(study, tabulations.tables)
    tables = {**tabulations.tables, **analysis}
    step(STEPS[4])
    found = results(study, tables)
    step(STEPS[5])
    out.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=out))
    try:
        written = write_results(study, found, tables, aside)
        swap_in(aside, out / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return out / name, written
