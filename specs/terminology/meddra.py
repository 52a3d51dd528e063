"""MedDRA as its maintainers deliver it: terms by level, their codes, and the paths between them.

Files of the ASCII distribution are read: mdhier.asc and llt.asc, and the version from
meddra_release.asc where it is there. The order of their columns is that of the MedDRA Distribution
File Format Document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from specs.errors import TerminologyError
from specs.terminology.dictionary_files import found_file, needed_file, separated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LEVELS: Final = ("LLT", "PT", "HLT", "HLGT", "SOC")

_HIERARCHY: Final = (
    *("PT_CODE", "HLT_CODE", "HLGT_CODE", "SOC_CODE", "PT", "HLT", "HLGT", "SOC"),
    *("abbreviation", "empty", "primary_soc", "primary"),
)
_LOWEST: Final = (
    *("LLT_CODE", "LLT", "PT_CODE", "whoart", "harts", "costart", "icd9", "icd9cm", "icd10"),
    "current",
)


@dataclass(frozen=True)
class Meddra:
    """A version of MedDRA.

    `names` has, by level, the names by code. `lowest` has a row per LLT: LLT, PT and whether it is
    current. `paths` has a row per path of a PT: PT, HLT, HLGT, SOC and whether it is the primary.
    """

    version: str  # "" when the files do not tell
    names: Mapping[str, Mapping[str, str]] = field(repr=False)
    lowest: pd.DataFrame = field(repr=False)
    paths: pd.DataFrame = field(repr=False)


def read_meddra(folder: Path) -> Meddra:
    """Read the ASCII distribution in a folder; TerminologyError when it is none."""
    path = needed_file(folder, "mdhier.asc")
    hierarchy = separated(path, _HIERARCHY, "$")
    lowest = separated(needed_file(folder, "llt.asc"), _LOWEST, "$")
    if not set(hierarchy["primary"]) <= {"Y", "N"} or hierarchy.empty:
        raise TerminologyError(
            "has no flag Y or N of the primary path in its column 12",
            where=str(path),
            remedy="name the file as it was delivered",
        )
    names = {
        level: dict(zip(hierarchy[f"{level}_CODE"], hierarchy[level], strict=True))
        for level in LEVELS[1:]
    }
    names["LLT"] = dict(zip(lowest["LLT_CODE"], lowest["LLT"], strict=True))
    terms = pd.DataFrame(
        {
            "LLT": lowest["LLT"],
            "PT": lowest["PT_CODE"].map(names["PT"]),
            "current": lowest["current"].ne("N"),
        }
    )
    paths = hierarchy[[*LEVELS[1:]]].assign(primary=hierarchy["primary"].eq("Y"))
    return Meddra(_version(folder), names, terms, paths)


def _version(folder: Path) -> str:
    path = found_file(folder, "meddra_release.asc")
    text = path.read_text(encoding="utf-8", errors="replace") if path else ""
    match = re.match(r"\s*(\d+\.\d+)", text)
    return match[1] if match else ""
