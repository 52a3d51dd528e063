from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest

from adam.derivations.responders import (
    dose_at_most,
    fall_reached,
    free_of_failure,
    new_grades,
    no_increase,
    no_new_grades,
    responder,
)
from tests.adam.series import dates, texts


def first(column: pd.Series[Any]) -> Any:
    return None if pd.isna(column.iloc[0]) else column.iloc[0]


@pytest.mark.parametrize(("change", "answer"), [(-5, "Y"), (-4, "Y"), (-3, "N"), (None, None)])
def test_a_fall_of_exactly_the_points_is_enough(change: float | None, answer: str | None) -> None:
    column = pd.Series([change], dtype="float64")
    result = fall_reached(column, texts("SLEDAI-2K"), texts("SLEDAI-2K"), points=4)
    assert first(result.values["AVALC"]) == answer


def test_a_change_between_versions_is_missing_and_says_so() -> None:
    missing = pd.Series([None], dtype="float64")
    result = fall_reached(missing, texts("SELENA-SLEDAI"), texts("SLEDAI-2K"), points=4)
    assert first(result.values["AVALC"]) is None
    assert first(result.values["NRIREAS"]) == "SLEDAI VERSION MIXED"
    assert first(result.problems) == "the change is between SLEDAI-2K and SELENA-SLEDAI"


def test_every_pair_exactly_0_3_apart_is_at_the_limit() -> None:
    """28 pairs on 0.1 steps from 0 to 3; binary floats call 25 of them above or below."""
    base = texts(*(f"{tenth / 10:.1f}" for tenth in range(28)))
    value = texts(*(f"{(tenth + 3) / 10:.1f}" for tenth in range(28)))
    assert no_increase(value, base, limit="0.3", at_limit="Y")["AVALC"].eq("Y").all()
    assert no_increase(value, base, limit="0.3", at_limit="N")["AVALC"].eq("N").all()


def test_an_increase_is_not_rounded_before_it_is_compared() -> None:
    result = no_increase(
        texts("1.51", "1.5000000000000000001", None), texts("1.20", "1.2", "1"),
        limit="0.3", at_limit="Y",
    )  # fmt: skip
    assert result["AVALC"].fillna("").tolist() == ["N", "N", ""]


def grades(now: str, base: str, missing: Any = "strict", b_allowed: int = 1) -> list[Any]:
    systems = [texts(None if g == "-" else g) for g in now + base]
    new_a = new_grades(*systems, grade="A", after=["B", "C", "D", "E"])
    new_b = new_grades(*systems, grade="B", after=["C", "D", "E"])
    result = no_new_grades(
        new_a, new_b, *systems, new_a_allowed=0, new_b_allowed=b_allowed, missing=missing
    )
    return [first(new_a), first(new_b), first(result["AVALC"])]


@pytest.mark.parametrize(
    ("now", "base", "expected"),
    [
        ("AC", "BC", [1, 0, "N"]),
        ("AC", "AC", [0, 0, "Y"]),
        ("BB", "AC", [0, 1, "Y"]),
        ("BB", "CD", [0, 2, "N"]),
        ("A-", "EC", [1, 0, "N"]),
        ("C-", "CC", [0, 0, None]),
        ("BB-", "CDC", [0, 2, "N"]),
        ("--", "CC", [None, None, None]),
    ],
)
def test_new_grades_and_what_they_mean(now: str, base: str, expected: list[Any]) -> None:
    assert grades(now, base) == expected


def test_the_lenient_rule_passes_a_system_that_cannot_be_new() -> None:
    assert grades("CC", "C-", "lenient")[2] == "Y"
    assert grades("C-", "CA", "lenient")[2] == "Y"
    assert grades("C-", "CE", "lenient")[2] is None
    assert grades("BC", "-C", "lenient")[2] is None


def test_new_b_may_be_allowed_in_every_system() -> None:
    assert grades("BB", "CD", b_allowed=9)[2] == "Y"


