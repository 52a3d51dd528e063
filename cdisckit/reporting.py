"""Progress shown while a build runs: a bar in a terminal, else a line every ten seconds; a log."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from cdisckit.progress import STEPS, Event
from cdisckit.terminal import say
from specs.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rich.console import Console

    from cdisckit.groups.clock import Step
    from cdisckit.progress import Watch

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


@contextmanager
def reported(console: Console, log: Path | None, every: float = EVERY) -> Iterator[Watch]:
    """What a build tells, shown on a console and written to a log, until the block ends.

    OutputError where the log cannot be written.
    """
    with ExitStack() as held:
        file = held.enter_context(_opened(log)) if log is not None else None
        show = held.enter_context(_bar(console) if console.is_terminal else _lines(console, every))
        state = _State()

        def watch(event: Event) -> None:
            left = state.left(event)
            show(event, left)
            if file is not None:
                _log(file, event, left)

        yield watch


class _State:
    """When the step began that is told of."""

    def __init__(self) -> None:
        self._step, self._start = "", 0.0

    def left(self, event: Event) -> float | None:
        """The seconds that the step may still take, by what of it is done; None if not known."""
        now = time.monotonic()
        if event.step != self._step:
            self._step, self._start = event.step, now
        if not event.done or not event.total:
            return None
        return (now - self._start) / event.done * (event.total - event.done)


def words(event: Event, left: float | None) -> str:
    """An event in words: `Building groups: 3 of 8, 41,000 rows, about 2 min left`."""
    texts = []
    if event.dataset:
        texts.append(event.dataset)
    if event.total:
        texts.append(f"{event.done:,} of {event.total:,}")
    if event.rows:
        texts.append(f"{event.rows:,} rows")
    if left is not None and left >= 1:
        minutes, seconds = divmod(round(left), 60)
        texts.append(f"about {f'{minutes} min' if minutes else f'{seconds} s'} left")
    return event.step + (": " + ", ".join(texts) if texts else "")


@contextmanager
def _bar(console: Console) -> Iterator[_Show]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(event: Event, left: float | None) -> None:
            total, done = (event.total, event.done) if event.total else _of_steps(event)
            progress.update(task, description=words(event, left), completed=done, total=total)

        yield show


def _of_steps(event: Event) -> tuple[int | None, int]:
    is_step = event.step in STEPS
    return (len(STEPS), STEPS.index(event.step)) if is_step else (None, 0)


@contextmanager
def _lines(console: Console, every: float) -> Iterator[_Show]:
    """The last event as a line, as often as given, from a thread of its own: steps may be long."""
    last: list[tuple[Event, float | None]] = []
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(every):
            if last:
                say(console, words(*last[-1]))

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield lambda event, left: last.__setitem__(slice(None), [(event, left)])
    finally:
        ended.set()
        thread.join()


def _log(file: TextIO, event: Event, left: float | None) -> None:
    entry = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        **asdict(event),
        "seconds_left": None if left is None else round(left, 1),
    }
    file.write(json.dumps(entry) + "\n")
    file.flush()


def print_steps(steps: Iterable[Step], console: Console) -> None:
    """What each step of a build took, by dataset where it is about one, groups added up."""
    spent: dict[tuple[str, str], tuple[int, float, float, float]] = {}
    for step in steps:
        times, cpu, seconds, peak = spent.get((step.name, step.dataset), (0, 0.0, 0.0, 0.0))
        added = (times + 1, cpu + step.cpu, seconds + step.seconds, max(peak, step.peak))
        spent[step.name, step.dataset] = added
    grid = Grid(title="Profile", title_justify="left")
    for head in ("Step", "Dataset"):
        grid.add_column(head)
    for head in ("Times", "CPU s", "Seconds", "MiB at most"):
        grid.add_column(head, justify="right")
    for (name, dataset), (times, cpu, seconds, peak) in spent.items():
        grid.add_row(name, dataset, f"{times:,}", f"{cpu:.2f}", f"{seconds:.2f}", f"{peak:,.0f}")
    console.print(grid)


@contextmanager
def _opened(log: Path) -> Iterator[TextIO]:
    try:
        file = log.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(
            f"cannot be written ({error.strerror})",
            where=str(log),
            remedy="name a file in a folder that is there",
        ) from None
    with file:
        yield file


if TYPE_CHECKING:
    from collections.abc import Callable

    _Show = Callable[[Event, float | None], None]
