"""The folder of the cache: written in one step, read with a check, bounded in size.

    built/1/<kind>/ab/abcdef...     the digest of what follows, then what is kept

Several processes may use it at once: a file comes to be beside its place and takes it by one
rename, so that it is whole or not there. The file that was not used for longest goes first.
"""

from __future__ import annotations

import os
import pickle
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from specs.errors import OutputError
from specs.shown import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHAPE: Final = "1"
"""Changes with what the files are like."""

_DIGEST: Final = 32

LIMIT: Final = 2 << 30
"""How many bytes the cache may hold, unless told otherwise."""

_ABANDONED: Final = 3600
"""After how many seconds a file that was not finished belongs to a process that died."""


@dataclass(frozen=True)
class Contents:
    """What a cache holds: how many results, and their bytes."""

    folder: Path
    files: int
    size: int
    limit: int


@dataclass(frozen=True)
class Cache:
    """Results by kind and key, in a folder; without a folder nothing is kept."""

    folder: Path | None = None
    limit: int = LIMIT

    def __bool__(self) -> bool:
        return self.folder is not None

    def get(self, kind: str, key: str) -> Any:
        """What is kept under a key; None where nothing is, or it cannot be read."""
        from specs.cache.pickles import loaded

        data = self.read(kind, key)
        if data is None:
            return None
        try:
            return loaded(data)
        except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, ValueError):
            return None
        except (IndexError, KeyError, TypeError):
            return None

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep a value, in place of another of that key; nothing where the disk refuses."""
        if self.folder is None:
            return
        from specs.cache.pickles import dumped

        self.write(kind, key, dumped(value))

    def read(self, kind: str, key: str) -> bytes | None:
        """The bytes kept under a key; None where nothing is, or they were changed."""
        if self.folder is None:
            return None
        path = self._path(kind, key)
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        head, data = stored[:_DIGEST], stored[_DIGEST:]
        if head != _checked(kind, key, data):
            return None
        with suppress(OSError):
            os.utime(path)
        return data

    def write(self, kind: str, key: str, data: bytes) -> None:
        """Keep bytes, in place of others of that key; nothing where the disk refuses."""
        if self.folder is None or len(data) > self.limit // 4:
            return
        path = self._path(kind, key)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_checked(kind, key, data))
                    file.write(data)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise

    def trim(self) -> None:
        """Remove what was not used for longest, until the cache is well within its limit."""
        files = sorted(self._files(), key=lambda file: file[1].st_mtime)
        size = sum(status.st_size for _, status in files)
        now = time.time()
        bound = self.limit if size <= self.limit else self.limit * 3 // 4
        for path, status in files:
            unfinished = path.name.startswith(".")
            if unfinished and now - status.st_mtime < _ABANDONED:
                continue
            if unfinished or size > bound:
                with suppress(OSError):
                    path.unlink()
                    size -= status.st_size

    def contents(self) -> Contents:
        """What it holds."""
        files = list(self._files())
        size = sum(status.st_size for _, status in files)
        return Contents(self.folder or Path(), len(files), size, self.limit)

    def clear(self) -> Contents:
        """Remove all of it; what it held."""
        held = self.contents()
        if self.folder is not None:
            for path in self.folder.iterdir():
                shutil.rmtree(path, ignore_errors=True)
        return held

    def __repr__(self) -> str:
        held = self.contents()
        return f"<Cache {self.folder}: {counted(held.files, 'result')}, {held.size:,} bytes>"

    def _path(self, kind: str, key: str) -> Path:
        assert self.folder is not None  # noqa: S101  # asked for where there is one
        return self.folder / _SHAPE / kind / key[:2] / key

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for place, _, names in os.walk(self.folder) if self.folder else ():
            for name in names:
                path = Path(place, name)
                with suppress(OSError):
                    yield path, path.stat()


NO_CACHE: Final = Cache()
"""Keeps nothing."""


def cache_folder(name: str) -> Path:
    """The folder of that name among what cdisckit keeps for a user.

    It is in `$CDISCKIT_CACHE` if that is set, else in the platform's folder for caches.
    """
    chosen = os.environ.get("CDISCKIT_CACHE")
    if chosen:
        return Path(chosen) / name
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "cdisckit" / name


def opened(folder: Path | None = None, limit: int = LIMIT) -> Cache:
    """The cache in a folder, or the user's own; OutputError where a named one cannot be used.

    The folder is made, for its owner alone. One that others may write into is refused. Without a
    place for the user's own nothing is kept.
    """
    directory = folder or cache_folder("built")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.stat()
    except OSError as error:
        if folder is None:
            return NO_CACHE
        raise OutputError(
            f"cannot be the folder of the cache ({error.strerror})",
            where=str(directory),
            remedy="name another with --cache, or leave it out with --no-cache",
        ) from None
    foreign = sys.platform != "win32" and (
        status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )
    if foreign:
        raise OutputError(
            "cannot be the folder of the cache, because others can write into it",
            where=str(directory),
            remedy="make it yours alone (chmod 700), name another with --cache, or leave it out"
            " with --no-cache",
        )
    return Cache(directory, limit)


def _checked(kind: str, key: str, data: bytes) -> bytes:
    """What stands before kept bytes, so that these, and no others, are read back."""
    digest = blake2b(f"{kind}/{key}\0".encode(), digest_size=_DIGEST)
    digest.update(data)
    return digest.digest()
