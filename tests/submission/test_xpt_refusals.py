"""What write_xpt refuses, with the message for it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from specs.errors import TransportError
from submission.xpt import Column, read_xpt, write_xpt

if TYPE_CHECKING:
    from pathlib import Path

CREATED = datetime(2024, 2, 29, 13, 5, 9)
TEXT = Column("TEXT", "A Text", "Char", 5)
NUMBER = Column("NUM", "A Number", "Num", 8, "8.2")
DAY = Column("DAY", "A Day", "Num", 8, "DATE9.")
TIME = Column("TIME", "A Time", "Num", 8, "DATETIME20.")


def write(path: Path, frame: pd.DataFrame, *columns: Column, **rest: Any) -> None:
    plan = {"name": "XX", "label": "Example", "created": CREATED} | rest
    write_xpt(frame, path, columns=columns, **plan)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "xx.xpt"


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
        "XX row 2, TEXT: 'abcdef' has 6 bytes, 5 are planned; plan a length of 6",
    ),
    "too long for any variable": (
        TEXT,
        ["x" * 201],
        f"XX row 1, TEXT: '{'x' * 36}... has 201 bytes, 5 are planned; split or shorten it",
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
        " Num; convert the column to float64, or write it as text where every digit counts",
    ),
    "Arrow decimal": (
        NUMBER,
        pd.Series([Decimal("0.1")], dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
        "XX, NUM: the column is decimal128(5, 2), expected numbers for Num; convert the column to"
        " float64",
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
