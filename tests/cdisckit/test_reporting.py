"""What a build tells of itself while it runs."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from cdisckit.groups.clock import Clock, Step
from cdisckit.progress import Event
from cdisckit.reporting import print_steps, reported, words
from specs.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path


def console(*, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=120, color_system=None)


def shown(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


@pytest.mark.parametrize(
    ("event", "left", "expected"),
    [
        (Event("Reading the raw data"), None, "Reading the raw data"),
        (
            Event("Building groups", 3, 8, 41_000),
            125.0,
            "Building groups: 3 of 8, 41,000 rows, about 2 min left",
        ),
        (Event("Joining", dataset="LB", rows=5), 0.2, "Joining: LB, 5 rows"),
        (Event("Writing", 1, 2), 42.4, "Writing: 1 of 2, about 42 s left"),
    ],
)
def test_an_event_is_told_in_words(event: Event, left: float | None, expected: str) -> None:
    assert words(event, left) == expected


def test_without_a_terminal_the_last_event_is_a_line_now_and_then() -> None:
    on = console()
    with reported(on, None, every=0.01) as watch:
        watch(Event("Building groups", 1, 2))
        for _ in range(500):
            if "1 of 2" in shown(on):
                break
            time.sleep(0.01)
    lines = shown(on).splitlines()
    assert lines
    assert all(line.startswith("Building groups: 1 of 2") for line in lines)


def test_nothing_is_told_of_a_build_that_ends_before_the_first_line() -> None:
    on = console()
    with reported(on, None) as watch:
        watch(Event("Reading the raw data"))
    assert shown(on) == ""


def test_in_a_terminal_a_bar_says_what_is_done() -> None:
    on = console(terminal=True)
    with reported(on, None) as watch:
        watch(Event("Building groups", 1, 2))
    assert "Building groups: 1 of 2" in shown(on)


def test_a_log_has_an_event_on_each_line(tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    with reported(console(), log) as watch:
        watch(Event("Building groups", 0, 2))
        watch(Event("Building groups", 1, 2, 10))
        watch(Event("Joining transport files", dataset="LB"))
    first, second, third = map(json.loads, log.read_text("utf-8").splitlines())
    assert (first["done"], first["seconds_left"]) == (0, None)
    assert (second["rows"], second["total"]) == (10, 2)
    assert second["seconds_left"] >= 0
    assert third["dataset"] == "LB"


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="cannot be written"),
        reported(console(), tmp_path / "none" / "build.log"),
    ):
        pass


def test_steps_of_groups_are_added_up() -> None:
    on = console()
    print_steps([Step("xpt", "LB", 1, 2, 100), Step("xpt", "LB", 0.5, 1, 90)], on)
    (row,) = [line for line in shown(on).splitlines() if "LB" in line]
    assert row.replace("│", "").split() == ["xpt", "LB", "2", "1.50", "3.00", "100"]


def test_a_clock_measures_what_is_done_meanwhile() -> None:
    clock = Clock()
    with clock.step("sdtm", "LB"):
        pass
    (step,) = clock.steps
    assert (step.name, step.dataset) == ("sdtm", "LB")
    assert step.seconds >= 0
    assert step.peak > 1
