from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError

from specs.errors import SpecError
from specs.where import Comparator, Where, all_hold

ANSWERS = pd.Series(["Y", "N", None, "U"], dtype="str")
NUMBERS = pd.Series([1.0, 2.0, None, 10.0])


def where(condition: object) -> Where:
    return Where.model_validate({"X": condition})


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ({"EQ": "Y"}, [True, False, False, False]),
        ({"NE": "Y"}, [False, True, True, True]),
        ({"IN": ["Y", "N"]}, [True, True, False, False]),
        ({"NOTIN": ["Y", "N"]}, [False, False, True, True]),
        ({"EQ": ""}, [False, False, True, False]),
        ({"NE": ""}, [True, True, False, True]),
        ({"EQ": None}, [False, False, True, False]),
        ({"IN": ["Y", ""]}, [True, False, True, False]),
        ({"NOTIN": ["Y", ""]}, [False, True, False, True]),
    ],
)
def test_text_is_compared_as_text_and_the_empty_text_is_missing(
    condition: object, held: list[bool]
) -> None:
    assert where(condition).holds(ANSWERS).tolist() == held


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ({"EQ": 1}, [True, False, False, False]),
        ({"EQ": "1.0"}, [True, False, False, False]),
        ({"NE": 1}, [False, True, True, True]),
        ({"EQ": ""}, [False, False, True, False]),
        ({"LT": 2}, [True, False, False, False]),
        ({"LE": 2}, [True, True, False, False]),
        ({"GT": "2"}, [False, False, False, True]),
        ({"GE": 2.0}, [False, True, False, True]),
    ],
)
def test_numbers_are_compared_as_numbers_and_missing_is_neither_more_nor_less(
    condition: object, held: list[bool]
) -> None:
    assert where(condition).holds(NUMBERS).tolist() == held


def test_collected_numbers_are_ordered_as_numbers_not_as_text() -> None:
    text = pd.Series(["9", "10", "many", None], dtype="str")
    assert where({"GT": 9}).holds(text).tolist() == [False, True, False, False]


def test_several_conditions_must_all_hold_and_none_holds_everywhere() -> None:
    frame = pd.DataFrame({"X": ANSWERS, "N": NUMBERS})
    conditions = [where({"NE": "N"}), Where.model_validate({"N": {"GE": 1}})]
    assert all_hold(conditions, frame).tolist() == [True, False, False, True]
    assert all_hold([], frame).tolist() == [True, True, True, True]


def test_a_condition_reads_as_reviewers_write_it() -> None:
    assert str(where({"EQ": "Y"})) == 'X EQ "Y"'
    assert str(where({"IN": ["Y", "N"]})) == 'X IN ("Y", "N")'
    assert where({"NOTIN": ["Y"]}).comparator is Comparator.NOTIN


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("Y", "a condition is {VARIABLE: {COMPARATOR: value}}"),
        ({"EQ": "Y", "NE": "N"}, "a condition is {VARIABLE: {COMPARATOR: value}}"),
        ({"EQ": {"a": "b"}}, "a condition is {VARIABLE: {COMPARATOR: value}}"),
        ({"IN": []}, "a condition is {VARIABLE: {COMPARATOR: value}}"),
        ({"EQ": ["Y", "N"]}, "EQ takes one value; several need IN or NOTIN"),
        ({"IS": "Y"}, "'EQ', 'NE', 'IN', 'NOTIN', 'LT', 'LE', 'GT' or 'GE'"),
        ({"GT": "many"}, "GT compares numbers or complete dates; many is neither"),
        ({"GT": ""}, "GT compares numbers"),
        ({"GE": "2020-01"}, "2020-01 is neither"),
        ({"GE": "2020-02-30"}, "2020-02-30 is neither"),
    ],
)
def test_what_is_no_condition_is_told(condition: object, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        where(condition)
    assert message in str(error.value)


def test_a_number_is_not_compared_with_text() -> None:
    with pytest.raises(SpecError, match='X EQ "Y": X is numeric, Y is not; compare it with a'):
        where({"EQ": "Y"}).holds(NUMBERS)


DATES = pd.to_datetime(pd.Series(["2020-01-05", "2020-01-06", None])).astype("datetime64[s]")


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ({"EQ": "2020-01-06"}, [False, True, False]),
        ({"NE": "2020-01-06"}, [True, False, True]),
        ({"IN": ["2020-01-06", ""]}, [False, True, True]),
        ({"NOTIN": ["2020-01-06", "2020-01-07"]}, [True, False, True]),
        ({"EQ": ""}, [False, False, True]),
        ({"LT": "2020-01-06"}, [True, False, False]),
        ({"LE": "2020-01-06"}, [True, True, False]),
        ({"GT": "2020-01-05"}, [False, True, False]),
        ({"GE": "2020-01-06"}, [False, True, False]),
    ],
)
def test_dates_are_compared_as_dates_and_missing_is_neither_before_nor_after(
    condition: object, held: list[bool]
) -> None:
    assert where(condition).holds(DATES).tolist() == held


def test_a_date_without_a_time_stands_for_its_day() -> None:
    times = pd.Series(pd.to_datetime(["2020-01-06T08:00", "2020-01-07T00:00"]))
    assert where({"EQ": "2020-01-06"}).holds(times).tolist() == [True, False]
    assert where({"GT": "2020-01-06"}).holds(times).tolist() == [False, True]
    assert where({"EQ": "2020-01-06T08:00"}).holds(times).tolist() == [True, False]
    assert where({"GE": "2020-01-06T08:01"}).holds(times).tolist() == [False, True]


@pytest.mark.parametrize(
    ("condition", "column", "message"),
    [
        ({"EQ": 5}, DATES, 'X EQ "5": X is a date, 5 is not; compare it with a complete date'),
        ({"IN": ["2020-01"]}, DATES, "X is a date, 2020-01 is not"),
        ({"GE": 5}, DATES, "X is a date, 5 is not"),
        ({"GE": 5}, pd.Series(["2020-01", None], dtype="str"), "X is a date, 5 is not"),
        ({"GE": 5}, pd.Series(["05/01/2020"]), "X is a date, 5 is not"),
        ({"GE": "2020-01-06"}, NUMBERS, "X is numeric, 2020-01-06 is a date"),
        ({"GE": "2020-01-06"}, ANSWERS, "X is text, 2020-01-06 is a date; compare a date of ADaM"),
    ],
)
def test_a_date_is_not_compared_with_what_is_none(
    condition: object, column: pd.Series, message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        where(condition).holds(column)


def test_a_dtc_is_not_compared_with_a_number_even_without_records() -> None:
    clause = Where.model_validate({"AESTDTC": {"GT": 5}})
    with pytest.raises(SpecError, match="AESTDTC is a date, 5 is not"):
        clause.holds(pd.Series([], dtype="str"))
