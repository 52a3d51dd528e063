from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = Path(sys.executable).parent / "cdisckit"


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


def cdisckit(*arguments: str | Path, **environment: str) -> Run:
    """Run the command as a person would, in a wide terminal."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", **environment},
    )
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def lupus(root: Path) -> Path:
    return root / "studies" / "nct03171194"


@pytest.fixture(scope="session")
def package(lupus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """The worked study, built once: what the command said, and the folder of the package."""
    out = tmp_path_factory.mktemp("out")
    return cdisckit("build", lupus, "--out", out), out / "nct03171194-syn"


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    def read(folder: Path) -> dict[str, bytes]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    return read
