"""Names from outside as paths: of workbooks, define.xml, YAML, zip files and exports.

A name is no path until a function here says so. What it refuses it refuses on every system, so
that a study means the same on each: a name that Windows reads as a device, a drive or a stream
does not pass on Linux either.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from specs.errors import SpecError, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_NAME: Final = 255
"""The most bytes of the name of a file or folder."""

LONGEST_PATH: Final = 1024
"""The most bytes of a path below a folder."""

IN_STUDY: Final = (
    "name a path below the study's folder, with / between folders; what is elsewhere is read with"
    " --raw FOLDER, or through a link in the study's folder"
)

IN_PACKAGE: Final = "a define.xml names the files of its datasets by a path below its folder"

_DEVICE: Final = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])", re.IGNORECASE)
_DATASET: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
_DRIVE: Final = re.compile(r"[A-Za-z]:")


def inside(folder: Path, name: str, where: str = "", remedy: str = "") -> Path:
    """The path of what is to be read, which stands below a folder; SpecError for any other name.

    The folder, or one below it, may be a link that the user made.
    """
    fault = next(_faults(name), "")
    if fault:
        raise SpecError(
            f"{shortened(name)!r} {fault}",
            where=where,
            remedy=remedy or IN_STUDY,
        )
    return folder / name


def new_in(folder: Path, name: str, where: str = "") -> Path:
    """The path of what is to be written below a folder; SpecError where it would leave it.

    No part of it below the folder may be a link: what is written stays in the folder.
    """
    path = inside(folder, name, where, "name a new file below the folder, with / between folders")
    fault = next(_unfit(name), "")
    if fault:
        raise SpecError(f"{shortened(name)!r} {fault}", where=where, remedy="give it another name")
    for ancestor in (path, *path.parents):
        if ancestor == folder:
            break
        if ancestor.is_symlink():
            raise SpecError(
                f"{shortened(name)!r} leads out of the folder by the link {ancestor}",
                where=where,
                remedy="put a folder or file in the place of the link",
            )
    return path


def file_name(name: str, where: str = "", remedy: str = "name it otherwise") -> str:
    """The name of one file or folder, without a folder before it; SpecError for any other."""
    faults = (*_faults(name), *_unfit(name))
    fault = "has a / in it" if "/" in name and not faults else next(iter(faults), "")
    if fault:
        raise SpecError(
            f"{shortened(name)!r} cannot name a file: it {fault}", where=where, remedy=remedy
        )
    return name


def dataset_name(name: str, where: str = "") -> str:
    """The name of a dataset, which names files too; SpecError for any other text."""
    if not _DATASET.fullmatch(name):
        raise SpecError(
            f"{shortened(name)!r} is not a name of a dataset",
            where=where,
            remedy="name it with letters, digits and _, a letter first",
        )
    return file_name(name, where, "name the dataset otherwise")


def _faults(name: str) -> Iterator[str]:
    """Why a name is no path below a folder."""
    if not name.strip():
        yield "is empty"
    elif name.startswith(("/", "\\")) or _DRIVE.match(name):
        yield "is an absolute path"
    elif any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
        yield "has a control character"
    elif len(name.encode()) > LONGEST_PATH:
        yield f"is a path of more than {LONGEST_PATH:,} bytes"
    else:
        for name_part in name.split("/"):
            yield from _faults_of_name(name_part)


def _faults_of_name(name_part: str) -> Iterator[str]:
    if name_part == "..":
        yield "has the part .., which leads elsewhere"
    elif "\\" in name_part or ":" in name_part:
        yield f"has the character {':' if ':' in name_part else chr(92)}"
    elif name_part.strip(" ") != name_part or (name_part.endswith(".") and name_part != "."):
        yield "has a blank at an end, or ends in a point"
    elif _DEVICE.fullmatch(name_part.partition(".")[0].rstrip()):
        yield f"has the part {name_part}, which Windows reads as a device"
    elif len(name_part.encode()) > LONGEST_NAME:
        yield f"has a part of more than {LONGEST_NAME} bytes"


def _unfit(name: str) -> Iterator[str]:
    """Why a name that could be read is not written: a shell or Windows takes it otherwise."""
    for name_part in name.split("/"):
        if name_part in ("", "."):
            yield "has an empty part"
        elif name_part.startswith(("~", "-")):
            yield f"begins with {name_part[0]}"
        elif characters := set(name_part) & set('*?"<>|'):
            yield f"has the character {min(characters)}"
