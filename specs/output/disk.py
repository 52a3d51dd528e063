"""What is to survive a power cut is on the disk before it gets its name."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def synced_file(path: Path) -> None:
    """Wait until a file is on the disk."""
    _synced(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)


def synced_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows sees to it itself."""
    if sys.platform != "win32":
        _synced(path, os.O_RDONLY | os.O_DIRECTORY)


def synced_tree(folder: Path) -> None:
    """Wait until a folder is on the disk with all that is in it."""
    for parent, _, names in os.walk(folder, topdown=False):
        for path in (Path(parent, name) for name in names):
            if path.is_file():
                synced_file(path)
        synced_folder(Path(parent))


def _synced(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
