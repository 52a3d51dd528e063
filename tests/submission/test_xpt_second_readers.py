"""What we write, as pyreadstat and pandas read it; what pyreadstat writes, as we read it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from submission.xpt import Column, read_xpt, write_xpt

if TYPE_CHECKING:
    from pathlib import Path

CREATED = datetime(2020, 2, 29, 1, 2, 3)
COLUMNS = (
    Column("USUBJID", "Unique Subject Identifier", "Char", 20),
    Column("AVAL", "Analysis Value", "Num", 8, "8.2"),
    Column("AVALC", "Analysis Value (C)", "Char", 200),
    Column("ADT", "Analysis Date", "Num", 8, "DATE9."),
    Column("ADTM", "Analysis Datetime", "Num", 8, "DATETIME20."),
    Column("ASEQ", "Analysis Sequence Number", "Num", 8),
)


def made_up(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(rows)
    days = pd.Series(np.datetime64("1950-01-01") + rng.integers(0, 40_000, rows).astype("m8[D]"))
    exponents = rng.integers(-200, 200, rows).astype(float)
    return pd.DataFrame(
        {
            "USUBJID": pd.Series([f"S-{number % 50:05d}" for number in range(rows)], dtype="str"),
            "AVAL": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows) * 2**exponents),
            "AVALC": pd.Series(rng.choice(["", " lead", "x" * 200, "a b"], rows)).astype(
                "category"
            ),
            "ADT": days.mask(rng.random(rows) < 0.1).astype("datetime64[s]"),
            "ADTM": (days + pd.to_timedelta(rng.integers(0, 86_400, rows), unit="s")).astype(
                "datetime64[ms]"
            ),
            "ASEQ": pd.array(range(1, rows + 1), dtype="Int64"),  # pandas reads 0 as 5.4e-79,
        }
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "adxx.xpt"


@pytest.mark.parametrize("rows", [0, 1, 1000])
def test_pyreadstat_reads_what_was_written(path: Path, rows: int) -> None:
    frame = made_up(rows)
    write_xpt(frame, path, name="ADXX", label="Made Up", columns=COLUMNS, created=CREATED)
    back, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
    assert (meta.table_name, meta.file_label) == ("ADXX", "Made Up")
    assert meta.column_names == [column.name for column in COLUMNS]
    assert meta.column_labels == [column.label for column in COLUMNS]
    assert meta.modification_time == CREATED
    assert meta.variable_storage_width == {column.name: column.length for column in COLUMNS}
    formats = {n: str(form).rstrip(".") for n, form in meta.original_variable_types.items() if form}
    assert formats == {"AVAL": "8.2", "ADT": "DATE9", "ADTM": "DATETIME20"}
    if not rows:
        assert len(back) == 0
        return
    for name in ("USUBJID", "AVALC"):
        assert back[name].tolist() == frame[name].tolist()
    for name in ("AVAL", "ASEQ"):
        np.testing.assert_array_equal(back[name], frame[name].to_numpy(dtype=float))
    origin = pd.Timestamp("1960-01-01")
    days = (frame["ADT"] - origin).dt.days.to_numpy(dtype=float)
    np.testing.assert_array_equal(back["ADT"], days)
    np.testing.assert_array_equal(back["ADTM"], (frame["ADTM"] - origin).dt.total_seconds())


def test_pyreadstat_reads_dates_as_the_same_dates(path: Path) -> None:
    frame = made_up(200)
    write_xpt(frame, path, name="ADXX", label="Made Up", columns=COLUMNS, created=CREATED)
    back, _ = pyreadstat.read_xport(str(path))
    assert pd.to_datetime(back["ADT"]).astype("datetime64[s]").equals(frame["ADT"])
    assert pd.to_datetime(back["ADTM"]).astype("datetime64[ms]").equals(frame["ADTM"])


def test_pandas_reads_what_was_written(path: Path) -> None:
    frame = made_up(1000)
    write_xpt(frame, path, name="ADXX", label="Made Up", columns=COLUMNS, created=CREATED)
    back = pd.read_sas(path, format="xport", encoding="ascii")
    ours, _ = read_xpt(path)
    assert back.columns.tolist() == ours.columns.tolist()
    for column in COLUMNS:
        if column.type == "Num":
            np.testing.assert_array_equal(back[column.name], ours[column.name])
        else:
            assert back[column.name].fillna("").tolist() == ours[column.name].fillna("").tolist()


def test_what_pyreadstat_wrote_is_read(path: Path) -> None:
    frame = made_up(500)[["USUBJID", "AVAL", "AVALC"]].astype({"AVALC": "str"})
    labels = ["Unique Subject Identifier", "Analysis Value", "Analysis Value (C)"]
    pyreadstat.write_xport(
        frame,
        str(path),
        table_name="ADXX",
        file_label="Made Up",
        column_labels=labels,
        file_format_version=5,
    )
    back, member = read_xpt(path)
    assert (member.name, member.label, member.rows) == ("ADXX", "Made Up", 500)
    assert [column.label for column in member.columns] == labels
    assert back["USUBJID"].tolist() == frame["USUBJID"].tolist()
    assert back["AVALC"].fillna("").tolist() == frame["AVALC"].tolist()
    np.testing.assert_array_equal(back["AVAL"], frame["AVAL"])


def test_a_file_of_pyreadstat_written_again_is_equal_from_the_variables_on(path: Path) -> None:
    frame = made_up(500)[["USUBJID", "AVAL"]]
    pyreadstat.write_xport(frame, str(path), table_name="ADXX", file_format_version=5)
    theirs = bytearray(path.read_bytes())
    assert theirs[780 + 69] == 1
    theirs[780 + 69] = 0  # it says numbers are justified to the right, we do not
    back, member = read_xpt(path)
    write_xpt(
        back,
        path,
        name=member.name,
        label=member.label,
        columns=member.columns,
        created=member.created,
        modified=member.modified,
    )
    assert path.read_bytes()[640:] == theirs[640:]
