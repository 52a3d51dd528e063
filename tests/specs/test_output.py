from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from specs.errors import OutputError
from specs.output import (
    MARKER,
    Mark,
    apart,
    check_file,
    claimed,
    new_file,
    new_folder,
    swap,
    work_folder,
)
from specs.output.swap import exchanged, swap_in

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = Mark("TINY", "package")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def package(target: Path, content: str) -> Path:
    with claimed(target, MARK) as claim, claim.writing() as new:
        (new / "file.txt").write_text(content)
        claim.put(new)
    return target


def text(target: Path) -> str:
    return (target / "file.txt").read_text()


@pytest.fixture(params=["one step", "two renames"])
def either_swap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The swap of systems that can exchange folders, and that of those that cannot."""
    if request.param == "two renames":
        monkeypatch.setattr(swap, "exchanged", lambda *_: False)


@pytest.mark.usefixtures("either_swap")
def test_a_finished_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = package(tmp_path / "deep" / "package", "old")
    assert text(package(target, "new")) == "new"
    assert names(target.parent) == ["package"]


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system cannot")
def test_this_system_exchanges_two_folders_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.txt").write_text(name)
    assert exchanged(tmp_path / "one", tmp_path / "other")
    assert (text(tmp_path / "one"), text(tmp_path / "other")) == ("other", "one")
    assert not exchanged(tmp_path / "one", tmp_path / "missing")


def test_the_old_folder_returns_when_the_new_one_cannot_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = package(tmp_path / "package", "old")
    monkeypatch.setattr(swap, "exchanged", lambda *_: False)
    rename = Path.rename

    def refuse(self: Path, other: Path) -> Path:
        if self.name == "new":
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(self))
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="package: Invalid cross-device link"):
        package(target, "new")
    assert text(target) == "old"
    assert names(tmp_path) == ["package"]


class Killed(BaseException):
    pass


def test_a_swap_that_dies_between_its_renames_is_undone_when_the_target_is_opened_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = package(tmp_path / "package", "old")
    work = tmp_path / ".package.building"
    (work / "new").mkdir(parents=True)
    target.rename(work / "previous")
    with claimed(target, MARK):
        assert text(target) == "old"
    assert names(tmp_path) == ["package"]


def test_a_swap_that_dies_after_its_renames_keeps_the_new_folder(tmp_path: Path) -> None:
    target = package(tmp_path / "package", "new")
    (tmp_path / ".package.building" / "previous").mkdir(parents=True)
    (tmp_path / ".package.building" / "previous" / "file.txt").write_text("old")
    with work_folder(target):
        assert text(target) == "new"
    assert names(tmp_path) == ["package"]


def test_what_a_dead_builder_left_goes(tmp_path: Path) -> None:
    work = tmp_path / ".package.building"
    (work / "new" / "m5").mkdir(parents=True)
    (work / "lock").write_text("process 1 on elsewhere since long ago\n")
    assert text(package(tmp_path / "package", "new")) == "new"
    assert names(tmp_path) == ["package"]


def test_what_is_named_alike_and_is_not_ours_stays(tmp_path: Path) -> None:
    for name in (".package-notes", ".package.previous", "package-notes"):
        (tmp_path / name).mkdir()
    package(tmp_path / "package", "new")
    assert names(tmp_path) == [".package-notes", ".package.previous", "package", "package-notes"]


def test_a_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    target = tmp_path / "package"
    with claimed(target, MARK):
        with pytest.raises(
            OutputError, match=rf"package: is being written by process {os.getpid()} on"
        ):
            package(target, "second")
        package(tmp_path / "another", "free")
    package(target, "first")
    assert names(tmp_path) == ["another", "package"]


HOLD = """
import sys
from pathlib import Path
from specs.output import work_folder
with work_folder(Path(sys.argv[1])) as work:
    (work / "new").mkdir()
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path, root: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "package")]
    with subprocess.Popen(
        command, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_lock_of_another_process_holds_until_it_dies(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(OutputError, match=f"is being written by process {holder.pid} on"):
        package(tmp_path / "package", "new")
    holder.kill()
    holder.wait()
    assert names(tmp_path) == [".package.building"]
    package(tmp_path / "package", "new")
    assert names(tmp_path) == ["package"]


FORKED = """
import os, sys
from pathlib import Path
from specs.output import work_folder
with work_folder(Path(sys.argv[1])):
    if os.fork():
        os.kill(os.getpid(), 9)
    print("orphan", flush=True)
    sys.stdin.read()
    os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_worker_that_outlives_its_parent_does_not_hold_the_lock(
    tmp_path: Path, root: Path
) -> None:
    command = [sys.executable, "-c", FORKED, str(tmp_path / "package")]
    with subprocess.Popen(
        command, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "orphan\n"
        process.wait()
        package(tmp_path / "package", "new")
    assert names(tmp_path) == ["package"]


def test_a_new_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with new_folder(tmp_path / "study") as aside:
        (aside / "file.txt").write_text("new")
        assert names(tmp_path) == [".study.building"]
    assert names(tmp_path / "study") == ["file.txt"]
    with pytest.raises(Killed), new_folder(tmp_path / "other"):
        raise Killed
    with pytest.raises(OutputError, match="study: is there already, and is not empty"):
        new_folder(tmp_path / "study").__enter__()
    (tmp_path / "empty").mkdir()
    with new_folder(tmp_path / "empty") as aside:
        (aside / "file.txt").write_text("new")
    assert names(tmp_path) == ["empty", "study"]


def half(partial: Path, error: BaseException) -> None:
    partial.write_text("half")
    raise error


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "lock"  # any name will do
    path.write_text("old")
    with pytest.raises(Killed), new_file(path) as partial:
        half(partial, Killed())
    assert path.read_text() == "old"
    with new_file(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["lock"]


def test_a_link_to_a_file_is_followed_and_other_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link").symlink_to("real.txt")
    with new_file(tmp_path / "link") as partial:
        partial.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
    (tmp_path / "gone").symlink_to("nowhere")
    with pytest.raises(OutputError, match=r"gone: is a link to .*nowhere, which is not there"):
        new_file(tmp_path / "gone").__enter__()
    (tmp_path / "around").symlink_to("around")
    with pytest.raises(OutputError, match="around: is a link to"):
        new_file(tmp_path / "around").__enter__()


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder, not a file"):
        new_file(tmp_path).__enter__()
    with pytest.raises(OutputError, match="is a device or the like, not a file"):
        new_file(Path(os.devnull)).__enter__()


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "private.csv"
    path.write_text("old")
    path.chmod(0o600)
    with new_file(path) as partial:
        partial.write_text("new")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "there is no space left on the disk; free some space"),
        (errno.EACCES, "permission is denied; change its permissions"),
        (errno.EROFS, "the disk can only be read; choose another place"),
        (errno.EFBIG, "the file is larger than the system allows"),
        (errno.ENOTTY, "Inappropriate ioctl"),
    ],
)
def test_what_the_system_refuses_is_told_with_the_file(
    number: int, words: str, tmp_path: Path
) -> None:
    with (
        pytest.raises(OutputError, match=f"page.html: {words}"),
        new_file(tmp_path / "page.html") as partial,
    ):
        half(partial, OSError(number, os.strerror(number)))
    with (
        pytest.raises(OutputError, match=f"package/m5/dm.xpt: {words}"),
        claimed(tmp_path / "package", MARK) as claim,
        claim.writing() as new,
    ):
        raise OSError(number, os.strerror(number), str(new / "m5" / "dm.xpt"))
    assert names(tmp_path) == []


def test_an_error_of_a_file_that_is_read_meanwhile_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised, new_file(tmp_path / "page.html"):
        (tmp_path / "raw.csv").open()
    assert raised.value.filename == str(tmp_path / "raw.csv")


def test_a_file_that_is_read_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "a.xpt").write_text("data")
    (tmp_path / "link").symlink_to("a.xpt")
    for name in ("a.xpt", "link", "./a.xpt"):
        with pytest.raises(OutputError, match="is read, and cannot be written too"):
            apart(tmp_path / name, tmp_path / "b.xpt", tmp_path / "a.xpt")
    apart(tmp_path / "c.xpt", tmp_path / "a.xpt")
    apart(None, tmp_path / "a.xpt")


def test_what_is_in_the_way_of_the_work_is_told(tmp_path: Path) -> None:
    (tmp_path / ".package.building").write_text("mine")
    with pytest.raises(
        OutputError, match=r"package: cannot be written, because \.package\.building"
    ):
        package(tmp_path / "package", "new")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="file: is a file, not a folder; choose another place"):
        package(tmp_path / "file" / "package", "new")
    assert names(tmp_path) == [".package.building", "file"]


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the name is too long; choose a shorter one"):
        new_file(tmp_path / ("x" * 250)).__enter__()


def test_a_swap_needs_a_new_folder(tmp_path: Path) -> None:
    target = package(tmp_path / "package", "old")
    with pytest.raises(FileNotFoundError):
        swap_in(tmp_path / "missing", target, tmp_path)
    assert names(tmp_path / "previous") == [".cdisckit.json", "file.txt"]


def test_a_name_with_a_tilde_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with new_folder(Path("~")) as aside:
        pd.DataFrame({"a": [1]}).to_csv(aside / "a.csv", index=False)
    assert [path.name for path in (tmp_path / "~").iterdir()] == ["a.csv"]


@pytest.mark.parametrize("sign", ["study.yaml", MARKER])
def test_a_file_of_a_study_or_a_package_is_not_written_over(tmp_path: Path, sign: str) -> None:
    (tmp_path / sign).write_text("x", encoding="utf-8")
    (tmp_path / "raw").mkdir()
    raw = tmp_path / "raw" / "data.csv"
    check_file(raw)  # it is not there yet
    raw.write_text("a", encoding="utf-8")
    with pytest.raises(OutputError, match="is there already, and belongs to the"):
        check_file(raw)
    if sign == "study.yaml":
        check_file(raw, replaced=(".csv",))
