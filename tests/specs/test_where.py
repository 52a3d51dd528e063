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
        ({"GT": "many"}, "GT compares numbers; many is none"),
        ({"GT": ""}, "GT compares numbers"),
    ],
)
def test_what_is_no_condition_is_told(condition: object, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        where(condition)
    assert message in str(error.value)


def test_a_number_is_not_compared_with_text() -> None:
    with pytest.raises(SpecError, match='X EQ "Y": X is numeric, Y is not; compare it with a'):
        where({"EQ": "Y"}).holds(NUMBERS)
