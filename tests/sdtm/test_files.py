from __future__ import annotations

import csv
import io
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdtm.readers._files import read_delimited
from specs.errors import CdisckitError, RawDataError, SpecError

if TYPE_CHECKING:
    from pathlib import Path

SHARED = [HealthCheck.function_scoped_fixture]  # each example writes its file anew


def read(folder: Path, content: bytes, **how: str) -> dict[int, list[object]]:
    """The rows by line, missing as None."""
    path = folder / "ae.csv"
    path.write_bytes(content)
    frame = read_delimited(path, **how).astype(object)
    return {
        int(line): list(row)
        for line, row in zip(frame.index, frame.where(frame.notna(), None).to_numpy(), strict=True)
    }


def test_values_are_text_as_written(tmp_path: Path) -> None:
    content = b"a,b,c\n007,1.50,NA\n,NULL, x \n"
    assert read(tmp_path, content) == {2: ["007", "1.50", "NA"], 3: [None, "NULL", " x "]}


def test_a_head_without_rows_gives_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n") == {}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbfa,b\n1,2\n", id="byte order mark"),
        pytest.param("a,b\n1,2\n".encode("utf-16"), id="UTF-16"),
        pytest.param(b"a,b\r\n1,2\r\n", id="line ends of Windows"),
        pytest.param(b"a,b\r1,2\r", id="line ends of old Macintoshes"),
        pytest.param(b"a,b\n1,2", id="no end of the last line"),
        pytest.param(b"a,b\n1,2\n\n\n", id="blank lines at the end"),
        pytest.param(b'"a","b"\n"1","2"\n', id="everything quoted"),
    ],
)
def test_a_file_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == {2: ["1", "2"]}


def test_the_line_is_that_on_which_the_row_starts(tmp_path: Path) -> None:
    content = b'a,b\n1,"x\ny, ""z"""\n\n3,"4\r\n5"\n6,7\n'
    assert read(tmp_path, content) == {
        2: ["1", 'x\ny, "z"'],
        5: ["3", "4\r\n5"],
        7: ["6", "7"],
    }


def test_signs_that_some_take_for_line_ends_stay_in_the_value(tmp_path: Path) -> None:
    content = "a,b\n1,x\u2028y\x0cz\n2,3\n".encode()
    assert read(tmp_path, content) == {2: ["1", "x\u2028y\x0cz"], 3: ["2", "3"]}


def test_a_bare_quote_within_a_value_is_part_of_it(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n1,5" long\n2,3\n') == {2: ["1", '5" long'], 3: ["2", "3"]}


def test_another_encoding_and_delimiter_can_be_declared(tmp_path: Path) -> None:
    content = "a;b\n1;\u00e9,\u20ac\n".encode("cp1252")
    assert read(tmp_path, content, delimiter=";", encoding="cp1252") == {2: ["1", "\u00e9,\u20ac"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"ae\.csv: is empty; export"),
        (b" \n\n", r"ae\.csv: is empty; export"),
        (b"\xef\xbb\xbf", r"ae\.csv: is empty; export"),
        (b"a,b,a\n1,2,3\n", r"ae\.csv line 1: the head has a twice"),
        (b",,\n1,2,3\n", r"ae\.csv line 1: a column has no name"),
        (b"\n\n,\n1,2\n", r"ae\.csv line 3: a column has no name"),
        (b"a,b\n1,2\n3\n", r"ae\.csv line 3: the row has 1 cells, the head has 2"),
        (b"a,b\n1,2\n3,4,5\n", r"ae\.csv line 3: the row has 3 cells, the head has 2"),
        (b"a,b\n1,2\n3,4\n5", r"ae\.csv line 4: the row has 1 cells"),
        (b'a,b\n1,"2\n3,4\n5,6\n', r"ae\.csv line 2: .*a quote does not close"),
        (b'a,b\n1,2\n3,"4', r"ae\.csv line 3: .*a quote does not close"),
        (b'a,"b\n1,2\n', r"ae\.csv line 1: .*a quote does not close"),
        (b'a,b\n1,"2\n3,"x"\n5,6\n', r"ae\.csv line 2: .*a quote does not close"),
        (b"a,b\n1,\xe9\n", r"ae\.csv line 2: byte 0xe9 is not utf-8 text; declare"),
        (b"a,b\n1,\x002\n", r"ae\.csv line 2: holds a NUL"),
        ("a,b\n1,2\n".encode("utf-16-le"), r"ae\.csv line 1: holds a NUL"),
        (b"<!DOCTYPE html>\n<html>", r"ae\.csv: is a web page or XML.*export the data again"),
        (b"\n  <HTML><body>502, sorry", r"ae\.csv: is a web page"),
        (b"<?xml version='1.0'?><ODM/>", r"ae\.csv: is a web page or XML"),
        (b'a,b\n1,"\n' + b"x" * 200_000 + b'"\n', r"ae\.csv line 2: .*field larger"),
    ],
)
def test_what_is_no_delimited_text_names_its_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(RawDataError, match=message):
        read(tmp_path, content)


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match=r"none\.csv: there is no such file; check raw:"):
        read_delimited(tmp_path / "none.csv")
    with pytest.raises(RawDataError, match=r"cannot be read .*check raw:"):
        read_delimited(tmp_path)


def test_an_encoding_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="there is no encoding utf-99; write one such as utf-8"):
        read(tmp_path, b"a,b\n1,2\n", encoding="utf-99")


@settings(max_examples=300, deadline=None, suppress_health_check=SHARED)
@given(st.text(alphabet='ab,"\n\r; ', max_size=30), st.integers(min_value=0, max_value=3))
def test_whatever_the_file_holds_its_rows_are_those_of_the_csv_module_or_it_is_refused(
    tmp_path: Path, text: str, cells: int
) -> None:
    content = ",".join("xyz"[:cells]) + "\n" + text
    try:
        rows = read(tmp_path, content.encode())
    except CdisckitError:
        return
    head, *records = [row for row in csv.reader(io.StringIO(content, newline="")) if row]
    kept = [n for n, name in enumerate(head) if name.strip() or any(row[n] for row in records)]
    expected = [[row[n] for n in kept] for row in records]
    assert [[value or "" for value in row] for row in rows.values()] == expected


@settings(deadline=None, suppress_health_check=SHARED)
@given(st.binary(max_size=40), st.sampled_from(["utf-8", "cp1252", "utf-16", "ascii"]))
def test_whatever_the_bytes_are_only_errors_for_the_user_are_raised(
    tmp_path: Path, content: bytes, encoding: str
) -> None:
    with suppress(CdisckitError):
        read(tmp_path, content, encoding=encoding)
