"""How commands end: no room, no reader, odd names, a file that is read named for writing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.hostile.tiny import hashes, tiny_study

COMMAND = Path(sys.executable).parent / "cdisckit"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="it is a matter of POSIX")


def run(*arguments: str | Path, limit: int = 0, folder: Path | None = None) -> tuple[int, str, str]:
    """Run the command, with files of at most `limit` bytes if that is given."""
    command = [str(COMMAND), *map(str, arguments)]
    if limit:
        code = (
            "import os, resource, sys;"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
            "os.execv(sys.argv[1], sys.argv[1:])"
        )
        command = [sys.executable, "-c", code, *command]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return tiny_study(tmp_path / "tiny")


def test_a_build_from_the_folder_of_studies_destroys_no_study(study: Path) -> None:
    was = hashes(study.parent)
    code, out, err = run("build", "tiny", "--out", ".", folder=study.parent)
    assert (code, out) == (2, "")
    assert "Error tiny: is the study's folder" in err
    assert "choose another place with --out" in err
    assert hashes(study.parent) == was


def test_names_with_brackets_are_shown_as_they_are(study: Path, tmp_path: Path) -> None:
    _, out, _ = run("build", study, "--out", "[red]x[/red]", folder=tmp_path)
    assert f"Package:  {Path('[red]x[/red]/tiny/m5')}" in out
    (tmp_path / "[bold]y").write_text("mine")
    code, _, err = run("build", study, "--out", "[bold]y", folder=tmp_path)
    assert code == 2
    assert "Error [bold]y: is a file" in err
    code, _, err = run("show", "[/]:smile:.xpt", folder=tmp_path)
    assert code == 2
    assert "[/]:smile:.xpt" in err


@POSIX
def test_no_room_for_a_file_is_told_by_its_name_and_the_old_one_stays(
    study: Path, tmp_path: Path
) -> None:
    for name in ("page.html", "spec.xlsx", "define.xml", "dm.json", "dm.xpt"):
        (tmp_path / name).write_text("<title>Profile of ")
    source = study / "raw" / "dm.csv"
    source.write_text("ID,START\n" + "1,2024-01-01\n" * 400, encoding="utf-8")
    was = hashes(tmp_path)
    for arguments in (
        ("profile", study / "raw", "--out", "page.html"),
        ("spec", "export", study, "--to", "spec.xlsx"),
        ("spec", "export", study, "--to", "define.xml"),
        ("convert", source, "dm.json"),
        ("convert", source, "dm.xpt"),
    ):
        code, _, err = run(*arguments, limit=1000, folder=tmp_path)
        name = Path(arguments[-1]).name
        assert (code, name in err, "larger than the system allows" in err) == (2, True, True), err
        assert ".building" not in err
    assert hashes(tmp_path) == was


@POSIX
def test_no_room_for_a_package_leaves_the_old_one(study: Path, tmp_path: Path) -> None:
    assert run("build", study, "--out", tmp_path / "out")[0] == 1
    was = hashes(tmp_path)
    code, _, err = run("build", study, "--out", tmp_path / "out", limit=10_000)
    assert code == 2
    assert "out/tiny: the file is larger than the system allows" in err
    assert ".building" not in err
    assert hashes(tmp_path) == was


def test_a_file_that_is_read_is_not_written(study: Path, tmp_path: Path) -> None:
    run("spec", "export", study, "--to", tmp_path / "define.xml")
    (tmp_path / "same.xml").symlink_to("define.xml")
    was = hashes(tmp_path)
    for arguments in (
        ("convert", "tiny/raw/dm.csv", "tiny/../tiny/raw/dm.csv"),
        ("define", "define.xml", "--html", "define.xml"),
        ("define", "define.xml", "--html", "same.xml"),
        ("define", "same.xml", "--pdf", "define.xml"),
        ("profile", "tiny/raw", "--out", "tiny/raw/dm.csv"),
        ("profile", "tiny", "--out", "tiny/study.yaml"),
    ):
        code, out, err = run(*arguments, folder=tmp_path)
        assert (code, out) == (2, ""), arguments
        assert "name another file" in err
    assert hashes(tmp_path) == was


def test_a_workbook_that_nobody_named_is_not_replaced(study: Path, tmp_path: Path) -> None:
    (tmp_path / "spec.xlsx").write_text("my edits")
    code, _, err = run("spec", "export", study, folder=tmp_path)
    assert code == 2
    assert "spec.xlsx: is there already, and may hold edits; name the file with --to" in err
    assert run("spec", "export", study, "--to", "spec.xlsx", folder=tmp_path)[0] == 0


def test_a_simulation_goes_into_a_new_or_an_empty_folder_alone(study: Path, tmp_path: Path) -> None:
    (study / "simulator.py").write_text(
        "def simulate(out, subjects, seed):\n    (out / 'data.csv').write_text('made')\n"
    )
    (tmp_path / "empty").mkdir()
    assert run("simulate", study, "--out", tmp_path / "empty")[0] == 0
    assert (tmp_path / "empty" / "raw" / "data.csv").read_text() == "made"
    was = hashes(tmp_path)
    code, _, err = run("simulate", study, "--out", tmp_path / "empty")
    assert code == 2
    assert "empty: is there already, and is not empty" in err
    assert hashes(tmp_path) == was


@POSIX
@pytest.mark.parametrize(
    "arguments", [("show", "many.csv", "--rows", "20000"), ("check-spec", "--help")], ids=str
)
def test_a_pipe_that_nobody_reads_ends_the_command_in_silence(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "many.csv").write_text("A\n" + "value\n" * 20_000)
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [str(COMMAND), *arguments], stdout=write, stderr=subprocess.PIPE, cwd=tmp_path, text=True
    )
    os.close(write)
    _, told = process.communicate()
    assert (process.returncode, told) == (128 + signal.SIGPIPE, "")


SLOW = """
import pathlib, time
def simulate(out, subjects, seed):
    (out / "half.csv").write_text("half")
    pathlib.Path("begun").touch()
    time.sleep(60)
"""


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_stopped_command_cleans_up_and_says_so_in_a_line(
    name: str, study: Path, tmp_path: Path
) -> None:
    (study / "simulator.py").write_text(SLOW)
    process = subprocess.Popen(
        [str(COMMAND), "simulate", str(study), "--out", "made"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        text=True,
    )
    while not (tmp_path / "begun").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(getattr(signal, name))
    process.send_signal(signal.SIGTERM)  # a second one does not disturb the cleaning
    out, told = process.communicate()
    assert process.returncode - 128 in (getattr(signal, name), signal.SIGTERM)
    assert (out, told) in (("", f"Stopped by {name}\n"), ("", "Stopped by SIGTERM\n"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["begun", "tiny"]


@POSIX
def test_a_signal_that_nohup_ignores_is_ignored(study: Path, tmp_path: Path) -> None:
    (study / "simulator.py").write_text(SLOW.replace("60", "1"))
    command = f"trap '' HUP; exec {COMMAND} simulate {study} --out made"
    process = subprocess.Popen(["/bin/sh", "-c", command], cwd=tmp_path, stdout=subprocess.DEVNULL)
    while not (tmp_path / "begun").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGHUP)
    assert process.wait() == 0
    assert (tmp_path / "made" / "raw" / "half.csv").exists()
