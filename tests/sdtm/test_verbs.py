"""Functions that compose: arithmetic, rounding, look-up in tables, parts of texts."""

from __future__ import annotations

import pandas as pd
import pytest

from sdtm.derivations.arithmetic import divided_by, minus, plus, rounded, times
from sdtm.derivations.lookup import looked_up, looked_up_in_ranges
from sdtm.derivations.texts import joined_text, matches, part_of_text
from specs.errors import SpecError


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def numbers(*values: float | None) -> pd.Series:
    return pd.Series(values, dtype="float64")


def test_arithmetic_is_exact_on_texts_and_numbers_alike() -> None:
    assert plus(texts("0.1"), numbers(0.2)).values.tolist() == [0.3]
    assert minus(texts("0.3", "1E2"), texts("0.1", ".5")).values.tolist() == [0.2, 99.5]
    assert times(texts("0.1", "-1.1"), texts("3", "1.1")).values.tolist() == [0.3, -1.21]
    assert divided_by(texts("2.1", "1"), numbers(0.7, 3)).values.tolist() == [3.0, 1 / 3]


def test_what_is_not_a_number_or_cannot_be_divided_is_a_finding() -> None:
    found = divided_by(texts("1", "<5", None, "4"), texts("0", "2", "x", None))
    assert found.values.isna().all()
    assert found.problems is not None
    assert found.problems.fillna("").tolist() == [
        "1 cannot be divided by 0",
        "<5 is not a number",
        "",
        "",
    ]


def test_a_half_is_rounded_away_from_zero_by_the_decimals_as_written() -> None:
    found = rounded(texts("2.345", "-2.345", "0.5", "1.005", None), decimals=2)
    assert found.values.fillna(-9).tolist() == [2.35, -2.35, 0.5, 1.01, -9]
    assert rounded(numbers(0.5, -0.5, 2.675), decimals=0).values.tolist() == [1, -1, 3]


def test_rounding_a_quotient_rounds_the_quotient() -> None:
    quotient = divided_by(texts("1", "2"), texts("8", "3")).values
    assert rounded(quotient, decimals=2).values.tolist() == [0.13, 0.67]


CODES = [
    {"list": "A", "code": 1, "name": "One"},
    {"list": "A", "code": 2, "name": None},
    {"list": "B", "code": 1, "name": "Eins"},
]


def test_a_value_is_looked_up_by_one_or_several_keys() -> None:
    found = looked_up(
        texts("A", "B", "A", "C", None),
        numbers(1, 1, 2, 1, 1),
        table=CODES,
        by=["list", "code"],
        value="name",
    )
    assert found.values.fillna("").tolist() == ["One", "Eins", "", "", ""]
    assert found.problems is not None
    told = "the table has no row whose list and code is C and 1"
    assert found.problems.fillna("").tolist() == ["", "", "", told, ""]


@pytest.mark.parametrize(
    ("by", "value", "message"),
    [
        (["list"], "name", "the table has two rows with list A"),
        (["lst"], "name", "the table has no column lst; did you mean list"),
        (["code"], "nam", "the table has no column nam; did you mean name"),
        (["list", "code"], "name", "there are 1 sources for the columns list, code"),
    ],
)
def test_a_table_that_does_not_fit_is_an_error_without_any_record(
    by: list[str], value: str, message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        looked_up(texts(), table=CODES, by=by, value=value)


AGES = [{"from": None, "to": "17", "is": "child"}, {"from": "18", "to": None, "is": "adult"}]


def test_a_value_is_looked_up_by_the_range_of_a_number() -> None:
    found = looked_up_in_ranges(
        texts("17", "18", "17.5", "old", None), table=AGES, low="from", high="to", value="is"
    )
    assert found.values.fillna("").tolist() == ["child", "adult", "", "", ""]
    assert found.problems is not None
    assert found.problems.fillna("").tolist() == [
        "",
        "",
        "17.5 lies in no range of the table",
        "old is not a number",
        "",
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"from": "10", "to": "20", "is": "x"}, "the ranges of rows 1 and 3 of the table overlap"),
        ({"from": "x", "to": None, "is": "x"}, "the table has x as from, which is not a number"),
    ],
)
def test_ranges_that_cannot_be_told_apart_are_an_error(row: dict[str, str], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        looked_up_in_ranges(numbers(), table=[*AGES, row], low="from", high="to", value="is")


def test_a_range_that_ends_before_it_begins_is_an_error() -> None:
    turned = [{"from": "9", "to": "1", "is": "x"}]
    with pytest.raises(SpecError, match="the range of row 1 of the table ends before it begins"):
        looked_up_in_ranges(numbers(), table=turned, low="from", high="to", value="is")


def test_texts_are_joined_without_those_that_are_missing() -> None:
    found = joined_text(texts("a", None, None), texts(None, "b", None), separator=", ")
    assert found.fillna("").tolist() == ["a", "b", ""]
    assert joined_text(texts("a"), texts("b"), texts("c"), separator="").tolist() == ["abc"]


def test_a_pattern_gives_its_first_part_or_tells_whether_it_matches() -> None:
    text = texts("ab 12 cd 3", "x", None)
    assert part_of_text(text, pattern="[0-9]+").fillna("").tolist() == ["12", "", ""]
    assert part_of_text(text, pattern="([a-z]+) [0-9]").fillna("").tolist() == ["ab", "", ""]
    assert part_of_text(texts("a\nb9"), pattern="9$").tolist() == ["9"]
    assert matches(text, pattern="^ab|x$").fillna("").tolist() == ["Y", "Y", ""]
    assert matches(text, pattern="B").fillna("").tolist() == ["N", "N", ""]


def test_a_pattern_takes_a_time_linear_in_the_text() -> None:
    assert matches(texts("a" * 50_000 + "!"), pattern="^(a+)+$").tolist() == ["N"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "the pattern .* cannot be read .*missing"),
        (r"(a)\1", "the pattern .* cannot be read .*no back references"),
        ("(?=a)", "the pattern .* cannot be read"),
        ("(a{1000}){1000}", "the pattern .* cannot be read"),
        ("a" * 501, "the pattern has 501 characters; write at most 500"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_an_error_without_any_record(
    pattern: str, message: str
) -> None:
    for function in (matches, part_of_text):
        with pytest.raises(SpecError, match=message):
            function(texts(), pattern=pattern)
