from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from typer.testing import CliRunner

from tests.commandline import watched_invoke, watched_run
from tests.processes import Run, cdisckit, once

if TYPE_CHECKING:
    from collections.abc import Iterator

# No test takes from another, or from its user, what an earlier build made.
os.environ["CDISCKIT_NO_CACHE"] = "1"

# No test fails because a machine is slow.
hypothesis.settings.register_profile("cdisckit", deadline=None)
hypothesis.settings.load_profile("cdisckit")

SLOW = (
    "end_to_end/test_package.py",
    "hostile/test_audit.py",
    "end_to_end/",
    "browser/",
    "double/",
    "sdtm/test_groups.py",
    "studies/",
    "cdisckit/test_groups_of_subjects.py",
    "hostile/test_kills.py",
    "adam/test_laws.py",
    "submission/test_results.py",
    "hostile/test_constants_of_rules.py",
    "cdisckit/test_python.py",
    "cdisckit/test_domain_switch.py",
    "cdisckit/test_whole_sdtm.py",
    "cdisckit/test_loop.py",
    "cache/test_incremental.py",
    "specs/test_editors.py",
    "cdisckit/test_spec_define.py",
    "hostile/test_endings.py",
    "hostile/test_limits.py",
    "hostile/test_targets.py",
    "hostile/test_audit_of_files.py",
    "fuzz/",
    "adam/test_sri4_cases.py",
    "adam/test_build.py",
    "cdisckit/test_dask.py",
    "cdisckit/test_explain.py",
    "sdtm/test_build.py",
    "sdtm/test_readers_properties.py",
    "specs/test_workbooks.py",
    "submission/test_xpt_laws.py",
    "submission/test_xpt_real.py",
)
"""Modules, or folders of them, that take more than some seconds; the slowest first."""

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def lupus(root: Path) -> Path:
    return root / "studies" / "nct03171194"


@pytest.fixture(scope="session")
def lupus_build(
    lupus: Path, tmp_path_factory: pytest.TempPathFactory, no_traceback: None
) -> tuple[Run, Path]:
    """The worked study, built once for all workers: what the command said, and the package."""
    run, out = once(
        "lupus", lambda folder: cdisckit("build", lupus, "--out", folder), tmp_path_factory
    )
    return run, out / "nct03171194-syn"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow modules are marked, and come first, so that no worker is left alone with them."""
    places = [item.path.as_posix() for item in items]
    rank = {
        place: next((n for n, slow in enumerate(SLOW) if f"/tests/{slow}" in place), len(SLOW))
        for place in set(places)
    }
    for item, place in zip(items, places, strict=True):
        if rank[place] < len(SLOW):
            item.add_marker("slow")
    items.sort(key=lambda item: rank[item.path.as_posix()])


@pytest.fixture(scope="session", autouse=True)
def no_traceback() -> Iterator[None]:
    """No run of the command line in any test may end in a traceback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "run", watched_run(subprocess.run))
        patch.setattr(CliRunner, "invoke", watched_invoke(CliRunner.invoke))
        yield
