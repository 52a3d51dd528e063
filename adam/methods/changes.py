"""Numbers of a few subjects: location, change and correlation, with exact p-values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from adam.methods.sample import Statistic, count, number, p_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adam.methods.sample import Sample

EXACT_PAIRS = 8
"""Up to this many pairs a correlation's p-value is exact: 8! = 40,320 orders."""
EXACT_TIED = 13
"""Up to this many tied changes a signed-rank p-value is exact: 2^13 = 8,192 signs."""


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
    the ranks of the rises and the exact two-sided p-value. Changes of zero are left out of the
    test.

    Source: Wilcoxon, Biometrics Bull 1945;1:80. Exact without ties up to 50 changes and with ties
    up to EXACT_TIED; beyond, the normal approximation.
    """
    from scipy.stats import PermutationMethod, rankdata, wilcoxon

    changes = sample.values.dropna()
    moved = changes[changes.ne(0)].to_numpy(dtype="float64")
    rises, p = 0.0, 1.0
    if len(moved):
        sizes = np.abs(moved).round(12)
        rises = float(rankdata(sizes)[moved > 0].sum())
        tied = len(np.unique(sizes)) < len(sizes)
        method: Any = "exact" if not tied and len(moved) <= 50 else "asymptotic"
        if tied and len(moved) <= EXACT_TIED:
            method = PermutationMethod(n_resamples=2**EXACT_TIED)
        p = float(wilcoxon(np.sign(moved) * sizes, method=method).pvalue)
    return (
        *summary(sample),
        number("W", "Rank sum of rises", rises, 1),
        p_value("P", "Exact p", p),
    )


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
    found = spearmanr(first, second)
    p = float(found.pvalue)
    if len(first) <= EXACT_PAIRS:
        ranks, others = rankdata(first), rankdata(second)
        centred = others - others.mean()

        def product(order: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
            total: NDArray[np.float64] = np.sum(order * centred, axis=axis)
            return total

        test = permutation_test(
            (ranks,), product, permutation_type="pairings", vectorized=True, n_resamples=50_000
        )
        p = float(test.pvalue)
    return (
        count("N", "n", len(first)),
        number("RHO", "rho", float(found.statistic)),
        p_value("P", "Exact p", p),
    )
