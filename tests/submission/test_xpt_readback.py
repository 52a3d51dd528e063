"""What define.xml says of a file, checked against the file itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from submission.attributes import Attributes, DatasetAttributes
from submission.xpt import Column, write_xpt
from tests.submission.readback import read_back

if TYPE_CHECKING:
    from pathlib import Path

STATED = {
    "USUBJID": Attributes(5, "text", 3),
    "AVAL": Attributes(8, "float", 4, 2, "8.2"),
    "ASEQ": Attributes(8, "integer", 2),
    "ADT": Attributes(8, "integer", 5, None, "DATE9."),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "adxx.xpt"
    columns = (
        Column("USUBJID", "", "Char", 5),
        Column("AVAL", "", "Num", 8, "8.2"),
        Column("ASEQ", "", "Num", 8),
        Column("ADT", "", "Num", 8, "DATE9."),
    )
    frame = pd.DataFrame(
        {
            "USUBJID": ["S-1", "S-2"],
            "AVAL": [10.25, None],
            "ASEQ": [1, 10],
            "ADT": pd.to_datetime(["2024-02-29", None]),
        }
    )
    created = datetime(2024, 3, 1)
    write_xpt(frame, path, name="ADXX", label="", columns=columns, created=created)
    return path


def test_a_file_that_is_as_stated_has_no_differences(path: Path) -> None:
    assert read_back(path, DatasetAttributes("ADXX", 2, STATED)) == ()


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("USUBJID", {"size": 6}, "ADXX, USUBJID: 5 bytes planned, 6 stated"),
        ("USUBJID", {"length": 2}, "ADXX, USUBJID: a text of 3 bytes, length 2 stated"),
        ("AVAL", {"significant_digits": 1}, "ADXX, AVAL: 2 decimals, 1 stated as significant"),
        ("AVAL", {"length": 3}, "ADXX, AVAL: numbers of 4 digits, length 3 stated"),
        ("AVAL", {"display_format": ""}, "ADXX, AVAL: format 8.2, stated ''"),
        ("AVAL", {"data_type": "integer"}, "ADXX, AVAL: numbers with decimals, integer stated"),
        ("ASEQ", {"length": 1}, "ADXX, ASEQ: numbers of 2 digits, length 1 stated"),
    ],
)
def test_what_is_otherwise_than_stated_is_named(
    path: Path, name: str, changes: dict[str, object], expected: str
) -> None:
    stated = STATED | {name: replace(STATED[name], **changes)}  # type: ignore[arg-type]
    (found,) = read_back(path, DatasetAttributes("ADXX", 2, stated))
    assert found.startswith(expected)


def test_rows_and_variables_are_compared(path: Path) -> None:
    without = {name: stated for name, stated in STATED.items() if name != "ADT"}
    assert read_back(path, DatasetAttributes("ADXX", 3, without)) == (
        "ADXX: 2 rows, 3 stated",
        "ADXX: in the file or stated, not both: ADT",
    )