@pytest.mark.parametrize(
    ("highest", "known", "days", "answer"),
    [
        (10, "10", 28, "Y"),
        (75 / 7, 75 / 7, 28, "N"),
        (None, "12.5", 28, "N"),
        (None, "10", 28, None),
        (None, None, 28, None),
        (None, None, 0, "Y"),
    ],
)
def test_the_dose_is_at_most_the_limit(
    highest: float | None, known: str | None, days: float, answer: str | None
) -> None:
    column = pd.Series([highest], dtype="float64")
    result = dose_at_most(column, texts(known), pd.Series([days]), limit="10")
    assert first(result["AVALC"]) == answer


@pytest.mark.parametrize(
    ("death", "gone", "treated", "assessed", "answer", "reason"),
    [
        ("2018-04-19", None, None, "2018-04-19", "N", "DEATH"),
        ("2018-04-20", None, None, "2018-04-19", "Y", None),
        (None, "2018-04-19", None, "2018-04-19", "Y", None),
        (None, "2018-04-18", None, "2018-04-19", "N", "DISCONTINUED"),
        (None, None, "2018-04-19", "2018-04-19", "Y", None),
        (None, None, "2018-04-18", "2018-04-19", "N", "PROHIBITED MED"),
        (None, "2018-05-02", None, None, "N", "DISCONTINUED"),  # Day 182, the end of the window
        (None, "2018-05-03", None, None, "Y", None),
        ("2018-01-02", "2018-01-01", None, None, "N", "DEATH; DISCONTINUED"),
    ],
)
def test_which_events_are_treatment_failure(
    death: str | None,
    gone: str | None,
    treated: str | None,
    assessed: str | None,
    answer: str,
    reason: str | None,
) -> None:
    result = free_of_failure(
        dates(death),
        dates(gone),
        dates(treated),
        dates("2017-11-02"),
        pd.Series([182.0]),
        dates(assessed),
    )
    assert (first(result["AVALC"]), first(result["NRIREAS"])) == (answer, reason)


def combined(**components: str | None) -> list[Any]:
    series = [texts(value).rename(f"{code}.AVALC") for code, value in components.items()]
    reason = texts(None).rename("A.NRIREAS")
    result = responder(*series, reason, always=["MIXED"])
    return [first(result[name]) for name in ("AVALC", "DTYPE", "NRIREAS")]


@pytest.mark.parametrize("values", list(itertools.product(["Y", "N", None], repeat=3)))
def test_the_combination_follows_three_valued_logic_in_any_order(
    values: tuple[str | None, ...],
) -> None:
    answer, imputed = ("Y", None) if set(values) == {"Y"} else ("N", None)
    if "N" not in values and None in values:
        imputed = "NRI"
    for order in itertools.permutations(zip("ABC", values, strict=True)):
        assert combined(**dict(order))[:2] == [answer, imputed]


def test_reasons_list_the_failed_or_else_the_missing_and_always_what_must_be() -> None:
    a, b, tf = texts(None, None, "N"), texts("N", None, "Y"), texts("Y", "Y", "N")
    result = responder(
        a.rename("A.AVALC"),
        b.rename("B.AVALC"),
        tf.rename("TF.AVALC"),
        texts("MIXED", "MIXED", None).rename("A.NRIREAS"),
        texts(None, None, "DEATH").rename("TF.NRIREAS"),
        always=["MIXED"],
    )
    assert result["NRIREAS"].tolist() == ["MIXED; B", "MIXED; MISSING A; MISSING B", "A; DEATH"]


def test_components_that_tell_no_cause_of_their_own_are_named() -> None:
    a, tf = texts("N", "N"), texts("N", "Y")
    columns = (a.rename("A.AVALC"), tf.rename("TF.AVALC"), texts("MIXED", None).rename("A.NRIREAS"),
               texts("DEATH", None).rename("TF.NRIREAS"))  # fmt: skip
    told: dict[str, Any] = {"all": "all", "TF": ["TF"], "none": "none"}
    found = {
        name: responder(*columns, always=[], causes=causes)["NRIREAS"].tolist()
        for name, causes in told.items()
    }
    assert found == {"all": ["MIXED; DEATH", "A"], "TF": ["A; DEATH", "A"], "none": ["A; TF", "A"]}


def test_one_component_is_the_whole_answer() -> None:
    result = responder(texts("Y", "N", None).rename("A.AVALC"), always=[])
    assert result["AVALC"].tolist() == ["Y", "N", "N"]
    assert result["NRIREAS"].fillna("").tolist() == ["", "A", "MISSING A"]
