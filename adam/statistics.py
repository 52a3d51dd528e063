"""The results a study declares in analyses.yaml, computed with scipy."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from specs.errors import MappingError, did_you_mean
from specs.numbers import exact, fixed_text, number_text
from specs.where import all_hold

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

    The interval is that of Clopper and Pearson (Biometrika 1934;26:404). MappingError where there
    is no dataset or no record to count.
    """
    from scipy.stats import binomtest  # a second to import, and only this function needs it

    if analysis.dataset not in tables:
        raise MappingError(
            f"analysis {analysis.id} needs {analysis.dataset}, which is not built",
            where=analysis.place,
            remedy=did_you_mean(analysis.dataset, tables),
        )
    frame = tables[analysis.dataset].frame
    records = frame[all_hold(analysis.where, frame)]
    if records.empty:
        raise MappingError(
            f"analysis {analysis.id}: no record of {analysis.dataset} meets"
            f" {' and '.join(map(str, analysis.where))}",
            where=analysis.place,
            remedy="check its where clause",
        )
    events = int(records[analysis.variable].eq(analysis.event).sum())
    interval = binomtest(events, len(records)).proportion_ci(analysis.level, method="exact")
    return Proportion(
        analysis.title, events, len(records), analysis.level, interval.low, interval.high
    )
