"""Where a package may go, and what it may replace: before and after, by the hashes of all files."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cdisckit.building import build
from cdisckit.progress import Event
from specs.errors import OutputError
from specs.output import MARKER, Mark, claimed
from tests.hostile.tiny import hashes, tiny_study

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return tiny_study(tmp_path / "studies" / "other-name")


def refused(
    before: Path, study: Path, out: Path, words: str, *, raw: Path | None = None, **mode: str
) -> None:
    """The build is refused in these words, and nothing under `before` has changed."""
    was = hashes(before)
    with pytest.raises(OutputError, match=words):
        build(study, out, raw=raw, **mode)  # type: ignore[arg-type]
    assert hashes(before) == was


def test_the_study_itself_is_no_target(tmp_path: Path) -> None:
    study = tiny_study(tmp_path / "studies" / "tiny")
    refused(tmp_path, study, tmp_path / "studies", "is the study's folder")


def test_a_study_under_another_name_for_the_same_folder_is_no_target(tmp_path: Path) -> None:
    study = tiny_study(tmp_path / "studies" / "tiny")
    (tmp_path / "alias").symlink_to(tmp_path / "studies")
    refused(tmp_path, study, tmp_path / "alias", "is the study's folder")
    refused(tmp_path, tmp_path / "alias" / "tiny", tmp_path / "studies", "is the study's folder")


@pytest.mark.parametrize("place", [".", "out", "raw", "sdtm"])
def test_a_target_in_the_study_is_refused(study: Path, place: str) -> None:
    refused(study, study, study / place, "lies in the study's folder")


def test_a_target_that_holds_the_study_is_refused(tmp_path: Path) -> None:
    study = tiny_study(tmp_path / "tiny" / "deep" / "study")
    refused(tmp_path, study, tmp_path, "holds the study's folder")


def test_a_target_in_or_around_the_raw_folder_is_refused(tmp_path: Path, study: Path) -> None:
    raw = tmp_path / "tiny" / "export"
    shutil.copytree(study / "raw", raw / "raw")
    refused(tmp_path, study, raw, "lies in the raw folder", raw=raw)
    refused(tmp_path, study, tmp_path, "holds the raw folder", raw=raw)
    refused(tmp_path, study, tmp_path, "is the raw folder", raw=raw.parent)


def test_the_root_of_a_working_copy_is_refused(tmp_path: Path, study: Path) -> None:
    (tmp_path / "out" / "tiny" / ".git").mkdir(parents=True)
    refused(tmp_path, study, tmp_path / "out", "root of a working copy")


def test_the_places_of_refused_packages_are_looked_at_too(tmp_path: Path, study: Path) -> None:
    (tmp_path / "out" / "tiny-refused").mkdir(parents=True)
    (tmp_path / "out" / "tiny-refused" / "notes.txt").write_text("mine")
    refused(tmp_path, study, tmp_path / "out", r"tiny-refused: has no marker.*notes\.txt",
            mode="final")  # fmt: skip


def foreign(target: Path) -> None:
    target.mkdir()
    (target / "notes.txt").write_text("mine")


def file(target: Path) -> None:
    target.write_text("mine")


def link(target: Path) -> None:
    (target.parent / "real").mkdir()
    target.symlink_to("real")


def dangling(target: Path) -> None:
    target.symlink_to("nowhere")


def damaged(target: Path) -> None:
    target.mkdir()
    (target / MARKER).write_text("{")


def not_ours(target: Path) -> None:
    target.mkdir()
    (target / MARKER).write_text('{"made_by": "x", "study": "TINY", "kind": "", "files": {}}')


def of_another_study(target: Path) -> None:
    with claimed(target, Mark("OTHER", "package")) as claim, claim.writing() as new:
        (new / "file").write_text("theirs")
        claim.put(new)


def of_another_kind(target: Path) -> None:
    with claimed(target, Mark("TINY", "results")) as claim, claim.writing() as new:
        (new / "file").write_text("theirs")
        claim.put(new)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (foreign, r"tiny: has no marker of cdisckit .*notes\.txt; choose another place"),
        (file, "tiny: is a file"),
        (link, "tiny: is a link to real"),
        (dangling, "tiny: is a link to nowhere"),
        (damaged, "tiny: has no marker of cdisckit"),
        (not_ours, "tiny: has no marker of cdisckit"),
        (of_another_study, "tiny: is the package of study OTHER, not the package of TINY"),
        (of_another_kind, "tiny: is the results of study TINY, not the package of TINY"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_not_the_studys_own_package_is_not_replaced(
    made: Callable[[Path], None], words: str, tmp_path: Path, study: Path
) -> None:
    (tmp_path / "out").mkdir()
    made(tmp_path / "out" / "tiny")
    refused(tmp_path, study, tmp_path / "out", words)


@pytest.fixture
def built(tmp_path: Path, study: Path) -> Path:
    made = build(study, tmp_path / "out").folder
    assert made is not None
    return made


def test_a_package_is_replaced_and_nothing_is_left_beside_it(
    tmp_path: Path, study: Path, built: Path
) -> None:
    first = hashes(tmp_path)
    assert (built / MARKER).is_file()
    build(study, tmp_path / "out")
    assert hashes(tmp_path) == first
    tiny_study(tmp_path / "changed", subjects=3)
    build(tmp_path / "changed", tmp_path / "out")
    assert hashes(built) != {k: v for k, v in first.items() if k.startswith("out/tiny/")}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tiny"]


def test_the_marker_names_study_and_files_and_no_place_or_time(built: Path) -> None:
    told = json.loads((built / MARKER).read_text())
    assert (told["made_by"], told["study"], told["kind"]) == ("cdisckit", "TINY", "package")
    expected = {name: found for name, found in hashes(built).items() if found != "folder"}
    assert told["files"] == {name: found for name, found in expected.items() if name != MARKER}
    assert set(told) == {"made_by", "version", "study", "kind", "files"}


def added_note(built: Path) -> None:
    (built / "m5" / "notes.txt").write_text("mine")


def added_link(built: Path) -> None:
    (built / "lineage" / "elsewhere").symlink_to(built.parent)


def edited(built: Path) -> None:
    (built / "findings.csv").write_text("my comments")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (added_note, r"holds what cdisckit did not write there: m5/notes\.txt; move this"),
        (added_link, "holds what cdisckit did not write there: lineage/elsewhere"),
        (edited, r"holds files that were changed since cdisckit wrote them: findings\.csv"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_a_user_put_into_a_package_is_not_lost(
    change: Callable[[Path], None], words: str, tmp_path: Path, study: Path, built: Path
) -> None:
    change(built)
    refused(tmp_path, study, tmp_path / "out", words)


def test_a_note_that_comes_while_a_package_is_written_is_not_lost(
    tmp_path: Path, study: Path, built: Path
) -> None:
    def watch(event: Event) -> None:
        if event.step == "Checking the files":
            added_note(built)

    with pytest.raises(OutputError, match=r"m5/notes\.txt"):
        build(study, tmp_path / "out", watch=watch)
    assert (built / "m5" / "notes.txt").read_text() == "mine"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tiny"]


def test_files_that_a_user_removed_or_a_system_added_do_not_hinder(
    tmp_path: Path, study: Path, built: Path
) -> None:
    (built / "ledger.csv").unlink()
    (built / ".DS_Store").write_text("")
    build(study, tmp_path / "out")
    assert (built / "ledger.csv").is_file()


def test_a_place_that_is_no_folder_is_told(tmp_path: Path, study: Path) -> None:
    (tmp_path / "file").write_text("mine")
    was = hashes(tmp_path)
    with pytest.raises(OutputError, match="file: is a file, not a folder"):
        build(study, tmp_path / "file")
    (tmp_path / "gone").symlink_to("nowhere")
    with pytest.raises(OutputError, match="gone: is a link to nowhere, which is not a folder"):
        build(study, tmp_path / "gone")
    assert hashes(tmp_path) == {**was, "gone": "link to nowhere"}


def test_folders_made_for_a_build_that_fails_go_again(tmp_path: Path, study: Path) -> None:
    (study / "raw" / "dm.csv").unlink()
    was = hashes(tmp_path)
    with pytest.raises(Exception, match=r"dm\.csv"):
        build(study, tmp_path / "deep" / "out")
    assert hashes(tmp_path) == was


def test_a_package_has_the_modes_of_the_user(tmp_path: Path, study: Path) -> None:
    before = os.umask(0o027)
    try:
        made = build(study, tmp_path / "out").folder
    finally:
        os.umask(before)
    assert made is not None
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (made, *made.rglob("*"))}
    every = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in made.rglob("*")}
    assert modes == {True: 0o750, False: 0o640}
    assert every == set(modes.items())
