"""Two versions of a dataset: what differs is listed, and what does not is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from specs.errors import SpecError
from submission.xpt import special_missing
from validation.comparison import Comparison, Side, SideVariable, Tolerance, compare

if TYPE_CHECKING:
    from validation.comparison.sides import Kind

KINDS: dict[str, Kind] = {"USUBJID": "text", "AESEQ": "number", "AETERM": "text", "AVAL": "number"}
NAN = float("nan")


def side(
    columns: dict[str, list[Any]],
    *,
    keys: tuple[str, ...] = ("USUBJID", "AESEQ"),
    kinds: dict[str, Kind] | None = None,
    **told: Any,
) -> Side:
    kind = {**KINDS, **(kinds or {})}
    frame = pd.DataFrame(
        {
            name: pd.Series(values, dtype="str" if kind[name] in ("text", "untold") else "float64")
            for name, values in columns.items()
        }
    )
    variables = tuple(SideVariable(name, kind[name]) for name in columns)
    return Side("AE", frame, variables, keys=keys, **told)


def values(result: Comparison) -> list[tuple[str, str, str, str]]:
    columns = ["variable", "key", "base", "compare"]
    return list(result.values[columns].itertuples(index=False, name=None))


BASE = {
    "USUBJID": ["01", "01", "02"],
    "AESEQ": [1, 2, 1],
    "AETERM": ["Fever", "Rash", "Fever"],
    "AVAL": [1.0, 2.5, NAN],
}


def test_a_dataset_is_the_same_as_itself() -> None:
    result = compare(side(BASE), side(BASE))
    assert (result.same, result.paired, result.notes) == (True, 3, ())


def test_each_changed_value_is_listed_by_its_key() -> None:
    changed = BASE | {"AETERM": ["Fever", "rash", "Fever"], "AVAL": [1.5, 2.5, 0.0]}
    result = compare(side(BASE), side(changed))
    assert values(result) == [
        ("AETERM", "USUBJID=01, AESEQ=2", "Rash", "rash"),
        ("AVAL", "USUBJID=01, AESEQ=1", "1", "1.5"),
        ("AVAL", "USUBJID=02, AESEQ=1", "(missing)", "0"),
    ]
    assert result.values["difference"].tolist()[1:2] == [0.5]
    assert result.values["percent"].tolist()[1:2] == [50.0]


def test_records_are_paired_by_key_in_whatever_order_they_stand() -> None:
    turned = {name: column[::-1] for name, column in BASE.items()}
    result = compare(side(BASE), side(turned))
    assert (result.paired, len(result.values)) == (3, 0)
    assert result.attributes["attribute"].tolist() == ["order of records"]


def test_a_record_of_one_side_only_is_told_with_its_row() -> None:
    other = {name: column[:2] for name, column in BASE.items()} | {"AESEQ": [1, 3]}
    unpaired = compare(side(BASE), side(other)).unpaired
    assert unpaired[["side", "row", "key"]].values.tolist() == [
        ["base", 2, "USUBJID=01, AESEQ=2"],
        ["base", 3, "USUBJID=02, AESEQ=1"],
        ["compare", 2, "USUBJID=01, AESEQ=3"],
    ]


def test_a_key_that_is_not_unique_is_said_and_pairs_in_order() -> None:
    doubled = BASE | {"AESEQ": [1, 1, 1]}
    other = doubled | {"AETERM": ["Fever", "Itch", "Fever"]}
    result = compare(side(doubled), side(other))
    assert values(result) == [("AETERM", "USUBJID=01, AESEQ=1", "Rash", "Itch")]
    assert [note.split(";")[0] for note in result.notes] == [
        "USUBJID, AESEQ does not tell 2 records of base from others",
        "USUBJID, AESEQ does not tell 2 records of compare from others",
    ]


def test_one_more_record_of_a_key_shifts_no_other_pair() -> None:
    other = {name: [column[0], *column] for name, column in BASE.items()}
    result = compare(side(BASE), side(other))
    assert (result.paired, len(result.values), result.unpaired["row"].tolist()) == (3, 0, [2])


def test_without_a_key_records_are_paired_by_position_and_that_is_said() -> None:
    result = compare(side(BASE, keys=()), side(BASE, keys=()))
    assert result.same
    assert result.notes == (
        "no key is known, so records are paired by their position; name one with --keys",
    )


def test_a_key_that_one_side_lacks_is_not_used() -> None:
    other = {name: column for name, column in BASE.items() if name != "AESEQ"}
    result = compare(side(BASE), side(other, keys=("USUBJID",)))
    assert result.keys == ("USUBJID",)
    assert result.notes[0] == "the key USUBJID, AESEQ is not used: AESEQ is missing"


def test_variables_of_one_side_are_told() -> None:
    other = {"USUBJID": BASE["USUBJID"], "AESEQ": BASE["AESEQ"], "AVAL": BASE["AVAL"]}
    attributes = compare(side(BASE), side(other)).attributes
    assert attributes[["variable", "attribute", "base", "compare"]].values.tolist() == [
        ["AETERM", "variable", "there", "(absent)"]
    ]


@pytest.mark.parametrize(
    ("tolerance", "count"),
    [
        (Tolerance(), 2),
        (Tolerance(absolute=1e-9), 1),
        (Tolerance(relative=1e-3), 1),
        (Tolerance(relative=1.0), 0),
    ],
)
def test_a_tolerance_is_absolute_or_relative(tolerance: Tolerance, count: int) -> None:
    left = {"USUBJID": ["1", "2"], "AVAL": [0.3, 1000.0]}
    right = {"USUBJID": ["1", "2"], "AVAL": [0.1 + 0.2, 2000.0]}
    sides = side(left, keys=("USUBJID",)), side(right, keys=("USUBJID",))
    assert len(compare(*sides, tolerance=tolerance).values) == count


def test_a_tolerance_of_one_variable_leaves_others_exact() -> None:
    kinds: dict[str, Kind] = {"BASE": "number"}
    left = side({"USUBJID": ["1"], "AVAL": [1.0], "BASE": [1.0]}, keys=("USUBJID",), kinds=kinds)
    right = side({"USUBJID": ["1"], "AVAL": [1.1], "BASE": [1.1]}, keys=("USUBJID",), kinds=kinds)
    result = compare(left, right, tolerances={"AVAL": Tolerance(absolute=0.2)})
    assert result.values["variable"].tolist() == ["BASE"]


def test_a_tolerance_never_makes_a_missing_number_equal() -> None:
    left, right = ({"USUBJID": ["1"], "AVAL": [v]} for v in (NAN, 1e-12))
    sides = side(left, keys=("USUBJID",)), side(right, keys=("USUBJID",))
    assert len(compare(*sides, tolerance=Tolerance(absolute=1.0)).values) == 1


def test_special_missing_values_differ_where_both_files_tell_them() -> None:
    left = {"USUBJID": ["1", "2"], "AVAL": [special_missing("A"), NAN]}
    right = {"USUBJID": ["1", "2"], "AVAL": [special_missing("B"), NAN]}
    both = [side(one, keys=("USUBJID",), tells_codes=True) for one in (left, right)]
    assert values(compare(*both)) == [("AVAL", "USUBJID=1", ".A", ".B")]
    assert compare(both[0], side(right, keys=("USUBJID",))).same


def test_an_empty_text_is_missing_only_where_a_file_cannot_tell() -> None:
    left, right = ({"USUBJID": ["1"], "AETERM": [v]} for v in ("", None))
    telling = [side(one, keys=("USUBJID",), tells_blanks=True) for one in (left, right)]
    assert len(compare(*telling).values) == 1
    assert compare(telling[0], side(right, keys=("USUBJID",))).same


CLASSES: list[tuple[Kind, Any, Kind, Any, bool]] = [
    ("date", 0.0, "text", "1960-01-01", True),
    ("date", 0.0, "text", "1960-01-02", False),
    ("date", 1.0, "datetime", 86400.0, True),
    ("date", 1.0, "datetime", 86401.0, False),
    ("datetime", 3661.0, "text", "1960-01-01T01:01:01", True),
    ("date", 10.0, "number", 10.0, True),
    ("integer", 2.0, "double", 2.0, True),
    ("integer", 2.0, "double", 2.5, False),
    ("text", "2.0", "double", 2.0, True),
    ("text", "two", "double", 2.0, False),
    ("text", "two", "double", NAN, False),
]


@pytest.mark.parametrize(("kind", "value", "other_kind", "other", "same"), CLASSES)
def test_kinds_that_differ_are_told_once_and_values_compared_all_the_same(
    kind: Kind, value: Any, other_kind: Kind, other: Any, *, same: bool
) -> None:
    left = side({"USUBJID": ["1", "2"], "X": [value] * 2}, keys=("USUBJID",), kinds={"X": kind})
    right = side(
        {"USUBJID": ["1", "2"], "X": [other] * 2}, keys=("USUBJID",), kinds={"X": other_kind}
    )
    for result in (compare(left, right), compare(right, left)):
        assert result.attributes["attribute"].tolist() == ["class"]
        assert len(result.values) == (0 if same else 2)


@pytest.mark.parametrize(
    ("kind", "value", "text", "same"),
    [
        ("number", 5.0, "5", True),
        ("number", 5.0, "5.00", True),
        ("number", NAN, None, True),
        ("number", NAN, "x", False),
        ("date", 59.0, "1960-02-29", True),
        ("date", 59.0, "1960-02-30", False),
        ("time", 3600.5, "01:00:00.5", True),
        ("integer", 3.0, "3", True),
    ],
)
def test_a_file_without_kinds_takes_those_of_the_other(
    kind: Kind, value: float, text: str | None, *, same: bool
) -> None:
    left = side({"USUBJID": ["1"], "X": [value]}, keys=("USUBJID",), kinds={"X": kind})
    right = side({"USUBJID": ["1"], "X": [text]}, keys=("USUBJID",), kinds={"X": "untold"})
    assert compare(left, right).same is same


def test_keys_of_other_kinds_pair_the_same_records() -> None:
    right = side(BASE | {"AESEQ": ["1", "2", "1"]}, kinds={"AESEQ": "untold"})
    assert compare(side(BASE), right).same


def test_a_key_that_neither_side_has_is_refused() -> None:
    with pytest.raises(SpecError, match=r"AESQ is not a variable of both versions.*AESEQ"):
        compare(side(BASE), side(BASE), keys=["USUBJID", "AESQ"])


def test_the_order_of_variables_and_the_attributes_count() -> None:
    frame = side(BASE).frame
    told = [SideVariable("USUBJID", "text", "Subject", 10, "$10.", "")]
    also = [SideVariable("USUBJID", "text", "Subject ID", 12, "$12.", "")]
    rest = [SideVariable(name, KINDS[name]) for name in ("AESEQ", "AETERM", "AVAL")]
    left = Side("AE", frame, (*told, *rest), "Events", ("USUBJID", "AESEQ"))
    right = Side("AE", frame, (*also, rest[1], rest[0], rest[2]), "Adverse Events")
    attributes = compare(left, right).attributes
    assert attributes[["variable", "attribute", "base", "compare"]].values.tolist() == [
        ["", "label", "Events", "Adverse Events"],
        ["USUBJID", "label", "Subject", "Subject ID"],
        ["USUBJID", "length", "10", "12"],
        ["USUBJID", "format", "$10.", "$12."],
        ["", "order of variables", "AESEQ first", "AETERM first"],
    ]


def test_nothing_to_compare_is_the_same() -> None:
    empty = {name: [] for name in BASE}
    assert compare(side(empty), side(empty)).same
    assert np.array_equal(compare(side(empty), side(BASE)).unpaired["row"], [1, 2, 3])
