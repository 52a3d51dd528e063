"""Which record is taken over once more, where several could be."""

from __future__ import annotations

from typing import Any

import pandas as pd

from adam.derivations import copies as functions_of_copies
from adam.derivations.copies import first_flag_with_copies, last_records
from tests.adam.series import numbers, texts, values_of

carried_forward = values_of(functions_of_copies.carried_forward)

WINDOWS = (
    {"AVISIT": "Baseline", "AVISITN": 0, "AWLO": -10, "AWHI": 1},
    {"AVISIT": "Week 1", "AVISITN": 1, "AWLO": 2, "AWHI": 10},
)


def carried(
    subject: pd.Series[Any], part: pd.Series[Any], day: pd.Series[Any], *order: pd.Series[Any]
) -> list[int]:
    """The records that are carried into Week 1; all have a value."""
    value = pd.Series(1.0, index=day.index)
    copies = carried_forward(subject, part, day, value, *order, windows=WINDOWS)
    assert list(copies.rows) == ["AVISIT"]
    assert copies.rows["AVISIT"].eq("Week 1").all()
    return copies.record.tolist()


def test_a_record_before_the_baseline_window_is_not_carried_into_it() -> None:
    assert carried(texts("S"), texts("P"), numbers(-20)) == [0]


def test_each_subject_and_part_is_carried_forward_for_itself() -> None:
    """A has a record in Week 1 and B none, once of the same part and once of an unknown one."""
    subject, day = texts("A", "A", "B"), numbers(1, 5, 1)
    assert carried(subject, texts("P", "P", "P"), day) == [2]
    assert carried(subject, texts(None, None, None), day) == [2]


def test_the_later_day_is_carried_whatever_the_order_and_a_missing_order_comes_first() -> None:
    two, one_day = texts("S", "S"), numbers(1, 1)
    assert carried(two, two, numbers(-1, 1), numbers(9, 1)) == [1]
    assert carried(two, two, numbers(1, -1), numbers(1, 9)) == [0]
    assert carried(two, two, one_day, numbers(1, None)) == [0]


def test_of_equal_records_the_last_is_carried_and_copied() -> None:
    """Many records, which a sort that is not stable would mix."""
    same = texts(*["S"] * 1000)
    assert carried(same, same, pd.Series([1.0, 0.0] * 500)) == [998]
    assert last_records(numbers(*[2, 1] * 500), within=1).record.tolist() == [998, 999]


def test_the_copies_of_a_record_are_in_the_order_of_the_windows() -> None:
    windows = [
        {"AVISIT": f"Week {week}", "AVISITN": week, "AWLO": 7 * week, "AWHI": 7 * week + 6}
        for week in range(1, 501)
    ]
    copies = carried_forward(
        texts("A", "B"), texts("P", "P"), numbers(1, 1), numbers(5, 6), windows=windows
    )
    weeks = [f"Week {week}" for week in range(1, 501)]
    assert copies.rows["AVISIT"].tolist() == weeks * 2
    assert copies.record.tolist() == [0] * 500 + [1] * 500


def test_a_copy_has_a_row_for_each_record() -> None:
    copies = last_records(texts("A", "B"), numbers(1, 1), within=1)
    assert copies.rows.index.tolist() == [0, 1]


def test_a_record_of_another_subject_with_a_missing_key_is_no_copy() -> None:
    """B's only record has no day and is its first; A's record without a day is not A's first."""
    flag = first_flag_with_copies(
        texts("A", "A", "B").rename("USUBJID"), numbers(1, None, None).rename("ADY"), within=1
    )
    assert flag.values.fillna("").tolist() == ["Y", "", "Y"]
