"""`cdisckit convert`: one dataset through all formats."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cdisckit.convert import convert
from cdisckit.main import app
from specs.errors import CdisckitError, RawDataError, TransportError
from submission.dataset_json import read_dataset_json
from submission.xpt import Column, read_xpt, special_missing, write_xpt

CREATED = datetime(2024, 2, 29, 13, 5, 9)
COLUMNS = (
    Column("USUBJID", "Unique Subject Identifier", "Char", 20, "$20."),
    Column("AGE", "Age", "Num", 8),
    Column("AVAL", "Analysis Value", "Num", 8, "8.2"),
    Column("ADT", "Date", "Num", 8, "DATE9."),
    Column("ADTM", "Datetime", "Num", 8, "DATETIME20."),
    Column("ATM", "Time", "Num", 8, "TIME8."),
)
FRAME = pd.DataFrame(
    {
        "USUBJID": ["S-1", '=b, "c"', None],
        "AGE": [40.0, np.nan, 41],
        "AVAL": [0.1, np.nan, -2e-30],
        "ADT": [23435.0, np.nan, -1.0],
        "ADTM": [2024784000.25, np.nan, 0.0],
        "ATM": [3661.0, np.nan, 5.5],
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "adxx.xpt"
    write_xpt(FRAME, path, name="ADXX", label="Example", columns=COLUMNS, created=CREATED)
    return path


@pytest.mark.parametrize("suffix", ["xpt", "json", "ndjson", "dsjc", "parquet"])
def test_a_transport_file_comes_back_byte_for_byte(path: Path, suffix: str) -> None:
    between, back = path.with_name(f"b.{suffix}"), path.with_name("c.xpt")
    assert convert(path, between) == ()
    assert convert(between, back) == ()
    assert back.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("first", ["json", "ndjson", "dsjc", "parquet"])
@pytest.mark.parametrize("second", ["json", "ndjson", "dsjc", "parquet"])
def test_any_format_becomes_any_other(path: Path, first: str, second: str) -> None:
    one, two, back = (
        path.with_name(f"{n}.{s}") for n, s in zip("123", (first, second, first), strict=True)
    )
    convert(path, one)
    assert convert(one, two) == ()
    assert convert(two, back) == ()
    if first != "parquet":
        assert back.read_bytes() == one.read_bytes()
    else:
        assert pq.read_table(back).equals(pq.read_table(one))


def test_parquet_has_the_types_of_the_values(path: Path) -> None:
    target = path.with_suffix(".parquet")
    convert(path, target)
    table = pq.read_table(target)
    assert list(map(str, table.schema.types)) == [
        "string",
        "int64",
        "double",
        "date32[day]",
        "timestamp[us]",
        "time64[us]",
    ]
    assert table.column("ADT").to_pylist() == [date(2024, 2, 29), None, date(1959, 12, 31)]
    assert table.column("ADTM").to_pylist()[0] == datetime(2024, 2, 29, 0, 0, 0, 250_000)


def test_csv_has_exact_text(path: Path) -> None:
    target = path.with_suffix(".csv")
    (difference,) = convert(path, target)
    assert str(difference).startswith("labels, types, lengths and formats: CSV has names and")
    assert target.read_text() == (
        '"USUBJID","AGE","AVAL","ADT","ADTM","ATM"\n'
        '"S-1",40,0.1,"2024-02-29","2024-02-29T00:00:00.25","01:01:01"\n'
        '"=b, ""c""",,,,,\n'
        ',41,-2e-30,"1959-12-31","1960-01-01T00:00:00","00:00:05.5"\n'
    )


def test_csv_is_read_as_text(tmp_path: Path) -> None:
    source, target = tmp_path / "dm.csv", tmp_path / "dm.json"
    source.write_text('A,B\n007,"x\ny"\n,""\n')
    convert(source, target, created=CREATED)
    frame, dataset = read_dataset_json(target)
    assert frame["A"].fillna("-").tolist() == ["007", "-"]
    assert frame["B"].tolist() == ["x\ny", ""]
    assert (dataset.name, dataset.created, dataset.records) == ("DM", "2024-02-29T13:05:09", 2)


