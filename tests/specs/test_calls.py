"""What a derivation may give back, and what is told when it gives something else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from specs.calls import called
from specs.derivation import Derivation, Outcome, study_derivations
from specs.errors import MappingError

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = pd.Series(["3", "4"], index=[7, 9])


def _giving(made: Any, scope: Any = "record") -> Any:
    def given(text: pd.Series) -> Any:
        return made

    return called(Derivation("given", given, scope), [SOURCE], {}, place="ae.yaml line 14")


def _on_index(values: Any, dtype: str) -> pd.Series:
    return pd.Series(values, index=SOURCE.index, dtype=dtype)


@pytest.mark.parametrize(
    "dtype", ["int64", "int32", "uint8", "Int64", "Float64", "object", "category", "int64[pyarrow]"]
)
def test_numbers_of_any_kind_that_says_the_same_come_as_float64(dtype: str) -> None:
    made = _giving(_on_index([3, 4], dtype))
    assert (made.dtype, made.tolist()) == (np.dtype("float64"), [3.0, 4.0])


@pytest.mark.parametrize("dtype", ["string", "object", "string[pyarrow]"])
def test_texts_of_any_kind_come_as_str_with_nan_for_missing(dtype: str) -> None:
    made = _giving(_on_index(["a", None], dtype))
    assert (str(made.dtype), made.isna().tolist(), made.iloc[0]) == ("str", [False, True], "a")


def test_a_missing_number_stays_missing() -> None:
    assert _giving(_on_index([None, 4], "Int64")).isna().tolist() == [True, False]
    assert _giving(_on_index([None, Decimal("0.5")], "object")).tolist()[1] == 0.5


def test_values_in_another_order_are_put_in_that_of_the_sources() -> None:
    assert _giving(pd.Series([4.0, 3.0], index=[9, 7])).tolist() == [3.0, 4.0]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (None, "gives nothing (None)"),
        ([3, 4], "gives a list"),
        (pd.DataFrame({"A": [1, 2]}), "gives a DataFrame"),
        (pd.Series([3.0]), "gives 1 values for 2 records"),
        (pd.Series([3.0, 4.0]), "gives values on another index than that of its sources"),
        (_on_index([True, False], "bool"), "gives true and false"),
        (_on_index([1.5, 2], "float32"), "gives values of type float32"),
        (_on_index([1, 2], "timedelta64[s]"), "gives values of type timedelta64[s]"),
        (_on_index([1, 2], "datetime64[s, UTC]"), "gives values of type datetime64[s, UTC]"),
        (_on_index(["a", 1], "object"), "gives values of type str beside others"),
        (_on_index([date(2020, 1, 1)] * 2, "object"), "gives values of type date"),
        (_on_index([2**53 + 1, 1], "int64"), "gives numbers beyond 2**53"),
        (Outcome([1], SOURCE), "gives a list"),
        (Outcome(SOURCE, _on_index([1, 2], "int64")), "gives problems that are numbers"),
    ],
)
def test_a_result_without_a_place_in_a_dataset_names_rule_and_function(
    made: Any, message: str
) -> None:
    with pytest.raises(MappingError) as refused:
        _giving(made)
    assert str(refused.value).startswith("ae.yaml line 14: given (test_calls.py line 24) ")
    assert message in str(refused.value)


def test_a_subject_with_two_values_is_named() -> None:
    with pytest.raises(MappingError, match="gives several values for P1"):
        _giving(pd.Series([1.0, 2.0], index=["P1", "P1"]), "subject")


def test_the_first_record_that_fails_alone_is_named(tmp_path: Path) -> None:
    file = tmp_path / "derivations.py"
    file.write_text(
        "from specs.derivation import derivation\n"
        "@derivation\n"
        "def number(text):\n"
        '    """The number {text}."""\n'
        "    return text.map(float)\n",
        encoding="utf-8",
    )
    number = study_derivations(file)["number"]
    texts = pd.Series(["1", "2", "3", "four", "five"], index=list("abcde"))
    with pytest.raises(MappingError) as failed:
        called(number, [texts], {}, place="ae.yaml line 14", record=lambda label: f"row {label}")
    assert str(failed.value) == (
        "ae.yaml line 14: number raises ValueError: could not convert string to float: 'four'"
        " (derivations.py line 5, in number), also for row d alone; mend the code of the study"
    )


def test_a_function_cannot_change_the_column_it_is_given() -> None:
    def emptied(text: pd.Series) -> pd.Series:
        text[:] = "x"
        return text

    texts = SOURCE.copy()
    called(Derivation("emptied", emptied, "record"), [texts], {}, place="")
    assert texts.tolist() == ["3", "4"]


@pytest.mark.parametrize("dtype", ["float64", "Float64", "object"])
@pytest.mark.parametrize("number", [float("inf"), float("-inf"), 1e76, -1e76])
def test_a_number_that_no_dataset_holds_is_refused(number: float, dtype: str) -> None:
    with pytest.raises(MappingError, match=r"gives numbers that are infinite or above 1e\+75"):
        _giving(_on_index([1, number], dtype))
