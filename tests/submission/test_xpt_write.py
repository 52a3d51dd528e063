from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from specs.errors import TransportError
from submission.xpt import Column, Member, read_xpt, special_missing, write_xpt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CREATED = datetime(2024, 2, 29, 13, 5, 9)
TEXT = Column("TEXT", "A Text", "Char", 5)
NUMBER = Column("NUM", "A Number", "Num", 8, "8.2")
DAY = Column("DAY", "A Day", "Num", 8, "DATE9.")
TIME = Column("TIME", "A Time", "Num", 8, "DATETIME20.")


def write(path: Path, frame: Any, *columns: Column, **rest: Any) -> Member:
    plan = {"name": "XX", "label": "Example", "created": CREATED} | rest
    return write_xpt(frame, path, columns=columns, **plan)


def read_back(path: Path, values: Any, column: Column, **rest: Any) -> list[Any]:
    # A number beside the column, so that a blank last row does not look like padding.
    frame = pd.DataFrame({column.name: values}).assign(ROW=1)
    write(path, frame, column, Column("ROW", "", "Num", 8), **rest)
    frame, _ = read_xpt(path, encoding=rest.get("encoding", "ascii"))
    return [None if pd.isna(value) else value for value in frame[column.name]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "xx.xpt"


def test_the_file_is_laid_out_as_ts_140_says(path: Path) -> None:
    frame = pd.DataFrame({"NUM": [1.0, np.nan], "TEXT": ["ab", None]})
    modified = datetime(2059, 12, 31, 23, 59, 59)
    write(path, frame, TEXT, NUMBER, modified=modified)
    octets = path.read_bytes()
    first = b"SAS     SAS     SASLIB  6.06    bsd4.2  " + 24 * b" " + b"29FEB24:13:05:09"
    assert octets[:80] == (
        b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000  "
    )
    assert octets[80:160] == first
    assert octets[160:240] == b"31DEC59:23:59:59" + 64 * b" "
    assert octets[240:320] == (
        b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
    )
    assert octets[320:400] == (
        b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!000000000000000000000000000000  "
    )
    assert octets[400:480] == first.replace(b"SAS     SASLIB  ", b"XX      SASDATA ")
    assert octets[480:560] == b"31DEC59:23:59:59" + 16 * b" " + b"Example".ljust(48)
    assert octets[560:640] == (
        b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000200000000000000000000  "
    )
    assert octets[640:780] == (
        b"\0\2\0\0\0\5\0\1TEXT    "
        + b"A Text".ljust(40)
        + 8 * b" "
        + bytes(8)
        + 8 * b" "
        + bytes(4 + 4 + 52)
    )
    assert octets[780:920] == (
        b"\0\1\0\0\0\10\0\2NUM     "
        + b"A Number".ljust(40)
        + 8 * b" "
        + b"\0\10\0\2"
        + bytes(4)
        + 8 * b" "
        + bytes(4)
        + b"\0\0\0\5"
        + bytes(52)
    )
    assert octets[920:960] == 40 * b" "
    assert octets[960:1040] == (
        b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!000000000000000000000000000000  "
    )
    assert octets[1040:] == b"ab   A\x10\0\0\0\0\0\0" + b"     .\0\0\0\0\0\0\0" + 54 * b" "


def test_writing_says_what_was_written(path: Path) -> None:
    member = write(path, pd.DataFrame({"TEXT": ["a", "b"]}), TEXT)
    assert member == Member("XX", "Example", (TEXT,), CREATED, CREATED, rows=2)


def test_a_dataset_without_rows_keeps_its_variables_and_lengths(path: Path) -> None:
    frame = pd.DataFrame({"TEXT": pd.Series(dtype="str"), "NUM": pd.Series(dtype="float64")})
    member = write(path, frame, TEXT, NUMBER)
    back, read = read_xpt(path)
    assert (read, len(back)) == (member, 0)
    assert back.dtypes.astype(str).tolist() == ["str", "float64"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["ab", None, " c", ""], dtype="str"),
        pd.Series(["ab", None, " c", ""], dtype="string[pyarrow]"),
        pd.Series(["ab", None, " c", ""], dtype="string[python]"),
        pd.Series(["ab", np.nan, " c", pd.NA], dtype=object),
        pd.Series(["ab", None, " c", ""], dtype="category"),
        pd.Series(["ab", None, " c", ""], dtype=pd.CategoricalDtype(["ab", " c", "", "too long"])),
        pd.Series(["ab", None, " c", ""], dtype=pd.ArrowDtype(pa.string())),
        pd.Series(["ab", None, " c", ""], dtype=pd.ArrowDtype(pa.large_string())),
        pd.Series(["ab", None, " c", ""], dtype=pd.ArrowDtype(pa.string_view())),
        pd.Series(
            pa.array(["ab", None, " c", ""]).dictionary_encode(),
            dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
        ),
        pd.Series(["ab", None, " c", ""], index=[7, 7, 1, 0], dtype="str"),
    ],
    ids=lambda values: str(values.dtype)[:24],
)
def test_text_of_any_dtype_is_written(path: Path, values: pd.Series[str]) -> None:
    assert read_back(path, values, TEXT) == ["ab", None, " c", None]


