"""Tables in every format, and the layouts of laboratories and cytometers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from sdtm.readers import secutrial, table
from sdtm.readers._frames import number_text
from specs.errors import RawDataError, SpecError
from specs.model import RawSource

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.raw import RawData

BOOK = {"SUBJECT": ["007", "008"], "WEIGHT": [70.5, None], "N": [3.0, 1e6], "TEXT": ["a;b", "x"]}
TEXTS = [["007", "70.5", "3", "a;b"], ["008", None, "1000000", "x"]]


def read(folder: Path, file: str, *, codes: str = "", **how: object) -> RawData:
    given: dict[str, object] = {"forms": {"vs": {"file": file, "subject": "SUBJECT", **how}}}
    if codes:
        given["codes"] = codes
    return table.read(RawSource("forms", "table", given, "study.yaml line 9"), folder)


def cells(raw: RawData) -> list[list[object]]:
    form = raw.forms["vs"]
    wide = form.frame[list(form.fields)].astype(object)
    return wide.where(wide.notna(), None).to_numpy().tolist()


def test_a_parquet_file_is_text(tmp_path: Path) -> None:
    pd.DataFrame(BOOK).to_parquet(tmp_path / "vs.parquet")
    assert cells(read(tmp_path, "vs.parquet")) == TEXTS
    stamps = pd.DataFrame({"SUBJECT": ["1"], "DAY": pd.to_datetime(["2020-01-02"])})
    stamps.to_parquet(tmp_path / "day.parquet")
    assert cells(read(tmp_path, "day.parquet")) == [["1", "2020-01-02"]]
    pd.DataFrame({"SUBJECT": ["1"], "L": [[1, 2]]}).to_parquet(tmp_path / "bad.parquet")
    with pytest.raises(RawDataError, match=r"bad\.parquet: column L holds list<"):
        read(tmp_path, "bad.parquet")


def test_a_transport_file_has_labels_and_dates_by_format(tmp_path: Path) -> None:
    data = pd.DataFrame({**BOOK, "DAY": [21915.0, None], "AT": [36000.0, 60.0]})
    pyreadstat.write_xport(
        data, tmp_path / "vs.xpt", column_labels={"WEIGHT": "Weight (kg)"},
        variable_format={"DAY": "DATE9.", "AT": "TIME5."}, file_format_version=5,
    )  # fmt: skip
    raw = read(tmp_path, "vs.xpt")
    assert cells(raw) == [[*TEXTS[0], "2020-01-01", "10:00:00"], [*TEXTS[1], None, "00:01:00"]]
    assert raw.forms["vs"].fields["WEIGHT"].label == "Weight (kg)"
    assert raw.forms["vs"].frame["@line"].tolist() == [1, 2]


def test_the_shown_sheet_of_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "vs.xlsx") as book:
        hidden, sheet = book.add_worksheet("old"), book.add_worksheet("vs")
        sheet.activate()
        sheet.set_first_sheet()
        hidden.hide()
        hidden.write_row(0, 0, ["SUBJECT"])
        sheet.write_row(1, 0, ["SUBJECT", "WEIGHT", "DAY", "OK"])
        sheet.write_row(2, 0, ["007", 70.50])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_number(2, 2, 43831, day)
        sheet.write_boolean(2, 3, True)
        sheet.write_row(4, 0, ["008", 70])
    raw = read(tmp_path, "vs.xlsx")
    assert cells(raw) == [["007", "70.5", "2020-01-01", "TRUE"], ["008", "70", None, None]]
    assert raw.forms["vs"].frame["@line"].tolist() == [3, 5]
    assert raw.findings[["rule", "value"]].to_numpy().tolist() == [["CK-RAW-SHEETS", "old"]]
    with pytest.raises(RawDataError, match=r"vs\.xlsx: has no sheet vs2; did you mean vs\?"):
        read(tmp_path, "vs.xlsx", sheet="vs2")


@pytest.mark.parametrize("file", ["vs.xlsx", "vs.xpt", "vs.sas7bdat", "vs.parquet"])
@pytest.mark.parametrize("content", [b"", b"<html>503</html>", b"PK\x03\x04 cut", b"\x00" * 4096])
def test_what_is_no_such_file_is_an_error(tmp_path: Path, file: str, content: bytes) -> None:
    (tmp_path / file).write_bytes(content)
    with pytest.raises(RawDataError, match=file):
        read(tmp_path, file)


def test_a_file_of_no_known_ending_wants_its_format(tmp_path: Path) -> None:
    (tmp_path / "vs.dat").write_text("SUBJECT|X\n1|2\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"study\.yaml line 9: vs\.dat ends in no format"):
        read(tmp_path, "vs.dat")
    assert cells(read(tmp_path, "vs.dat", format="csv")) == [["1", "2"]]


@pytest.mark.parametrize(
    ("text", "encoding", "rules"),
    [
        ("SUBJECT,X\n1,Gräfin\n", "utf-8", []),
        ("SUBJECT,X\n1,Gräfin\n", "utf-8-sig", []),
        ("SUBJECT,X\n1,Gräfin\n", "utf-16", []),
        ("SUBJECT,X\n1,Gräfin\n", "cp1252", ["CK-RAW-ENCODING"]),
        ("SUBJECT,X\n1,Müller\u2019s é\n", "cp1252", ["CK-RAW-ENCODING"]),
        ("SUBJECT,X\n1,頭痛\n", "shift_jis", ["CK-RAW-ENCODING"]),
        ("SUBJECT,X\n1,アスピリン 100 mg\n", "shift_jis", ["CK-RAW-ENCODING"]),
        ("SUBJECT;X\n1;a,b\n", "utf-8", ["CK-RAW-DELIMITER"]),
        ("SUBJECT\tX\n1\ta,b\n", "utf-8", ["CK-RAW-DELIMITER"]),
        ("SUBJECT^X\n1^a,b\n", "utf-8", ["CK-RAW-DELIMITER"]),
        ("SUBJECT|X\n1|a,b\n", "utf-8", ["CK-RAW-DELIMITER"]),
    ],
)
def test_encoding_and_delimiter_are_detected_and_found(
    tmp_path: Path, text: str, encoding: str, rules: list[str]
) -> None:
    (tmp_path / "vs.csv").write_bytes(text.encode(encoding))
    raw = read(tmp_path, "vs.csv")
    assert cells(raw) == [["1", text.rstrip()[12:]]]
    assert raw.findings["rule"].tolist() == rules
    declared = {"cp1252": "cp1252", "shift_jis": "shift_jis"}.get(encoding, "")
    delimiter = next(sign for sign in ",;\t^|" if sign in text.split("X")[0])
    assert read(tmp_path, "vs.csv", encoding=declared, delimiter=delimiter).findings.empty


def test_codes_of_a_table_have_the_meaning_their_list_gives(tmp_path: Path) -> None:
    (tmp_path / "vs.csv").write_text("SUBJECT,SEX,RACE\n1,2,3;5\n", encoding="utf-8")
    (tmp_path / "codes.csv").write_text(
        "form,field,code,label,several\nvs,SEX,2,Male,\n,RACE,3,Asian,Y\n,RACE,5,White,Y\n",
        encoding="utf-8",
    )
    fields = read(tmp_path, "vs.csv", codes="codes.csv").forms["vs"].fields
    assert (fields["SEX"].kind, dict(fields["SEX"].choices)) == ("code", {"2": "Male"})
    assert fields["RACE"].kind == "checkbox"


LAB = """STUDY,SUBJECT,VIS,COLDT,COLTM,TEST,RES,UNIT,STATUS
S,1,WK02,16-May-15,7:25,CREAT,<0.2,mg/dL,FINAL
S,1,WK02,16-May-15,7:25,CREAT,0.3,mg/dL,CANCELLED
"""


def test_a_laboratory_s_table_has_its_columns_in_their_roles(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text(LAB, encoding="utf-8")
    raw = read(
        tmp_path, "lab.csv", event="VIS", units={"RES": "UNIT"}, dates="DMY",
        century="1930-2029", leave_out={"STATUS": ["CANCELLED"]},
    )  # fmt: skip
    tidy = raw.tidy()
    result = tidy[tidy["item"] == "RES"]
    assert result[["subject", "event", "text", "unit", "line"]].to_numpy().tolist() == [
        ["1", "WK02", "<0.2", "mg/dL", 2]
    ]
    form = raw.forms["vs"]
    assert form.fields["COLDT"].iso(form.frame["COLDT"]).tolist() == ["2015-05-16"]
    found = raw.findings[["rule", "value", "line"]].to_numpy().tolist()
    assert found == [["CK-RAW-LEFT-OUT", "CANCELLED", "3"]]


FLOW = """Sample,Lymphocytes/CD3+/CD4+ | Freq. of Parent,Lymphocytes/CD3+/CD4+ | Count
S-001_WK02.fcs,41.2 %,n/a
S-002_DAY1.fcs,39,1200
Mean,40.1,1200
SD,1,0
"""


def test_a_cytometer_s_table_is_a_record_for_each_sample_and_statistic(tmp_path: Path) -> None:
    (tmp_path / "flow.csv").write_text(FLOW, encoding="utf-8")
    given = {
        "file": "flow.csv", "subject": "subject", "event": "event",
        "leave_out": {"Sample": ["Mean", "SD"]},
        "match": {"Sample": r"S-(?P<subject>\d+)_(?P<event>[^.]+)\.fcs"},
        "unpivot": {
            "columns": r"(?P<population>.+?) \| (?P<statistic>.+)", "value": "result",
        },
        "missing": {"n/a": "empty gate"},
    }  # fmt: skip
    source = RawSource("flow", "table", {"forms": {"cp": given}}, "study.yaml line 9")
    form = table.read(source, tmp_path).forms["cp"]
    columns = ["@subject", "@event", "population", "statistic", "result", "@line"]
    assert form.frame[columns].to_numpy().tolist() == [
        ["001", "WK02", "Lymphocytes/CD3+/CD4+", "Freq. of Parent", "41.2 %", 2],
        ["001", "WK02", "Lymphocytes/CD3+/CD4+", "Count", "n/a", 2],
        ["002", "DAY1", "Lymphocytes/CD3+/CD4+", "Freq. of Parent", "39", 3],
        ["002", "DAY1", "Lymphocytes/CD3+/CD4+", "Count", "1200", 3],
    ]
    assert form.fields["result"].answered(form.frame["result"]).isna().tolist() == [
        False, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"match": {"Sample": "(?P<x"}}, "is not a regular expression"),
        ({"match": {"Sample": "x"}}, "names no group"),
        ({"match": {"Sample": r"Z(?P<z>\d+)"}}, r"flow\.csv line 2: Sample is S-001_WK02.fcs"),
        ({"unpivot": {"columns": "(?P<a>nothing)"}}, "no column matches"),
        ({"unpivot": {"columns": r"(?P<Sample>.+) \| .+"}}, "unpivot makes a column Sample"),
        ({"leave_out": {"Sampl": ["x"]}}, "has no column Sampl; did you mean Sample"),
        ({"units": {"Sample": "U"}}, "has no column U"),
    ],
)
def test_a_role_that_does_not_fit_is_named(
    tmp_path: Path, how: dict[str, object], message: str
) -> None:
    (tmp_path / "flow.csv").write_text(FLOW, encoding="utf-8")
    with pytest.raises((RawDataError, SpecError), match=message):
        read(tmp_path, "flow.csv", **{"subject": "Sample", **how})


@pytest.mark.parametrize(
    ("number", "text"), [(5.0, "5"), (0.1, "0.1"), (1e15, "1000000000000000"), (1e-5, "0.00001")]
)
def test_a_number_is_written_as_one_types_it(number: float, text: str) -> None:
    assert number_text(number) == text


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"no zip"])
def test_a_zip_that_is_no_export_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(RawDataError, match=r"x\.zip: "):
        secutrial.read(RawSource("edc", "secutrial", {"data": "x.zip"}), tmp_path)
