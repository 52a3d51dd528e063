"""The methods and comments of every worked study can be read by whoever has define.xml alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdisckit.building import open_study
from tests.texts import faults, texts

if TYPE_CHECKING:
    from pathlib import Path

STUDIES = [
    ("nct03171194", "SDTMIG"),
    ("nct03171194", "ADaMIG"),
    ("cdiscpilot01", "SDTMIG"),
    ("cdiscpilot01-adam", "ADaMIG"),
]


@pytest.mark.parametrize(("name", "standard"), STUDIES)
def test_every_text_of_a_worked_study_is_well(
    root: Path, tmp_path: Path, name: str, standard: str
) -> None:
    told = list(texts(open_study(root / "studies" / name), standard, tmp_path))
    assert told
    assert [(place, f, text) for place, text in told for f in faults(text)] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("The text {pattern}.", "a brace: {"),
        ("The sum of BILS[1-9].AVAL.", "a square bracket: ["),
        ("The highest first for ().", "empty brackets: ()"),
        ("The score of {'A': 12}.", "a quote of Python: '"),
        ("The group of 'A'.", "a quote of Python: '"),
        ("None where it is missing.", "a word of Python: None"),
        ("The event is @event.", "a word of Python: @e"),
        ("Y for the first 1 of USUBJID.", "a number of names instead of the names: first 1 of"),
        ("QSORRES times pga_scale.", "an undeclared name: pga_scale"),
        ("The answer of sled01.", "an undeclared name: sled01"),
        ("The latest of BILG*.ADT.", "a pattern instead of names: G*"),
        ("The highest first for: .", "nothing where a word should be:  ."),
        ("The value by study_day of AESTDTC.", "a function: study_day"),
        ("The dose in \N{MICRO SIGN}g.", "a character that is not ASCII"),
        ("The sum of A and B", "no full stop at the end"),
        ("start as it is.", "a sentence without a capital: start as it is."),
        ("The sum of A. missing where A is.", "a sentence without a capital: missing where A is."),
    ],
)
def test_a_fault_of_a_text_is_told(text: str, fault: str) -> None:
    assert fault in faults(text)


def test_what_is_quoted_is_data_and_not_judged() -> None:
    assert faults('The collected field "sled01" where CMPRN EQ "{Y}".') == []