@pytest.mark.parametrize("dtype", [object, pd.ArrowDtype(pa.null())])
def test_a_column_without_any_value_is_text_or_number_as_planned(path: Path, dtype: Any) -> None:
    values = pd.Series([None, None], dtype=dtype)
    assert read_back(path, values, TEXT) == [None, None]
    assert read_back(path, values, NUMBER) == [None, None]


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("Int64", [1, None, 0]),
        ("Int8", [1, None, 0]),
        ("UInt64", [1, None, 0]),
        ("Float64", [1, None, 0]),
        ("float64", [1, None, 0]),
        ("float32", [1, None, 0]),
        ("boolean", [1, None, 0]),
        (pd.ArrowDtype(pa.int32()), [1, None, 0]),
        (pd.ArrowDtype(pa.uint64()), [1, None, 0]),
        (pd.ArrowDtype(pa.float64()), [1, None, 0]),
        (pd.ArrowDtype(pa.bool_()), [1, None, 0]),
    ],
    ids=str,
)
def test_numbers_of_any_dtype_are_written(path: Path, dtype: Any, expected: list[Any]) -> None:
    values: Any = [True, None, False] if "bool" in str(dtype) else [1, None, 0]
    assert read_back(path, pd.Series(values, dtype=dtype), NUMBER) == expected
    assert read_back(path, pd.Series(values, dtype=dtype).astype("category"), NUMBER) == expected


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float16", "bool"])
def test_numbers_that_cannot_be_missing_are_written(path: Path, dtype: str) -> None:
    assert read_back(path, np.array([1, 0], dtype=dtype), NUMBER) == [1, 0]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_datetimes_of_any_unit_are_days_or_seconds_from_1960(path: Path, unit: str) -> None:
    days = pd.Series(["1960-01-01", "1959-12-31", None, "2024-02-29"], dtype=f"datetime64[{unit}]")
    # SAS: '29FEB2024'd is 23435; 23435 x 86400 = 2024784000.
    assert read_back(path, days, DAY) == [0, -1, None, 23435]
    assert read_back(path, days, TIME) == [0, -86400, None, 2024784000]
    arrow = days.astype(pd.ArrowDtype(pa.timestamp(unit)))
    assert read_back(path, arrow, DAY) == [0, -1, None, 23435]
    assert read_back(path, arrow.astype("category"), DAY) == [0, -1, None, 23435]


def test_arrow_dates_are_days(path: Path) -> None:
    values = pd.Series([date(2024, 2, 29), None], dtype=pd.ArrowDtype(pa.date32()))
    assert read_back(path, values, DAY) == [23435, None]


def test_parts_of_seconds_are_kept(path: Path) -> None:
    values = pd.Series(["1960-01-01 00:00:01.25", "1959-12-31 23:59:59.5"], dtype="datetime64[ms]")
    assert read_back(path, values, TIME) == [1.25, -0.5]


def test_special_missing_values_are_written(path: Path) -> None:
    frame = pd.DataFrame({"NUM": [special_missing("A"), special_missing("_"), np.nan]})
    write(path, frame, NUMBER)
    assert path.read_bytes()[-80:].rstrip() == b"A" + bytes(7) + b"_" + bytes(7) + b"." + bytes(7)


@pytest.mark.parametrize("length", range(2, 9))
def test_a_number_is_cut_to_its_length_where_nothing_is_lost(path: Path, length: int) -> None:
    column = Column("NUM", "", "Num", length)
    assert read_back(path, [3.0, -16.0, np.nan], column) == [3, -16, None]


def test_text_in_other_encodings_is_measured_in_bytes(path: Path) -> None:
    assert read_back(path, ["2±1", None], TEXT, encoding="utf-8") == ["2±1", None]
    assert read_back(path, ["a2±1b", None, "é"], TEXT, encoding="cp1252") == ["a2±1b", None, "é"]
    categories = pd.Series(["a2±1b", None], dtype="category")
    assert read_back(path, categories, TEXT, encoding="latin-1") == ["a2±1b", None]
    for encoding, size in (("utf-8", 6), ("shift_jis", 6)):
        text = "a2±1b" if encoding == "utf-8" else "日本語"
        with pytest.raises(TransportError, match=f"has {size} bytes, 5 are planned"):
            read_back(path, ["b", text], TEXT, encoding=encoding)


