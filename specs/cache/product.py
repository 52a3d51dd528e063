"""What stands for the program that makes what is kept."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from specs.cache.files import digest_of_files, files_in
from specs.cache.folder import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

PRODUCT: Final = ("specs", "engine", "sdtm", "adam", "submission", "validation", "cdisckit")
"""The packages of this program."""


@cache
def program() -> str:
    """A text for the program: its files, Python, and what is installed beside it.

    It is found once in a process.
    """
    house = Path(__file__).parents[2]
    own = (f for package in PRODUCT for f in files_in(house / package))
    versions = (platform.python_version(), sys.platform, sys.byteorder, *sorted(_installed()))
    return _digest(digest_of_files(own, house), *versions)


def product() -> str:
    """A text for the program and the terminology that was added to it."""
    added = cache_folder("terminology")
    return _digest(program(), digest_of_files(files_in(added), added))


def _digest(*texts: str) -> str:
    return blake2b("\0".join(texts).encode(), digest_size=16).hexdigest()


def _installed() -> Iterator[str]:
    """The distributions that can be imported, each with its version."""
    for folder in dict.fromkeys(sys.path):
        if folder and Path(folder).is_dir():
            yield from (name for name in os.listdir(folder) if name.endswith(".dist-info"))
