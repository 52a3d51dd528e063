from __future__ import annotations

from adam.derivations.remission import items_present, new_items, score_at_most
from tests.adam.series import numbers, texts


def new(days: list[str], visits: list[float], *items: list[float | None]) -> list[float]:
    """New items of each assessment of one subject; -1 where that is missing."""
    size = len(days)
    found = new_items(
        texts(*["S"] * size), texts(*["2K"] * size), texts(*days), numbers(*visits),
        *(numbers(*item) for item in items),
    )  # fmt: skip
    return found.fillna(-1).tolist()


def test_an_item_of_weight_1_is_new_where_it_was_absent() -> None:
    assert new(["2018-01-01", "2018-02-01"], [1, 2], [0, 1], [8, 8]) == [-1, 1]


def test_a_missing_item_that_was_present_before_is_not_new() -> None:
    assert new(["2018-01-01", "2018-02-01"], [1, 2], [1, None], [0, 0]) == [-1, 0]


def test_of_two_earlier_assessments_of_a_day_that_of_the_later_visit_counts() -> None:
    days = ["2018-01-01", "2018-01-01", "2018-02-01"]
    assert new(days, [2, 1, 3], [0, 8, 8]) == [-1, -1, 1]


def test_of_two_earlier_assessments_of_a_day_the_timed_one_counts() -> None:
    days = ["2018-01-01T10:00", "2018-01-01", "2018-02-01"]
    assert new(days, [1, 1, 2], [0, 8, 8]) == [-1, -1, 1]


def test_a_score_that_is_not_compared_says_why() -> None:
    found = score_at_most(
        texts("4", "4.5", None, "2", None), texts("2K", "2K", None, "SELENA", "SELENA"), limit="4",
        of_version="2K",
    )  # fmt: skip
    assert found["AVALC"].fillna("").tolist() == ["Y", "N", "", "", ""]
    other = "OTHER VERSION OF THE INDEX"
    assert found["NRIREAS"].fillna("").tolist() == ["", "", "SCORE NOT AVAILABLE", other, other]


def test_one_present_item_is_enough_to_know_that_one_is_present() -> None:
    found = items_present(numbers(8, 0, None, None), numbers(None, 0, 0, 4), numbers(8, 0, 0, 4))
    assert found.fillna(-1).tolist() == [2, 0, -1, 2]
