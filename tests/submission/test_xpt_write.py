from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
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
        (pd.ArrowDtype(pa.decimal128(5, 2)), [1, None, 0]),
    ],
    ids=str,
)
def test_numbers_of_any_dtype_are_written(path: Path, dtype: Any, expected: list[Any]) -> None:
    values: Any = [True, None, False] if "bool" in str(dtype) else [1, None, 0]
    if "decimal" in str(dtype):
        values = [Decimal(1), None, Decimal(0)]
    assert read_back(path, pd.Series(values, dtype=dtype), NUMBER) == expected
    assert read_back(path, pd.Series(values, dtype=dtype).astype("category"), NUMBER) == expected


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float16", "bool"])
def test_numbers_that_cannot_be_missing_are_written(path: Path, dtype: str) -> None:
    assert read_back(path, np.array([1, 0], dtype=dtype), NUMBER) == [1, 0]


@pytest.mark.parametrize(
    "text", ["0.1", "0.3", "2.675", "12345678901.123456789", "-0.000000001", "9007199254740993.1"]
)
def test_a_decimal_is_written_as_the_nearest_double(path: Path, text: str) -> None:
    values = pd.Series([Decimal(text)], dtype=pd.ArrowDtype(pa.decimal128(38, 12)))
    assert read_back(path, values, NUMBER) == [float(text)]


def test_a_decimal_of_whole_numbers_is_held_to_what_doubles_hold(path: Path) -> None:
    values = pd.Series([Decimal(2**53), Decimal(2**53 + 2)], dtype=pd.ArrowDtype(pa.decimal128(20)))
    with pytest.raises(TransportError, match=r"^XX row 2, NUM: 9007199254740994 is beyond"):
        read_back(path, values, NUMBER)


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
        with pytest.raises(TransportError, match=f"has {size} bytes, planned are 5"):
            read_back(path, ["b", text], TEXT, encoding=encoding)


def test_an_encoding_without_the_blank_of_ascii_is_refused(path: Path) -> None:
    for encoding in ("utf-16", "cp037", "rot13", "nonsense"):
        with pytest.raises(ValueError, match=encoding):
            write(path, pd.DataFrame({"TEXT": ["a"]}), TEXT, encoding=encoding)


