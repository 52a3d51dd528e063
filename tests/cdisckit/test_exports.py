from __future__ import annotations

from typing import TYPE_CHECKING

from cdisckit.exports import export_of

if TYPE_CHECKING:
    from pathlib import Path


def test_all_kinds_of_files_in_a_folder_are_sources_and_the_rest_is_passed_over_by_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "odm.xml").write_text(
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><ClinicalData StudyOID="S">'
        '<SubjectData SubjectKey="1"><StudyEventData StudyEventOID="E"><FormData FormOID="F">'
        '<ItemGroupData ItemGroupOID="G"><ItemData ItemOID="I" Value="1"/></ItemGroupData>'
        "</FormData></StudyEventData></SubjectData></ClinicalData></ODM>",
        encoding="utf-8",
    )
    (tmp_path / "lab.csv").write_text("SUBJID,RES\n001,5\n", encoding="utf-8")
    (tmp_path / "cut.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    export = export_of(tmp_path)
    assert [source.reader for source in export.sources] == ["odm", "table"]
    data = export.read()
    assert set(data.forms) == {"F", "lab"}
    told = data.findings[data.findings["rule"] == "CK-RAW-UNREAD"]
    assert told["file"].tolist() == ["cut.csv", "notes.pdf"]
    assert told["message"].iloc[0].startswith("is not read: cut.csv line 2: the row has 3 cells")
