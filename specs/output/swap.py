"""Put a finished folder in the place of another, as near to one step as the system allows."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

from specs.output.disk import synced_folder
from specs.output.work import DISCARDED, PREVIOUS

if TYPE_CHECKING:
    from pathlib import Path

_HERE = -100  # AT_FDCWD of Linux
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


def swap_in(new: Path, target: Path, work: Path) -> None:
    """Give `new` the place of the target; what was there is left in the work folder.

    Linux and macOS exchange the two in one step. Elsewhere, and on disks that cannot, there are two
    renames; a process that dies between them leaves the old folder in the work folder, from where
    it returns when that is opened next.
    """
    if not target.exists():
        new.rename(target)
    elif not exchanged(new, target):
        target.rename(work / PREVIOUS)
        new.rename(target)
        (work / PREVIOUS).rename(work / DISCARDED)
    synced_folder(target.parent)


def exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where that cannot be done."""
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = system.renamex_np(os.fsencode(one), os.fsencode(other), _EXCHANGE)
        elif sys.platform == "linux":
            paths = (_HERE, os.fsencode(one), _HERE, os.fsencode(other))
            failed = system.renameat2(*paths, _EXCHANGE)
        else:
            return False
    except (AttributeError, OSError, TypeError):  # the system's library does not have it
        return False
    return not failed
