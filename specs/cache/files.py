"""Digests of files: their names below a folder, and their bytes."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IDLE = frozenset({"__pycache__", ".git"})


def files_in(folder: Path) -> Iterator[Path]:
    """The files in a folder and those below, in no order; none where there is no such folder.

    A link to a folder is followed, but not back to where it came from.
    """
    seen = set[str]()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        folders[:] = [name for name in folders if name not in _IDLE and real not in seen]
        seen.add(real)
        yield from (Path(place, name) for name in names)


def digest_of_files(files: Iterable[Path], folder: Path) -> str:
    """A text that differs where the names below the folder or the bytes of the files do."""
    digest = blake2b(digest_size=16)
    for path in sorted(set(files)):
        digest.update(f"{os.path.relpath(path, folder)}\0".encode(errors="surrogateescape"))
        digest.update(_bytes_of(path))
    return digest.hexdigest()


def _bytes_of(path: Path) -> bytes:
    content = blake2b(digest_size=16)
    if not path.is_file():
        return content.digest()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            content.update(block)
    return content.digest()
