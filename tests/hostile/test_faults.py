"""What nobody expected ends with 3, one message and a report without values of data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import cdisckit.show
from cdisckit import faults
from cdisckit.main import app
from engine.order import sorted_by_need
from tests.commandline import assert_no_traceback, watched_invoke, watched_run
from tests.commandline import cdisckit as run_cdisckit

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Lets the command `show` raise something."""

    def raises(error: BaseException) -> None:
        def show(*_: object, **__: object) -> None:
            smith = {"a": 1}
            try:
                smith["Smith"]
            except KeyError:
                raise error  # noqa: B904  # the chain is what is tested

        monkeypatch.setattr(cdisckit.show, "show", show)

    return raises


def test_a_fault_is_one_message_and_the_end_is_3(
    here: Path, raising: Callable[[BaseException], None]
) -> None:
    raising(ValueError("subject Smith has 7"))
    run = run_cdisckit("show", "smith.xpt", "--where", "NAME EQ Smith", "--rows=7", "--stats")
    assert (run.code, run.out) == (3, "")
    lines = run.err.splitlines()
    assert lines[0].startswith("Fault of cdisckit itself, not of your data or specification: ")
    assert lines[0].endswith(tuple("0123456789"))
    assert "ValueError at cdisckit/main.py line" in lines[0]
    assert lines[1] == f"Report: {here / 'cdisckit-fault-1.txt'}"
    assert len(lines) == 3


def test_the_report_names_versions_command_and_frames_and_no_value(
    here: Path, raising: Callable[[BaseException], None]
) -> None:
    raising(ValueError("subject Smith has 7"))
    run_cdisckit("show", "smith.xpt", "--where", "NAME EQ Smith", "--rows=7", "--stats")
    text = (here / "cdisckit-fault-1.txt").read_text(encoding="utf-8")
    assert "command: show ... --where ... --rows ... --stats\n" in text
    assert "\npandas: " in text
    assert "\nruamel.yaml: " in text
    assert "builtins.ValueError, raised at" in text
    assert "builtins.KeyError, raised at" in text
    assert "cdisckit/main.py line" in text
    assert "smith" not in text.lower()
    assert str(Path.home()) not in text
    assert str(here) not in text


def test_a_second_report_leaves_the_first(
    here: Path, raising: Callable[[BaseException], None]
) -> None:
    raising(ValueError())
    for _ in range(2):
        run_cdisckit("show", "a.xpt")
    assert sorted(path.name for path in here.iterdir()) == [
        "cdisckit-fault-1.txt",
        "cdisckit-fault-2.txt",
    ]


def test_where_nothing_can_be_written_the_report_lies_among_the_temporary_files(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = here / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(faults.Path, "cwd", lambda: here / "gone")
    monkeypatch.setattr(faults.tempfile, "gettempdir", lambda: str(elsewhere))
    assert faults.write_report("x") == elsewhere / "cdisckit-fault-1.txt"
    monkeypatch.setattr(faults.tempfile, "gettempdir", lambda: str(here / "gone"))
    assert faults.write_report("x") is None


def test_the_report_shows_where_the_engine_was() -> None:
    with pytest.raises(AttributeError) as raised:
        sorted_by_need(5)  # type: ignore[arg-type]  # a fault is made
    assert "  engine/order.py line" in faults.report(raised.value, ["show"])


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "there is not enough memory"),
        (RecursionError("Smith"), 3, "RecursionError"),
        (PermissionError(13, "Permission denied", "a.xpt"), 2, "a.xpt: permission is denied"),
        (BaseException("Smith"), 3, "BaseException"),
    ],
)
def test_each_kind_of_end_has_its_code(
    here: Path,
    raising: Callable[[BaseException], None],
    error: BaseException,
    code: int,
    message: str,
) -> None:
    raising(error)
    run = run_cdisckit("show", "a.xpt")
    assert run.code == code
    assert message in run.err
    assert "Smith" not in run.err


def test_a_character_the_terminal_does_not_have_is_no_fault(here: Path) -> None:
    (here / "ä.csv").write_text("Ä\n1\n", encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).parent / "cdisckit", "show", "ä.csv"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "COLUMNS": "1"},
    )
    assert done.returncode in (0, 2)


def test_the_watch_over_all_tests_sees_a_traceback() -> None:
    with pytest.raises(AssertionError, match="ended in a traceback"):
        assert_no_traceback(b"Traceback (most recent call last):\n")
    command = [sys.executable, "-c", "1 / 0  # cdisckit"]
    with pytest.raises(AssertionError, match="ended in a traceback"):
        subprocess.run(command, capture_output=True, check=False)


def test_the_watch_over_all_tests_sees_what_the_command_raises(
    raising: Callable[[BaseException], None],
) -> None:
    raising(ValueError())
    with pytest.raises(AssertionError, match="raised what nobody expected"):
        CliRunner().invoke(app, ["show", "a.xpt"])


def test_the_watch_lets_pass_what_is_expected() -> None:
    assert watched_run(lambda *_: subprocess.CompletedProcess([], 0, "fine", b""))("cdisckit")
    assert watched_invoke(CliRunner.invoke)(CliRunner(), app, ["--help"]).exit_code == 0