def test_an_encoding_without_the_blank_of_ascii_is_refused(path: Path) -> None:
    for encoding in ("utf-16", "cp037", "rot13", "nonsense"):
        with pytest.raises(ValueError, match=encoding):
            write(path, pd.DataFrame({"TEXT": ["a"]}), TEXT, encoding=encoding)


def test_frames_one_after_the_other_give_the_bytes_of_the_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("submission.xpt.rows.BLOCK_ROWS", 7)
    whole = pd.DataFrame({"TEXT": [str(n) for n in range(50)], "NUM": np.arange(50) / 3})
    write(path, whole, TEXT, NUMBER)
    expected = path.read_bytes()

    def parts() -> Iterator[pd.DataFrame]:
        for start, stop in ((0, 0), (0, 1), (1, 1), (1, 20), (20, 27), (27, 50)):
            yield whole.iloc[start:stop].astype({"TEXT": "category"})

    member = write(path, parts(), TEXT, NUMBER)
    assert path.read_bytes() == expected
    assert member.rows == 50
    chunked = pd.concat([whole.iloc[:3], whole.iloc[3:10], whole.iloc[10:]])
    write(path, chunked, TEXT, NUMBER)
    assert path.read_bytes() == expected


def test_the_row_of_an_error_counts_all_frames(path: Path) -> None:
    parts = [pd.DataFrame({"TEXT": ["a", "b"]}), pd.DataFrame({"TEXT": ["c", "abcdef"]})]
    with pytest.raises(TransportError, match=r"^XX row 4, TEXT"):
        write(path, parts, TEXT)


def test_the_row_of_an_error_counts_all_chunks(path: Path) -> None:
    chunks = pa.chunked_array([["a"], ["b", "c"], ["abcdef"]], pa.large_string())
    with pytest.raises(TransportError, match=r"^XX row 4, TEXT"):
        write(
            path, pd.DataFrame({"TEXT": pd.Series(chunks, dtype=pd.ArrowDtype(chunks.type))}), TEXT
        )


def test_objects_that_are_missing_in_any_way_are_missing(path: Path) -> None:
    missing = [None, np.nan, pd.NA, pd.NaT]
    values = pd.Series(missing, dtype=object)
    assert read_back(path, values, NUMBER) == [None] * 4
    assert read_back(path, values, TEXT) == [None] * 4
    assert read_back(path, pd.Series([*missing, "a"], dtype=object), TEXT) == [None] * 4 + ["a"]


def test_what_lies_under_a_missing_text_is_not_written(path: Path) -> None:
    _, ends, octets = pa.array(["ab", "hidden", "c"], pa.large_string()).buffers()
    array = pa.LargeStringArray.from_buffers(3, ends, octets, pa.py_buffer(b"\5"))
    assert array.to_pylist() == ["ab", None, "c"]
    values = pd.Series(array, dtype=pd.ArrowDtype(pa.large_string()))
    assert read_back(path, values, TEXT) == ["ab", None, "c"]
    assert b"hidden" not in path.read_bytes()


def test_an_error_between_frames_leaves_the_old_file(path: Path) -> None:
    path.write_bytes(b"before")

    def parts() -> Iterator[pd.DataFrame]:
        yield pd.DataFrame({"TEXT": ["a"]})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(path, parts(), TEXT)
    assert [file.name for file in path.parent.iterdir()] == ["xx.xpt"]
    assert path.read_bytes() == b"before"


def test_a_missing_folder_is_named(path: Path) -> None:
    with pytest.raises(TransportError, match="there is no folder"):
        write(path.parent / "none" / "xx.xpt", pd.DataFrame({"TEXT": ["a"]}), TEXT)


def test_equal_input_gives_equal_bytes_whatever_the_file_is_called(tmp_path: Path) -> None:
    frame = pd.DataFrame({"TEXT": ["a"], "NUM": [math.pi]})
    for name in ("a.xpt", "b.xpt"):
        write(tmp_path / name, frame, TEXT, NUMBER)
    assert (tmp_path / "a.xpt").read_bytes() == (tmp_path / "b.xpt").read_bytes()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DATE9.", "dates"),
        ("YYMMDD10.", "dates"),
        ("YYMMDDN8.", "dates"),
        ("E8601DA10.", "dates"),
        ("IS8601DA.", "dates"),
        ("DATETIME20.", "datetimes"),
        ("E8601DT19.", "datetimes"),
        ("IS8601DT.", "datetimes"),
        ("TIME5.", "times"),
        ("8.2", ""),
        ("$20.", ""),
        ("", ""),
    ],
)
def test_a_format_says_what_its_numbers_count(text: str, expected: str) -> None:
    assert Column("A", "", "Num", 8, text).holds == expected
