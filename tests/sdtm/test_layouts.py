"""Tables as programs write them: lines above and below, blank heads, several files, formats."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from sdtm.readers import read_source
from specs.errors import AbsentDataError, RawDataError
from specs.model import RawSource

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.raw import Form, RawData

Cells = list[list[str | None]]


def read(folder: Path, **given: object) -> RawData:
    table = {"file": "x.csv", "subject": "id", **given}
    return read_source(RawSource("t", "table", {"forms": {"f": table}}), folder)


def cells(form: Form, *columns: str) -> Cells:
    """The lines and values of the records."""
    frame = form.frame[["@line", *(columns or form.fields)]]
    texts = frame.astype("str").astype(object).where(frame.notna(), None)
    rows: Cells = texts.to_numpy().tolist()
    return rows


def of_text(folder: Path, text: str, **given: object) -> Cells:
    (folder / "x.csv").write_bytes(text.encode())
    return cells(read(folder, **given).forms["f"])


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("id,r,\n1,5,\n2,,\n", {}, [["2", "1", "5"], ["3", "2", None]]),
        ("id,r\n1,5,\n2,6,\n", {}, [["2", "1", "5"], ["3", "2", "6"]]),
        ("sep=;\nid;r\n1;5\n", {}, [["3", "1", "5"]]),
        ("id,r\n1,5\nEOF", {}, [["2", "1", "5"]]),
        ("id,r\n1,5\nEOF\n", {"end": "EOF"}, [["2", "1", "5"]]),
        ("Lab\nStudy: X\n\nid,r\n1,5\n", {"head": 4}, [["5", "1", "5"]]),
        ("id,r\nSubject,Result\n1,5\n", {"below": 1}, [["3", "1", "5"]]),
        ("id,r\n1,5\nTotal 1\n", {"foot": 1}, [["2", "1", "5"]]),
        ("H|X\nid|r\nD|5\nT|1\n", {"head": 2, "detail": "D"}, [["3", "D", "5"]]),
        ("1,5\n2,6\n", {"columns": ["id", "r"]}, [["1", "1", "5"], ["2", "2", "6"]]),
        ('id,r\n"1","a\nb"\n2,6\n', {}, [["2", "1", "a\nb"], ["4", "2", "6"]]),
        ('x\nid,r\n"1","a\nb"\n2,6\n', {"head": 2}, [["3", "1", "a\nb"], ["5", "2", "6"]]),
    ],
)
def test_a_table_is_read_whatever_stands_around_it(
    tmp_path: Path, text: str, given: dict[str, object], expected: Cells
) -> None:
    assert of_text(tmp_path, text, **given) == expected


def test_a_head_of_two_rows_is_joined_the_upper_carried_to_the_right(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(",Week 1,,Week 2\nid,low,high,low\n1,3,4,5\n")
    form = read(tmp_path, heads=2).forms["f"]
    assert list(form.fields) == ["id", "Week 1 low", "Week 1 high", "Week 2 low"]
    assert cells(form) == [["3", "1", "3", "4", "5"]]


def test_a_column_without_a_name_is_called_after_its_place(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(",CD3+ | Count\n1.fcs,12\n")
    raw = read(tmp_path, subject="column_1")
    assert cells(raw.forms["f"]) == [["2", "1.fcs", "12"]]
    assert raw.findings[["rule", "variable"]].to_numpy().tolist() == [["CK-RAW-HEAD", "column_1"]]


def test_a_file_without_its_declared_end_was_cut(tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match=r"x\.csv: does not end with the line EOF"):
        of_text(tmp_path, "id,r\n1,5\n", end="EOF")
    with pytest.raises(RawDataError, match=r"x\.csv: has no line 9"):
        of_text(tmp_path, "id,r\n1,5\n", head=9)


TALL = (
    "id,visit,form,item,answer\n1,V1,DM,sex,1\n1,V1,DM,age,50\n1,V1,VS,weight,70\n"
    "1,V2,VS,weight,71\n2,V1,DM,age,51\n"
)


def test_a_table_with_a_row_for_each_value_is_a_record_for_each_form(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(TALL)
    (tmp_path / "codes.csv").write_text("field,code,label\nsex,1,Male\n")
    tall = {"file": "x.csv", "subject": "id", "event": "visit",
            "tall": {"field": "item", "value": "answer"}}  # fmt: skip
    forms = {name: {**tall, "only": {"form": [name]}} for name in ("DM", "VS")}
    source = RawSource("t", "table", {"codes": "codes.csv", "forms": forms})
    raw = read_source(source, tmp_path)
    assert cells(raw.forms["DM"]) == [["2", "1", "V1", "1", "50"], ["6", "2", "V1", None, "51"]]
    assert cells(raw.forms["VS"], "visit", "weight") == [["4", "V1", "70"], ["5", "V2", "71"]]
    assert dict(raw.forms["DM"].fields["sex"].choices) == {"1": "Male"}


def test_a_record_with_two_values_of_a_field_lacks_the_column_of_repeats(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"{TALL}1,V2,VS,weight,72\n")
    with pytest.raises(RawDataError, match=r"x\.csv line 7: 1 has two values of weight"):
        read(tmp_path, event="visit", tall={"field": "item", "value": "answer"})


@pytest.mark.parametrize("file", ["lab_*.csv", ["lab_a.csv", "lab_b.csv"]])
def test_several_files_are_one_form(tmp_path: Path, file: object) -> None:
    (tmp_path / "lab_a.csv").write_text("id,r\n1,5\n")
    (tmp_path / "lab_b.csv").write_text("r,id,note\n6,2,late\n")
    raw = read(tmp_path, file=file)
    form = raw.forms["f"]
    assert cells(form, "id", "r", "note") == [["2", "1", "5", None], ["2", "2", "6", "late"]]
    assert form.frame["@file"].tolist() == ["lab_a.csv", "lab_b.csv"]
    assert [path.name for path in raw.files] == ["lab_a.csv", "lab_b.csv"]
    found = raw.findings[["rule", "variable", "file"]].to_numpy().tolist()
    assert found == [["CK-RAW-ABSENT", "note", "lab_a.csv"]]


def test_a_name_that_fits_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(AbsentDataError, match=r"no file is named lab_\*\.csv"):
        read(tmp_path, file="lab_*.csv")


def test_a_sheet_keeps_midnight_fractions_and_hours_beyond_a_day(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        clock = book.add_format({"num_format": "[h]:mm:ss"})
        sheet = book.add_worksheet("A & B")
        sheet.write_row(0, 0, ["Title"])
        sheet.write_row(1, 0, ["id", "when", "clock"])
        sheet.write_row(2, 0, ["1"])
        sheet.write_datetime(2, 1, datetime(2021, 3, 4, 0, 0), stamp)
        sheet.write_datetime(2, 2, time(8, 30), clock)
        sheet.write_row(3, 0, ["2"])
        sheet.write_datetime(3, 1, datetime(2021, 3, 4, 23, 59, 59, 700_000), stamp)
        sheet.write_datetime(3, 2, timedelta(hours=36), clock)
    form = read(tmp_path, file="x.xlsx", sheet="A & B", head=2).forms["f"]
    assert cells(form, "id", "when", "clock") == [
        ["3", "1", "2021-03-04T00:00:00", "08:30:00"],
        ["4", "2", "2021-03-04T23:59:59.7", "36:00:00"],
    ]


def test_several_sheets_are_one_form(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        for name, row in (("one", ["1", 5]), ("two", ["2", 6])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["id", "r"])
            sheet.write_row(1, 0, row)
    form = read(tmp_path, file="x.xlsx", sheet="one, two").forms["f"]
    assert cells(form) == [["2", "1", "5"], ["2", "2", "6"]]


def test_the_error_of_a_formula_is_text_and_found(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, ["id", "r"])
        sheet.write_row(1, 0, ["1"])
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
        sheet.write_row(2, 0, ["2"])
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    raw = read(tmp_path, file="x.xlsx")
    assert cells(raw.forms["f"]) == [["2", "1", "#N/A"], ["3", "2", "#DIV/0!"]]
    found = raw.findings[["rule", "variable", "value", "line"]].to_numpy().tolist()
    assert found == [["CK-RAW-CELL", "r", "#N/A", "2"], ["CK-RAW-CELL", "r", "#DIV/0!", "3"]]


DAY = 22_280  # 2020-12-31 in days from 1960-01-01
STAMP = DAY * 86_400.0


@pytest.mark.parametrize(
    ("sas_format", "number", "text"),
    [
        ("DATE9", DAY, "2020-12-31"),
        ("YYMMDDN8", DAY, "2020-12-31"),
        ("JULIAN7", DAY, "2020-12-31"),
        ("MONYY7", DAY, "2020-12-31"),
        ("E8601DA", DAY, "2020-12-31"),
        ("DTDATE9", STAMP, "2020-12-31"),
        ("B8601DN", STAMP, "2020-12-31"),
        ("E8601DN", STAMP + 3600, "2020-12-31T01:00:00"),
        ("DATETIME22.2", STAMP + 86_399.7, "2020-12-31T23:59:59.7"),
        ("E8601DT", STAMP, "2020-12-31T00:00:00"),
        ("B8601DT", STAMP + 1, "2020-12-31T00:00:01"),
        ("TIME11.2", 86_399.7, "23:59:59.7"),
        ("TOD8", STAMP + 60, "00:01:00"),
        ("HHMM", 36 * 3600.0, "36:00:00"),
        ("BEST12", 1.5, "1.5"),
    ],
)
def test_numbers_of_sas_are_what_their_format_says(
    tmp_path: Path, sas_format: str, number: float, text: str
) -> None:
    frame = pd.DataFrame({"ID": ["1"], "V": [float(number)]})
    pyreadstat.write_xport(frame, str(tmp_path / "x.xpt"), variable_format={"V": sas_format})
    raw = read(tmp_path, file="x.xpt", subject="ID")
    assert cells(raw.forms["f"], "V") == [["1", text]]
    assert raw.findings.empty


def test_a_format_that_may_be_one_of_dates_and_is_not_known_is_found(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ID": ["1"], "V": [float(DAY)]})
    pyreadstat.write_xport(frame, str(tmp_path / "x.xpt"), variable_format={"V": "MYDAT8"})
    raw = read(tmp_path, file="x.xpt", subject="ID")
    assert cells(raw.forms["f"], "V") == [["1", str(DAY)]]
    assert raw.findings["rule"].tolist() == ["CK-RAW-FORMAT"]


def test_a_catalog_gives_the_codes_of_the_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = SimpleNamespace(value_labels={"SEXF": {1.0: "Male", 2.0: "Female"}})
    frame = pd.DataFrame({"ID": ["1"], "SEX": [2.0]})
    pyreadstat.write_xport(frame, str(tmp_path / "x.xpt"), variable_format={"SEX": "SEXF1"})
    (tmp_path / "formats.sas7bcat").write_bytes(b"x")
    monkeypatch.setattr(pyreadstat, "read_sas7bcat", lambda _: (None, meta))
    field = read(tmp_path, file="x.xpt", subject="ID", catalog="formats.sas7bcat").forms["f"]
    assert (field.fields["SEX"].kind, field.fields["SEX"].choices) == (
        "code", {"1": "Male", "2": "Female"},
    )  # fmt: skip
