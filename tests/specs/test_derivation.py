from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import sdtm.derivations
from specs.derivation import Derivation, derivation, derivations_of, study_derivations
from specs.errors import SpecError

if TYPE_CHECKING:
    from pathlib import Path


def total(first: pd.Series, *others: pd.Series, factor: int, unit: str = "mg") -> pd.Series:
    """The sum of {from}, times {factor},
    in {unit}; {first} comes first.

    This is not submission text.
    """
    return factor * sum(others, first)


def of_subject(value: pd.Series, other: pd.Series, subject: pd.Series) -> pd.Series:
    """{value} and {other}."""
    return (value + other).groupby(subject).max()


TOTAL = Derivation("total", total, "record")
OF_SUBJECT = Derivation("of_subject", of_subject, "subject")


def test_the_first_paragraph_with_sources_and_constants_is_the_method() -> None:
    text = TOTAL.method_text(["A", "B", "C"], {"factor": 2})
    assert text == "The sum of A, B and C, times 2, in mg; A comes first."


def test_several_values_of_a_constant_are_listed() -> None:
    assert "times 1, 2 and 3," in TOTAL.method_text(["A"], {"factor": [1, 2, 3]})


def test_sources_are_positional_and_constants_keyword_only() -> None:
    assert [p.name for p in TOTAL.sources] == ["first", "others"]
    assert [p.name for p in TOTAL.constants] == ["factor", "unit"]


def test_the_subject_is_no_source_that_a_spec_gives() -> None:
    assert [p.name for p in OF_SUBJECT.sources] == ["value", "other"]


@pytest.mark.parametrize(
    ("sources", "constants", "message"),
    [
        (
            0,
            ["factor"],
            r"^ae\.yaml line 3: total takes the sources \(first, \*others\), and 0 are given",
        ),
        (1, [], "total needs the constant factor; give it under with: {factor: ...}"),
        (1, ["factor", "units"], r"total has no constant units; did you mean unit\?"),
    ],
)
def test_a_call_that_does_not_fit_is_told(sources: int, constants: list[str], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        TOTAL.check_call(sources, constants, "ae.yaml line 3")


def test_a_call_that_fits_passes() -> None:
    TOTAL.check_call(4, ["factor"], "")
    OF_SUBJECT.check_call(2, [], "")


def test_only_marked_functions_of_the_package_itself_are_derivations() -> None:
    found = derivations_of(sdtm.derivations)
    assert found["study_day"].scope == "value"
    assert found["sequence_number"].scope == "record"
    assert found["sequence_number"].categories
    assert found["earliest"].scope == "subject"
    assert "derivation" not in found
    assert "full_day" not in found


def test_a_mark_leaves_the_function_as_it_is() -> None:
    def plain(value: pd.Series) -> pd.Series:
        return value

    assert derivation(plain) is plain
    assert derivation(scope="subject")(plain) is plain


def test_a_study_may_have_derivations_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "derivations.py"
    assert dict(study_derivations(file)) == {}
    file.write_text(
        "from specs.derivation import derivation\n"
        "@derivation\n"
        "def twice(value):\n"
        '    """Twice {value}."""\n'
        "    return 2 * value\n",
        encoding="utf-8",
    )
    found = study_derivations(file)
    assert list(found) == ["twice"]
    assert found["twice"].method_text(["A"], {}) == "Twice A."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def twice(value:\n", r"derivations\.py line 1: is not Python"),
        (
            "import numpy\nimport nothing_of_that_name\n",
            "cannot be imported .*nothing_of_that_name",
        ),
    ],
)
def test_a_file_that_is_not_python_names_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "derivations.py"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        study_derivations(file)
