"""`cdisckit compare`: files and folders of any format, as a person calls it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from cdisckit.compare.files import side_of
from cdisckit.convert import convert
from cdisckit.main import app
from specs.errors import CdisckitError
from specs.spreadsheets import open_spreadsheet
from submission.xpt import Column, write_xpt

CREATED = datetime(2024, 2, 29)
COLUMNS = (
    Column("USUBJID", "Unique Subject Identifier", "Char", 4),
    Column("AGE", "Age", "Num", 8),
    Column("ADT", "Date", "Num", 8, "DATE9."),
    Column("ADTM", "Datetime", "Num", 8, "DATETIME20."),
    Column("NOTE", "Note", "Char", 20),
)
FRAME = pd.DataFrame(
    {
        "USUBJID": ["S-1", "S-2", "S-3"],
        "AGE": [40.0, None, 41.5],
        "ADT": [23435.0, None, -1.0],
        "ADTM": [2024784000.0, None, 0.0],
        "NOTE": ["a, b", None, '"c"'],
    }
)


def written(path: Path, name: str = "ADXX", **changed: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = FRAME.assign(**changed)
    write_xpt(frame, path, name=name, label="Example", columns=COLUMNS, created=CREATED)
    return path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)], env={"COLUMNS": "120"})
    if isinstance(result.exception, CdisckitError):
        return 2, str(result.exception)
    return result.exit_code, result.output


@pytest.mark.parametrize("suffix", ["xpt", "json", "ndjson", "dsjc", "parquet", "csv"])
def test_a_dataset_is_the_same_in_every_format(tmp_path: Path, suffix: str) -> None:
    base, other = written(tmp_path / "adxx.xpt"), tmp_path / f"other.{suffix}"
    convert(base, other)
    assert run(base, other, "--keys", "USUBJID")[0] == 0
    assert run(other, base, "--keys", "USUBJID")[0] == 0


@pytest.mark.parametrize("suffix", ["xpt", "json", "parquet", "csv"])
def test_one_changed_day_shows_in_every_format(tmp_path: Path, suffix: str) -> None:
    base = written(tmp_path / "adxx.xpt")
    other = tmp_path / f"other.{suffix}"
    convert(written(tmp_path / "changed.xpt", ADT=[23436.0, None, -1.0]), other)
    code, output = run(base, other, "--keys", "USUBJID")
    assert code == 1
    line = next(line for line in output.splitlines() if "ADT " in line)
    assert "USUBJID=S-1" in line
    assert "2024-02-29" in line
    assert "2024-03-01" in line


def test_folders_are_compared_by_the_names_of_their_datasets(tmp_path: Path) -> None:
    written(tmp_path / "a" / "adxx.xpt")
    written(tmp_path / "a" / "adyy.xpt", "ADYY")
    written(tmp_path / "b" / "deep" / "some.xpt")
    written(tmp_path / "b" / "adzz.xpt", "ADZZ")
    code, output = run(tmp_path / "a", tmp_path / "b", "--keys", "USUBJID")
    assert code == 1
    assert "Only in base: ADYY" in output
    assert "Only in compare: ADZZ" in output
    assert "1 of 1 dataset the same" in output


DEFINE = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"
 xmlns:def="http://www.cdisc.org/ns/def/v2.1"><Study OID="S"><MetaDataVersion OID="M">
  <ItemGroupDef OID="IG" Name="ADXX"><ItemRef ItemOID="IT.AGE" KeySequence="{last}"/>
   <ItemRef ItemOID="IT.USUBJID" KeySequence="1"/><ItemRef ItemOID="IT.NOTE"/></ItemGroupDef>
  <ItemDef OID="IT.AGE" Name="AGE"/><ItemDef OID="IT.USUBJID" Name="USUBJID"/>
  <ItemDef OID="IT.NOTE" Name="NOTE"/></MetaDataVersion></Study></ODM>"""


@pytest.mark.parametrize("last", ["2", "second"])
def test_keys_are_those_of_the_define_beside_the_file(tmp_path: Path, last: str) -> None:
    base = written(tmp_path / "adxx.xpt")
    (tmp_path / "define.xml").write_text(DEFINE.format(last=last), encoding="utf-8")
    assert side_of(base).keys == ("USUBJID", "AGE")


def test_all_differences_are_in_the_report(tmp_path: Path) -> None:
    base = written(tmp_path / "adxx.xpt")
    other = written(tmp_path / "other.xpt", AGE=[41.0, 1.0, 41.5], NOTE=["a, b", "=1+1", '"d"'])
    code, _ = run(base, other, "--keys", "USUBJID", "--first", "0", "--report", tmp_path / "r")
    assert code == 1
    values = pd.read_csv(tmp_path / "r" / "values.csv", dtype="str", keep_default_na=False)
    assert values[["variable", "key", "base", "compare"]].values.tolist() == [
        ["AGE", "USUBJID=S-1", "40", "41"],
        ["AGE", "USUBJID=S-2", "(missing)", "1"],
        ["NOTE", "USUBJID=S-2", "(missing)", "=1+1"],
        ["NOTE", "USUBJID=S-3", '"c"', '"d"'],
    ]
    book = open_spreadsheet(tmp_path / "r" / "comparison.xlsx", CdisckitError)
    assert list(book.names) == ["datasets", "variables", "attributes", "records", "values"]
    assert [row[3:5] for row in book.rows("values")[1:]][2] == [2, 2]
    assert [row[5:7] for row in book.rows("values")[1:]][2] == ["(missing)", "=1+1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--keys", "AGE2"], "AGE2 is not a variable of both versions"),
        (["--tolerance", "AGE=x"], "'AGE=x' states no tolerance"),
        (["--absolute", "-1"], "'-1.0' states no tolerance"),
        (["--encoding", "nonsense"], "nonsense"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    base = written(tmp_path / "adxx.xpt")
    code, output = run(base, base, *arguments)
    assert code == 2
    assert message in output


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    base = written(tmp_path / "a" / "adxx.xpt")
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("x")
    other = written(tmp_path / "b" / "adyy.xpt", "ADYY")
    assert "there is no such file or folder" in run(base, tmp_path / "absent")[1]
    assert "holds no dataset" in run(base.parent, tmp_path / "empty")[1]
    assert "is of no format that is compared here" in run(base, tmp_path / "note.txt")[1]
    assert "have no dataset in common" in run(base.parent, other.parent)[1]
    written(tmp_path / "a" / "copy.xpt")
    assert "two files hold ADXX: adxx.xpt and copy.xpt" in run(base.parent, other.parent)[1]
