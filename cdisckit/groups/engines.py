"""What runs the work of groups: this process, several on this machine, or a Dask cluster.

All run the same plain functions on the same tasks and give the results in the order of the tasks,
so that nothing of a package depends on which it was.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from concurrent.futures import CancelledError, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pyarrow as pa

from specs.errors import CdisckitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    Report = Callable[[Any], None]
    """Is told each result as it comes."""

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 3
"""How often workers may die before a build gives up."""

_SMALLER = "give the build more memory, fewer workers or smaller groups (--group-size)"


class Engine(Protocol):
    """Runs a function on each of several tasks."""

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], report: Report
    ) -> list[Result]:
        """The results in the order of the tasks; the error of the first task that has one."""
        ...


class Serial:
    """One group after the other, in this process."""

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], report: Report
    ) -> list[Result]:
        """As of any engine."""
        results = []
        for task in tasks:
            results.append(function(task))
            report(results[-1])
        return results


@dataclass(frozen=True)
class Processes:
    """Several processes on this machine; the group of one that was killed is done again."""

    workers: int

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task], report: Report
    ) -> list[Result]:
        """As of any engine; CdisckitError where workers die again and again."""
        waiting = dict(enumerate(tasks))
        results: dict[int, Result] = {}
        for _ in range(TRIES):
            try:
                for number, result in self._round(function, waiting):
                    results[number] = result
                    del waiting[number]
                    report(result)
            except BrokenProcessPool:
                continue
            return [results[number] for number in range(len(tasks))]
        raise CdisckitError(
            f"worker processes were killed {TRIES} times, {len(waiting)} of {len(tasks)} groups of"
            " subjects are not done",
            remedy=_SMALLER,
        )

    def _round(
        self, function: Callable[[Task], Result], tasks: dict[int, Task]
    ) -> Generator[tuple[int, Result]]:
        """The tasks as they are done, until all are or a worker dies."""
        # A server that was not forked from this process: it has threads and open locks.
        way = "spawn" if sys.platform == "win32" else "forkserver"
        errors: dict[int, CdisckitError] = {}
        with (
            ProcessPoolExecutor(
                min(self.workers, len(tasks)),
                multiprocessing.get_context(way),
                initializer=_prepare_process,
            ) as pool,
            _ended_at_once(),
        ):
            numbers = {pool.submit(function, task): n for n, task in sorted(tasks.items())}
            for future in as_completed(numbers):
                number = numbers[future]
                try:
                    result = future.result()
                except CancelledError:
                    continue
                except CdisckitError as error:
                    errors[number] = error
                    for other, place in numbers.items():
                        if place > number:
                            other.cancel()
                    continue
                yield number, result
        if errors:
            raise errors[min(errors)]


@contextmanager
def _ended_at_once() -> Iterator[None]:
    """End the processes when the build is interrupted, whatever they are at."""
    try:
        yield
    except (KeyboardInterrupt, GeneratorExit):
        for process in multiprocessing.active_children():
            process.kill()
        raise


def _prepare_process() -> None:
    """Prepare a process, which leaves an interrupt to the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare_worker()


def prepare_worker() -> None:
    """Let a worker use memory as the command line does."""
    pa.set_memory_pool(pa.system_memory_pool())


def engine(name: str, workers: int, scheduler: str) -> Engine:
    """The engine that the options of a build name; CdisckitError where they contradict."""
    if name == "dask":
        if not scheduler:
            raise CdisckitError(
                "--engine dask needs the address of a scheduler",
                remedy="give --scheduler, such as tcp://127.0.0.1:8786",
            )
        from cdisckit.groups.dask_engine import Dask

        return Dask(scheduler)
    if scheduler:
        raise CdisckitError(
            f"--scheduler {scheduler} is for --engine dask", remedy="add --engine dask"
        )
    return Processes(workers) if workers > 1 else Serial()
