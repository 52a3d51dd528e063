"""What the system refused, in words that say what to do."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from specs.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = "free some space, or choose another place"
_ALLOWED = "change its permissions, or choose another place"

_PLAIN = {
    errno.ENOSPC: ("there is no space left on the disk", _SPACE),
    errno.EDQUOT: ("the quota of the disk is used up", _SPACE),
    errno.EFBIG: ("the file is larger than the system allows", "raise the limit (ulimit -f)"),
    errno.EACCES: ("permission is denied", _ALLOWED),
    errno.EPERM: ("the system does not permit it", _ALLOWED),
    errno.EROFS: ("the disk can only be read", "choose another place"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.ENOENT: ("there is no such file or folder", "check the name"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "check the name"),
    errno.EEXIST: ("a file of that name is in the way", "move it, or choose another place"),
    errno.EISDIR: ("is a folder, not a file", "name a file"),
    errno.ELOOP: ("the links of the path lead in a circle", "name the real place"),
    errno.EIO: ("the disk does not answer as it should", "check the disk, then try again"),
    errno.EMFILE: ("too many files are open", "raise the limit (ulimit -n)"),
}


def plain(error: OSError) -> tuple[str, str]:
    """What happened, and what to do about it ("" where only the system knows)."""
    plain_text = _PLAIN.get(error.errno or 0)
    return plain_text or (error.strerror or str(error), "")


@contextmanager
def disk_errors(work: Path, target: Path) -> Iterator[None]:
    """Errors of the system on what is written under `work` as OutputError that names the target.

    Those on other files, which were read meanwhile, pass as they are.
    """
    try:
        yield
    except OSError as error:
        names = [str(name) for name in (error.filename2, error.filename) if name is not None]
        paths = [_in_target(name, work, target) for name in names] or [target]
        where = next((path for path in paths if path is not None), None)
        if where is None:
            raise
        what, remedy = plain(error)
        raise OutputError(what, where=str(where), remedy=remedy) from error
    except OutputError as error:
        where = _in_target(error.where, work, target)
        if where is None:
            raise
        raise OutputError(error.what, where=str(where), remedy=error.remedy) from error


def _in_target(name: str, work: Path, target: Path) -> Path | None:
    """The place that a name is to have in the end; None where it is another's."""
    named, working = (Path(os.path.abspath(path)) for path in (name, work))
    if named in (working, Path(os.path.abspath(target))):
        return target
    return target / named.relative_to(working) if working in named.parents else None