OBJECT = {"dtype": object}
REFUSED_VALUES: dict[str, tuple[Column, Any, str]] = {
    "infinity": (NUMBER, [1.0, np.inf], "XX row 2, NUM: inf has no place"),
    "too large": (NUMBER, [1e300], "XX row 1, NUM: 1e+300 has no place"),
    "too small": (NUMBER, [1.0, 2.0, -1e-80], "XX row 3, NUM: -1e-80 has no place"),
    "infinity in a category": (
        NUMBER,
        pd.Series([1.0, 1.0, 1.0, np.inf], dtype="category"),
        "XX row 4, NUM: inf has no place",
    ),
    "not exact in its length": (
        Column("NUM", "", "Num", 3),
        [1.0, 0.1],
        "XX row 2, NUM: 0.1 is not exact in 3 bytes; plan a length of 8",
    ),
    "large integer": (NUMBER, [2**53, 2**53 + 1], "XX row 2, NUM: 9007199254740993 is beyond"),
    "large negative integer": (
        NUMBER,
        pd.array([None, -(2**53) - 1], dtype="Int64"),
        "XX row 2, NUM: -9007199254740993 is beyond",
    ),
    "large unsigned integer": (
        NUMBER,
        np.array([2**64 - 1], dtype="uint64"),
        "XX row 1, NUM: 18446744073709551615 is beyond",
    ),
    "large Arrow integer": (
        NUMBER,
        pd.Series([None, 2**60], dtype=pd.ArrowDtype(pa.int64())),
        "XX row 2, NUM: 1152921504606846976 is beyond",
    ),
    "large integer in a category": (
        NUMBER,
        pd.Series([1, 2**60], dtype="category"),
        "XX row 2, NUM: 1152921504606846976 is beyond",
    ),
    "far datetime": (
        TIME,
        np.array([2**60], dtype="datetime64[s]"),
        "XX row 1, TIME: 1152921504606846976 is beyond",
    ),
    "NUL": (TEXT, ["a", "b\0c"], r"XX row 2, TEXT: 'b\x00c' holds NUL; remove the character"),
    "only NUL": (TEXT, ["\0"], r"XX row 1, TEXT: '\x00' holds NUL"),
    "not ASCII": (
        TEXT,
        ["a", None, "2±1"],
        "XX row 3, TEXT: '2±1' holds '±' (U+00B1), which ascii cannot write; replace",
    ),
    "not ASCII in a category": (
        TEXT,
        pd.Series(["a", "a", "a", "é"], dtype="category"),
        "XX row 4, TEXT: 'é' holds 'é' (U+00E9), which ascii cannot write",
    ),
    "lone surrogate": (
        TEXT,
        pd.Series(["a", "\ud800"], **OBJECT),
        r"XX row 2, TEXT: '\ud800' holds '\ud800' (U+D800), which utf-8 cannot write",
    ),
    "too long": (
        TEXT,
        [None, "abcdef"],
        "XX row 2, TEXT: 'abcdef' has 6 bytes, planned are 5; plan a length of 6",
    ),
    "too long for any variable": (
        TEXT,
        ["x" * 201],
        f"XX row 1, TEXT: '{'x' * 36}... has 201 bytes, planned are 5; split or shorten it",
    ),
    "text as number": (NUMBER, ["1"], "XX, NUM: the column is str, expected numbers for Num"),
    "text category as number": (
        NUMBER,
        pd.Series(["1"], dtype="category"),
        "XX, NUM: the column is str, expected numbers for Num",
    ),
    "Arrow text as number": (
        NUMBER,
        pd.Series(["1"], dtype=pd.ArrowDtype(pa.string())),
        "XX, NUM: the column is string[pyarrow], expected numbers for Num",
    ),
    "text object as number": (
        NUMBER,
        pd.Series([None, "1"], **OBJECT),
        "XX row 2, NUM: '1' is a str in a column of objects, expected numbers for Num",
    ),
    "integer object as number": (
        NUMBER,
        pd.Series([1, None], **OBJECT),
        "XX row 1, NUM: 1 is a int in a column of objects, expected numbers",
    ),
    "number as text": (TEXT, [1.0], "XX, TEXT: the column is float64, expected text for Char"),
    "integer as text": (
        TEXT,
        pd.array([1], dtype="Int64"),
        "XX, TEXT: the column is Int64, expected text for Char",
    ),
    "Arrow number as text": (
        TEXT,
        pd.Series([1], dtype=pd.ArrowDtype(pa.int64())),
        "XX, TEXT: the column is int64[pyarrow], expected text for Char",
    ),
    "datetime as text": (
        TEXT,
        pd.Series(["2024-01-01"], dtype="datetime64[s]"),
        "XX, TEXT: the column is datetime64[s], expected text for Char",
    ),
    "number among text": (
        TEXT,
        pd.Series(["a", None, 1.5], **OBJECT),
        "XX row 3, TEXT: 1.5 is a float in a column of objects, expected text for Char",
    ),
    "bytes": (
        TEXT,
        pd.Series([b"a"], **OBJECT),
        "XX row 1, TEXT: b'a' is a bytes in a column of objects, expected text for Char",
    ),
    "Decimal": (
        NUMBER,
        pd.Series([None, Decimal("0.1")], **OBJECT),
        "XX row 2, NUM: Decimal('0.1') is a Decimal in a column of objects, expected numbers for"
        " Num; convert the column to an Arrow decimal or to float64",
    ),
    "date object": (
        DAY,
        pd.Series([date(2024, 1, 1)], **OBJECT),
        "XX row 1, DAY: datetime.date(2024, 1, 1) is a date in a column of objects",
    ),
    "list": (
        TEXT,
        pd.Series([["a"]], **OBJECT),
        "XX row 1, TEXT: ['a'] is a list in a column of objects",
    ),
    "time zone": (
        TIME,
        pd.Series(["2024-01-01"], dtype="datetime64[s, UTC]"),
        "XX, TIME: datetimes with a time zone (datetime64[s, UTC])",
    ),
    "Arrow time zone": (
        TIME,
        pd.Series(["2024-01-01"], dtype="datetime64[s, UTC]").astype(
            pd.ArrowDtype(pa.timestamp("s", "UTC"))
        ),
        "XX, TIME: datetimes with a time zone (timestamp[s, tz=UTC])",
    ),
    "duration": (TIME, np.array([1], dtype="m8[s]"), "XX, TIME: the column is timedelta64[s]"),
    "Arrow duration": (
        TIME,
        pd.Series([1], dtype=pd.ArrowDtype(pa.duration("s"))),
        "XX, TIME: the column is duration[s][pyarrow], expected numbers for Num",
    ),
    "complex": (NUMBER, [1j], "XX, NUM: the column is complex128, expected numbers for Num"),
    "long double": (
        NUMBER,
        np.array([1], dtype=np.longdouble),
        f"XX, NUM: the column is {np.dtype(np.longdouble)}, expected numbers for Num",
    ),
    "period": (
        NUMBER,
        pd.period_range("2024-01", periods=1, freq="M"),
        "XX, NUM: the column is period[M], expected numbers for Num",
    ),
    "time of day under a date format": (
        DAY,
        pd.Series(["2024-01-01", None, "2024-01-01 00:00:01"], dtype="datetime64[ns]"),
        "XX row 3, DAY: 2024-01-01T00:00:01.000000000 has a time of day, expected a date by the"
        " format DATE9.; remove the time",
    ),
    "datetime without a format": (
        Column("TIME", "", "Num", 8),
        pd.Series(["2024-01-01"], dtype="datetime64[s]"),
        "XX, TIME: datetimes under the format (none); give a format of dates such as DATE9.",
    ),
    "datetime under a time format": (
        Column("TIME", "", "Num", 8, "TIME5."),
        pd.Series(["2024-01-01"], dtype="datetime64[s]"),
        "XX, TIME: datetimes under the format TIME5.",
    ),
}


