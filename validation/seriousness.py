"""The criteria of seriousness that AE has variables for."""

from __future__ import annotations

from typing import Final

CRITERIA: Final = (
    "AESCAN",
    "AESCONG",
    "AESDISAB",
    "AESDTH",
    "AESHOSP",
    "AESLIFE",
    "AESOD",
    "AESMIE",
)
