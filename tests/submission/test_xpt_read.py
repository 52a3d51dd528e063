from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from specs.errors import RawDataError
from submission.xpt import (
    Column,
    missing_codes,
    read_member,
    read_xpt,
    record_length,
    special_missing,
    write_xpt,
)

if TYPE_CHECKING:
    from pathlib import Path

CREATED = datetime(1999, 12, 31, 23, 59, 58)
TEXT = Column("TEXT", "A Text", "Char", 5)
NUMBER = Column("NUM", "A Number", "Num", 8, "8.2")
FIRST_ROW = 1040  # of a file with two variables: 640 + 2 * 140, filled to 960, and a header record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of two variables and three rows of 13 bytes."""
    path = tmp_path / "xx.xpt"
    frame = pd.DataFrame({"TEXT": ["ab", None, "c"], "NUM": [1.0, 2.0, np.nan]})
    write(path, frame, TEXT, NUMBER)
    return path


def write(path: Path, frame: pd.DataFrame, *columns: Column, **rest: Any) -> None:
    plan = {"name": "XX", "label": "Example", "created": CREATED} | rest
    write_xpt(frame, path, columns=columns, **plan)


def change(path: Path, offset: int, octets: bytes) -> None:
    whole = bytearray(path.read_bytes())
    whole[offset : offset + len(octets)] = octets
    path.write_bytes(whole)


def test_a_file_becomes_a_frame_and_its_description(path: Path) -> None:
    frame, member = read_xpt(path)
    expected = pd.DataFrame(
        {"TEXT": pd.Series(["ab", None, "c"], dtype="str"), "NUM": [1.0, 2.0, np.nan]}
    )
    pd.testing.assert_frame_equal(frame, expected)
    assert (member.name, member.label, member.rows) == ("XX", "Example", 3)
    assert member.columns == (TEXT, NUMBER)
    assert (member.created, member.modified) == (CREATED, CREATED)
    assert read_member(path) == member
    assert record_length(member.columns) == 13


def test_columns_and_rows_can_be_chosen(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("submission.xpt.reader.BLOCK_ROWS", 2)
    frame, member = read_xpt(path, columns=["NUM"], rows=range(1, 99))
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"NUM": [2.0, np.nan]}))
    assert (member.rows, len(member.columns)) == (3, 2)
    frame, _ = read_xpt(path, columns=["NUM", "TEXT"])
    assert frame.columns.tolist() == ["NUM", "TEXT"]
    assert frame["TEXT"].fillna("-").tolist() == ["ab", "-", "c"]
    frame, _ = read_xpt(path, columns=[])
    assert frame.shape == (3, 0)
    frame, _ = read_xpt(path, rows=range(0))
    assert frame.dtypes.astype(str).tolist() == ["str", "float64"]
    with pytest.raises(ValueError, match="not in steps of 2"):
        read_xpt(path, rows=range(0, 2, 2))
    with pytest.raises(RawDataError, match="there is no variable NUMB; did you mean NUM"):
        read_xpt(path, columns=["NUMB"])


def test_special_missing_values_survive_reading_and_writing(path: Path) -> None:
    change(path, FIRST_ROW + 5, b"Z" + bytes(7))
    frame, member = read_xpt(path)
    assert missing_codes(frame["NUM"]).fillna("-").tolist() == [".Z", "-", "."]
    before = path.read_bytes()
    write(path, frame, *member.columns)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"\x41\x10", 1.0),
        (b"\x42\x01\x00", 1.0),
        (b"\xc2\x76\xa0", -118.625),
        (b"\x41\x10\x00\x01", 1 + 2.0**-20),
        (b"\x40\x19\x99\x99\x99", 0x19999999 / 2**32),
        (b"\x2e\x00\x00\x00\x00\x00\x00", np.nan),
    ],
)
def test_numbers_of_any_length_are_read(path: Path, octets: bytes, expected: float) -> None:
    column = Column("NUM", "", "Num", len(octets))
    write(path, pd.DataFrame({"NUM": [0.0]}), column)
    change(path, 880, octets)
    frame, _ = read_xpt(path)
    np.testing.assert_array_equal(frame["NUM"], [expected])


