# ruff: noqa: E501 - a row of a table is one line
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from submission.define import read_define
from submission.define.compare import compare
from tests.submission.defines import DEFINE_20, DEFINE_21

if TYPE_CHECKING:
    from pathlib import Path

    from submission.define import Document


def read(folder: Path, text: str) -> Document:
    path = folder / "define.xml"
    path.write_text(text, encoding="utf-8")
    return read_define(path)


def differences(folder: Path, old: str, new: str) -> list[tuple[str, ...]]:
    return list(compare(read(folder, old), read(folder, new)).itertuples(index=False, name=None))


def test_a_file_does_not_differ_from_itself(tmp_path: Path) -> None:
    assert differences(tmp_path, DEFINE_21, DEFINE_21) == []


def test_identifiers_do_not_count(tmp_path: Path) -> None:
    renamed = DEFINE_21.replace("IT.ADX.", "ITEM-").replace("CL.PARAMCD", "LIST-1")
    assert differences(tmp_path, DEFINE_21, renamed) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Analysis Value<", "Value<", ("changed", "variable", "ADX.AVAL", "label", "Analysis Value", "Value")),
        ('Length="20"', 'Length="30"', ("changed", "variable", "ADX.USUBJID", "length", "20", "30")),
        ("Heart Rate", "Pulse Rate", ("changed", "term", "Parameter Code: HR", "decode", "Heart Rate", "Pulse Rate")),
        ("per subject per parameter", "per subject", ("changed", "dataset", "ADX", "structure", "One record per subject per parameter", "One record per subject")),
        (">Pulse<", ">Pulse at rest<", ("changed", "value", 'ADX.AVAL where PARAMCD EQ "HR"', "label", "Pulse", "Pulse at rest")),
        ("The mean of AVAL.", "The mean.", ("changed", "result", "Table 14.1 1", "documentation", "The mean of AVAL.", "The mean.")),
        ("2025-03-28", "2025-09-26", ("changed", "standard", "CDISC/NCI ADaM", "version", "2025-03-28", "2025-09-26")),
        ('PageRefs="6 9"', 'PageRefs="7"', ("changed", "value", 'ADX.AVAL where PARAMCD IN "SBP", "DBP"', "origin", "Collected Investigator LF.ACRF 6 9", "Collected Investigator LF.ACRF 7")),
    ],
)  # fmt: skip
def test_a_change_is_named_by_what_a_reviewer_calls_it(
    tmp_path: Path, old: str, new: str, expected: tuple[str, ...]
) -> None:
    assert expected in differences(tmp_path, DEFINE_21, DEFINE_21.replace(old, new, 1))


def test_a_changed_method_is_told_where_it_is_used(tmp_path: Path) -> None:
    found = differences(tmp_path, DEFINE_21, DEFINE_21.replace("plus 1.", "plus 2."))
    before, after = "ADT minus ADSL.TRTSDT,\nplus 1.", "ADT minus ADSL.TRTSDT,\nplus 2."
    assert found == [
        ("changed", "variable", "ADX.ADY", "method", before, after),
        ("changed", "method", "Analysis day", "text", before, after),
    ]


def test_what_is_new_or_gone_is_told_once(tmp_path: Path) -> None:
    without = DEFINE_20.replace('<EnumeratedItem CodedValue="M"/>', "")
    assert differences(tmp_path, without, DEFINE_20) == [("added", "term", "Sex: M", "", "", "")]
    assert differences(tmp_path, DEFINE_20, without) == [("removed", "term", "Sex: M", "", "", "")]
