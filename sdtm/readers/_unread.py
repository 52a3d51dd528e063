"""Whether a whole folder was read: every file is a source, named as not read, or a finding."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING

from specs.findings import findings, no_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd

_OF_A_STUDY = frozenset({".yaml", ".yml", ".py", ".md", ".html"})
"""Endings of what a study's own folder holds beside its raw data."""


def unread(folder: Path, files: Iterable[Path], not_read: Iterable[str]) -> pd.DataFrame:
    """A warning for each file beside those that were read, and each folder, that nothing reads.

    `not_read` names files as `raw/notes.pdf` or with `*`, from `folder` on.
    """
    paths = {path.resolve() for path in files}
    patterns = tuple(not_read)
    names = [
        name
        for parent in sorted({path.parent for path in paths})
        for name in _others(parent, paths, folder.resolve())
        if not any(fnmatch(name, pattern) for pattern in patterns)
    ]
    if not names:
        return no_findings()
    return findings(
        severity="warning",
        rule="CK-RAW-UNREAD",
        value=names,
        message="lies beside the raw data, and no source reads it; add a source, or name it under"
        " not_read in study.yaml",
        file=names,
    )


def _others(parent: Path, paths: set[Path], folder: Path) -> Iterator[str]:
    """The names of what else lies in a folder; in a study's folder only what may be raw data."""
    of_study = (parent / "study.yaml").exists()
    for path in sorted(parent.iterdir()):
        hidden = path.name.startswith(".")
        if hidden or path.resolve() in paths or (of_study and _own(path)):
            continue
        if not path.is_dir() or any(path.iterdir()):
            name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
            yield f"{name}/" if path.is_dir() else name


def _own(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() in _OF_A_STUDY or path.name == "proposals.csv"
