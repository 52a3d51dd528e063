"""What a Dataset-JSON file says wrongly, each with the one error for it."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from specs.errors import RawDataError
from submission.dataset_json import read_dataset_json, read_json_description

if TYPE_CHECKING:
    from pathlib import Path


def described(**changes: Any) -> dict[str, Any]:
    """A file of three columns and two rows, with changes; None removes an attribute."""
    whole: dict[str, Any] = {
        "datasetJSONCreationDateTime": "2024-02-29T13:05:09",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.XX",
        "records": 2,
        "name": "XX",
        "label": "Example",
        "columns": [
            {"itemOID": "IT.A", "name": "A", "label": "", "dataType": "string", "length": 3},
            {"itemOID": "IT.N", "name": "N", "label": "", "dataType": "integer", "keySequence": 1},
            {"itemOID": "IT.D", "name": "D", "label": "", "dataType": "date"},
        ],
        "rows": [["a", 1, "2024"], [None, None, ""]],
    }
    whole |= changes
    return {key: value for key, value in whole.items() if value is not None}


def with_column(number: int, **changes: Any) -> dict[str, Any]:
    columns = described()["columns"]
    columns[number] |= changes
    columns[number] = {key: value for key, value in columns[number].items() if value is not None}
    return described(columns=columns)


def with_value(row: int, number: int, value: Any) -> dict[str, Any]:
    rows = described()["rows"]
    rows[row][number] = value
    return described(rows=rows)


def with_types(data_type: str, value: Any, **more: Any) -> dict[str, Any]:
    column = {"itemOID": "IT.V", "name": "V", "label": "", "dataType": data_type, **more}
    return described(columns=[column], rows=[[value]], records=1)


WRONG: dict[str, tuple[Any, str]] = {
    "an array": ([], ": an array, expected an object"),
    "no name": (described(name=None), ": there is no name"),
    "empty name": (described(name=""), ": name is empty"),
    "empty OID": (described(itemGroupOID=""), ": itemGroupOID is empty"),
    "name no text": (described(name=1), ": name is a whole number, expected text"),
    "unknown attribute": (
        described(lable="x"),
        ": unknown attribute 'lable'; did you mean label?",
    ),
    "version": (described(datasetJSONVersion="1x1"), ": version '1x1', expected 1.1 or 1.1.n"),
    "version 1.0": (described(datasetJSONVersion="1.0.0"), ": version '1.0.0', expected 1.1"),
    "time without seconds": (
        described(datasetJSONCreationDateTime="2024-02-29T13:05"),
        ": datasetJSONCreationDateTime '2024-02-29T13:05' is not a time",
    ),
    "time without sense": (
        described(datasetJSONCreationDateTime="2024-02-30T13:05:00"),
        ": datasetJSONCreationDateTime '2024-02-30T13:05:00' is not a time",
    ),
    "modified later": (
        described(dbLastModifiedDateTime="2024-03-01T00:00:00"),
        ": the database was modified 2024-03-01T00:00:00, after the file was created",
    ),
    "source without version": (
        described(sourceSystem={"name": "x"}),
        ", sourceSystem: there is no version",
    ),
    "more records": (described(records=3), ": there are 2 rows, 3 by `records`"),
    "fewer records": (described(records=1), ": there are more rows than the 1 of `records`"),
    "records no number": (described(records="2"), ": records is text, expected a whole number"),
    "records true": (described(records=True), ": records is true or false, expected a whole"),
    "no columns": (described(columns=[]), ": there are no columns"),
    "columns no array": (described(columns={}), ": columns is an object, expected an array"),
    "column no object": (described(columns=["A"]), ", column 1: text, expected an object"),
    "column without label": (with_column(1, label=None), ", column 2: there is no label"),
    "private attribute": (with_column(0, origin="x"), ", column 1: unknown attribute 'origin'"),
    "column without OID": (with_column(0, itemOID=""), ", A: itemOID is empty"),
    "column without name": (with_column(0, name=""), ", a column without name: name is empty"),
    "name there twice": (with_column(1, name="A"), ": name 'A' is there twice"),
    "OID there twice": (with_column(1, itemOID="IT.A"), ": itemOID 'IT.A' is there twice"),
    "key there twice": (with_column(0, keySequence=1), ": keySequence 1 is there twice"),
    "key 0": (with_column(0, keySequence=0), ", A: keySequence is 0, expected 1 or more"),
    "length 0": (with_column(0, length=0), ", A: length is 0, expected 1 or more"),
    "length no number": (with_column(0, length=3.5), ", column 1: length is a number, expected"),
    "type": (with_column(0, dataType="text"), ", A: unknown dataType 'text'"),
    "target on text": (
        with_column(0, targetDataType="decimal"),
        ", A: targetDataType 'decimal' for the dataType string",
    ),
    "unknown target": (with_column(2, targetDataType="float"), ", D: targetDataType 'float' for"),
    "decimal without target": (
        with_column(0, dataType="decimal"),
        ", A: dataType decimal without targetDataType decimal",
    ),
    "row too short": (
        described(rows=[["a", 1, ""], ["a", 1]]),
        " row 2: 2 values, expected an array of 3 values",
    ),
    "row no array": (
        described(rows=[["a", 1, ""], {}]),
        " row 2: no array, expected an array of 3",
    ),
    "rows no array": (described(rows={}), ": rows is not an array"),
    "object as value": (with_value(1, 0, {}), " row 2, A: {} is not text, as dataType string"),
    "number as text": (with_value(1, 0, 1), " row 2, A: 1 is not text, as dataType string wants"),
    "text as number": (
        with_value(0, 1, "1"),
        " row 1, N: '1' is not a number, as dataType integer",
    ),
    "truth as number": (with_value(0, 1, True), " row 1, N: True is not a number, as dataType"),
    "fraction": (with_value(0, 1, 1.5), " row 1, N: 1.5 is not a whole number that doubles hold"),
    "large": (with_value(0, 1, 2**53 + 1), " row 1, N: 9007199254740993 is not a whole number"),
    "long text": (with_value(0, 0, "abcd"), " row 1, A: 'abcd' has 4 characters, 3 are planned"),
    "no date": (with_value(0, 2, "2023-02-29"), " row 1, D: '2023-02-29' is not a date"),
    "date with blank": (with_value(0, 2, "2024 "), " row 1, D: '2024 ' is not a date"),
    "large float": (with_types("float", 2**53 + 1), " row 1, V: 9007199254740993 is not a number"),
    "partial numeric date": (
        with_types("date", "2024-02", targetDataType="integer"),
        " row 1, V: '2024-02' is not a date",
    ),
    "empty numeric time": (
        with_types("time", "", targetDataType="integer"),
        " row 1, V: '' is not a time",
    ),
    "decimal": (
        with_types("decimal", "1,00.5", targetDataType="decimal"),
        " row 1, V: '1,00.5' is not a decimal",
    ),
    "truth": (with_types("boolean", "Y"), " row 1, V: 'Y' is not true or false"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("suffix", ["json", "ndjson"])
def test_a_file_that_says_something_wrong_is_refused(
    tmp_path: Path, case: str, suffix: str
) -> None:
    whole, message = WRONG[case]
    path = tmp_path / f"xx.{suffix}"
    if suffix == "json":
        path.write_text(json.dumps(whole))
    else:
        if case in ("an array", "rows no array"):
            pytest.skip("of a .json only")
        rows = whole.pop("rows")
        path.write_text("".join(f"{json.dumps(line)}\n" for line in [whole, *rows]))
        whole["rows"] = rows
    with pytest.raises(RawDataError) as raised:
        read_dataset_json(path)
    text = str(raised.value).replace(" line 1", "")
    assert text.startswith(f"{path}{message}")


BROKEN: dict[str, tuple[str, bytes, str]] = {
    "empty": ("xx.json", b"", ": this is not JSON"),
    "empty lines": ("xx.ndjson", b"", " line 1: this is not JSON"),
    "infinity": ("xx.json", b'{"records": Infinity}', ": this is not JSON"),
    "cut": ("xx.json", b'{"records": 1', ": this is not JSON"),
    "mark": ("xx.json", b"\xef\xbb\xbf{}", ": the file begins with a byte order mark"),
    "UTF-16": ("xx.ndjson", "{}\n".encode("utf-16"), " line 1: this is not JSON"),
    "not packed": ("xx.dsjc", b"{}", ": cannot be unpacked"),
    "packed text cut": ("xx.dsjc", zlib.compress(b"{}" * 999)[:-9], ": the packed text ends early"),
    "nothing packed": ("xx.dsjc", b"", ": the packed text ends early"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused(tmp_path: Path, case: str) -> None:
    name, octets, message = BROKEN[case]
    path = tmp_path / name
    path.write_bytes(octets)
    with pytest.raises(RawDataError) as raised:
        read_dataset_json(path)
    assert str(raised.value).startswith(f"{path}{message}")


def lines_of(*rows: str) -> bytes:
    whole = described(records=len(rows))
    del whole["rows"]
    return "\n".join([json.dumps(whole), *rows]).encode()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (['["a",1,""]', '["a",1,"'], " line 3: this is not JSON"),
        (['["a",1,""]', "", '["a",1,""]'], " line 3: this is not JSON"),
        (['["a",1,""],["a",1,""]'], " line 2: this is not JSON"),
        (['["a",1', '""]'], " line 2: this is not JSON"),
        (['["a",1,""],["a",1,""]', '["a",1', '""]'], " line 2: this is not JSON"),
        (['["a",1,""],["a",1,""]', '["a]', '[",1,""]'], " line 2: this is not JSON"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, rows: list[str], message: str) -> None:
    path = tmp_path / "xx.ndjson"
    path.write_bytes(lines_of(*rows))
    with pytest.raises(RawDataError) as raised:
        read_dataset_json(path)
    assert str(raised.value).startswith(f"{path}{message}")


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    path = tmp_path / "xx.ndjson"
    path.write_bytes(lines_of('["a",1,""]', '["b",null,null]').replace(b"\n", b"\r\n") + b"\r\n")
    frame, _ = read_dataset_json(path)
    assert frame["A"].tolist() == ["a", "b"]


def test_attributes_may_stand_in_another_order(tmp_path: Path) -> None:
    path = tmp_path / "xx.json"
    path.write_text(json.dumps(dict(reversed(described().items()))))
    assert read_dataset_json(path)[0]["N"].tolist()[0] == 1


def test_of_a_large_file_only_the_description_is_read(tmp_path: Path) -> None:
    path = tmp_path / "xx.ndjson"
    path.write_bytes(lines_of("no row at all"))
    assert read_json_description(path).records == 1


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xx.json"
    with pytest.raises(RawDataError, match="there is no such file"):
        read_dataset_json(path)
    path.write_text(json.dumps(described()))
    with pytest.raises(RawDataError, match="there is no column AA; did you mean A"):
        read_dataset_json(path, columns=["AA"])
