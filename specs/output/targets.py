"""Where a folder may be written: apart from what it is made from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from specs.errors import OutputError
from specs.output.marker import MARKER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_REMEDY = "choose another place with --out"


def check_target(target: Path, sources: Mapping[str, Path]) -> None:
    """OutputError when a target is, holds or lies in a source, or is the root of a working copy.

    Sources are named as the message calls them. Links on the way are followed, and folders are
    compared as the disk knows them, so that another spelling of a name hides nothing.
    """
    if (target / ".git").exists():
        raise OutputError(
            "is the root of a working copy (it holds .git)", where=str(target), remedy=_REMEDY
        )
    for name, source in sources.items():
        relation = _relation(target, source)
        if relation:
            raise OutputError(
                f"{relation} {name} {os.path.realpath(source)}, which results stay apart from",
                where=str(target),
                remedy=_REMEDY,
            )


def check_file(path: Path, replaced: Collection[str] = ()) -> None:
    """OutputError when a file that is there belongs to a study, or to what cdisckit has built.

    Files of a study with one of the endings in `replaced` may be written again.
    """
    if not path.exists():
        return
    for folder in Path(os.path.realpath(path)).parents:
        built = (folder / MARKER).exists()
        study = (folder / "study.yaml").exists() and path.suffix.lower() not in replaced
        if built or study:
            owner = "package" if built else "study"
            raise OutputError(
                f"is there already, and belongs to the {owner} in {folder}",
                where=str(path),
                remedy="name another file, or remove this one first",
            )


def _relation(target: Path, source: Path) -> str:
    if not source.exists():
        return ""
    real, other = Path(os.path.realpath(target)), Path(os.path.realpath(source))
    if real.exists() and real.samefile(other):
        return "is"
    if real.exists() and any(real.samefile(path) for path in other.parents):
        return "holds"
    lies = any(path.exists() and path.samefile(other) for path in real.parents)
    return "lies in" if lies else ""
