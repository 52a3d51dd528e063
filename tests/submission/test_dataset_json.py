"""Dataset-JSON written and read."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from specs.errors import TransportError
from submission.dataset_json import (
    JsonColumn,
    JsonDataset,
    iter_dataset_json,
    read_dataset_json,
    read_json_description,
    write_dataset_json,
)
from submission.xpt import special_missing

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = ["json", "ndjson", "dsjc"]


def column(name: str, data_type: str, **rest: Any) -> JsonColumn:
    return JsonColumn(f"IT.XX.{name}", name, f"The {name}", data_type, **rest)


DATASET = JsonDataset(
    name="XX",
    label="Example",
    item_group_oid="IG.XX",
    created="2024-02-29T13:05:09",
    last_modified="2024-02-28T00:00:00",
    originator="Sponsor",
    source_system=("cdisckit", "1"),
    study_oid="STUDY.S1",
    metadata_version_oid="MDV.S1",
    metadata_ref="define.xml",
    file_oid="S1.XX",
    columns=(
        column("TEXT", "string", length=5, key_sequence=1),
        column("DTC", "date"),
        column("WHOLE", "integer"),
        column("NUM", "float", display_format="8.2"),
        column("EXACT", "decimal", target_data_type="decimal"),
        column("YES", "boolean"),
        column("ADT", "date", target_data_type="integer", display_format="DATE9."),
        column("ADTM", "datetime", target_data_type="integer", display_format="DATETIME20."),
        column("ATM", "time", target_data_type="integer", display_format="TIME8."),
    ),
)
FRAME = pd.DataFrame(
    {
        "TEXT": pd.Series(["é],[", None, ""], dtype="str"),
        "DTC": pd.Series(["2024-02", None, "2024-02-29"], dtype="str"),
        "WHOLE": pd.array([1, None, -(2**53)], dtype="Int64"),
        "NUM": [0.1, np.nan, 3.0],
        "EXACT": pd.Series(["0.10", None, "-12"], dtype="str"),
        "YES": pd.array([True, None, False], dtype="boolean"),
        # SAS: '29FEB2024'd is 23435, 23435 x 86400 = 2024784000
        "ADT": [23435.0, np.nan, -1.0],
        "ADTM": [2024784000.25, np.nan, -1.0],
        "ATM": [3661.0, np.nan, 0.5],
    }
)
ROWS = [
    ["é],[", "2024-02", 1, 0.1, "0.10", True, "2024-02-29", "2024-02-29T00:00:00.25", "01:01:01"],
    [None] * 9,
    [
        "",
        "2024-02-29",
        -(2**53),
        3.0,
        "-12",
        False,
        "1959-12-31",
        "1959-12-31T23:59:59",
        "00:00:00.5",
    ],
]


def text_of(path: Path) -> str:
    octets = path.read_bytes()
    return (zlib.decompress(octets) if path.suffix == ".dsjc" else octets).decode()


def rows_of(path: Path) -> list[Any]:
    if path.suffix == ".json":
        return list(json.loads(text_of(path))["rows"])
    return [json.loads(line) for line in text_of(path).splitlines()[1:]]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_frame_becomes_rows_and_comes_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"xx.{suffix}"
    written = write_dataset_json(FRAME, path, DATASET)
    assert written == replace(DATASET, records=3)
    assert rows_of(path) == ROWS
    frame, read = read_dataset_json(path)
    assert read == written == read_json_description(path)
    pd.testing.assert_frame_equal(frame, FRAME)


def test_a_packed_file_is_zlib_or_gzip(tmp_path: Path) -> None:
    path = tmp_path / "xx.dsjc"
    write_dataset_json(FRAME, path, DATASET)
    text = zlib.decompress(path.read_bytes())
    write_dataset_json(FRAME, path, DATASET, compression="gzip")
    assert gzip.decompress(path.read_bytes()) == text
    before = path.read_bytes()
    write_dataset_json(FRAME, path, DATASET, compression="gzip")
    assert path.read_bytes() == before
    half = text.index(b"\n") + 1
    path.write_bytes(gzip.compress(text[:half]) + gzip.compress(text[half:]))
    pd.testing.assert_frame_equal(read_dataset_json(path)[0], FRAME)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_one_after_the_other_give_the_bytes_of_the_whole(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write_dataset_json(FRAME, whole, DATASET)
    monkeypatch.setattr("submission.dataset_json.writer.BLOCK_ROWS", 1)
    frames = [FRAME.iloc[:0], FRAME.iloc[:2], FRAME.iloc[2:]]
    write_dataset_json(iter(frames), parts, replace(DATASET, records=3))
    assert parts.read_bytes() == whole.read_bytes()
    read = list(iter_dataset_json(parts, columns=["NUM", "TEXT"], at_once=2))
    assert [frame.shape for frame in read] == [(2, 2), (1, 2)]
    with pytest.raises(TransportError, match="3 rows were written, 4 were announced"):
        write_dataset_json(iter(frames), parts, replace(DATASET, records=4))
    assert sorted(file.name for file in tmp_path.iterdir()) == [whole.name, parts.name]


@pytest.mark.parametrize(
    ("data_type", "rest", "values", "expected"),
    [
        ("string", {}, pd.Series(["a", None], dtype="category"), ["a", None]),
        ("string", {}, pd.Series(["a", None], dtype=pd.ArrowDtype(pa.string())), ["a", None]),
        ("string", {}, pd.Series(["a", None], dtype=object), ["a", None]),
        ("integer", {}, pd.Series([1.0, np.nan]), [1, None]),
        ("integer", {}, pd.Series([1, 0], dtype="uint8"), [1, 0]),
        ("float", {}, pd.array([1, None], dtype="Int64"), [1.0, None]),
        ("double", {}, pd.Series([1e300, -0.1]), [1e300, -0.1]),
        ("float", {}, pd.Series([8.549999999999999, 5e-324]), [8.549999999999999, 5e-324]),
        ("boolean", {}, pd.Series([True, False]), [True, False]),
        (
            "decimal",
            {"target_data_type": "decimal"},
            pd.Series([Decimal("1.50"), None], dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
            ["1.50", None],
        ),
        (
            "date",
            {"target_data_type": "integer"},
            pd.Series([date(2024, 2, 29), None], dtype=pd.ArrowDtype(pa.date32())),
            ["2024-02-29", None],
        ),
        (
            "datetime",
            {"target_data_type": "integer"},
            pd.Series([datetime(2024, 2, 29, 1, 2, 3, 500_000), None], dtype="datetime64[ms]"),
            ["2024-02-29T01:02:03.5", None],
        ),
    ],
)
def test_values_of_any_dtype_are_written(
    tmp_path: Path, data_type: str, rest: dict[str, str], values: Any, expected: list[Any]
) -> None:
    path = tmp_path / "xx.ndjson"
    described = replace(DATASET, columns=(column("V", data_type, **rest),))
    write_dataset_json(pd.DataFrame({"V": values}), path, described)
    assert rows_of(path) == [[value] for value in expected]


REFUSED: dict[str, tuple[JsonColumn, Any, str]] = {
    "infinity": (column("V", "float"), [1.0, np.inf], "XX row 2, V: inf has no place in JSON"),
    "special missing": (
        column("V", "float"),
        [special_missing("B")],
        "XX row 1, V: the special missing value .B has no place",
    ),
    "fraction": (column("V", "integer"), [1.0, 0.5], "XX row 2, V: 0.5 is not a whole number"),
    "large": (
        column("V", "integer"),
        [2.0**54],
        "XX row 1, V: 1.8014398509481984e+16 is not a whole",
    ),
    "large integer": (column("V", "float"), [2**53 + 1], "XX row 1, V: 9007199254740993 is beyond"),
    "long text": (
        column("V", "string", length=2),
        ["é", "abc"],
        "XX row 2, V: 'abc' has 3 characters, 2 are planned",
    ),
    "no date": (
        column("V", "date"),
        [None, "2024-02-30"],
        "XX row 2, V: '2024-02-30' is not a date",
    ),
    "month 13": (column("V", "datetime"), ["2024-13"], "XX row 1, V: '2024-13' is not a datetime"),
    "no time": (column("V", "time"), ["24:10"], "XX row 1, V: '24:10' is not a time"),
    "no decimal": (
        column("V", "decimal", target_data_type="decimal"),
        ["1.0", "1e5"],
        "XX row 2, V: '1e5' is not a decimal",
    ),
    "number as text": (column("V", "string"), [1.0], "XX, V: the column is float64, expected text"),
    "text as number": (column("V", "float"), ["1"], "XX, V: the column is str, expected numbers"),
    "number as truth": (column("V", "boolean"), [1.0], "XX, V: the column is float64, expected"),
    "half a day": (
        column("V", "date", target_data_type="integer"),
        [1.0, 0.5],
        "XX row 2, V: 0.5 is not a date of ISO 8601",
    ),
    "beyond a day": (
        column("V", "time", target_data_type="integer"),
        [90_000.0],
        "XX row 1, V: 90000.0 is not a time of ISO 8601",
    ),
    "lone surrogate": (
        column("V", "string"),
        pd.Series(["\ud800"], dtype=object),
        "XX row 1, V: '\\ud800' holds",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_that_has_no_place_is_refused(tmp_path: Path, case: str) -> None:
    described, values, message = REFUSED[case]
    path = tmp_path / "xx.json"
    path.write_bytes(b"before")
    with pytest.raises(TransportError) as raised:
        write_dataset_json(
            pd.DataFrame({"V": values}), path, replace(DATASET, columns=(described,))
        )
    assert str(raised.value).startswith(message)
    assert path.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir()] == ["xx.json"]


def test_special_missing_values_become_null_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "xx.ndjson"
    described = replace(DATASET, columns=(column("V", "float"),))
    frame = pd.DataFrame({"V": [special_missing("B"), 1.0]})
    write_dataset_json(frame, path, described, special_missing="null")
    assert rows_of(path) == [[None], [1.0]]


def test_a_frame_has_exactly_the_described_columns(tmp_path: Path) -> None:
    for frame, message in (
        (FRAME.drop(columns="NUM"), "XX, NUM: the column is not in the frame"),
        (FRAME.assign(OTHER=1), "XX, OTHER: the frame has a column that is not described"),
    ):
        with pytest.raises(TransportError, match=message):
            write_dataset_json(frame, tmp_path / "xx.json", DATASET)
    with pytest.raises(TransportError, match="names no Dataset-JSON file"):
        write_dataset_json(FRAME, tmp_path / "xx.xml", DATASET)


NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
TEXTS = st.one_of(st.none(), st.text(max_size=8))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(TEXTS, NUMBERS, st.integers(-(2**53), 2**53)), max_size=30),
    suffix=st.sampled_from(SUFFIXES),
)
def test_any_values_come_back_as_they_were(
    tmp_path: Path, rows: list[tuple[str | None, float | None, int]], suffix: str
) -> None:
    described = replace(
        DATASET, columns=(column("T", "string"), column("N", "double"), column("I", "integer"))
    )
    frame = pd.DataFrame(
        {
            "T": pd.Series([row[0] for row in rows], dtype="str"),
            "N": pd.Series([row[1] for row in rows], dtype="float64"),
            "I": pd.Series([row[2] for row in rows], dtype="Int64"),
        }
    )
    path = tmp_path / f"xx.{suffix}"
    write_dataset_json(frame, path, described)
    pd.testing.assert_frame_equal(read_dataset_json(path)[0], frame)
