"""Statistical methods against values worked out by hand or printed in a named source."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from scipy.stats import rankdata, wilcoxon

from adam.methods import METHODS, method_text
from adam.methods.changes import signed_rank, spearman, summary
from adam.methods.counts import counts
from adam.methods.proportions import mcnemar, proportion
from adam.methods.sample import Sample
from adam.methods.survival import time_to_event

if TYPE_CHECKING:
    from adam.methods import Method


def found(
    method: Method, values: list[Any], against: list[Any] | None = None, event: str = "Y"
) -> dict[str, float]:
    kind = "str" if any(isinstance(value, str) for value in values) else "float64"
    subjects = pd.Series([f"S{n}" for n in range(len(values))], dtype="str")
    second = None if against is None else pd.Series(against, dtype=kind)
    sample = Sample(pd.Series(values, dtype=kind), subjects, second, event)
    return {statistic.code: statistic.value for statistic in method(sample)}


def test_five_of_six_have_the_published_interval_and_wilsons() -> None:
    """Kamen 2022: 83.3 %, 35.9 to 99.6. Wilson by hand with z = 1.959964: 0.70322 -+ 0.26673."""
    got = found(proportion, ["Y", "Y", "N", "Y", "Y", "Y"])
    assert (got["EVENTS"], got["TOTAL"]) == (5, 6)
    assert got["CPLOW"] == pytest.approx(0.358765, abs=1e-6)
    assert got["CPHIGH"] == pytest.approx(0.995789, abs=1e-6)
    assert got["CPHIGH"] == pytest.approx(0.975 ** (1 / 6), abs=1e-9)
    assert got["WILSONLOW"] == pytest.approx(0.43649, abs=1e-4)
    assert got["WILSONHIGH"] == pytest.approx(0.96995, abs=1e-4)


def test_no_event_of_six_has_a_one_sided_exact_interval() -> None:
    got = found(proportion, ["N"] * 6)
    assert got["CPLOW"] == 0
    assert got["CPHIGH"] == pytest.approx(1 - 0.025 ** (1 / 6), abs=1e-9)


def test_a_missing_answer_is_no_event_and_stays_in_the_denominator() -> None:
    got = found(proportion, ["Y", None])
    assert (got["EVENTS"], got["TOTAL"]) == (1, 2)


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        ("YYYYYN", "NNNNNN", 0.0625),  # 5 against 0: 2/2^5
        ("YYYYYY", "YYYYNY", 1.0),  # 1 against 0: 2 x 1/2
        ("YYYN", "YYYN", 1.0),  # no discordant pair
        ("YYYYYYN", "NNNNNNY", 0.125),  # 6 against 1: 2 x (1 + 7)/2^7
    ],
)
def test_mcnemar_is_the_binomial_test_of_the_discordant_pairs(
    first: str, second: str, p: float
) -> None:
    assert found(mcnemar, list(first), list(second))["P"] == pytest.approx(p)


def test_mcnemar_counts_the_four_kinds_of_pairs_and_leaves_out_incomplete_ones() -> None:
    got = found(mcnemar, ["Y", "Y", "N", "N", "Y"], ["Y", "N", "Y", "N", None])
    assert [got[code] for code in ("BOTH", "FIRST", "SECOND", "NEITHER")] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("changes", "ranks", "p"),
    [
        ([-1, -2, -3, -4, -5], 0, 0.0625),  # 2/2^5
        ([-1, -2, -3, -4, -5, -6], 0, 0.03125),  # 2/2^6
        ([1, -2, -3, -4, -5], 1, 0.125),  # rank sums 0 and 1: 2 x 2/2^5
        ([-4, -4, -6, -6, -8], 0, 0.0625),  # ties: still one of 32 on either side
        ([0, -1, -2, -3], 0, 0.25),  # zero is left out: 2/2^3
        ([0, 0], 0, 1.0),
        ([2, -2, 0], 1.5, 1.0),  # two of the four sums are 1.5
        # Ranks 1.5, 1.5, 3, 4: up to 4.5 are 8 of the 16 sums, up to 3 are 5.
        ([-1, 1, 2, -3], 4.5, 1.0),
        ([-1, -1, 2, -3], 3, 2 * 5 / 16),
    ],
)
def test_the_signed_rank_test_is_exact(changes: list[float], ranks: float, p: float) -> None:
    got = found(signed_rank, changes)
    assert got["W"] == ranks
    assert got["P"] == pytest.approx(p)


def test_the_signed_rank_test_is_that_of_all_signs_with_ties_and_zeros() -> None:
    for changes in ([3, -1, 2, 2, 0, -4, 1, 1], [5, 5, -5, 1, 2, 2, -2, 0, 0, 3], [1.0] * 10):
        ranks = rankdata([abs(change) for change in changes if change])
        risen = sum(
            rank for rank, change in zip(ranks, filter(None, changes), strict=True) if change > 0
        )
        sums = [
            sum(rank for rank, up in zip(ranks, signs, strict=True) if up)
            for signs in product((False, True), repeat=len(ranks))
        ]
        tail = min(sum(s <= risen for s in sums), sum(s >= risen for s in sums)) / len(sums)
        assert found(signed_rank, changes)["P"] == pytest.approx(min(1, 2 * tail), abs=1e-12)


@pytest.mark.parametrize("size", [4, 30, 51, 120])
def test_the_signed_rank_test_without_ties_is_that_of_a_second_program(size: int) -> None:
    changes = [(-1.0 if n % 3 else 1.0) * n for n in range(1, size + 1)]
    expected = wilcoxon(changes, method="exact").pvalue
    assert found(signed_rank, changes)["P"] == pytest.approx(expected, rel=1e-9)


def test_the_signed_rank_test_of_many_tied_changes_is_exact() -> None:
    """60 equal rises of 100 equal changes: the binomial test of 60 in 100, 0.0569 (exact)."""
    assert found(signed_rank, [2.0] * 60 + [-2.0] * 40)["P"] == pytest.approx(0.0568879, abs=1e-6)


def test_changes_equal_but_for_the_last_bit_are_ties() -> None:
    """0.3 by two ways of computing: ranks 1.5 and 1.5, not 1 and 2."""
    assert found(signed_rank, [0.1 + 0.2, -0.3, -5.0])["W"] == 1.5


@pytest.mark.parametrize(
    ("other", "rho", "p"),
    [
        ([1, 2, 3, 4, 5], 1.0, 2 / 120),
        ([5, 4, 3, 2, 1], -1.0, 2 / 120),
        # Table of Spearman's rho, n = 5: |rho| of 0.9 is exceeded or met by 10 of 120 orders.
        ([2, 1, 3, 4, 5], 0.9, 10 / 120),
    ],
)
def test_the_rank_correlation_of_few_pairs_is_exact(
    other: list[float], rho: float, p: float
) -> None:
    got = found(spearman, [1.0, 2.0, 3.0, 4.0, 5.0], other)
    assert got["RHO"] == pytest.approx(rho)
    assert got["P"] == pytest.approx(p)


def test_a_correlation_of_two_pairs_or_of_equal_values_is_missing() -> None:
    assert pd.isna(found(spearman, [1.0, 2.0], [1.0, 2.0])["RHO"])
    assert pd.isna(found(spearman, [1.0, 1.0, 1.0], [1.0, 2.0, 3.0])["P"])


def test_a_summary_leaves_out_missing_values() -> None:
    got = found(summary, [2.0, 4.0, None, 9.0])
    assert (got["N"], got["MEAN"], got["MEDIAN"], got["MIN"], got["MAX"]) == (3, 5, 4, 2, 9)
    assert got["SD"] == pytest.approx(13**0.5)  # (9 + 1 + 16) / 2


def test_events_and_their_subjects_are_counted() -> None:
    subjects = pd.Series(["A", "A", "B", "C"], dtype="str")
    sample = Sample(pd.Series(["x", "y", "z", None], dtype="str"), subjects)
    assert [statistic.value for statistic in counts(sample)] == [3, 2]


def test_the_median_time_is_where_the_estimate_reaches_one_half() -> None:
    """Times 1, 2+, 3, 4: survival 3/4, then 3/4 x 1/2 = 3/8 at 3."""
    got = found(time_to_event, [1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 0.0])
    assert (got["N"], got["EVENTS"], got["CENSORED"], got["MEDIAN"]) == (4, 3, 1, 3)
    even = found(time_to_event, [1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.0])
    assert even["MEDIAN"] == 2
    never = found(time_to_event, [1.0, 2.0, 3.0], [0.0, 1.0, 1.0])
    assert pd.isna(never["MEDIAN"])


def test_every_method_describes_itself_in_one_ascii_sentence_or_more() -> None:
    for method in METHODS.values():
        text = method_text(method)
        assert text.endswith(".")
        assert text.isascii()


def test_a_correlation_says_whether_its_p_value_is_exact() -> None:
    labels = []
    for size in (8, 9):
        values = pd.Series([float(n) for n in range(size)])
        sample = Sample(values, values.astype("str"), values)
        labels += [one.label for one in spearman(sample) if one.code == "P"]
    assert labels == ["Exact p", "p by t"]


def test_missing_answers_are_counted_beside_the_share() -> None:
    assert found(proportion, ["Y", None, "N", None])["MISSING"] == 2
