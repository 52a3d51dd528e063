"""The folder beside a target in which it comes to be."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from specs.errors import OutputError
from specs.output.locks import locked
from specs.output.system_errors import disk_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOCK, NEW, PREVIOUS, DISCARDED = "lock", "new", "previous", "discarded"


@contextmanager
def work_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target that this process alone has until the end, empty but for a lock.

    What a process that died left in it goes first; a target that died between two renames returns.
    The folders that lead to the target are made, and go again where nothing came into them.
    OutputError when another process has it.
    """
    work = target.absolute().with_name(f".{target.name}.building")  # else a library expands "~"
    with ExitStack() as held:
        held_back = held.enter_context(_signals_at_the_end())
        with disk_errors(work, target):
            held.enter_context(_parents(target.parent))
            if work.is_symlink() or (work.exists() and not work.is_dir()):
                raise OutputError(
                    f"cannot be written, because {work.name} beside it is not a folder, and"
                    " cdisckit makes one of this name while it works",
                    where=str(target),
                    remedy="move it elsewhere",
                )
            held.enter_context(locked(work / LOCK, target))
            _settled(work, target)
        try:
            yield work
        finally:
            try:
                held_back()
            finally:
                _settled(work, target)


@contextmanager
def _signals_at_the_end() -> Iterator[Callable[[], object]]:
    """What holds signals back until all is tidied: one that came meanwhile is heard then."""
    if sys.platform == "win32":
        yield lambda: None
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    try:
        yield lambda: signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _parents(folder: Path) -> Iterator[None]:
    """The folders above, made where they are not; removed again where they stay empty."""
    for path in (folder, *folder.parents):
        if os.path.lexists(path) and not path.is_dir():
            what = (
                f"is a link to {path.readlink()}, which is not a folder"
                if path.is_symlink()
                else ""
            )
            raise OutputError(
                what or "is a file, not a folder", where=str(path), remedy="choose another place"
            )
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for path in new:
            with suppress(OSError):  # something came into it
                path.rmdir()


def _settled(work: Path, target: Path) -> None:
    """Undo a swap that stopped between its two renames, and remove what is not needed."""
    if os.path.lexists(work / PREVIOUS):
        if os.path.lexists(target):
            _removed(work / DISCARDED)
            (work / PREVIOUS).rename(work / DISCARDED)
        else:
            (work / PREVIOUS).rename(target)
    for path in list(work.iterdir()):
        if path.name != LOCK:
            _removed(path)


def _removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