def test_nul_behind_a_text_is_padding(path: Path) -> None:
    change(path, FIRST_ROW, b"ab\0\0\0")
    change(path, FIRST_ROW + 13, bytes(5))
    change(path, 512, b"Label" + bytes(35))
    frame, member = read_xpt(path)
    assert frame["TEXT"].fillna("-").tolist() == ["ab", "-", "c"]
    assert member.label == "Label"


@pytest.mark.parametrize(("length", "rows"), [(8, 3), (8, 9), (40, 1), (40, 2), (79, 5), (200, 7)])
def test_blanks_that_fill_the_file_are_not_rows(path: Path, length: int, rows: int) -> None:
    write(path, pd.DataFrame({"TEXT": ["x"] * rows}), Column("TEXT", "", "Char", length))
    assert read_xpt(path)[0]["TEXT"].tolist() == ["x"] * rows


def test_a_blank_row_that_the_padding_cannot_hold_is_a_row(path: Path) -> None:
    write(path, pd.DataFrame({"TEXT": ["x", None]}), Column("TEXT", "", "Char", 80))
    assert read_xpt(path)[0]["TEXT"].fillna("-").tolist() == ["x", "-"]


def test_a_file_in_another_encoding_is_read_with_its_name(path: Path) -> None:
    change(path, FIRST_ROW, b"a\x92\xb1b ")
    change(path, 512, b"It\x92s")
    frame, member = read_xpt(path, encoding="cp1252")
    assert frame["TEXT"].fillna("-").tolist() == ["a’±b", "-", "c"]  # noqa: RUF001 - byte 0x92
    assert member.label.startswith("It’s")  # noqa: RUF001 - byte 0x92


def test_variables_may_lie_in_the_row_in_another_order(path: Path) -> None:
    change(path, 640 + 84, (8).to_bytes(4, "big"))
    change(path, 780 + 84, (0).to_bytes(4, "big"))
    change(path, FIRST_ROW, b"\x41\x10\0\0\0\0\0\0ab   " * 3)
    frame, _ = read_xpt(path)
    assert frame["TEXT"].tolist() == ["ab"] * 3
    assert frame["NUM"].tolist() == [1.0] * 3


SECOND = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
MALFORMED: dict[str, tuple[int, bytes, str]] = {
    "not a transport file": (0, b"PAR1", "byte 0: expected the LIBRARY header record"),
    "version 8": (20, b"LIBV8", "byte 0: this is a version 8 transport file"),
    "CPORT": (0, b"**COMPRESSED** **COMPRESSED**", "byte 0: this file was written by PROC CPORT"),
    "no member header": (240, b"X", "byte 240: expected the MEMBER header record"),
    "other size of variables": (314, b"0136", "byte 314: variables take b'0136' bytes"),
    "no descriptor header": (320, b"X", "byte 320: expected the DSCRPTR header record"),
    "no variable header": (560, b"X", "byte 560: expected the NAMESTR header record"),
    "no variables": (614, b"0000", "byte 614: number of variables b'0000'"),
    "variables not a number": (614, b"  x2", "byte 614: number of variables b'  x2'"),
    "too many variables": (614, b"0100", "byte 1120: the file ends before its 100 variables do"),
    "no row header": (960, b"X", "byte 960: expected the OBS header record"),
    "time without sense": (464, b"31FEB24", "byte 464: b'31FEB24:23:59:58' is not a time"),
    "blank time": (480, b" " * 16, "byte 480: b'                ' is not a time"),
    "type": (641, b"\3", "byte 640: TEXT has type 3, expected 1 or 2"),
    "text of length 0": (644, b"\0\0", "byte 644: TEXT has length 0"),
    "text of negative length": (644, b"\xff\xff", "byte 644: TEXT has length -1"),
    "number of length 9": (785, b"\t", "byte 784: NUM has length 9"),
    "number of length 1": (785, b"\1", "byte 784: NUM has length 1"),
    "empty name": (648, b"    ", "byte 648: variable name '' is empty or there twice"),
    "name there twice": (788, b"TEXT", "byte 788: variable name 'TEXT' is empty or there twice"),
    "name not ASCII": (649, b"\xe9", "byte 649: 0xE9 is not ascii; name the encoding"),
    "label not ASCII": (514, b"\x92", "byte 514: 0x92 is not ascii; name the encoding"),
    "overlap": (867, b"\4", "byte 864: NUM is at byte 4 of the row, expected 5"),
    "gap": (867, b"\6", "byte 864: NUM is at byte 6 of the row, expected 5"),
    "value not ASCII": (
        FIRST_ROW + 27,
        b"\x92",
        f"byte {FIRST_ROW + 27}: XX row 3, TEXT: 0x92 is not ascii; name the encoding of the file",
    ),
    "bytes behind the rows": (1119, b"X", "byte 1118: b' X' behind the last whole row of 13"),
    "NUL behind the rows": (FIRST_ROW + 39, bytes(41), "byte 1118: b'\\x00\\x00' behind"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_file_is_refused_at_its_byte(path: Path, case: str) -> None:
    offset, octets, message = MALFORMED[case]
    change(path, offset, octets)
    with pytest.raises(RawDataError) as raised:
        read_xpt(path)
    assert str(raised.value).startswith(f"{path} {message}")


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (0, "byte 0: the file is empty"),
        (40, "byte 0: expected the LIBRARY header record"),
        (79, "byte 0: the file ends within a record"),
        (80, "byte 240: expected the MEMBER header record"),
        (1000, "byte 960: the file ends within a record"),
        (960, "byte 960: the file ends before its 2 variables do"),
        (1100, "byte 1040: the file ends within a record"),
    ],
)
def test_a_file_that_ends_early_is_refused_at_its_end(path: Path, size: int, message: str) -> None:
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(RawDataError) as raised:
        read_xpt(path)
    assert str(raised.value).startswith(f"{path} {message}")