def test_parquet_of_others_is_read_by_its_types(tmp_path: Path) -> None:
    source, target = tmp_path / "vs.parquet", tmp_path / "vs.xpt"
    table = pa.table(
        {
            "TEXT": pa.array(["a", None]).dictionary_encode(),
            "N": pa.array([1, None], pa.int16()),
            "X": pa.array([0.5, None], pa.float32()),
            "D": pa.array([date(2024, 2, 29), None]),
            "T": pa.array([datetime(2024, 2, 29, 1), None], pa.timestamp("ns")),
        }
    )
    pq.write_table(table, source)
    convert(source, target)
    frame, member = read_xpt(target)
    changed = datetime.fromtimestamp(int(source.stat().st_mtime), tz=UTC).replace(tzinfo=None)
    assert member.created == changed
    assert frame.iloc[0].tolist() == ["a", 1, 0.5, 23435, 2024787600]
    assert [column.format for column in member.columns] == ["", "", "", "DATE9.", "DATETIME20."]


def test_a_dataset_without_rows_goes_through_all_formats(path: Path) -> None:
    write_xpt(
        FRAME.iloc[:0].astype({"USUBJID": "str"}),
        path,
        name="ADXX",
        label="Example",
        columns=COLUMNS,
        created=CREATED,
    )
    for suffix in ("json", "dsjc", "parquet"):
        convert(path, path.with_name(f"b.{suffix}"))
        convert(path.with_name(f"b.{suffix}"), path.with_name("c.xpt"))
        assert path.with_name("c.xpt").read_bytes() == path.read_bytes()
    convert(path, path.with_name("b.csv"))
    convert(path.with_name("b.csv"), path.with_name("c.json"))


def test_what_does_not_go_over_is_named(path: Path) -> None:
    frame = FRAME.assign(AVAL=[special_missing("A"), 1.0, 2.0])
    write_xpt(frame, path, name="ADXX", label="Example", columns=COLUMNS, created=CREATED)
    for suffix in ("ndjson", "parquet"):
        (difference,) = convert(path, path.with_suffix(f".{suffix}"))
        assert str(difference) == "AVAL: special missing values .A are null"
    run = CliRunner().invoke(app, ["convert", str(path), str(path.with_suffix(".json"))])
    assert run.exit_code == 0
    assert run.stderr == "Not kept: AVAL: special missing values .A are null\n"


WRONG: dict[str, tuple[str, Any, str, type[CdisckitError], str]] = {
    "unknown target": (
        "a.csv",
        "A\n1\n",
        "b.xlsx",
        TransportError,
        "is of no format that is known",
    ),
    "unknown source": ("a.txt", "", "b.json", TransportError, "'a.txt' is of no format"),
    "columns there twice": ("a.csv", "A,A\n1,2\n", "b.json", RawDataError, "the head has A twice"),
    "empty": ("a.csv", "", "b.json", RawDataError, "a column has no name"),
    "short row": ("a.csv", "A,B\n1\n", "b.json", RawDataError, "a row cannot be read"),
    "not UTF-8": ("a.csv", b"A\n\xff\n", "b.json", RawDataError, "cannot be read"),
    "no Parquet": (
        "a.parquet",
        "PAR2",
        "b.json",
        RawDataError,
        "is not a Parquet file that can be read",
    ),
    "long name": ("a.csv", "LONGNAME1\n1\n", "b.xpt", TransportError, "cannot name a variable"),
    "lower case": ("a.csv", "age\n1\n", "b.xpt", TransportError, "'age' cannot name a variable"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_converted_is_one_error(tmp_path: Path, case: str) -> None:
    name, content, target, error, message = WRONG[case]
    source = tmp_path / name
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(error, match=message):
        convert(source, tmp_path / target)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for suffix in ("xpt", "json", "csv", "parquet"):
        with pytest.raises(RawDataError, match="there is no such file"):
            convert(tmp_path / f"none.{suffix}", tmp_path / "b.ndjson")


def test_an_unknown_encoding_is_refused(path: Path) -> None:
    with pytest.raises(TransportError, match="'latin-99' is not an encoding"):
        convert(path, path.with_suffix(".json"), encoding="latin-99")
