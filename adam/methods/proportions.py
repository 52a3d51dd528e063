"""Shares of records, and pairs of answers of the same subjects."""

from __future__ import annotations

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
    from scipy.stats import binomtest

    events, total = int(sample.values.eq(sample.event).sum()), len(sample.values)
    test = binomtest(events, total)
    exact = test.proportion_ci(sample.level, method="exact")
    score = test.proportion_ci(sample.level, method="wilson")
    name = f"{number_text(100 * fraction(sample.level))} % CI"
    return (
        count("EVENTS", "n", events),
        count("TOTAL", "N", total),
        percent("PERCENT", "%", events / total),
        percent("CPLOW", f"Exact {name}, lower", exact.low),
        percent("CPHIGH", f"Exact {name}, upper", exact.high),
        percent("WILSONLOW", f"Wilson {name}, lower", score.low),
        percent("WILSONHIGH", f"Wilson {name}, upper", score.high),
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
