from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tests.commandline import watched_invoke, watched_run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def no_traceback() -> Iterator[None]:
    """No run of the command line in any test may end in a traceback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "run", watched_run(subprocess.run))
        patch.setattr(CliRunner, "invoke", watched_invoke(CliRunner.invoke))
        yield
