"""The marker of a folder that cdisckit wrote: by it a folder is known that may be replaced."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from specs.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MARKER = ".cdisckit.json"
_PRODUCT = "cdisckit"
_SHOWN = 5
_OF_THE_SYSTEM = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_REMEDY = "choose another place with --out, or move the folder elsewhere"


@dataclass(frozen=True)
class Mark:
    """Whose a folder is: the study's id, and what the folder is to it."""

    study: str
    kind: Literal["package", "refused package", "results"]


def write_marker(folder: Path, mark: Mark) -> None:
    """Mark a folder that is complete but for this; equal content gives equal bytes."""
    content = {
        "made_by": _PRODUCT,
        "version": _version(),
        "study": mark.study,
        "kind": mark.kind,
        "files": {name: _digest(folder / name) for name in sorted(_files(folder))},
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / MARKER).write_text(text, encoding="utf-8", newline="\n")


def check_replaceable(folder: Path, mark: Mark, *, contents: bool = True) -> None:
    """OutputError unless replacing what is at this place loses nothing of a user's.

    There is nothing, or an empty folder, or a folder with the marker and no files but those that
    were written into it, unchanged. Without `contents` only the names of files are looked at.
    """
    where = str(folder)
    if folder.is_symlink():
        raise OutputError(
            f"is a link to {folder.readlink()}, and a link is not replaced",
            where=where,
            remedy="choose the folder it leads to, or remove the link",
        )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError("is a file", where=where, remedy="choose another place, or move it")
    there = set(_files(folder))
    if not there:
        return
    old = _read(folder)
    if old is None:
        raise OutputError(
            f"has no marker of cdisckit ({MARKER}), so it is not replaced; in it are"
            f" {_listed(sorted(there))}",
            where=where,
            remedy=_REMEDY,
        )
    if (old["study"], old["kind"]) != (mark.study, mark.kind):
        raise OutputError(
            f"is the {old['kind']} of study {old['study']}, not the {mark.kind} of {mark.study}",
            where=where,
            remedy=_REMEDY,
        )
    files: Mapping[str, Any] = old["files"]
    added = sorted(there - {*files, MARKER})
    if added:
        raise OutputError(
            f"holds what cdisckit did not write there: {_listed(added)}",
            where=where,
            remedy="move this elsewhere, or choose another place with --out",
        )
    changed = [
        name for name in sorted(there - {MARKER}) if _digest(folder / name) != files[name]
    ] if contents else []  # fmt: skip
    if changed:
        raise OutputError(
            f"holds files that were changed since cdisckit wrote them: {_listed(changed)}",
            where=where,
            remedy="move these elsewhere, or choose another place with --out",
        )


def _read(folder: Path) -> dict[str, Any] | None:
    """What the marker says; None where there is none of this product."""
    try:
        content = json.loads((folder / MARKER).read_bytes())
    except (FileNotFoundError, IsADirectoryError, ValueError, RecursionError):
        return None
    kinds = {"made_by": str, "study": str, "kind": str, "files": dict}
    if not isinstance(content, dict) or any(
        not isinstance(content.get(name), kind) for name, kind in kinds.items()
    ):
        return None
    return content if content["made_by"] == _PRODUCT else None


def _files(folder: Path) -> Iterator[str]:
    """The files and links under a folder, but for what systems add by themselves."""
    for parent, folders, names in os.walk(folder, onerror=_raised):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*names, *links):
            if name not in _OF_THE_SYSTEM:
                yield PurePath(parent, name).relative_to(folder).as_posix()


def _raised(error: OSError) -> NoReturn:
    raise error


def _digest(file: Path) -> str:
    if file.is_symlink() or not file.is_file():
        return ""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _version() -> str:
    try:
        return version(_PRODUCT)
    except PackageNotFoundError:
        return ""
