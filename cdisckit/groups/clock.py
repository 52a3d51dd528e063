"""How long the steps of a build took, and how much memory their process had at most by then."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Step:
    """A step, the dataset it was about, its seconds of processor and of time, and MiB at most."""

    name: str
    dataset: str
    cpu: float
    seconds: float
    peak: float


class Clock:
    """Keeps the steps while they are taken."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far."""
        return tuple(self._steps)

    @contextmanager
    def step(self, name: str, dataset: str = "") -> Iterator[None]:
        """Measure what is done meanwhile."""
        cpu, start = time.process_time(), time.perf_counter()
        yield
        spent = time.process_time() - cpu, time.perf_counter() - start
        self._steps.append(Step(name, dataset, *spent, peak_memory()))


def peak_memory() -> float:
    """The MiB that this process had at most; NaN where the system does not tell."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)
