"""Zip files of unknown makers: what they unpack to is known before it is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from specs.errors import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specs.errors import CdisckitError

LARGEST: Final = 1 << 30
"""The most bytes that all members together may unpack to."""

MOST_MEMBERS: Final = 10_000
"""The most members."""

RATIO: Final = 200
"""How many times the size of the file its members may unpack to."""

DAMAGED: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError,
                  OSError, ValueError)  # fmt: skip
"""What zipfile raises for files that are damaged, locked, or packed in another way."""

_BLOCK: Final = 1 << 18
_LOCAL: Final = 30
"""The size of the fixed part of a member's own header."""


def check_packed(path: Path, error: type[CdisckitError]) -> tuple[zipfile.ZipInfo, ...]:
    """The members of a zip file; an error where it is none, or its members are more than is read.

    What the directory says is checked: `unpacked` finds out whether it is true.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            members = tuple(packed.infolist())
    except DAMAGED as problem:
        raise error(
            f"is not a whole zip file ({problem})", where=path.name, remedy="export the data again"
        ) from None
    size = sum(member.file_size for member in members)
    most = min(LARGEST, RATIO * max(path.stat().st_size, 1 << 14))
    what = ""
    if len(members) > MOST_MEMBERS:
        what = f"holds {len(members):,} files; at most {MOST_MEMBERS:,} are read"
    elif size > most:
        what = f"unpacks to {size:,} bytes; at most {most:,} are read"
    if what:
        raise error(
            what,
            where=path.name,
            remedy="it is damaged or hostile; export the data again, as CSV if they are that many",
        )
    return members


def unpacked(path: Path, member: zipfile.ZipInfo, error: type[CdisckitError]) -> Iterator[bytes]:
    """The content of a member in blocks; an error where it is more than the directory says.

    Readers that trust the packed data rather than the directory would unpack all of it.
    """
    size = 0
    for block in _content(path, member):
        size += len(block)
        if size > member.file_size:
            raise error(
                f"{shortened(member.filename)} unpacks to more than the {member.file_size:,} bytes"
                " that the file says",
                where=path.name,
                remedy="it is damaged or hostile; export the data again",
            )
        yield block


def _content(path: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member unpacks to, whatever the directory says of its size."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    left = member.compress_size
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(_LOCAL)
        names = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
        file.seek(sum(names), 1)
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            if member.compress_type == zipfile.ZIP_STORED:
                yield block
                continue
            while block:
                yield inflate.decompress(block, _BLOCK)
                block = inflate.unconsumed_tail
    if member.compress_type != zipfile.ZIP_STORED:
        yield inflate.flush()