def test_rows_that_end_early_are_refused(path: Path) -> None:
    write(path, pd.DataFrame({"TEXT": ["x"] * 2}), Column("TEXT", "", "Char", 200))
    whole = path.read_bytes()
    path.write_bytes(whole[:-160])
    with pytest.raises(RawDataError, match=r"byte 1080: b'x  .*' behind the last whole row of 200"):
        read_xpt(path)
    path.write_bytes(whole[:-320])
    with pytest.raises(RawDataError, match="byte 880: 80 bytes of rows are not whole rows of 200"):
        read_xpt(path)


def test_a_second_dataset_is_refused(path: Path) -> None:
    octets = path.read_bytes()
    path.write_bytes(octets + octets[240:])
    with pytest.raises(RawDataError, match="byte 1120: a second dataset begins"):
        read_xpt(path)
    assert octets[240:320] == SECOND


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(RawDataError, match=r"none\.xpt: there is no such file"):
        read_xpt(path.parent / "none.xpt")


EXPONENTS = st.integers(-259, 250)
NUMBERS = st.one_of(
    st.none(),
    st.just(0.0),
    st.integers(-(2**53), 2**53).map(float),
    st.builds(
        lambda f, e: float(f * 2.0**e), st.floats(-1, 1).filter(lambda f: abs(f) > 0.5), EXPONENTS
    ),
    st.sampled_from("ABCXYZ_").map(special_missing),
)
TEXTS = st.one_of(
    st.none(), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=9)
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXTS, NUMBERS, TEXTS), max_size=40), block=st.integers(1, 50))
def test_legal_values_come_back_as_they_were(
    tmp_path: Path, rows: list[tuple[str | None, float | None, str | None]], block: int
) -> None:
    texts, numbers, others = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 3
    )
    frame = pd.DataFrame(
        {
            "A": pd.Series(texts, dtype="str"),
            "N": np.array(
                [np.nan if number is None else number for number in numbers], dtype=float
            ),
            "B": pd.Series(others, dtype="category"),
        }
    )
    columns = (Column("A", "", "Char", 9), Column("N", "", "Num", 8), Column("B", "", "Char", 12))
    path = tmp_path / "xx.xpt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("submission.xpt.rows.BLOCK_ROWS", block)
        write(path, frame, *columns)
        patch.setattr("submission.xpt.reader.BLOCK_ROWS", block + 1)
        back, member = read_xpt(path)
    assert member.rows == len(rows)
    for name, expected in (("A", texts), ("B", others)):
        # The format knows neither trailing blanks nor an empty text beside a missing one.
        trimmed = [text.rstrip(" ") if text else "" for text in expected]
        assert back[name].fillna("").tolist() == trimmed
    bits = [0 if number == 0 else number for number in frame["N"].tolist()]
    np.testing.assert_array_equal(back["N"], bits)
    codes = missing_codes(frame["N"]).fillna("-").tolist()
    assert missing_codes(back["N"]).fillna("-").tolist() == codes
