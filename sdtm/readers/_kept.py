"""Raw data that the cache keeps, for as long as the files that were read are as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sdtm.raw import RawData
from specs.cache import product
from specs.cache.digests import digest_of
from specs.cache.files import digest_of_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from specs.cache import Cache
    from specs.model import RawSource

_KIND: Final = "raw"

_LARGEST: Final = 1 << 28
"""How many bytes of raw files are kept as read; of more it would cost as much as to read them."""


@dataclass(frozen=True)
class _Read:
    """What was read of a source, and what stands for its files and the names beside them."""

    data: RawData
    files: str


def kept_or_read(
    source: RawSource,
    folder: Path,
    cache: Cache,
    read: Callable[[RawSource, Path], RawData],
) -> RawData:
    """The raw data of a source: what is kept of it, where nothing has changed, or read anew."""
    if not cache:
        return read(source, folder)
    key = digest_of(product(), source, str(folder.resolve()))
    stored = cache.get(_KIND, key)
    if isinstance(stored, _Read) and stored.files == _digest(stored.data.files, folder):
        return stored.data
    data = read(source, folder)
    if sum(path.stat().st_size for path in data.files if path.is_file()) <= _LARGEST:
        cache.put(_KIND, key, _Read(data, _digest(data.files, folder)))
    return data


def _digest(files: Iterable[Path], folder: Path) -> str:
    """What stands for the content of files, and for what else lies where they do."""
    read = tuple(files)
    parents = sorted({path.parent for path in read})
    beside = [
        sorted(path.name for path in parent.iterdir()) for parent in parents if parent.is_dir()
    ]
    return digest_of(digest_of_files(read, folder), [str(parent) for parent in parents], beside)
