"""Files of the wrong kind, damaged or saved in another way: one message and 2, or they are read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sdtm.readers import redcap
from specs.model import RawSource
from tests.commandline import cdisckit
from tests.sdtm.conftest import STUDY
from tests.sdtm.test_redcap import HEAD

if TYPE_CHECKING:
    from tests.hostile.conftest import Study

FORMS = f"""{STUDY}      dm: {{file: dm.csv, subject: subject}}
      ex: {{file: ex.csv, subject: subject, dates: DMY}}
"""

TABLES = f"{FORMS}tables: {{arms: arms.csv}}\n"

LACKS = "dm.yaml: DM lacks SITEID, COUNTRY, which the guide requires; add them under variables\n"

PROPOSALS = "dataset,variable,form,field,why,reviewed\nEX,EXTRT,ex,drug,its name,J. Müller\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("ARMCD,ARM\nA,Für\n".encode("cp1252"), "arms.csv line 2: byte 0xfc is not UTF-8 text"),
        (b"ARMCD;ARM\nA;B\n", "arms.csv line 1: the columns are separated by semicolons"),
        (b"ARMCD\tARM\nA\tB\n", "arms.csv line 1: the columns are separated by tabs"),
        (b"", "arms.csv: is empty"),
        (b"ARMCD,ARM\nA\n", "arms.csv line 2: the row has 1 cells, the head of the table has 2"),
        (b"ARMCD,ARMCD\nA,B\n", "arms.csv line 1: the head has ARMCD twice"),
        (b"ARMCD,\nA,B\n", "arms.csv line 1: a column has no name"),
        (b"ARMCD,ARM\nA,\0\n", "arms.csv line 2: holds a NUL character"),
        (b'ARMCD,ARM\nA,"B\n', "arms.csv line 2: cannot be read as CSV"),
    ],
)
def test_a_table_of_the_study_that_is_not_plain_csv(
    study: Study, content: bytes, message: str
) -> None:
    folder = study({"study.yaml": TABLES, "arms.csv": content})
    run = cdisckit("build", folder, "--out", folder.parent / "out")
    assert message in run.err
    assert run.code == 2
    assert message in (checked := cdisckit("check-spec", folder)).out
    assert checked.code == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_of_the_study_in_unicode_is_read(study: Study, encoding: str) -> None:
    folder = study({"study.yaml": TABLES, "arms.csv": "ARMCD,ARM\nA,Für\n".encode(encoding)})
    assert cdisckit("check-spec", folder).out == f"{LACKS}1 problem\n"


@pytest.mark.parametrize(
    ("encoding", "code"), [("utf-8", (0, 1)), ("utf-16", (0, 1)), ("cp1252", (2,))]
)
def test_proposals_that_a_spreadsheet_saved(
    study: Study, encoding: str, code: tuple[int, ...]
) -> None:
    folder = study({"study.yaml": FORMS, "proposals.csv": PROPOSALS.encode(encoding)})
    run = cdisckit("build", folder, "--out", folder.parent / "out")
    assert run.code in code
    assert ("proposals.csv line 2: byte 0xfc is not UTF-8 text" in run.err) == (code == (2,))


def test_a_table_or_a_specification_that_is_a_folder(study: Study) -> None:
    folder = study({"study.yaml": TABLES})
    (folder / "arms.csv").mkdir()
    assert "arms.csv cannot be read (Is a directory)" in cdisckit("build", folder).err
    (folder / "arms.csv").rmdir()
    folder = study()
    (folder / "terminology.yaml").mkdir()
    run = cdisckit("build", folder)
    assert (run.code, "cannot be read (Is a directory)" in run.err) == (2, True)


def damaged(path: Path, kind: str) -> Path:
    """A Parquet file in which a text is not UTF-8, a page cannot be unpacked, or the end is cut."""
    texts = pa.array(["abcdefgh" * 20] * 50)
    packed = "snappy" if kind == "page" else "none"
    pq.write_table(pa.table({"A": texts}), path, compression=packed, use_dictionary=False)
    whole = bytearray(path.read_bytes())
    if kind == "text":
        at = whole.index(b"abcdefgh", 1000)  # beyond the statistics
        whole[at] = 0xFF
    elif kind == "name":
        whole = bytearray(bytes(whole).replace(b"\x18\x01A", b"\x18\x01\xff"))
    elif kind == "page":
        whole[400:460] = b"\xff" * 60
    else:
        del whole[len(whole) // 2 :]
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize("kind", ["text", "name", "page", "cut"])
def test_a_damaged_parquet_file_is_one_error_in_every_command(
    study: Study, tmp_path: Path, kind: str
) -> None:
    file = damaged(tmp_path / "dm.parquet", kind)
    for run in (
        cdisckit("profile", file),
        cdisckit("show", file),
        cdisckit("show", file, "--stats"),
        cdisckit("convert", file, tmp_path / "x.csv"),
        cdisckit("convert", file, tmp_path / "x.xpt"),
    ):
        assert "dm.parquet: is not a Parquet file that can be read (" in run.err
        assert run.code == 2
    assert not (tmp_path / "x.csv").exists()
    folder = study({"study.yaml": f"{STUDY}      dm: {{file: dm.parquet, subject: subject}}\n"})
    file.rename(folder / "dm.parquet")
    assert cdisckit("build", folder, "--out", tmp_path / "out").code == 2


@pytest.mark.parametrize("name", ["@subject", "@event", "@file", "@line", "@block", "@record"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_field_named_like_the_context_of_a_record_is_one_error(
    tmp_path: Path, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = pd.DataFrame({"subject": ["1"], name: ["2"]})
    file = tmp_path / f"a.{kind}"
    table.to_csv(file, index=False) if kind == "csv" else table.to_parquet(file)
    run = cdisckit("profile", file)
    assert run.code == 2
    assert f"a.{kind}: {name} begins with @" in run.err


def test_names_that_the_product_uses_itself_are_names_like_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["subject", "record", "item", "text", "form", "unit", "file", "line", "index"]
    (tmp_path / "a.csv").write_text(",".join(names) + "\n" + "1," * 8 + "1\n", encoding="utf-8")
    assert cdisckit("profile", "a.csv").code == 0


@pytest.mark.skipif(os.name != "posix", reason="file names that are not UTF-8 are of POSIX alone")
@pytest.mark.parametrize("command", ["profile", "show"])
def test_a_file_name_that_is_not_utf8_is_one_error(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv"))
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    run = cdisckit(command, file)
    assert (run.code, "\\udcff.csv" in run.err) == (2, True)


CT = '<?xml version="1.0"?><ODM xmlns="http://www.cdis}c.org/ns/odm/v1.3"><Study OID="S"/></ODM>'


def test_a_terminology_of_an_odd_namespace_is_one_error(tmp_path: Path) -> None:
    file = tmp_path / "ct.odm.xml"
    file.write_text(CT, encoding="utf-8")
    run = cdisckit("ct", "add", file)
    assert run.code == 2
    assert "the root is ODM of the namespace http://www.cdis}c.org/ns/odm/v1.3, not ODM" in run.err


NAMES = {"id": "f1", "sex": "f1", "age": "f2"}

PROJECT = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org"
 ODMVersion="1.3.1" FileOID="x" FileType="Snapshot" SourceSystem="REDCap">
<Study OID="P"><GlobalVariables><StudyName>A</StudyName></GlobalVariables>
<MetaDataVersion OID="M" Name="A" redcap:RecordIdField="id">
<FormDef OID="Form.f1" Name="f1" Repeating="No" redcap:FormName="f1">
 <ItemGroupRef ItemGroupOID="f1.id" Mandatory="No"/></FormDef>
<FormDef OID="Form.f2" Name="f2" Repeating="No" redcap:FormName="f2">
 <ItemGroupRef ItemGroupOID="f2.age" Mandatory="No"/></FormDef>
<ItemGroupDef OID="f1.id" Name="f1" Repeating="No">
 <ItemRef ItemOID="id" redcap:Variable="id"/>
 <ItemRef ItemOID="redcap_data_access_group" redcap:Variable="redcap_data_access_group"/>
 <ItemRef ItemOID="redcap_survey_identifier" redcap:Variable="redcap_survey_identifier"/>
 <ItemRef ItemOID="f1_timestamp" redcap:Variable="f1_timestamp"/>
 <ItemRef ItemOID="sex" redcap:Variable="sex"/></ItemGroupDef>
<ItemGroupDef OID="f2.age" Name="f2" Repeating="No">
 <ItemRef ItemOID="age" redcap:Variable="age"/></ItemGroupDef>
ITEMS
</MetaDataVersion></Study>
<ClinicalData StudyOID="P" MetaDataVersionOID="M"><SubjectData SubjectKey="1">
<FormData FormOID="Form.f1" FormRepeatKey="1"><ItemGroupData ItemGroupOID="f1.id">
 <ItemData ItemOID="id" Value="1"/><ItemData ItemOID="redcap_data_access_group" Value="site_1"/>
 <ItemData ItemOID="redcap_survey_identifier" Value="S-7"/>
 <ItemData ItemOID="f1_timestamp" Value="[not completed]"/><ItemData ItemOID="sex" Value="F"/>
</ItemGroupData></FormData>
<FormData FormOID="Form.f2" FormRepeatKey="1"><ItemGroupData ItemGroupOID="f2.age">
 <ItemData ItemOID="age" Value="50"/></ItemGroupData></FormData>
</SubjectData></ClinicalData></ODM>
"""


