"""The proportions that a build prints, as the results of the study have them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from adam.analysis import statistics
from specs.numbers import exact, fixed_text, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specs.analyses import Analysis
    from specs.tables import Table


@dataclass(frozen=True)
class Proportion:
    """How many of how many, with a confidence interval; `low` and `high` are proportions."""

    title: str
    events: int
    total: int
    level: float
    low: float
    high: float

    def __str__(self) -> str:
        """As tables print it: `5/6, 83.3 %, exact 95 % CI 35.9-99.6`."""
        percent = fixed_text(Fraction(100 * self.events, self.total), 1)
        low, high = (fixed_text(100 * exact(bound), 1) for bound in (self.low, self.high))
        level = number_text(100 * exact(self.level))
        return f"{self.events}/{self.total}, {percent} %, exact {level} % CI {low}-{high}"


def proportion(analysis: Analysis, tables: Mapping[str, Table]) -> Proportion:
    """The share of an analysis's records that have its event, with the exact interval.

    MappingError where there is no dataset or no record to count.
    """
    ((_, results),) = statistics(analysis, tables)
    value = {one.code: one.value for one in results}
    events, total = int(value["EVENTS"]), int(value["TOTAL"])
    low, high = value["CPLOW"], value["CPHIGH"]
    return Proportion(analysis.title, events, total, analysis.level, low, high)
