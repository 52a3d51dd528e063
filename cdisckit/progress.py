"""What a build tells of itself while it runs: in a terminal, as lines of a log, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

STEPS: Final = (
    "Reading the specification",
    "Reading the raw data",
    "Building SDTM",
    "Building ADaM",
    "Validating the datasets",
    "Writing XPT and define.xml",
    "Checking the files",
)


@dataclass(frozen=True)
class Event:
    """A step of a build, and how far it is: groups or datasets done, of all, and rows made."""

    step: str
    done: int = 0
    total: int = 0
    rows: int = 0
    dataset: str = ""


Watch: TypeAlias = Callable[[Event], None]
"""What is told of a build."""


def silent(_: Event) -> None:
    """Tell nothing."""
