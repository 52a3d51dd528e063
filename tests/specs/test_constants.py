"""Constants of a wrong kind are told by the specification, before anything is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

import pytest

import adam.derivations
import sdtm.derivations
from specs.constants import Ascending, NumberText, Numeric, check_constants
from specs.derivation import Derivation, derivations_of
from specs.errors import SpecError


class Window(TypedDict):
    visit: str
    low: float | None
    weight: Numeric


class Days(TypedDict):
    AWLO: float | None
    AWHI: float | None


def function(
    *,
    count: int = 1,
    share: float = 1,
    text: str = "",
    sure: bool = True,
    limit: NumberText = "1",
    choice: Literal["yes", "no"] = "yes",
    names: Sequence[str] = (),
    numbers: Mapping[str, float] = {},
    level: int | None = None,
    windows: Sequence[Window] = (),
    anything: Any = None,
    unknown: Sequence[object] = (),
    limits: Ascending = (),
    days: Sequence[Days] = (),
) -> None: ...


FUNCTION = Derivation("function", function, "record")


@pytest.mark.parametrize(
    "constants",
    [
        {"count": 4, "share": 4, "text": "ten", "sure": False, "limit": "-0.3", "choice": "no"},
        {"share": 0.5, "limit": "3/100", "names": ["A"], "numbers": {"A": 1, "B": 0.5}},
        {"names": (), "level": None, "numbers": {}, "anything": [{}], "unknown": [1, "a"]},
        {"windows": ({"visit": "A", "low": None, "weight": "8", "more": 1},)},
        {"windows": [{"visit": "A", "low": 1, "weight": 8}]},
        {"limits": [0, 18, 65.5], "days": [{"AWLO": 1, "AWHI": 1}, {"AWLO": 9, "AWHI": None}]},
    ],
)
def test_constants_of_their_kinds_pass(constants: dict[str, Any]) -> None:
    check_constants(FUNCTION, constants, "")


@pytest.mark.parametrize(
    ("constants", "message"),
    [
        ({"count": "abc"}, 'count of function is the text "abc", expected a whole number'),
        ({"count": 1.5}, "count of function is 1.5, expected a whole number"),
        ({"count": True}, "count of function is true, expected a whole number"),
        ({"count": [4]}, "count of function is [4], expected a whole number"),
        ({"share": "0.5"}, 'share of function is the text "0.5", expected a number'),
        ({"text": 1}, "text of function is 1, expected text (in quotes where it is a number)"),
        ({"text": None}, "text of function is nothing, expected text"),
        ({"sure": "Y"}, 'sure of function is the text "Y", expected true or false'),
        ({"limit": "ten"}, 'is the text "ten", expected a number in quotes, such as "0.3"'),
        ({"limit": 0.3}, "limit of function is 0.3, expected a number in quotes"),
        ({"limit": "1/0"}, 'limit of function is the text "1/0", expected a number in quotes'),
        ({"choice": "maybe"}, 'choice of function is the text "maybe", expected yes or no'),
        ({"names": "A"}, "expected a list [..., ...], of each text"),
        ({"names": [1]}, "has a value that is 1, expected text"),
        ({"numbers": ["A"]}, "expected names and values {name: value}, of each a number"),
        ({"numbers": {"A": "x"}}, 'has a value that is the text "x", expected a number'),
        (
            {"windows": "abc"},
            'the text "abc", expected a table with the columns visit, low, weight',
        ),
        ({"windows": ()}, "is a table without rows"),
        (
            {"windows": ({"visit": "A"},)},
            "is a table with the columns visit, expected a table with",
        ),
        (
            {"windows": ({"visit": "A", "low": "1", "weight": 1},)},
            'is a table whose low in row 1 is the text "1", expected a number or nothing (~)',
        ),
        (
            {"windows": ({"visit": "A", "low": 1, "weight": "x"},)},
            'is a table whose weight in row 1 is the text "x", expected a number',
        ),
        ({"limits": [18, 65, 40]}, "has 40 after 65, meant are numbers in ascending order"),
        ({"limits": [18, 18]}, "has 18 after 18, meant are numbers in ascending order"),
        ({"limits": [18, "40"]}, 'has a value that is the text "40", expected a number'),
        ({"limits": 18}, "is 18, expected a list [..., ...] of numbers in ascending order"),
        (
            {"days": ({"AWLO": 1, "AWHI": 8}, {"AWLO": 16, "AWHI": 15})},
            "is a table whose row 2 has AWLO 16 above AWHI 15",
        ),
        ({"limit": ({"a": 1},)}, "is a table with the columns a, expected a number in quotes"),
    ],
)
def test_a_constant_of_another_kind_is_named_with_what_is_meant(
    constants: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError) as refused:
        check_constants(FUNCTION, constants, "adrs.yaml line 12")
    assert message in str(refused.value)
    assert str(refused.value).startswith("adrs.yaml line 12: constant ")


def test_all_constants_of_a_wrong_kind_are_named_at_once() -> None:
    with pytest.raises(SpecError, match=r"constant count .*; constant share "):
        check_constants(FUNCTION, {"count": "a", "share": "b"}, "")


def test_annotations_that_are_objects_are_understood_like_texts() -> None:
    def own(*, points: int) -> None: ...

    own.__annotations__["points"] = int
    with pytest.raises(SpecError, match="expected a whole number"):
        check_constants(Derivation("own", own, "record"), {"points": "x"}, "")


def test_every_constant_of_every_derivation_is_of_a_kind_that_is_checked() -> None:
    known = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
    for derivation in known.values():
        for constant in derivation.constants:
            with pytest.raises(SpecError, match=f"constant {constant.name} of "):
                check_constants(derivation, {constant.name: object()}, "")
