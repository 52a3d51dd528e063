"""Laws of writing and reading, for any frame that hypothesis thinks of, and the killed writer."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from specs.errors import TransportError
from submission.xpt import Column, missing_codes, read_xpt, special_missing, write_xpt

if TYPE_CHECKING:
    from pathlib import Path

CREATED = datetime(2024, 1, 31, 1, 2, 3)
MANY = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
ASCII = st.characters(min_codepoint=1, max_codepoint=127)
LEAST, BEYOND = 16.0**-65, 16.0**63


def write(path: Path, frame: pd.DataFrame, columns: list[Column]) -> None:
    write_xpt(frame, path, name="XX", label="", columns=columns, created=CREATED)


def legal_number(value: float) -> bool:
    return value == 0 or LEAST <= abs(value) < BEYOND


DOUBLES = st.floats(allow_nan=False, allow_infinity=False).filter(legal_number)
SPECIAL = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ_").map(special_missing)
WHOLE = st.integers(-(2**53), 2**53)
TEXT_DTYPES = [
    "str",
    "object",
    "category",
    "string[python]",
    pd.ArrowDtype(pa.string()),
    pd.ArrowDtype(pa.large_string()),
]
NUMBER_DTYPES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    ("float64", st.one_of(DOUBLES, SPECIAL, st.just(np.nan))),
    ("Float64", st.one_of(DOUBLES, st.none())),
    ("category", st.one_of(DOUBLES, st.none())),
    (pd.ArrowDtype(pa.float64()), st.one_of(DOUBLES, st.none())),
    ("int64", WHOLE),
    ("Int64", st.one_of(WHOLE, st.none())),
    (pd.ArrowDtype(pa.int64()), st.one_of(WHOLE, st.none())),
    ("bool", st.booleans()),
    ("boolean", st.one_of(st.booleans(), st.none())),
]


@st.composite
def legal_frames(draw: st.DrawFn) -> tuple[pd.DataFrame, list[Column]]:
    rows = draw(st.integers(0, 12))
    series, columns = {}, []
    for number in range(draw(st.integers(1, 5))):
        name = f"V{number}"
        if draw(st.booleans()):
            length = draw(st.integers(1, 200))
            value = st.one_of(st.none(), st.text(ASCII, max_size=min(length, 12)))
            dtype: Any = draw(st.sampled_from(TEXT_DTYPES))
            columns.append(Column(name, "", "Char", length))
        else:
            dtype, value = draw(st.sampled_from(NUMBER_DTYPES))
            columns.append(Column(name, "", "Num", 8))
        values = draw(st.lists(value, min_size=rows, max_size=rows))
        series[name] = pd.Series(values, dtype=dtype)
    # A number that is never blank, so that no row looks like the padding of the file.
    series["ROW"] = pd.Series(range(rows), dtype="int64")
    return pd.DataFrame(series), [*columns, Column("ROW", "", "Num", 8)]


@MANY
@given(legal_frames())
def test_any_frame_of_legal_values_survives(
    tmp_path: Path, plan: tuple[pd.DataFrame, list[Column]]
) -> None:
    frame, columns = plan
    path = tmp_path / "xx.xpt"
    write(path, frame, columns)
    back, member = read_xpt(path)
    assert (list(member.columns), member.rows) == (columns, len(frame))
    for column in columns:
        values = frame[column.name]
        if column.type == "Char":
            texts = values.astype(object).where(values.notna(), "").tolist()
            assert back[column.name].fillna("").tolist() == [text.rstrip(" ") for text in texts]
            continue
        expected = pd.array(values.astype(object).where(values.notna(), np.nan), dtype="float64")
        np.testing.assert_array_equal(back[column.name], np.asarray(expected) + 0.0)
        if values.dtype == "float64":
            assert missing_codes(back[column.name]).fillna("").tolist() == (
                missing_codes(values).fillna("").tolist()
            )
    again = tmp_path / "again.xpt"
    write(again, back, columns)
    assert again.read_bytes() == path.read_bytes()


ILLEGAL: list[tuple[Column, Any, st.SearchStrategy[Any], st.SearchStrategy[Any]]] = [
    (
        Column("V", "", "Num", 8),
        "float64",
        DOUBLES,
        st.one_of(
            st.sampled_from([np.inf, -np.inf]),
            st.floats(min_value=BEYOND, allow_infinity=False),
            st.floats(max_value=-BEYOND, allow_infinity=False),
            st.floats(0, LEAST, exclude_min=True, exclude_max=True, allow_subnormal=True),
        ),
    ),
    (Column("V", "", "Num", 8), "Int64", WHOLE, st.integers(2**53 + 1, 2**63 - 1)),
    (Column("V", "", "Num", 8), "int64", WHOLE, st.integers(-(2**63), -(2**53) - 1)),
    (
        Column("V", "", "Char", 5),
        "str",
        st.text(ASCII, max_size=5),
        st.one_of(
            st.text(ASCII, min_size=6, max_size=300),
            st.text(st.characters(min_codepoint=128, exclude_categories=["Cs"]), min_size=1),
            st.just("a\0b"),
        ),
    ),
    (
        Column("V", "", "Char", 5),
        "object",
        st.text(ASCII, max_size=5),
        st.one_of(st.integers(), st.binary(min_size=1), st.datetimes(), st.floats(0, 1)),
    ),
]


@MANY
@given(data=st.data(), case=st.sampled_from(range(len(ILLEGAL))))
def test_any_illegal_value_is_refused_with_its_place(
    tmp_path: Path, data: st.DataObject, case: int
) -> None:
    column, dtype, legal, illegal = ILLEGAL[case]
    before = data.draw(st.lists(legal, max_size=30))
    after = data.draw(st.lists(legal, max_size=30))
    frame = pd.DataFrame({"V": pd.Series([*before, data.draw(illegal), *after], dtype=dtype)})
    path = tmp_path / "xx.xpt"
    path.write_bytes(b"before")
    with pytest.raises(TransportError) as raised:
        write(path, frame, [column])
    assert raised.value.where == f"XX row {len(before) + 1}, V"
    assert raised.value.remedy
    assert path.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir()] == ["xx.xpt"]


WRITER = """
import sys
from datetime import datetime
import numpy as np, pandas as pd
from submission.xpt import Column, write_xpt
rows = 60_000
columns = [Column(f"V{number}", "", "Num", 8) for number in range(40)]
frame = pd.DataFrame({column.name: np.arange(rows) / 7 for column in columns})
print("ready", flush=True)
while True:
    write_xpt(
        frame, sys.argv[1], name="XX", label="new", columns=columns, created=datetime(2024, 1, 1)
    )
"""


def test_a_killed_writer_leaves_the_old_file_or_the_new_one(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "xx.xpt"
    old = pd.DataFrame({"V0": np.arange(100.0)})
    new = [Column(f"V{number}", "", "Num", 8) for number in range(40)]
    rng = np.random.default_rng(9)
    found = set()
    for delay in rng.uniform(0, 0.15, 12):
        write(path, old, [Column("V0", "", "Num", 8)])
        before = path.read_bytes()
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=root
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(delay)
            writer.kill()
        if path.read_bytes() == before:
            found.add("old")
            continue
        found.add("new")
        frame, member = read_xpt(path)
        assert (member.label, member.rows, list(member.columns)) == ("new", 60_000, new)
        np.testing.assert_array_equal(frame["V39"], np.arange(60_000) / 7)
    assert found <= {"old", "new"}
