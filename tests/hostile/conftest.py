"""A small study, whose files a test replaces by what it tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sdtm.conftest import DM, EX, write_study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Study = Callable[..., Path]

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
