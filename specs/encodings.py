"""In what encoding the texts of transport files are written."""

from __future__ import annotations

import codecs
from typing import Final

ASCII: Final = "ascii"
"""The encoding of transport files unless a study declares another."""


def byte_encoding(name: str) -> str:
    """The encoding's canonical name; ValueError unless a blank is the byte 0x20 in it."""
    try:
        if " ".encode(name) == b" ":
            return codecs.lookup(name).name
    except LookupError:
        pass
    raise ValueError(f"{name!r} is not an encoding of text in single or multiple bytes")
