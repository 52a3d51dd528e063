"""`cdisckit show`: a dataset in the terminal."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from cdisckit.convert import convert
from cdisckit.main import app
from cdisckit.show import condition, show
from specs.errors import RawDataError, SpecError
from submission.xpt import Column, special_missing, write_xpt

COLUMNS = (
    Column("USUBJID", "Unique Subject [Identifier]", "Char", 4),
    Column("AGE", "Age", "Num", 8),
    Column("AVAL", "Analysis Value", "Num", 8, "8.2"),
    Column("ADT", "Date", "Num", 8, "DATE9."),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "adxx.xpt"
    frame = pd.DataFrame(
        {
            "USUBJID": ["S-1", "S-2", "S-3", "[b]"],
            "AGE": [40.0, 39, 41, 41],
            "AVAL": [0.1, special_missing("A"), -2e-30, 1.5],
            "ADT": [23435.0, float("nan"), 23436.0, 0.5],
        }
    )
    write_xpt(
        frame,
        path,
        name="ADXX",
        label="Example",
        columns=COLUMNS,
        created=datetime(2024, 2, 29, 13, 5, 9),
    )
    return path


def shown(path: Path, **rest: Any) -> list[list[str]]:
    """What is printed, as the cells of its lines."""
    console = Console(file=io.StringIO(), width=200)
    show(path, console, **rest)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    found = [
        [cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")] for line in lines
    ]
    return [cells for cells in found if not set(cells[0]) & set("┏┡└")]


def test_the_description_and_the_first_rows_are_shown(path: Path) -> None:
    assert shown(path, rows=2) == [
        ["ADXX Example: 4 rows, written 2024-02-29 13:05:09"],
        ["Variable", "Label", "Type", "Length", "Format"],
        ["USUBJID", "Unique Subject [Identifier]", "Char", "4", ""],
        ["AGE", "Age", "Num", "8", ""],
        ["AVAL", "Analysis Value", "Num", "8", "8.2"],
        ["ADT", "Date", "Num", "8", "DATE9."],
        ["USUBJID", "AGE", "AVAL", "ADT"],
        ["S-1", "40", "0.1", "2024-02-29"],
        ["S-2", "39", ".A", "."],
        ["and more"],
    ]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (["AGE GE 40"], ["S-1", "S-3", "[b]"]),
        (["AGE GE 40", "USUBJID NE S-1"], ["S-3", "[b]"]),
        (["USUBJID IN (S-1, 'S-2')"], ["S-1", "S-2"]),
        (['usubjid eq "S-1"'.replace("usubjid", "USUBJID")], ["S-1"]),
        (["ADT GT 2024-02-29"], ["S-3"]),
        (["ADT EQ 2024-02-29"], ["S-1"]),
        (["AVAL EQ ''"], ["S-2"]),
    ],
)
def test_conditions_choose_rows(path: Path, where: list[str], expected: list[str]) -> None:
    _, head, *rows = shown(path, where=where, columns=["USUBJID"])
    assert head == ["USUBJID"]
    assert [row[0] for row in rows] == expected


def test_statistics_say_what_values_are_like(path: Path) -> None:
    head = ["Variable", "Known", "Missing", "Distinct", "Least", "Greatest", "Mean", "Most often"]
    assert shown(path, stats=True)[1:] == [
        head,
        ["USUBJID", "4", "0", "4", "S-1", "[b]", "", "S-1 (1)"],
        ["AGE", "4", "0", "3", "39", "41", "40.25", "41 (2)"],
        ["AVAL", "3", "1", "3", "-2e-30", "1.5", "0.533333", "-2e-30 (1)"],
        ["ADT", "3", "1", "3", "0.5", "2024-03-01", "", "0.5 (1)"],
    ]
    assert shown(path, stats=True, where=["AGE EQ 41"], columns=["AGE"])[2:] == [
        ["AGE", "2", "0", "1", "41", "41", "41", "41 (2)"]
    ]


@pytest.mark.parametrize("suffix", ["ndjson", "parquet", "csv"])
def test_other_formats_are_shown_as_well(path: Path, suffix: str) -> None:
    other = path.with_suffix(f".{suffix}")
    if suffix == "csv":
        other.write_text("USUBJID,AGE\nS-1,40\n")
    else:
        convert(path, other)
    assert shown(other, columns=["USUBJID", "AGE"])[1:3] == [["USUBJID", "AGE"], ["S-1", "40"]]


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ({"where": ["AGE"]}, "'AGE' is not a condition; write it as in 'AGE GE 40'"),
        ({"where": ["AGE IS 4"]}, "'AGE IS 4' is not a condition"),
        ({"where": ["AGE GE x"]}, "'AGE GE x' is not a condition"),
        ({"where": ["AGE EQ x"]}, "AGE is numeric, x is not"),
        ({"where": ["AEG GE 4"]}, "there is no variable AEG; did you mean AGE"),
        ({"columns": ["AEG"]}, "there is no variable AEG; did you mean AGE"),
    ],
)
def test_what_cannot_be_shown_is_one_error(path: Path, rest: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        shown(path, **rest)
    with pytest.raises(RawDataError, match="there is no such file"):
        shown(path.with_name("none.xpt"))


def test_a_condition_is_read_as_it_is_typed() -> None:
    assert condition("ARMCD NOTIN (A, 'B, C',D)").values == ("A", "B, C", "D")
    assert condition("  AETERM eq Head ache ").values == ("Head ache",)


def test_the_command_shows_a_file(path: Path) -> None:
    run = CliRunner().invoke(
        app, ["show", str(path), "--where", "AGE GE 41", "--columns", "USUBJID,AGE", "--stats"]
    )
    assert run.exit_code == 0
    assert "41" in run.stdout