@pytest.mark.parametrize("case", REFUSED_VALUES)
def test_a_value_that_has_no_place_is_refused_by_row_and_name(path: Path, case: str) -> None:
    column, values, message = REFUSED_VALUES[case]
    path.write_bytes(b"before")
    with pytest.raises(TransportError) as raised:
        write(path, pd.DataFrame({column.name: values}), column)
    assert str(raised.value).startswith(message)
    assert raised.value.remedy
    assert [file.name for file in path.parent.iterdir()] == ["xx.xpt"]
    assert path.read_bytes() == b"before"


REFUSED_PLANS: dict[str, tuple[dict[str, Any], tuple[Column, ...], str]] = {
    "long dataset name": ({"name": "LONGNAMES"}, (TEXT,), "'LONGNAMES' cannot name a dataset"),
    "empty dataset name": ({"name": ""}, (TEXT,), "'' cannot name a dataset"),
    "lower case dataset name": ({"name": "ae"}, (TEXT,), "'ae' cannot name a dataset"),
    "long name": ({}, (Column("LONGNAME1", "", "Num", 8),), "'LONGNAME1' cannot name a variable"),
    "leading digit": ({}, (Column("1A", "", "Num", 8),), "'1A' cannot name a variable"),
    "lower case name": ({}, (Column("Text", "", "Num", 8),), "'Text' cannot name a variable"),
    "line end in a name": ({}, (Column("TEXT\n", "", "Num", 8),), "cannot name a variable"),
    "name not ASCII": ({}, (Column("É", "", "Num", 8),), "'É' cannot name a variable"),
    "same name twice": ({}, (TEXT, TEXT), "XX, TEXT: two variables have this name"),
    "long label": ({}, (Column("A", "x" * 41, "Num", 8),), "has 41 characters, at most 40 fit"),
    "label not ASCII": ({}, (Column("A", "2±1", "Num", 8),), "label '2±1' holds '±', expected"),
    "tab in a label": ({}, (Column("A", "a\tb", "Num", 8),), r"holds '\t', expected printable"),
    "long dataset label": ({"label": "x" * 41}, (TEXT,), "has 41 characters, at most 40 fit"),
    "text of 201": ({}, (Column("A", "", "Char", 201),), "length 201, expected 1 to 200 bytes"),
    "text of 0": ({}, (Column("A", "", "Char", 0),), "length 0, expected 1 to 200 bytes"),
    "number of 9": ({}, (Column("A", "", "Num", 9),), "length 9, expected 2 to 8 bytes for Num"),
    "number of 1": ({}, (Column("A", "", "Num", 1),), "length 1, expected 2 to 8 bytes for Num"),
    "format without point": ({}, (Column("A", "", "Num", 8, "DATE9"),), "'DATE9' is not a format"),
    "format of a point": ({}, (Column("A", "", "Num", 8, "."),), "'.' is not a format"),
    "long format": ({}, (Column("A", "", "Num", 8, "LONGFORMA."),), "is not a format"),
    "number format on text": ({}, (Column("A", "", "Char", 8, "8.2"),), "format 8.2 on a Char"),
    "text format on number": ({}, (Column("A", "", "Num", 8, "$8."),), "format $8. on a Num"),
    "informat": ({}, (Column("A", "", "Num", 8, "", "DATE"),), "'DATE' is not a format"),
    "no variable": ({}, (), "0 variables, a file holds 1 to 9999"),
    "year without place": ({"created": datetime(1959, 12, 31)}, (TEXT,), "1959-12-31 00:00:00"),
    "unknown type": ({}, (Column("A", "", "Text", 8),), "type 'Text', expected Char or Num"),
}


