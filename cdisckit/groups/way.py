"""By which groups of subjects a study is built, and what runs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from specs.errors import CdisckitError

if TYPE_CHECKING:
    from cdisckit.groups.engines import Engine

GROUP: Final = 50_000
"""How many raw records are built at a time: about 1 GB of memory for the worked study."""


@dataclass(frozen=True)
class Way:
    """How many processes work, which engine runs them, and how many records a group has at most.

    Without `group_size` a group has GROUP records, or fewer where there are more workers than
    groups.
    """

    workers: int = 1
    engine_name: str = "processes"
    scheduler: str = ""
    group_size: int | None = None

    def engine(self) -> Engine:
        """What runs the groups; CdisckitError where the options contradict."""
        from cdisckit.groups.engines import engine

        if self.workers < 1 or (self.group_size is not None and self.group_size < 1):
            raise CdisckitError(
                "a build needs at least one worker and one record in a group",
                remedy="give --workers and --group-size whole numbers from 1",
            )
        return engine(self.engine_name, self.workers, self.scheduler)

    def size(self, records: int) -> int:
        """How many of so many records a group has."""
        if self.group_size is not None:
            return self.group_size
        return max(1, min(GROUP, -(-records // self.workers)))


WHOLE: Final = Way()
"""In this process."""
