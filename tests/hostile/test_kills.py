"""A killed build leaves the old package or the new one, whole, and the next build nothing else."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.hostile.killed import kill_builds
from tests.hostile.tiny import tiny_study

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the signals are those of POSIX")


def test_a_killed_build_leaves_a_whole_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kills = int(os.environ.get("CDISCKIT_KILLS", "3"))
    studies = (tiny_study(tmp_path / "one"), tiny_study(tmp_path / "other", subjects=3))
    outcome = kill_builds(studies, tmp_path / "out", kills, seed=20180411)
    with capsys.disabled():
        print(f"\n{kills} kills: {dict(outcome.found)}")  # noqa: T201
    assert outcome.wrong == []
    assert outcome.found["old"] + outcome.found["new"] == kills