@pytest.mark.parametrize("case", REFUSED_PLANS)
def test_a_plan_that_has_no_place_is_refused(path: Path, case: str) -> None:
    plan, columns, message = REFUSED_PLANS[case]
    with pytest.raises(TransportError) as raised:
        write(path, pd.DataFrame({"TEXT": ["a"]}), *columns, **plan)
    assert message in str(raised.value)
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"TEXT": ["a"]}), "XX, NUM: the variable is not in the frame; "),
        (pd.DataFrame({"TEXT": ["a"], "NUMB": [1]}), "not in the frame; did you mean NUMB"),
        (
            pd.DataFrame({"TEXT": ["a"], "NUM": [1], "X": [1]}),
            "XX, X: the frame has a column that is not planned; plan or remove it",
        ),
        (
            pd.DataFrame([["a", 1, 1]], columns=["TEXT", "NUM", "NUM"]),
            "XX, NUM: the variable is in the frame twice",
        ),
    ],
)
def test_a_frame_has_exactly_the_planned_columns(
    path: Path, frame: pd.DataFrame, message: str
) -> None:
    with pytest.raises(TransportError) as raised:
        write(path, frame, TEXT, NUMBER)
    assert message in str(raised.value)


def test_a_type_drift_in_a_frame_without_rows_is_refused(path: Path) -> None:
    with pytest.raises(TransportError, match=r"the column is str, expected numbers"):
        write(path, pd.DataFrame({"NUM": pd.Series(dtype="str")}), NUMBER)


def test_a_last_row_that_looks_like_padding_is_refused(path: Path) -> None:
    with pytest.raises(TransportError, match=r"^XX row 2: the last row is blank"):
        write(path, pd.DataFrame({"TEXT": ["a", None]}), TEXT)
    # 17 rows of 5 bytes begin a second record of 80: there the blank row can be counted.
    write(path, pd.DataFrame({"TEXT": ["a"] * 16 + [None]}), TEXT)
    frame, _ = read_xpt(path)
    assert frame["TEXT"].fillna("-").tolist() == ["a"] * 16 + ["-"]


def test_frames_one_after_the_other_give_the_bytes_of_the_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("submission.xpt.writer.BLOCK_ROWS", 7)
    whole = pd.DataFrame({"TEXT": [str(n) for n in range(50)], "NUM": np.arange(50) / 3})
    write(path, whole, TEXT, NUMBER)
    expected = path.read_bytes()

    def parts() -> Iterator[pd.DataFrame]:
        for start, stop in ((0, 1), (1, 1), (1, 20), (20, 27), (27, 50)):
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
        ("TIME5.", ""),
        ("8.2", ""),
        ("$20.", ""),
        ("", ""),
    ],
)
def test_a_format_says_what_its_numbers_count(text: str, expected: str) -> None:
    assert Column("A", "", "Num", 8, text).holds == expected
