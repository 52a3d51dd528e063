"""Shares of records, and pairs of answers of the same subjects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from adam.methods.sample import Statistic, count, p_value, percent
from specs.numbers import exact as fraction
from specs.numbers import number_text

if TYPE_CHECKING:
    from adam.methods.sample import Sample


def proportion(sample: Sample) -> tuple[Statistic, ...]:
    """Number and percentage of the records with the event, with the exact confidence interval of
    Clopper and Pearson and the score interval of Wilson. A missing value is no event; the
    denominator is all records.

    Sources: Clopper and Pearson, Biometrika 1934;26:404; Wilson, J Am Stat Assoc 1927;22:209.
    """
    events, total = int(sample.values.eq(sample.event).sum()), len(sample.values)
    low, high = _exact_interval(events, total, sample.level)
    score_low, score_high = _score_interval(events, total, sample.level)
    name = f"{number_text(100 * fraction(sample.level))} % CI"
    return (
        count("EVENTS", "n", events),
        count("TOTAL", "N", total),
        percent("PERCENT", "%", events / total),
        percent("CPLOW", f"Exact {name}, lower", low),
        percent("CPHIGH", f"Exact {name}, upper", high),
        percent("WILSONLOW", f"Wilson {name}, lower", score_low),
        percent("WILSONHIGH", f"Wilson {name}, upper", score_high),
        count("MISSING", "Missing", int(sample.values.isna().sum())),
    )


def mcnemar(sample: Sample) -> tuple[Statistic, ...]:
    """Subjects with the event in both, one or none of two answers, and the exact two-sided
    p-value of McNemar's test: the binomial test of the discordant pairs.

    Source: McNemar, Psychometrika 1947;12:153.
    """
    from scipy.stats import binomtest

    first, second = sample.pairs()
    yes, other = first.eq(sample.event), second.eq(sample.event)
    only_first, only_second = int((yes & ~other).sum()), int((~yes & other).sum())
    discordant = only_first + only_second
    p = binomtest(only_first, discordant).pvalue if discordant else 1.0
    return (
        count("BOTH", "Both", int((yes & other).sum())),
        count("FIRST", "First only", only_first),
        count("SECOND", "Second only", only_second),
        count("NEITHER", "Neither", int((~yes & ~other).sum())),
        p_value("P", "Exact p", p),
    )


def _exact_interval(events: int, total: int, level: float) -> tuple[float, float]:
    """The interval of Clopper and Pearson: quantiles of beta distributions."""
    # scipy.special alone: all of scipy.stats takes longer to load than a small study to analyse.
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(events, total - events + 1, tail)) if events else 0.0
    high = float(betaincinv(events + 1, total - events, 1 - tail)) if events < total else 1.0
    return low, high


def _score_interval(events: int, total: int, level: float) -> tuple[float, float]:
    """The interval of Wilson, without a correction for continuity."""
    from scipy.special import ndtri

    z, share = float(ndtri(0.5 + level / 2)), events / total
    middle = 2 * events + z**2
    reach = z * math.sqrt(z**2 + 4 * events * (1 - share))
    low = (middle - reach) / (2 * (total + z**2)) if events else 0.0
    high = (middle + reach) / (2 * (total + z**2)) if events < total else 1.0
    return low, high
