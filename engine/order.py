"""What comes after what: datasets, variables and parameters, each after those it is made from."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeVar

from specs.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Name = TypeVar("Name", str, tuple[str, str])


def sorted_by_need(
    needs: Mapping[Name, Iterable[Name]], place: Callable[[Name], str] = lambda _: ""
) -> tuple[Name, ...]:
    """Names in an order in which each comes after what it needs; SpecError on a circle.

    `place` tells where a name stands in the files.

    >>> sorted_by_need({"CHG": ["AVAL", "BASE"], "BASE": ["AVAL"]})
    ('AVAL', 'BASE', 'CHG')
    """
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        names = [name if isinstance(name, str) else ".".join(name) for name in error.args[1]]
        raise SpecError(
            f"the rules form a circle: {' from '.join(reversed(names))}",
            where=place(error.args[1][-1]),
            remedy="make one of them from something else",
        ) from None
