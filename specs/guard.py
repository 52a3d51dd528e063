"""The code of a study: where it runs, and what becomes of what it raises.

Such code may raise anything, end the process, or print. None of it is a fault of cdisckit: all of
it becomes one error that names the file, the line and the function.
"""

from __future__ import annotations

import io
import sys
import traceback
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from specs.errors import CdisckitError, MappingError, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "_study_"
"""Begins the names of modules that are read from a study's folder."""

_LONGEST = 300
"""How much of the text of an exception is told."""


def module_name(file: Path) -> str:
    """The name under which a Python file of a study is imported."""
    return f"{_PREFIX}{file.parent.name}_{file.stem}"


def is_of_study(module: str) -> bool:
    """Whether a module is one that was read from a study's folder."""
    return module.startswith(_PREFIX)


class _Apart(io.TextIOBase):
    """Takes what the code prints to stderr; that it closes it does nothing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def close(self) -> None:
        pass


@contextmanager
def guarded(
    folder: Path, doing: str, where: str, error_type: type[CdisckitError] = MappingError
) -> Iterator[None]:
    """Run code of a study; an error of that type where it raises anything, naming its own line.

    `doing` begins the message, as "number raises". What the code prints goes to stderr. An error
    of cdisckit passes as it is: it says by itself what is wrong.
    """
    try:
        with redirect_stdout(_Apart()):
            yield
    except (CdisckitError, KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # even SystemExit: code of others may raise whatever it likes
        if not isinstance(error, (Exception, SystemExit)) and not _of_its_own(error, folder):
            raise  # the process is asked to stop
        at = raised_at(error, folder)
        raise error_type(
            f"{doing} {message_of(error)}" + (f" ({at})" if at else ""),
            where=where,
            remedy="mend the code of the study",
        ) from None


def message_of(error: BaseException) -> str:
    """An exception's type and text, on one line of bounded length."""
    text = shortened(" ".join(str(error).split()), _LONGEST)
    return f"{type(error).__name__}{f': {text}' if text else ''}"


def _of_its_own(error: BaseException, folder: Path) -> bool:
    """Whether a line of the study's own code raised it."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return Path(frames[-1].f_code.co_filename).is_relative_to(folder.resolve())


def raised_at(error: BaseException, folder: Path) -> str:
    """`derivations.py line 9, in half`: the last line of the study's own code; "" if none ran."""
    root = folder.resolve()
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        file = Path(frame.f_code.co_filename)
        if file.is_absolute() and file.is_relative_to(root):
            name = frame.f_code.co_name
            inside = "" if name == "<module>" else f", in {name}"
            return f"{file.relative_to(root).as_posix()} line {line}{inside}"
    return ""
