"""Commands run in this process, and folders of which every byte is known before and after."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cdisckit.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Command = Callable[..., "Ran"]


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


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes, every link with where it leads."""
    return {
        path.relative_to(folder).as_posix(): f"link {path.readlink()}"
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }
