"""A file that appears under its name when it is whole."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from specs.errors import OutputError
from specs.output.disk import synced_file, synced_folder
from specs.output.system_errors import disk_errors
from specs.output.work import NEW, work_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def new_file(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """The path for an unfinished file of the same name, which takes its place at the end.

    On any error nothing of it is left, and a file that was there stays. A link to a file is
    followed. Without `sync` the file may be lost by a power cut soon after.
    """
    target = _real(path)
    with work_folder(target) as work:
        partial = work / NEW / target.name
        with disk_errors(partial, target):
            partial.parent.mkdir()
            yield partial
            if target.exists():
                shutil.copymode(target, partial)
            if sync:
                synced_file(partial)
            partial.replace(target)
            if sync:
                synced_folder(target.parent)


def apart(path: Path | None, *inputs: Path) -> None:
    """OutputError when a file that is to be written is one that is read, under whatever name."""
    if path is None or not path.exists():
        return
    if any(read.exists() and path.samefile(read) for read in inputs):
        raise OutputError(
            "is read, and cannot be written too", where=str(path), remedy="name another file"
        )


def _real(path: Path) -> Path:
    """Where a path leads; OutputError unless a file can be written there."""
    try:
        real = Path(os.path.realpath(path, strict=path.is_symlink()))
    except OSError:
        raise OutputError(
            f"is a link to {path.readlink()}, which is not there",
            where=str(path),
            remedy="name a file, or remove the link",
        ) from None
    if real.exists() and not real.is_file():
        what = "a folder" if real.is_dir() else "a device or the like"
        raise OutputError(f"is {what}, not a file", where=str(path), remedy="name a file")
    if real.exists() and not os.access(real, os.W_OK):
        raise OutputError(
            "is protected against writing",
            where=str(path),
            remedy="change its permissions, or name another file",
        )
    return real
