"""Numbers of a few subjects: location, change and correlation, with exact p-values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from adam.methods.sample import Statistic, count, number, p_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adam.methods.sample import Sample

EXACT_PAIRS = 8
"""Up to this many pairs a correlation's p-value is exact: 8! = 40,320 orders."""


def summary(sample: Sample) -> tuple[Statistic, ...]:
    """Number of values, mean, standard deviation, median, lowest and highest; missing values are
    left out.
    """
    values = sample.values.dropna()
    return (
        count("N", "n", len(values)),
        number("MEAN", "Mean", values.mean()),
        number("SD", "SD", values.std()),
        number("MEDIAN", "Median", values.median()),
        number("MIN", "Min", values.min()),
        number("MAX", "Max", values.max()),
    )


def signed_rank(sample: Sample) -> tuple[Statistic, ...]:
    """Changes from baseline summarised, and Wilcoxon's signed-rank test of no change: the sum of
    the ranks of the rises and the exact two-sided p-value, twice the smaller tail over all signs
    of the ranks, but not above 1. Changes of zero are left out of the test; equal sizes share
    their mean rank.

    Source: Wilcoxon, Biometrics Bull 1945;1:80. Exact at every size, with ties and without.
    """
    from scipy.stats import rankdata

    changes = sample.values.dropna()
    moved = changes[changes.ne(0)].to_numpy(dtype="float64")
    rises, p = 0.0, 1.0
    if len(moved):
        doubled = (2 * rankdata(np.abs(moved).round(12))).astype(np.int64)
        risen = int(doubled[moved > 0].sum())
        rises, p = risen / 2, _signed_rank_p(doubled, risen)
    return (
        *summary(sample),
        number("W", "Rank sum of rises", rises, 1),
        p_value("P", "Exact p", p),
    )


def _signed_rank_p(doubled: NDArray[np.int64], risen: int) -> float:
    """The two-sided p-value of a sum of doubled ranks, each of which may count or not.

    The share of the signs with each sum, rank by rank; rounding errors stay below 1e-12.
    """
    share = np.zeros(int(doubled.sum()) + 1)
    share[0] = 1.0
    reached = 0
    for rank in doubled.tolist():
        reached += rank
        share[rank : reached + 1] += share[: reached + 1 - rank].copy()
        share[: reached + 1] /= 2
    tails = share[: risen + 1].sum(), share[risen:].sum()
    return min(1.0, 2 * float(min(tails)))


def spearman(sample: Sample) -> tuple[Statistic, ...]:
    """Spearman's rank correlation of two values of the same subjects, with its two-sided p-value:
    exact (twice the smaller tail over all orders) up to 8 pairs, by the t distribution beyond.

    Source: Spearman, Am J Psychol 1904;15:72.
    """
    from scipy.stats import permutation_test, rankdata, spearmanr

    first, second = sample.pairs()
    if len(first) < 3 or first.nunique() < 2 or second.nunique() < 2:
        nothing = float("nan")
        return (
            count("N", "n", len(first)),
            number("RHO", "rho", nothing),
            p_value("P", "Exact p", nothing),
        )
    correlation = spearmanr(first, second)
    p, kind = float(correlation.pvalue), "p by t"
    if len(first) <= EXACT_PAIRS:
        ranks, others = rankdata(first), rankdata(second)
        centred = others - others.mean()

        def product(order: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
            total: NDArray[np.float64] = np.sum(order * centred, axis=axis)
            return total

        test = permutation_test(
            (ranks,), product, permutation_type="pairings", vectorized=True, n_resamples=50_000
        )
        p, kind = float(test.pvalue), "Exact p"
    return (
        count("N", "n", len(first)),
        number("RHO", "rho", float(correlation.statistic)),
        p_value("P", kind, p),
    )
