"""Statistical methods by the name that analyses.yaml gives them.

A method takes a `Sample` and gives its statistics in order. The first paragraph of its docstring
is the description of the method in results metadata.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adam.methods import changes, counts, proportions, survival

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adam.methods.sample import Sample, Statistic

    Method = Callable[[Sample], tuple[Statistic, ...]]

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        method.__name__: method
        for method in (
            proportions.proportion,
            proportions.mcnemar,
            changes.signed_rank,
            changes.spearman,
            changes.summary,
            counts.counts,
            survival.time_to_event,
        )
    }
)


def method_text(method: Method) -> str:
    """The first paragraph of a method's docstring, on one line."""
    return " ".join((method.__doc__ or "").split("\n\n", 1)[0].split())
