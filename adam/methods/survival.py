"""Time to an event with censoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from adam.methods.sample import Statistic, count, number

if TYPE_CHECKING:
    from adam.methods.sample import Sample


def time_to_event(sample: Sample) -> tuple[Statistic, ...]:
    """Number of subjects, events and censored times, and the median time by the estimator of
    Kaplan and Meier: the first time at which the estimate is one half or less. The second value
    is 0 for an event and 1 for a censored time.

    Source: Kaplan and Meier, J Am Stat Assoc 1958;53:457.
    """
    from scipy.stats import CensoredData, ecdf

    times, censored = sample.pairs()
    events = times[censored.eq(0)]
    median = float("nan")
    if len(times):
        data = CensoredData(uncensored=events.to_numpy(), right=times[censored.ne(0)].to_numpy())
        estimate = ecdf(data).sf
        reached = np.flatnonzero(estimate.probabilities <= 0.5 + 1e-12)
        median = float(estimate.quantiles[reached[0]]) if len(reached) else median
    return (
        count("N", "n", len(times)),
        count("EVENTS", "Events", len(events)),
        count("CENSORED", "Censored", len(times) - len(events)),
        number("MEDIAN", "Median", median, 0),
    )
