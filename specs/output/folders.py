"""A folder that appears, or takes the place of an older one, when it is whole."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from specs.errors import OutputError
from specs.output.disk import synced_tree
from specs.output.marker import Mark, check_replaceable, write_marker
from specs.output.swap import swap_in
from specs.output.system_errors import disk_errors
from specs.output.work import NEW, work_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Claim:
    """A target that this process alone writes, until the claim ends."""

    target: Path
    mark: Mark
    work: Path

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """An empty folder beside the target, for what is to take its place.

        Errors of the system while it is filled become OutputError that name the target.
        """
        new = self.work / NEW
        with disk_errors(new, self.target):
            new.mkdir()
            yield new

    def put(self, folder: Path) -> None:
        """Mark a finished folder and put it in the place of the target, safe from a power cut."""
        with disk_errors(folder, self.target):
            write_marker(folder, self.mark)
            synced_tree(folder)
            check_replaceable(self.target, self.mark, contents=False)
            swap_in(folder, self.target, self.work)


@contextmanager
def claimed(target: Path, mark: Mark) -> Iterator[Claim]:
    """Claim a target that is free, or carries the mark; OutputError when it is neither.

    The last good folder stays until `put`.
    """
    target = _named(target)
    with work_folder(target) as work:
        check_replaceable(target, mark)
        yield Claim(target, mark, work)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """An empty folder that becomes the target at the end; OutputError unless that is new or empty.

    When an error is raised nothing is left of it.
    """
    target = _named(target)
    check_new(target)
    with work_folder(target) as work:
        check_new(target)
        new = work / NEW
        with disk_errors(new, target):
            new.mkdir()
            yield new
            synced_tree(new)
            check_new(target)
            swap_in(new, target, work)


def check_new(target: Path) -> None:
    """OutputError unless a folder can be made here without losing anything."""
    if target.is_symlink():
        raise OutputError(
            f"is a link to {target.readlink()}",
            where=str(target),
            remedy="name a folder that is new or empty",
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputError(
            "is there already, and is not empty" if target.is_dir() else "is a file",
            where=str(target),
            remedy="name a folder that is new or empty; nothing is overwritten",
        )


def _named(target: Path) -> Path:
    """The target by its name, where it was given as `.` or `..`."""
    return target if target.name not in ("", "..") else target.resolve()
