"""Commands run in this process, and a small study."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cdisckit.main import main
from tests.sdtm.conftest import DM, EX, write_study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., "Ran"]
    Study = Callable[..., Path]


@dataclass(frozen=True)
class Ran:
    """How a command ended: its exit code, and all that it printed."""

    code: int
    told: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command line in this process."""

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setenv("COLUMNS", "1000")
        monkeypatch.setattr(sys, "argv", ["cdisckit", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err + printed.out
        return Ran(code, printed.err + printed.out)

    return run


FILES = {
    "sdtm/dm.yaml": DM,
    "sdtm/ex.yaml": EX,
    "dm.csv": "subject,sex\n1,F\n2,M\n3,F\n",
    "ex.csv": "subject,drug,dose,start\n1,A,5,01-02-2020\n2,A,five,02-02-2020\n",
}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Writes the study, with some files given or replaced; reports go to a folder of their own."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def written(files: dict[str, str | bytes] | None = None) -> Path:
        return write_study(tmp_path / "study", {**FILES, **(files or {})})

    return written
