"""What is done at every save of a study's files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from specs.cache.files import files_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

PAUSE: Final = 0.25
"""Seconds between two looks; looking needs no library and works on every disk."""

_WATCHED: Final = frozenset({".yaml", ".yml", ".py", ".csv", ".xml", ".json", ".txt", ".xlsx"})

_State = dict["Path", tuple[int, int]]


def saves(
    folders: Iterable[Path], pause: Callable[[float], None] = time.sleep
) -> Iterator[frozenset[Path]]:
    """The files that were saved, removed or added since the last look, without end.

    What is saved in several steps comes once, when a look finds no more of it.
    """
    watched = tuple(folders)
    before = _state(watched)
    changed: set[Path] = set()
    while True:
        pause(PAUSE)
        now = _state(watched)
        new = {path for path in {**before, **now} if before.get(path) != now.get(path)}
        before = now
        changed |= new
        if changed and not new:
            yield frozenset(changed)
            changed = set()


def dataset_of(path: Path, study: Path) -> str:
    """The dataset that a file of a study describes; "" where it is none of a dataset."""
    described = path.suffix == ".yaml" and path.parent.name in ("sdtm", "adam")
    return path.stem.upper() if described and path.parent.parent == study else ""


def _state(folders: Iterable[Path]) -> _State:
    state: _State = {}
    for path in (path for folder in folders for path in files_in(folder)):
        if path.suffix.lower() in _WATCHED and not path.name.startswith("."):
            try:
                status = path.stat()
            except OSError:
                continue  # it went while it was looked for
            state[path] = (status.st_mtime_ns, status.st_size)
    return state
