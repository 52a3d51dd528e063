"""A lock that its holder's death frees, whatever the death, and that leaves no file behind."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from specs.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AT = 1 << 30  # the byte that Windows locks: beyond the text, which others read meanwhile

_held: set[int] = set()
"""Locks of this process: a forked child closes them, or it would hold them beyond our death."""


@contextmanager
def locked(file: Path, target: Path) -> Iterator[None]:
    """Hold the lock in a file, and remove the file and its folder after.

    The folder is made if it is not there. OutputError names the holder where there is one.
    """
    handle = _taken(file, target)
    _held.add(handle)
    try:
        os.ftruncate(handle, 0)
        now = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()} since {now}\n".encode())
        yield
    finally:
        _held.discard(handle)
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(handle)
        with suppress(OSError):
            file.unlink()
        with suppress(OSError):
            file.parent.rmdir()
        if sys.platform != "win32":
            os.close(handle)


def _taken(file: Path, target: Path) -> int:
    """The handle of the locked file; anew where its last holder removed it in between."""
    while True:
        file.parent.mkdir(exist_ok=True)
        try:
            handle = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except FileNotFoundError:
            continue
        if not _lock(handle):
            holder = os.read(handle, 200).decode(errors="replace").strip() or "another process"
            os.close(handle)
            raise OutputError(
                f"is being written by {holder}",
                where=str(target),
                remedy="wait until it is done, or choose another place",
            )
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), file.lstat()):
                return handle
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        os.lseek(handle, _AT, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _forked() -> None:
        for handle in _held:
            os.close(handle)
        _held.clear()

    os.register_at_fork(after_in_child=_forked)
