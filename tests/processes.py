"""The command in a process of its own, and what all processes of a test run share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

COMMAND = Path(sys.executable).parent / "cdisckit"
PATIENCE = 900  # seconds


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


def once(
    name: str, run: Callable[[Path], Run], factory: pytest.TempPathFactory
) -> tuple[Run, Path]:
    """What a command said, and the folder it wrote to: run by the first worker that asks for it."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, told = shared / name, shared / f"{name}.json"
    try:
        folder.mkdir()
    except FileExistsError:
        began = time.monotonic()
        while not told.exists():
            assert time.monotonic() - began < PATIENCE, f"{name} was begun and not finished"
            time.sleep(0.2)
        return Run(**json.loads(told.read_text(encoding="utf-8"))), folder
    done = run(folder)
    unfinished = told.with_suffix(".part")
    unfinished.write_text(json.dumps(asdict(done)), encoding="utf-8")
    unfinished.rename(told)
    return done, folder
