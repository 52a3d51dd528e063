"""Transport files become Dataset-JSON and come back; what one of them cannot say is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from specs.errors import TransportError
from submission.dataset_json import (
    JsonColumn,
    JsonDataset,
    iter_dataset_json,
    json_of_xpt,
    read_dataset_json,
    transport_frame,
    write_dataset_json,
    xpt_of_json,
)
from submission.xpt import Column, Member, read_xpt, special_missing, write_xpt

if TYPE_CHECKING:
    from pathlib import Path

CREATED = datetime(2024, 2, 29, 13, 5, 9)


def write(path: Path, frame: Any, *columns: Column, **rest: Any) -> Member:
    plan = {"name": "ADXX", "label": "Example", "created": CREATED} | rest
    return write_xpt(frame, path, columns=columns, **plan)


@pytest.mark.parametrize("suffix", ["json", "ndjson", "dsjc"])
def test_nothing_is_lost_there_and_back(tmp_path: Path, suffix: str) -> None:
    path, between = tmp_path / "adxx.xpt", tmp_path / f"adxx.{suffix}"
    frame = pd.DataFrame(
        {
            "TEXT": ["a", None, " b"],
            "WHOLE": [1.0, np.nan, 2.0**53],
            "NUM": [0.1, 7.2e75, -5.4e-79],
            "ADT": [23435.0, np.nan, -1.0],
            "ADTM": [2024784000.1, 0.0, np.nan],
            "ATM": [86_399.0, np.nan, 0.001],
        }
    )
    columns = (
        Column("TEXT", "A Text", "Char", 20, "$20."),
        Column("WHOLE", "Whole", "Num", 8),
        Column("NUM", "", "Num", 8, "8.2"),
        Column("ADT", "A Date", "Num", 8, "E8601DA10."),
        Column("ADTM", "A Datetime", "Num", 8, "DATETIME20."),
        Column("ATM", "A Time", "Num", 8, "TIME8."),
    )
    member = write(path, frame, *columns)
    dataset, differences = json_of_xpt(path)
    assert differences == ()
    assert [(column.data_type, column.target_data_type) for column in dataset.columns] == [
        ("string", ""),
        ("integer", ""),
        ("float", ""),
        ("date", "integer"),
        ("datetime", "integer"),
        ("time", "integer"),
    ]
    write_dataset_json(read_xpt(path)[0], between, dataset)
    again, differences = xpt_of_json(dataset, iter_dataset_json(between))
    assert differences == ()
    assert again == member
    frames = (transport_frame(part, dataset) for part in iter_dataset_json(between))
    before = path.read_bytes()
    write(path, frames, *again.columns, created=again.created)
    assert path.read_bytes() == before


def test_what_dataset_json_cannot_say_is_named(tmp_path: Path) -> None:
    path = tmp_path / "adxx.xpt"
    frame = pd.DataFrame({"NUM": [special_missing("B"), special_missing("_"), 2.0]})
    column = Column("NUM", "", "Num", 3, "", "8.")
    write(path, frame, column, modified=datetime(2024, 3, 1))
    dataset, differences = json_of_xpt(path)
    assert list(map(str, differences)) == [
        "created 2024-02-29 13:05:09, beside modified 2024-03-01 00:00:00",
        "NUM: informat 8.",
        "NUM: length of 3 bytes",
        "NUM: special missing values .B, ._ are null",
    ]
    assert dataset.created == "2024-03-01T00:00:00"


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("DATE9.", 0.5, "float"),
        ("DATE9.", 3e6, "integer"),
        ("TIME5.", 90_000.0, "integer"),
        ("DATETIME20.", -1e12, "integer"),
        ("MONYY7.", 0.0, "date"),
    ],
)
def test_a_number_that_is_no_date_stays_a_number(
    tmp_path: Path, form: str, value: float, expected: str
) -> None:
    path = tmp_path / "adxx.xpt"
    write(path, pd.DataFrame({"V": [value]}), Column("V", "", "Num", 8, form))
    dataset, _ = json_of_xpt(path)
    assert (dataset.columns[0].data_type, dataset.columns[0].display_format) == (expected, form)
    write_dataset_json(read_xpt(path)[0], tmp_path / "v.json", dataset)
    assert read_dataset_json(tmp_path / "v.json")[0]["V"].tolist() == [value]


def test_what_a_transport_file_cannot_say_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xx.json"
    columns = (
        JsonColumn("IT.XX.TEXT", "TEXT", "", "string", length=300, key_sequence=1),
        JsonColumn("DTC", "DTC", "", "date"),
        JsonColumn("IT.XX.EXACT", "EXACT", "", "decimal", "decimal"),
        JsonColumn("IT.XX.YES", "YES", "", "boolean"),
        JsonColumn("IT.XX.ADT", "ADT", "", "date", "integer"),
        JsonColumn("IT.XX.NUM", "NUM", "", "float", length=8, display_format="8.2"),
        JsonColumn("IT.XX.ADTM", "ADTM", "", "datetime", "integer", display_format="DATETIME20"),
    )
    dataset = JsonDataset("XX", "", "IG.XX", columns, "2024-02-29T13:05:09Z", originator="Sponsor")
    frame = pd.DataFrame(
        {
            "TEXT": ["", "a ", None],
            "DTC": ["2024-02", None, "2024"],
            "EXACT": ["1,000.10", None, "3"],
            "YES": pd.array([True, None, False], dtype="boolean"),
            "ADT": [0.0, np.nan, 1.0],
            "NUM": [1.0, np.nan, 2.0],
            "ADTM": [0.0, np.nan, 1.0],
        }
    )
    written = write_dataset_json(frame, path, dataset)
    member, differences = xpt_of_json(written, iter_dataset_json(path))
    assert list(map(str, differences)) == [
        "originator Sponsor",
        "creation time 2024-02-29T13:05:09Z becomes 2024-02-29 13:05:09",
        "TEXT: length of 300 characters becomes 200 bytes",
        "TEXT: empty texts (1) become missing",
        "TEXT: trailing blanks are lost (1 texts)",
        "TEXT: keySequence 1",
        "DTC: itemOID DTC",
        "DTC: dataType date becomes text",
        "EXACT: dataType decimal becomes a number",
        "YES: dataType boolean becomes a number",
        "ADT: no displayFormat becomes DATE9.",
        "NUM: length of 8 characters",
        "ADTM: displayFormat DATETIME20 becomes DATETIME20.",
    ]
    assert [(column.type, column.length, column.format) for column in member.columns] == [
        ("Char", 200, ""),
        ("Char", 7, ""),
        ("Num", 8, ""),
        ("Num", 8, ""),
        ("Num", 8, "DATE9."),
        ("Num", 8, "8.2"),
        ("Num", 8, "DATETIME20."),
    ]
    frames = (transport_frame(part, written) for part in iter_dataset_json(path))
    xpt = tmp_path / "xx.xpt"
    write(xpt, frames, *member.columns, name="XX")
    back, _ = read_xpt(xpt)
    assert back["EXACT"].fillna(-1).tolist() == [1000.1, -1, 3]
    assert back["YES"].fillna(-1).tolist() == [1, -1, 0]


def test_lengths_are_measured_in_the_bytes_of_the_encoding(tmp_path: Path) -> None:
    columns = (JsonColumn("IT.XX.T", "T", "", "string", length=2),)
    dataset = JsonDataset("XX", "", "IG.XX", columns, "2024-02-29T13:05:09", records=1)
    frame = pd.DataFrame({"T": ["é±"]})
    for encoding, length in (("utf-8", 4), ("latin-1", 2)):
        member, _ = xpt_of_json(dataset, [frame], encoding=encoding)
        assert member.columns[0].length == length
        write(tmp_path / "xx.xpt", frame, *member.columns, encoding=encoding)
    with pytest.raises(TransportError, match="which ascii cannot write"):
        write(tmp_path / "xx.xpt", frame, *replace_length(member, 4))


def replace_length(member: Member, length: int) -> tuple[Column, ...]:
    return tuple(replace(column, length=length) for column in member.columns)
