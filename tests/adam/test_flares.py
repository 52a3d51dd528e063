"""Flares of BILAG: what counts as one, when it was, and until when one could have been seen."""

from __future__ import annotations

from typing import Any

import pandas as pd

from adam.derivations.flares import first_new_grades, last_day_judged
from adam.derivations.subjects import number_on_day
from tests.adam.series import dates, numbers, texts


def days(
    *records: tuple[str, str | None, float | None, str | None, str | None], systems: int = 1
) -> list[Any]:
    """The first flare and the last day judged of each subject, by subject, day, visit, grades."""
    subject, day, visit, grade, base = (list(column) for column in zip(*records, strict=True))
    columns = (dates(*day), numbers(*visit), texts(*grade), texts(*base), texts(*subject))
    each = pd.DataFrame({"subject": subject, "day": day, "visit": visit})
    system = each.groupby(["subject", "day", "visit"], dropna=False).cumcount().astype("str")
    made = [
        first_new_grades(*columns, new_a_from=1, new_b_from=2),
        last_day_judged(
            *columns[:4], system, columns[4], new_a_from=1, new_b_from=2, systems=systems
        ),
    ]
    people = sorted(set(subject))
    shown = (
        one.reindex(people).dt.strftime("%m-%d").where(one.reindex(people).notna()) for one in made
    )
    return [[None if pd.isna(day) else day for day in one] for one in shown]


def test_one_new_a_is_a_flare_and_one_new_b_is_none() -> None:
    assert days(
        ("A", "2018-01-01", 1, "B", "C"), ("A", "2018-01-01", 1, "E", "E"),
        ("A", "2018-02-01", 2, "A", "B"), ("A", "2018-02-01", 2, "C", "E"),
    ) == [["02-01"], ["02-01"]]  # fmt: skip


def test_two_new_b_are_one_flare_at_one_assessment_alone() -> None:
    """B: the two are of two visits of the same day. C: B after A and B after B are not new."""
    assert days(
        ("A", "2018-01-01", 1, "B", "C"), ("A", "2018-01-01", 1, "B", "D"),
        ("B", "2018-01-01", 1, "B", "C"), ("B", "2018-01-01", 90, "B", "D"),
        ("C", "2018-01-01", 1, "B", "A"), ("C", "2018-01-01", 1, "B", "B"),
    ) == [["01-01", None, None], ["01-01", "01-01", "01-01"]]  # fmt: skip


def test_an_assessment_with_an_open_system_tells_of_no_flare_but_of_one_that_is_there() -> None:
    assert days(
        ("A", "2018-01-01", 1, "C", "C"), ("A", "2018-01-01", 1, "D", "D"),
        ("A", "2018-02-01", 2, None, "C"), ("A", "2018-02-01", 2, "D", "D"),
        ("B", "2018-02-01", 2, None, "C"), ("B", "2018-02-01", 2, "A", "D"),
        ("C", "2018-02-01", 2, "A", None), ("C", None, 3, "A", "C"),
    ) == [[None, "02-01", None], ["01-01", "02-01", None]]  # fmt: skip


def test_an_unscheduled_assessment_without_a_visit_counts() -> None:
    assert days(("A", "2018-01-01", None, "A", "C")) == [["01-01"], ["01-01"]]


def test_the_number_of_a_day_is_the_lowest_of_its_records() -> None:
    found = number_on_day(
        numbers(4, 3, 1, 9), dates("2018-01-02", "2018-01-02", "2018-01-01", None),
        dates(*["2018-01-02"] * 4), texts("A", "A", "A", "B"),
    )  # fmt: skip
    assert found.fillna(-1).to_dict() == {"A": 3, "B": -1}


def test_an_assessment_of_some_systems_alone_tells_of_no_flare_but_of_one_that_is_there() -> None:
    """Of two systems the second has no record on 1 February, where B has a new A in the first."""
    assert days(
        ("A", "2018-01-01", 1, "C", "C"), ("A", "2018-01-01", 1, "D", "D"),
        ("A", "2018-02-01", 2, "C", "C"),
        ("B", "2018-01-01", 1, "C", "C"), ("B", "2018-01-01", 1, "D", "D"),
        ("B", "2018-02-01", 2, "A", "C"),
        systems=2,
    ) == [[None, "02-01"], ["01-01", "02-01"]]  # fmt: skip


def test_of_several_flares_the_first_is_taken_and_of_days_judged_the_last() -> None:
    assert days(
        ("A", "2018-03-01", 3, "A", "B"),
        ("A", "2018-02-01", 2, "A", "C"),
        ("A", "2018-04-01", 4, "C", "C"),
    ) == [["02-01"], ["04-01"]]  # fmt: skip
