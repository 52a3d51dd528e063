"""A build that has nothing to do: its package stands, and all that it was made from is as it was.

This is asked before anything else of a build is imported, so that the answer comes at once.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cdisckit.summary import Summary
from specs.cache import product
from specs.cache.files import digest_of_files, files_in
from specs.output import MARKER, Mark
from specs.output.marker import check_replaceable

if TYPE_CHECKING:
    from specs.cache import Cache

_KIND: Final = "build"


@dataclass(frozen=True)
class Inputs:
    """What a build is made from, and where its package goes."""

    study: Path
    out: Path
    raw: Path | None = None
    dictionaries: Path | None = None
    mode: str = "draft"
    study_code: bool = True

    def key(self) -> str:
        """What stands for the content of all that is read, and for what is asked."""
        folders = (self.study, self.raw, self.dictionaries)
        content = (digest_of_files(files_in(f), f) if f else "" for f in folders)
        asked = (str(f.resolve()) if f else "" for f in (*folders, self.out))
        code = "with its code" if self.study_code else ""
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        content_text = "\0".join((product(), *content, *asked, self.mode, code, epoch))
        return blake2b(content_text.encode(errors="surrogateescape"), digest_size=16).hexdigest()


def standing(key: str, cache: Cache) -> tuple[Summary, str] | None:
    """The summary and the name of the package that a build with this key would give again.

    None where there is none, or it was changed or replaced since.
    """
    data = cache.read(_KIND, key)
    if data is None:
        return None
    try:
        stored: dict[str, Any] = json.loads(data)
        folder, summary = Path(stored["folder"]), Summary(**stored["summary"])
        if _mark(folder) != stored["mark"]:
            return None
    except (ValueError, KeyError, TypeError, OSError):
        return None
    check_replaceable(folder, Mark(summary.study, "package"))
    return summary, folder.name


def remember(key: str, summary: Summary, folder: Path, cache: Cache) -> None:
    """Keep what is told of a package, so that it need not be built again."""
    if cache and not summary.refused:
        folder = folder.resolve()
        content = {"folder": str(folder), "mark": _mark(folder), "summary": asdict(summary)}
        for of in (key, _of_folder(folder)):
            cache.write(_KIND, of, json.dumps(content).encode())


def last_summary(folder: Path, cache: Cache) -> Summary | None:
    """What was told of the package in a folder; None where that is not known."""
    pair = standing(_of_folder(folder), cache)
    return pair[0] if pair else None


def _of_folder(folder: Path) -> str:
    text = f"folder {folder.resolve()}".encode(errors="surrogateescape")
    return blake2b(text, digest_size=16).hexdigest()


def _mark(folder: Path) -> str:
    """What stands for the package in a folder: its marker, which names all its files."""
    with (folder / MARKER).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
