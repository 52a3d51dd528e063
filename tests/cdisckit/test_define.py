from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from cdisckit.verify import verify
from submission.define.calls import read_calls
from submission.define.pdf import find_browser
from submission.xpt import Column, write_xpt
from tests.processes import cdisckit
from tests.submission.defines import DEFINE_20, DEFINE_21

if TYPE_CHECKING:
    from pathlib import Path

DEFINE_VERIFIED = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"
 xmlns:def="http://www.cdisc.org/ns/def/v2.1" xmlns:xlink="http://www.w3.org/1999/xlink">
 <Study OID="S"><MetaDataVersion OID="M" def:DefineVersion="2.1.10">
  <ItemGroupDef OID="IG.AE" Name="AE">
   <ItemRef ItemOID="IT.AE.AESTDY" MethodOID="MT.DAY"/>
   <ItemRef ItemOID="IT.AE.AEENDY" MethodOID="MT.END"/>
   <def:leaf ID="LF.AE" xlink:href="ae.xpt"><def:title>ae.xpt</def:title></def:leaf></ItemGroupDef>
  <ItemGroupDef OID="IG.DM" Name="DM">
   <def:leaf ID="LF.DM" xlink:href="dm.xpt"><def:title>dm.xpt</def:title></def:leaf></ItemGroupDef>
  <ItemDef OID="IT.AE.AESTDY" Name="AESTDY" DataType="integer"><def:Origin Type="Derived"/></ItemDef>
  <ItemDef OID="IT.AE.AEENDY" Name="AEENDY" DataType="integer"><def:Origin Type="Derived"/></ItemDef>
  <MethodDef OID="MT.DAY"><FormalExpression Context="cdisckit">study_day("AESTDTC", "DM.RFSTDTC")</FormalExpression></MethodDef>
  <MethodDef OID="MT.END"><FormalExpression Context="SAS">x = 1;</FormalExpression></MethodDef>
 </MetaDataVersion></Study></ODM>
