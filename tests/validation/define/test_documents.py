"""Files that are not define.xml, or try to do harm; and what other makers may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from specs.errors import RawDataError
from specs.findings import FINDING_COLUMNS
from tests.validation.define import examples
from tests.validation.define.parts import group, items
from validation.define import check_define, check_package
from validation.define import schema as schema_layer
from validation.define.document import read_document
from validation.run import validate_package

if TYPE_CHECKING:
    from pathlib import Path

ODM = 'xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"'
BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not well-formed XML"),
        (b"\x00\x01\x02", "not well-formed XML"),
        (b"STUDYID,USUBJID\n", "not well-formed XML"),
        (examples.tabulations()[:5000].encode(), "not well-formed XML"),
        (f"<!DOCTYPE ODM SYSTEM 'http://127.0.0.1/x.dtd'><ODM {ODM}/>".encode(), "document type"),
        (
            f"<!DOCTYPE ODM [<!ENTITY x SYSTEM 'file:///a'>]><ODM {ODM}>&x;</ODM>".encode(),
            "document type",
        ),
        (f'<ODM {ODM} FileOID="{"x" * 11_000_000}"/>'.encode(), "not well-formed XML"),
        (f"<ODM {ODM}>{'x' * 11_000_000}</ODM>".encode(), "not well-formed XML"),
    ],
    ids=["empty", "bytes", "csv", "cut", "dtd", "entity", "huge attribute", "huge text"],
)
def test_what_is_no_define_is_refused_in_words(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_bytes(content)
    with pytest.raises(RawDataError, match=said):
        check_define(path)


def test_entities_within_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    text = f'<!DOCTYPE ODM [<!ENTITY a0 "xxxxxxxxxx">{BOMB}]><ODM {ODM} FileOID="&a11;"/>'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RawDataError):
        check_define(path)


def test_deep_nesting_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_text(f"<ODM {ODM}>{'<Study>' * 200}{'</Study>' * 200}</ODM>", encoding="utf-8")
    assert "DD0008" in set(check_define(path)["rule"])


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match="cannot be read"):
        check_define(tmp_path / "none.xml")


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("<html><body/></html>", {"DEFINE-002", "DD0002"}),
        (f"<Study {ODM}/>", {"DEFINE-002"}),
        ('<ODM xmlns="http://www.cdisc.org/ns/odm/v1.2"/>', {"DD0002"}),
        ("<ODM/>", {"DD0002"}),
        (
            '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"'
            ' xmlns:def="http://www.cdisc.org/ns/def/v1.0"/>',
            {"DD0002"},
        ),
    ],
)
def test_another_root_or_namespace_is_all_that_is_said_of_a_file(
    text: str, rules: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "define.xml"
    path.write_text(text, encoding="utf-8")
    found = check_define(path)
    assert set(found["rule"]) == rules
    assert list(found.columns) == list(FINDING_COLUMNS)


def test_other_prefixes_and_a_byte_order_mark_are_the_same_file(tmp_path: Path) -> None:
    examples.with_files(tmp_path)
    text = examples.tabulations().replace("def:", "d21:").replace("xmlns:def", "xmlns:d21")
    path = tmp_path / "define.xml"
    path.write_text(text, encoding="utf-8-sig")
    assert check_define(path, schema=False).empty


def test_a_document_in_utf_16_is_read(tmp_path: Path) -> None:
    examples.with_files(tmp_path)
    path = tmp_path / "define.xml"
    path.write_text(examples.tabulations().replace("UTF-8", "UTF-16"), encoding="utf-16")
    assert check_define(path, schema=False).empty


def test_attributes_of_another_maker_are_told_and_no_crash(tmp_path: Path) -> None:
    examples.with_files(tmp_path)
    text = examples.tabulations().replace("<ItemDef ", '<ItemDef xmlns:v="urn:v" v:own="1" ', 1)
    path = tmp_path / "define.xml"
    path.write_text(text, encoding="utf-8")
    assert set(check_define(path, schema=False)["rule"]) == {"DD0004"}


@given(data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_to_a_file_is_a_crash(data: st.DataObject, tmp_path: Path) -> None:
    text = data.draw(st.sampled_from([examples.tabulations(), examples.analysis()]))
    root = etree.fromstring(text.encode())
    for _ in range(data.draw(st.integers(1, 8))):
        nodes = list(root.iter("*"))
        node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
        parent, names = node.getparent(), list(node.attrib)
        damage = data.draw(st.sampled_from(["remove", "drop", "garble", "move"]))
        if damage == "remove" and parent is not None:
            parent.remove(node)
        elif damage == "move" and parent is not None:
            parent.insert(0, node)
        elif names:
            name = data.draw(st.sampled_from(names))
            node.set(
                name, data.draw(st.sampled_from(["", " ", "-1", "IT.DM.SEX", "Yes", "\u00e9"]))
            )
            if damage == "drop":
                del node.attrib[name]
    path = tmp_path / "define.xml"
    path.write_bytes(etree.tostring(root))
    assert check_define(path, datasets=tmp_path).columns.tolist() == [*FINDING_COLUMNS]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_text(f"\n\n<ODM {ODM}\n FileType='Snapshot'>\n<Study/></ODM>", encoding="utf-8")
    nodes = {node.name: node.line for node in read_document(path).nodes}
    assert nodes["Study"] == 5


def test_without_an_installed_schema_a_notice_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples.with_files(tmp_path)
    path = tmp_path / "define.xml"
    path.write_text(examples.tabulations(), encoding="utf-8")
    schema_layer.installed_schema.cache_clear()
    monkeypatch.setattr(schema_layer, "_PLACES", {})
    (found,) = check_define(path).to_dict("records")
    schema_layer.installed_schema.cache_clear()
    assert (found["rule"], found["severity"]) == ("CK-DEFINE-SCHEMA", "notice")


def test_the_schema_is_applied_where_a_package_brings_it(tmp_path: Path) -> None:
    pytest.importorskip("odmlib", reason="odmlib brings the schema")
    examples.with_files(tmp_path)
    path = tmp_path / "define.xml"
    path.write_text(
        examples.tabulations().replace('SASDatasetName="AE"', 'SASDatasetName="ADVERSE"', 1)
        .replace('OrderNumber="2"', 'OrderNumber="two"', 1),
        encoding="utf-8",
    )  # fmt: skip
    found = check_define(path)
    told = found.loc[found["rule"].eq("DD0001"), "message"]
    assert told.str.startswith("the schema: ").all()
    assert told.str.contains("OrderNumber").any()


def test_a_package_is_checked_part_by_part(tmp_path: Path) -> None:
    for name in ("sdtm", "adam", "none"):
        (tmp_path / name).mkdir()
    (tmp_path / "none" / "ae.xpt").touch()
    examples.with_files(tmp_path / "sdtm")
    (tmp_path / "sdtm" / "define.xml").write_text(examples.tabulations(), encoding="utf-8")
    (tmp_path / "adam" / "define.xml").write_text(examples.analysis(), encoding="utf-8")
    found = check_package(tmp_path)
    assert set(found["file"]) == {"sdtm/define.xml", "adam/define.xml", "none/define.xml"}
    assert found.loc[found["file"].eq("none/define.xml"), "rule"].tolist() == ["DD0101"]
    assert "CK-DEFINE-UNREADABLE" in set(found["rule"])  # the files are empty
    assert len(validate_package(tmp_path)) == len(found)


def test_five_thousand_variables_are_checked(tmp_path: Path) -> None:
    variables = "".join(
        f"V{n} | A label | text 40 |  | Collected Investigator | CL.NY\n" for n in range(100)
    )
    text = examples.tabulations()
    groups = "".join(
        group(f"X{n}", variables, "Own", "EVENTS", def_StandardOID="",
                       def_IsNonStandard="Yes")
        for n in range(60)
    )  # fmt: skip
    defined = "".join(items(f"X{n}", variables) for n in range(60))
    text = text.replace("<ItemDef ", f"{groups}<ItemDef ", 1).replace(
        "<CodeList ", f"{defined}<CodeList ", 1
    )
    path = tmp_path / "define.xml"
    path.write_text(text, encoding="utf-8")
    found = check_define(path)
    assert set(found["rule"]) <= {"DD0084", "DD0085", "DEFINE-070"}