def test_groups_and_surveys_of_a_project_in_xml_are_those_of_its_flat_export(
    tmp_path: Path,
) -> None:
    beside = ("redcap_data_access_group", "redcap_survey_identifier", "f1_timestamp")
    items = "".join(
        f'<ItemDef OID="{name}" Name="{name}" DataType="text" redcap:Variable="{name}"/>\n'
        for name in (*NAMES, *beside)
    )
    (tmp_path / "p.xml").write_text(PROJECT.replace("ITEMS", items), encoding="utf-8")
    rows = [f"{name},{form},,text,{name},{',' * 12}" for name, form in NAMES.items()]
    (tmp_path / "dictionary.csv").write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    (tmp_path / "p.csv").write_text(
        "id,redcap_data_access_group,redcap_survey_identifier,f1_timestamp,sex,f1_complete,age,"
        "f2_complete\n1,site_1,S-7,[not completed],F,,50,\n",
        encoding="utf-8",
    )
    of_xml, of_csv = (
        redcap.read(RawSource("r", "redcap", options), tmp_path)
        for options in ({"data": "p.xml"}, {"data": "p.csv", "dictionary": "dictionary.csv"})
    )
    for form in ("f1", "f2"):
        fields = list(of_csv.forms[form].fields)
        xml, flat = (raw.forms[form].frame[fields].iloc[0].tolist() for raw in (of_xml, of_csv))
        assert xml == flat
        assert set(of_xml.forms[form].fields) == set(fields)
        assert of_xml.forms[form].frame["redcap_data_access_group"].tolist() == ["site_1"]
    assert of_xml.forms["f1"].frame["f1_timestamp"].tolist() == ["[not completed]"]
