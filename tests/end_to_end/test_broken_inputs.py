"""Broken raw data: one clear error, exit code 2, and the last good package untouched."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.processes import Run, cdisckit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def broken_header(study: Path) -> None:
    data = study / "raw" / "data.csv"
    data.write_text(data.read_text().replace("aeterm", "aetrm", 1))


def lost_record_id(study: Path) -> None:
    data = study / "raw" / "data.csv"
    data.write_text(data.read_text().replace("record_id", "id", 1))


def missing_dictionary(study: Path) -> None:
    (study / "raw" / "dictionary.csv").unlink()


def unknown_event(study: Path) -> None:
    data = study / "raw" / "data.csv"
    data.write_text(data.read_text().replace("week_24_arm_1", "week_26_arm_1", 1))


def duplicated_record(study: Path) -> None:
    data = study / "raw" / "data.csv"
    lines = data.read_text().splitlines(keepends=True)
    data.write_text("".join([*lines, lines[2]]))


def cut_file(study: Path) -> None:
    data = study / "raw" / "data.csv"
    data.write_text(data.read_text()[:-700])


BROKEN = [
    (broken_header, ["data.csv line 1", "aetrm", "did you mean aeterm"]),
    (lost_record_id, ["data.csv line 1", "record_id"]),
    (missing_dictionary, ["dictionary.csv", "there is no such file"]),
    (unknown_event, ["data.csv line", "week_26_arm_1", "events.csv", "week_2_arm_1"]),
    (duplicated_record, ["data.csv lines 3 and", "is there twice"]),
    (cut_file, ["data.csv line", "cells"]),
]


@pytest.fixture(scope="module")
def good(lupus_build: tuple[Run, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    run, package = lupus_build
    assert run.code in (0, 1)
    return shutil.copytree(package.parent, tmp_path_factory.mktemp("good") / "out")


@pytest.mark.parametrize(
    ("breaking", "words"), BROKEN, ids=[breaking.__name__ for breaking, _ in BROKEN]
)
def test_broken_raw_data_are_refused_and_the_last_package_stays(
    breaking: Callable[[Path], None],
    words: list[str],
    good: Path,
    lupus: Path,
    tmp_path: Path,
    contents: Callable[[Path], dict[str, bytes]],
) -> None:
    study = tmp_path / "study"
    shutil.copytree(lupus, study, ignore=shutil.ignore_patterns("__pycache__"))
    breaking(study)
    before = contents(good)
    run = cdisckit("build", study, "--out", good)
    assert run.code == 2
    assert run.out == ""
    for word in words:
        assert word in run.err
    assert "Traceback" not in run.err
    assert contents(good) == before


def test_a_folder_that_is_no_study_is_refused(tmp_path: Path) -> None:
    run = cdisckit("build", tmp_path)
    assert run.code == 2
    assert "study.yaml" in run.err
