"""Faults of cdisckit itself: one message, exit code 3, and a report that holds no data values."""

from __future__ import annotations

import linecache
import platform
import signal
import sys
import tempfile
import traceback
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cdisckit.ending import FAULT, SIGNALLED
from cdisckit.house import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HOUSE: Final = Path(__file__).resolve().parent.parent

_PACKAGES: Final = (
    "cdisckit",
    "pandas",
    "numpy",
    "pyarrow",
    "pandera",
    "pydantic",
    "lxml",
    "ruamel.yaml",
    "typer",
)

_MOST_FRAMES: Final = 60


@contextmanager
def faults_reported() -> Iterator[None]:
    """End with 3 and a report where anything is raised that nobody expected."""
    try:
        yield
    except SystemExit:
        raise
    except KeyboardInterrupt:
        sys.exit(SIGNALLED + signal.SIGINT)
    except BaseException as fault:  # the one place that catches everything; libraries raise these
        file = write_report(report(fault, sys.argv[1:]))
        sys.stderr.write(
            f"Fault of cdisckit itself, not of your data or specification: {_summary(fault)}\n"
            + (
                f"Report: {file}\nIt holds no values of your data. Send it to the maintainers of"
                " cdisckit, with what you did.\n"
                if file
                else "No report could be written, neither here nor in the folder for temporary"
                " files.\n"
            )
        )
        sys.exit(FAULT)


@contextmanager
def printable() -> Iterator[None]:
    """Show what the terminal's encoding does not have as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    yield


def report(fault: BaseException, arguments: Sequence[str]) -> str:
    """What the maintainers need: where it was raised, the versions, the command.

    Left out is what may hold values of data or names: texts of exceptions, local variables, values
    of options and arguments, and the folders that cdisckit and Python are installed in.
    """
    lines = ["A fault of cdisckit", "", f"command: {_command(arguments)}"]
    lines += [f"python: {platform.python_version()}", f"platform: {platform.platform()}"]
    lines += [f"{name}: {_version(name)}" for name in _PACKAGES]
    for raised in _chain(fault):
        lines += ["", f"{type(raised).__module__}.{type(raised).__qualname__}, raised at"]
        frames = list(traceback.walk_tb(raised.__traceback__))
        if len(frames) > _MOST_FRAMES:
            half = _MOST_FRAMES // 2
            lines.append(f"(the {len(frames) - 2 * half} frames in the middle are left out)")
            frames = [*frames[:half], *frames[-half:]]
        for frame, line in frames:
            code = frame.f_code
            lines.append(f"  {_short(code.co_filename)} line {line}, in {code.co_name}")
            if _is_own(code.co_filename):
                lines.append(f"    {linecache.getline(code.co_filename, line).strip()}")
    return "\n".join(lines) + "\n"


def write_report(text: str) -> Path | None:
    """Write a report into a new file: here, else among the temporary files; None where not."""
    for folder in (Path.cwd, lambda: Path(tempfile.gettempdir())):
        for number in range(1, 1000):
            try:
                path = folder() / f"cdisckit-fault-{number}.txt"
                with path.open("x", encoding="utf-8") as file:
                    file.write(text)
            except FileExistsError:
                continue
            except OSError:
                break
            return path
    return None


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The exception, then those it came from."""
    seen: set[int] = set()
    error: BaseException | None = fault
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _summary(fault: BaseException) -> str:
    """The type of an exception, and the last line of cdisckit that ran."""
    own = [
        f" at {_short(frame.f_code.co_filename)} line {line}"
        for frame, line in traceback.walk_tb(fault.__traceback__)
        if _is_own(frame.f_code.co_filename)
    ]
    return type(fault).__name__ + (own[-1] if own else "")


def _is_own(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(_HOUSE) and path.relative_to(_HOUSE).parts[0] in PACKAGES


def _short(file: str) -> str:
    """A file of code without the folder it is installed in."""
    path = Path(file)
    if _is_own(file):
        return path.relative_to(_HOUSE).as_posix()
    folders = path.parts
    if "site-packages" in folders:
        return "/".join(folders[folders.index("site-packages") + 1 :])
    return path.name


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _command(arguments: Sequence[str]) -> str:
    """The words of the command and the names of its options; `...` for what was given to them."""
    import typer

    from cdisckit.main import app

    command = typer.main.get_command(app)
    shown: list[str] = []
    for argument in arguments:
        inner = getattr(command, "commands", {})
        names = [
            name for option in command.params for name in (*option.opts, *option.secondary_opts)
        ]
        option = argument.partition("=")[0]
        if argument in inner:
            shown.append(argument)
            command = inner[argument]
        elif option in names:
            shown.append(option + (" ..." if "=" in argument else ""))
        else:
            shown.append("...")
    return " ".join(shown)
