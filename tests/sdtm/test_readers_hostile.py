"""Files that are broken or meant to harm: a clear error that names the place, and nothing read."""

from __future__ import annotations

import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest

from sdtm.readers import odm, secutrial, table
from sdtm.readers._files import LONGEST
from specs.errors import RawDataError
from specs.model import RawSource
from tests.sdtm.test_odm import odm as whole
from tests.sdtm.test_odm import read_text

if TYPE_CHECKING:
    from pathlib import Path

VALUE = '<ItemData ItemOID="I.SEX" Value="%s"/>'
BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


def with_doctype(inner: str, value: str) -> str:
    return f"<!DOCTYPE ODM {inner}>" + whole(VALUE % value)


@pytest.mark.parametrize(
    "inner",
    [
        f'[<!ENTITY a "aaaaaaaaaa">{BOMB}]',
        '[<!ENTITY x SYSTEM "file:///etc/passwd">]',
        '[<!ENTITY x SYSTEM "http://localhost:9/x">]',
        '[<!ENTITY % x SYSTEM "http://localhost:9/x.dtd"> %x;]',
        '[<!ENTITY x "one">]',
    ],
)
@pytest.mark.parametrize("value", ["1", "&x;", "&j;"])
def test_entities_are_refused_before_anything_is_read(
    tmp_path: Path, inner: str, value: str
) -> None:
    with pytest.raises(RawDataError, match=r"odm\.xml line 1: (declares entities|is not whole)"):
        read_text(tmp_path, with_doctype(inner, value))


def test_a_secret_of_the_machine_never_stands_in_a_value(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    inner = f'[<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]'
    text = f"<!DOCTYPE ODM {inner}>" + whole("<ItemDataAny ItemOID='I.SEX'>&x;</ItemDataAny>")
    with pytest.raises(RawDataError) as error:
        read_text(tmp_path, text)
    assert "secret" not in str(error.value).replace("secret.txt", "")


def test_a_document_type_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    raw = read_text(tmp_path, with_doctype('SYSTEM "http://localhost:9/odm.dtd"', "1"))
    assert raw.tidy()["text"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("<html><body>503</body></html>", "starts with html, which is not an ODM export"),
        ('{"error": "memory"}', "is not XML"),
        (whole(VALUE % "1")[:-30], "is not whole or not well-formed XML"),
        (whole(VALUE % "1") + "<ODM/>", "is not whole or not well-formed XML"),
        (whole(VALUE % "&#0;"), "is not whole or not well-formed XML"),
        (whole(VALUE % "x").replace('SubjectKey="01"', ""), "SubjectData has no SubjectKey"),
        (whole('<ItemData Value="1"/>'), "ItemData has no ItemOID"),
        ("<ODM>" * 200, "elements lie more than 100 deep"),
        ("<ODM/>", "holds no clinical data"),
        ("<ODM><SubjectData/></ODM>", "SubjectData has no SubjectKey"),
        ("<ODM><FormData FormOID='F'/></ODM>", "FormData stands outside SubjectData"),
    ],
)
def test_xml_that_is_broken_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RawDataError, match=rf"odm\.xml.*: {message}"):
        read_text(tmp_path, text)


def test_a_group_that_refers_to_itself_ends(tmp_path: Path) -> None:
    group = (
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" FileType="Snapshot"><Study OID="S">'
        '<MetaDataVersion OID="1" Name="1">'
        '<ItemGroupDef OID="F" Name="F" Type="Form" Repeating="No">'
        '<ItemGroupRef ItemGroupOID="G"/></ItemGroupDef><ItemGroupDef OID="G" Name="G"'
        ' Repeating="No"><ItemGroupRef ItemGroupOID="G"/><ItemGroupRef ItemGroupOID="F"/>'
        '</ItemGroupDef></MetaDataVersion></Study><ClinicalData StudyOID="S"'
        ' MetaDataVersionOID="1"><SubjectData SubjectKey="1"/></ClinicalData></ODM>'
    )
    assert read_text(tmp_path, group).tidy().empty


def test_a_long_file_takes_no_more_memory_than_its_values(tmp_path: Path) -> None:
    """Elements are dropped as they are read: 1.5 MB of audit trail on one line stay small."""
    trail = "<AuditRecord><DateTimeStamp>2020-01-02T03:04:05</DateTimeStamp></AuditRecord>"
    text = whole(VALUE % "1").replace("<ItemGroupData", trail * 20_000 + "<ItemGroupData", 1)
    data = text.encode()
    (tmp_path / "odm.xml").write_bytes(data)
    source = RawSource("edc", "odm", {"data": "odm.xml"})
    tracemalloc.start()
    raw = odm.read(source, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert raw.tidy()["text"].tolist() == ["1"]
    assert peak < 20_000_000


def read_table(folder: Path, file: str) -> None:
    given = {"forms": {"x": {"file": file, "subject": "a"}}}
    table.read(RawSource("forms", "table", given), folder)


def test_a_line_without_end_is_refused_before_it_is_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "x.csv").open("wb") as file:
        file.write(b"a,b\n1,")
        for _ in range(LONGEST // (1 << 20) + 1):
            file.write(b"x" * (1 << 20))
    with pytest.raises(RawDataError, match=r"x\.csv line 2: the line is longer than 16,777,216"):
        read_table(tmp_path, "x.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n1,\x00\n", r"x\.csv line 3: holds a NUL character"),
        (b"a,b\n1,2,3\n", r"x\.csv line 2: the row has 3 cells"),
        (b'a,b\n1,"2\n', r"x\.csv line 2: the row that starts here cannot be read"),
        (b"a,a\n1,2\n", r"x\.csv line 1: the head has a twice"),
        (b"<!DOCTYPE html><html>", r"x\.csv: is a web page or XML"),
        (b"a,b\n,2\n", r"x\.csv line 2: the row has no a"),
    ],
)
def test_delimited_text_that_is_broken_is_named(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(RawDataError, match=message):
        read_table(tmp_path, "x.csv")


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        for _ in range(60):
            sheet.write(b"0" * (1 << 20))
    with pytest.raises(RawDataError, match=r"x\.xlsx: unpacks to 62,914,560 bytes"):
        read_table(tmp_path, "x.xlsx")


def test_names_of_a_zip_lead_nowhere(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("../../items_X_20200101-000000.xls", '"ffcolname"\n')
        packed.writestr("/tmp/forms.xls", '"formname"\n')
    before = sorted(tmp_path.parent.iterdir())
    with pytest.raises(RawDataError, match=r"x\.zip: is not an export of secuTrial"):
        secutrial.read(RawSource("edc", "secutrial", {"data": "x.zip"}), tmp_path)
    assert sorted(tmp_path.parent.iterdir()) == before
