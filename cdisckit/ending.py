"""How the command ends: its exit codes, also when it is stopped or nobody reads what it prints."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

CLEAN: Final = 0
FINDINGS: Final = 1
"""Findings that nothing explains, or differences."""
COULD_NOT_RUN: Final = 2
FAULT: Final = 3
"""A fault of cdisckit itself."""
SIGNALLED: Final = 128
"""To which the number of the signal is added that stopped the command, as a shell expects."""

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_CLEANING = 2.0  # seconds
_PIPE = 13  # SIGPIPE, which Windows does not have


class Stopped(BaseException):  # like KeyboardInterrupt, no error
    """A signal asked the command to stop; what is unfinished is removed on the way out."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


@contextmanager
def shell_endings() -> Iterator[None]:
    """End as a shell expects: 128 and the signal's number when stopped, in silence without reader.

    Signals that whoever started the command has it ignore, as nohup does, stay ignored.
    """
    before = {}
    stop = _Stop()
    for number in (getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)):
        if signal.getsignal(number) != signal.SIG_IGN:
            before[number] = signal.signal(number, stop)
    try:
        yield
    except Stopped as stopped:
        with suppress(OSError):
            sys.stderr.write(f"Stopped by {stopped}\n")
        sys.exit(SIGNALLED + stopped.number)
    except (SystemExit, BrokenPipeError) as error:
        if not _without_reader(error):
            raise
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(SIGNALLED + _PIPE)
    except RuntimeError as error:
        if not isinstance(error.__cause__, Stopped):  # Python wraps what a class in making raises
            raise
        with suppress(OSError):
            sys.stderr.write(f"Stopped by {error.__cause__}\n")
        sys.exit(SIGNALLED + error.__cause__.number)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stop:
    """Raises Stopped; again only after a while, so that a second signal does not stop cleaning."""

    def __init__(self) -> None:
        self._last = -_CLEANING

    def __call__(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last >= _CLEANING:
            self._last = now
            raise Stopped(number)


def _without_reader(error: BaseException | None) -> bool:
    """Whether an ending comes from a pipe that nobody reads: typer and rich say 1 for it."""
    while error is not None and not isinstance(error, BrokenPipeError):
        error = error.__context__
    return error is not None
