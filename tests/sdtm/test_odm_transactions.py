from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from sdtm.readers import read_source
from specs.errors import RawDataError
from specs.model import RawSource
from tests.sdtm.test_odm import read_text, rules, values

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.raw import RawData


def item(oid: str, value: str, how: str = "") -> str:
    return f'<ItemData ItemOID="{oid}" Value="{value}"{how}/>'


def history(*parts: str) -> str:
    data = "\n".join(parts)
    return (
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Transactional">'
        f'<ClinicalData StudyOID="S" MetaDataVersionOID="1">{data}</ClinicalData></ODM>'
    )


def saved(how: str, inner: str, form: str = "") -> str:
    kind = f' TransactionType="{how}"' if how else ""
    return (
        f'<SubjectData SubjectKey="1"{kind}><StudyEventData StudyEventOID="E">'
        f'<FormData FormOID="F"{form}><ItemGroupData ItemGroupOID="G">{inner}'
        "</ItemGroupData></FormData></StudyEventData></SubjectData>"
    )


def read(folder: Path, *parts: str) -> RawData:
    return read_text(folder, history(*parts))


FIRST = saved("Insert", item("A", "1") + item("B", "2"))


@pytest.mark.parametrize(
    ("later", "left"),
    [
        (saved("Update", item("A", "9")), {"A": "9", "B": "2"}),
        (saved("Upsert", item("A", "9") + item("C", "3")), {"A": "9", "B": "2", "C": "3"}),
        (saved("Context", item("A", "9")), {"A": "1", "B": "2"}),
        (saved("Context", item("A", "9", ' TransactionType="Update"')), {"A": "9", "B": "2"}),
        (saved("Context", item("A", "", ' TransactionType="Remove"')), {"B": "2"}),
        (saved("Update", item("A", "9"), ' TransactionType="Remove"'), {}),
        ('<SubjectData SubjectKey="1" TransactionType="Remove"/>', {}),
    ],
)
def test_a_history_is_applied_in_its_order(
    tmp_path: Path, later: str, left: dict[str, str]
) -> None:
    raw = read(tmp_path, FIRST, later)
    assert values(raw) == left
    assert [rule for rule in rules(raw) if rule[0] != "notice"] == []


def test_what_was_changed_is_kept_as_superseded(tmp_path: Path) -> None:
    raw = read(tmp_path, FIRST, saved("Update", item("A", "9")), saved("Update", item("A", "8")))
    assert values(raw) == {"A": "8", "B": "2"}
    assert raw.superseded[["item", "text", "line", "transaction"]].to_numpy().tolist() == [
        ["A", "1", 1, "Update"],
        ["A", "9", 2, "Update"],
    ]


@pytest.mark.parametrize("how", ["Update", "Remove"])
def test_a_change_without_a_target_is_an_error_and_no_insert(tmp_path: Path, how: str) -> None:
    raw = read(tmp_path, saved(how, item("A", "9")))
    assert raw.tidy().empty
    assert rules(raw)[0] == ("error", "CK-ODM-TARGET")


def test_a_removal_that_meets_another_form_leaves_the_data(tmp_path: Path) -> None:
    other = (
        '<SubjectData SubjectKey="1" TransactionType="Context"><StudyEventData StudyEventOID="E">'
        '<FormData FormOID="F2" TransactionType="Remove"/></StudyEventData></SubjectData>'
    )
    raw = read(tmp_path, FIRST, other)
    assert values(raw) == {"A": "1", "B": "2"}
    assert rules(raw) == [("error", "CK-ODM-TARGET")]


def test_a_second_insert_counts_and_is_found(tmp_path: Path) -> None:
    raw = read(tmp_path, FIRST, saved("Insert", item("A", "9")))
    assert values(raw) == {"A": "9", "B": "2"}
    assert rules(raw) == [("warning", "CK-ODM-INSERT")]


def test_after_a_removal_an_insert_starts_anew(tmp_path: Path) -> None:
    gone = '<SubjectData SubjectKey="1" TransactionType="Remove"/>'
    raw = read(tmp_path, FIRST, gone, saved("Insert", item("B", "5")))
    assert values(raw) == {"B": "5"}


def test_a_history_without_types_is_applied_and_found(tmp_path: Path) -> None:
    raw = read(tmp_path, saved("", item("A", "1")), saved("", item("A", "2")))
    assert values(raw) == {"A": "2"}
    assert rules(raw) == [("notice", "CK-ODM-TRANSACTION")]


def test_a_type_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        RawDataError, match=r"line 1: TransactionType Updat is not one that ODM has; did"
    ):
        read(tmp_path, saved("Updat", item("A", "1")))