"""  # noqa: E501 - one element per line


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "define.xml"
    path.write_text(DEFINE_21, encoding="utf-8")
    return path


def test_a_define_is_told_and_written_as_html(new: Path) -> None:
    page = new.with_name("page.html")
    run = cdisckit("define", new, "--html", page)
    assert run.code == 0, run.err
    assert "CK01  Define-XML 2.1.10: 1 datasets, 5 variables, 2 codelists, 2 methods" in run.out
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_define_is_printed(new: Path) -> None:
    if find_browser() is None:
        pytest.skip("there is no browser of the Chromium family")
    run = cdisckit("define", new, "--pdf", new.with_suffix(".pdf"))
    assert run.code == 0, run.err
    assert new.with_suffix(".pdf").read_bytes().startswith(b"%PDF")


def test_printing_needs_a_browser(new: Path, tmp_path: Path) -> None:
    run = cdisckit("define", new, "--pdf", new.with_suffix(".pdf"), PATH=str(tmp_path))
    assert run.code == 2
    assert "no browser that can print a PDF was found; install Chromium, Chrome or Edge" in run.err


def test_equal_versions_end_with_0_and_others_with_1(new: Path) -> None:
    old = new.with_name("old.xml")
    old.write_text(DEFINE_21.replace("Heart Rate", "Pulse"), encoding="utf-8")
    assert cdisckit("define", new, "--diff", new).code == 0
    run = cdisckit("define", new, "--diff", old)
    assert run.code == 1
    assert "Parameter Code: HR" in run.out
    assert "0 added, 0 removed, 1 changed" in run.out


def test_a_define_of_2_0_is_checked_without_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_text(DEFINE_20, encoding="utf-8")
    run = cdisckit("define", path, "--check")
    assert run.code == 1
    assert "errors" in run.out


def test_what_is_no_define_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_text("<a/>", encoding="utf-8")
    run = cdisckit("define", path)
    assert run.code == 2
    assert run.err.startswith("Error define.xml: is not a define.xml")


# verify


def package(folder: Path, days: list[float]) -> Path:
    (folder / "define.xml").write_text(DEFINE_VERIFIED, encoding="utf-8")
    created = datetime(2024, 1, 1)
    ae = pd.DataFrame(
        {
            "USUBJID": pd.Series(["1", "1", "2"], dtype="str"),
            "AESTDTC": pd.Series(["2024-03-01", "2024-03", "2024-02-28"], dtype="str"),
            "AESTDY": days,
        }
    )
    dm = pd.DataFrame(
        {
            "USUBJID": pd.Series(["1", "2"], dtype="str"),
            "RFSTDTC": pd.Series(["2024-02-29", "2024-02-29"], dtype="str"),
        }
    )
    text = Column("USUBJID", "Subject", "Char", 5)
    dates = [Column(name, "Date", "Char", 10) for name in ("AESTDTC", "RFSTDTC")]
    day = Column("AESTDY", "Study Day", "Num", 8)
    write_xpt(
        ae, folder / "ae.xpt", name="AE", label="AE", columns=[text, dates[0], day], created=created
    )
    write_xpt(
        dm, folder / "dm.xpt", name="DM", label="DM", columns=[text, dates[1]], created=created
    )
    return folder


def verdicts(folder: Path) -> list[tuple[str, str, int, str]]:
    found = verify(folder)[["variable", "verdict", "differ", "reason"]]
    return list(found.itertuples(index=False, name=None))


def test_a_variable_is_derived_again_from_the_package_alone(tmp_path: Path) -> None:
    # 29 February is day 1, 1 March day 2, the day before -1; a month has no day
    assert verdicts(package(tmp_path, [2.0, float("nan"), -1.0])) == [
        ("AESTDY", "equal", 0, ""),
        ("AEENDY", "not derived again", 0, "its method names no function"),
    ]


def test_a_value_that_was_changed_is_found(tmp_path: Path) -> None:
    assert verdicts(package(tmp_path, [2.0, 15.0, -1.0]))[0] == ("AESTDY", "differs", 1, "")
    run = cdisckit("verify", tmp_path)
    assert run.code == 1
    assert "differs AE.AESTDY (study_day): 1 of 3 rows" in run.out
    assert "1 of 2 derived and copied variables were made again (50.0 %)" in run.out
    assert "0 equal, 1 differ" in run.out


def test_a_dataset_that_is_not_there_is_said(tmp_path: Path) -> None:
    package(tmp_path, [2.0, float("nan"), -1.0])
    (tmp_path / "dm.xpt").unlink()
    assert verdicts(tmp_path)[:2] == [
        ("", "absent", 0, "dm.xpt is not in the package"),
        ("AESTDY", "not derived again", 0, "DM is not in the package"),
    ]
    assert cdisckit("verify", tmp_path).code == 1


def test_a_copied_value_that_was_changed_is_found(tmp_path: Path) -> None:
    day = '<ItemRef ItemOID="IT.AE.AESTDY" MethodOID="MT.DAY"/>'
    copied = '<ItemDef OID="IT.AE.RFSTDTC" Name="RFSTDTC" DataType="date"><def:Origin'
    copied += ' Type="Predecessor"><Description><TranslatedText>DM.RFSTDTC</TranslatedText>'
    copied += "</Description></def:Origin></ItemDef>"
    text = DEFINE_VERIFIED.replace(day, f'<ItemRef ItemOID="IT.AE.RFSTDTC"/>{day}')
    package(tmp_path, [2.0, float("nan"), -1.0])
    (tmp_path / "define.xml").write_text(
        text.replace('  <MethodDef OID="MT.DAY"', f'  {copied}<MethodDef OID="MT.DAY"'),
        encoding="utf-8",
    )
    events = pd.DataFrame(
        {
            "USUBJID": ["1", "1", "2"],
            "AESTDTC": ["2024-03-01", "2024-03", "2024-02-28"],
            "AESTDY": [2.0, float("nan"), -1.0],
            "RFSTDTC": ["2024-02-29", "2024-02-28", "2024-02-29"],
        }
    )
    columns = [
        Column(
            name, "A Label", "Num" if name == "AESTDY" else "Char", 10 if name != "AESTDY" else 8
        )
        for name in events
    ]
    write_xpt(
        events,
        tmp_path / "ae.xpt",
        name="AE",
        label="AE",
        columns=columns,
        created=datetime(2024, 1, 1),
    )
    assert verdicts(tmp_path)[0] == ("RFSTDTC", "differs", 1, "")


def test_nothing_in_a_call_is_run() -> None:
    text = 'grouped("AEREL", groups={"A": ["B"]}, when=[("AESER", "EQ", ["Y"])])'
    first, second = read_calls(f"{text}\nconstant('N')")
    assert (first.function, first.sources) == ("grouped", ("AEREL",))
    assert first.constants == {"groups": {"A": ["B"]}}
    assert [str(condition) for condition in first.when] == ['AESER EQ "Y"']
    assert (second.function, second.sources) == ("constant", ("N",))
    for wrong in ('f(__import__("os").getcwd())', "a.b()", "1 + 1", "f("):
        with pytest.raises(ValueError, match=r"malformed|not a call"):
            read_calls(wrong)


def test_a_folder_without_define_is_an_error(tmp_path: Path) -> None:
    run = cdisckit("verify", tmp_path)
    assert run.code == 2
    assert "there is no define.xml" in run.err