def test_the_types_of_a_snapshot_mean_nothing(tmp_path: Path) -> None:
    text = history(saved("Remove", item("A", "1"))).replace("Transactional", "Snapshot")
    assert values(read_text(tmp_path, text)) == {"A": "1"}


def groups(*inner: str, how: str = "") -> str:
    kind = f' TransactionType="{how}"' if how else ""
    parts = "".join(f'<ItemGroupData ItemGroupOID="G">{items}</ItemGroupData>' for items in inner)
    return (
        f'<SubjectData SubjectKey="1"{kind}><StudyEventData StudyEventOID="E">'
        f'<FormData FormOID="F">{parts}</FormData></StudyEventData></SubjectData>'
    )


def test_repeats_without_a_key_are_numbered_in_the_order_of_the_file(tmp_path: Path) -> None:
    raw = read(tmp_path, groups(item("A", "1"), item("A", "2") + item("B", "3"), how="Insert"))
    form = raw.forms["F.G"]
    assert form.frame["@group_repeat"].tolist() == ["1", "2"]
    texts = form.frame[["A", "B"]].astype("str").fillna("")
    assert texts.to_numpy().tolist() == [["1", ""], ["2", "3"]]
    assert ("notice", "CK-ODM-UNKEYED") in rules(raw)


def test_groups_without_a_key_that_share_no_item_are_one_record(tmp_path: Path) -> None:
    raw = read(tmp_path, groups(item("A", "1"), item("B", "3"), how="Insert"))
    assert raw.forms["F"].frame[["A", "B"]].to_numpy().tolist() == [["1", "3"]]
    assert "CK-ODM-UNKEYED" not in [rule for _, rule in rules(raw)]


def test_a_zip_with_one_file_of_xml_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("export/data.xml", history(FIRST))
    raw = read_source(RawSource("edc", "odm", {"data": "x.zip"}), tmp_path)
    assert values(raw) == {"A": "1", "B": "2"}
    with zipfile.ZipFile(tmp_path / "x.zip", "a") as packed:
        packed.writestr("more.xml", history(FIRST))
    with pytest.raises(RawDataError, match="holds 2 files of XML, and one is read"):
        read_source(RawSource("edc", "odm", {"data": "x.zip"}), tmp_path)


OPENCLINICA = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot"'
    ' xmlns:OpenClinica="http://www.openclinica.org/ns/odm_ext_v130/v3.1"><Study OID="S">'
    '<MetaDataVersion OID="1"><FormDef OID="F_VS_V10" Name="Vitals" Repeating="No">'
    '<ItemGroupRef ItemGroupOID="G"/></FormDef><FormDef OID="F_VS_V11" Name="Vitals"'
    ' Repeating="No"><ItemGroupRef ItemGroupOID="G"/></FormDef><ItemGroupDef OID="G" Name="G"'
    ' Repeating="No"><ItemRef ItemOID="A"/></ItemGroupDef><ItemDef OID="A" Name="A"'
    ' DataType="text"><OpenClinica:MultiSelectListRef MultiSelectListID="M"/></ItemDef>'
    '<OpenClinica:MultiSelectList ID="M" Name="M"><OpenClinica:MultiSelectListItem'
    ' CodedOptionValue="1"><Decode><TranslatedText>Cough</TranslatedText></Decode>'
    '</OpenClinica:MultiSelectListItem><OpenClinica:MultiSelectListItem CodedOptionValue="3">'
    "<Decode><TranslatedText>Rash</TranslatedText></Decode></OpenClinica:MultiSelectListItem>"
    "</OpenClinica:MultiSelectList></MetaDataVersion></Study>"
    '<ClinicalData StudyOID="S" MetaDataVersionOID="1">'
    + "".join(
        f'<SubjectData SubjectKey="SS_{n}" OpenClinica:StudySubjectID="0{n}"><StudyEventData'
        f' StudyEventOID="SE"><FormData FormOID="F_VS_V1{n}"><ItemGroupData ItemGroupOID="G">'
        f"{item('A', answer)}</ItemGroupData></FormData></StudyEventData></SubjectData>"
        for n, answer in enumerate(("1,3", "3"))
    )
    + "</ClinicalData></ODM>"
)


def test_versions_of_a_form_are_one_and_several_answers_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(OPENCLINICA, encoding="utf-8")
    given = {"data": "x.xml", "versions": True, "subject": "StudySubjectID"}
    raw = read_source(RawSource("edc", "odm", given), tmp_path)
    form = raw.forms["F_VS"]
    assert form.frame[["@subject", "A"]].to_numpy().tolist() == [["00", "1;3"], ["01", "3"]]
    assert (form.label, form.fields["A"].kind) == ("Vitals", "checkbox")
    assert dict(form.fields["A"].choices) == {"1": "Cough", "3": "Rash"}
    assert raw.findings.empty
