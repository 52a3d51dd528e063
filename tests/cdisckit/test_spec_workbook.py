# ruff: noqa: E501 - a table of cases reads best with one case per line
"""`cdisckit spec import spec.xlsx`: an edit counts, or it is told; or nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdisckit.building import open_study
from cdisckit.spec import export_spec, import_spec
from specs.errors import CdisckitError
from specs.workbooks import Sheet, Workbook, read_workbook, write_workbook
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cdisckit.spec import SpecImport
    from specs.workbooks.layouts import Family

FILES = {
    "study.yaml": STUDY + "      ae: {file: ae.csv, subject: subject, dates: DMY}\n",
    "ae.csv": "subject,term,start,sev,ongo\n1,Rash,1/2/2020,Mild,1\n",
    "terminology.yaml": """
        codelists:
          OWN: {label: My list, terms: {A: First, B: Second}}
        """,
    "sdtm/ae.yaml": """
        dataset: AE   # reviewed
        records: {from: ae}
        keys: [STUDYID, USUBJID, AETERM]
        variables:
          AETERM: {collected: term}
          AEDECOD: {collected: term}
          AESTDTC: {collected: start}
          AESEV: {collected: sev}
          AESTDY: {derived: as_it_is, from: AESTDTC}
          AEACNOTH: {collected: term, codelist: OWN, comment: As the site said}
        """,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_study(tmp_path / "study", FILES)


@pytest.fixture
def given(folder: Path, tmp_path: Path) -> Workbook:
    export_spec(folder, tmp_path / "spec.xlsx", "C")
    return read_workbook(tmp_path / "spec.xlsx")


def changed(book: Workbook, sheet: str, change: Callable[[Sheet], Sheet | None]) -> Workbook:
    made = [change(s) if s.name == sheet else s for s in book.sheets]
    return Workbook(book.file, tuple(s for s in made if s is not None))


def edited(
    book: Workbook, sheet: str, where: Mapping[str, str], changes: Mapping[str, str]
) -> Workbook:
    def change(old: Sheet) -> Sheet:
        rows = [
            {**row.cells, **changes} if all(row[k] == v for k, v in where.items()) else row.cells
            for row in old.rows
        ]
        return Sheet.of(old.name, old.columns, rows)

    return changed(book, sheet, change)


def imported(book: Workbook, folder: Path) -> SpecImport:
    path = folder.parent / "given.xlsx"
    write_workbook(book, path)
    return import_spec([path], folder)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


def row_of(book: Workbook, sheet: str, where: Mapping[str, str]) -> int:
    return next(r.number for r in book.rows(sheet) if all(r[k] == v for k, v in where.items()))


@pytest.mark.parametrize("layout", ["A", "B", "C"])
def test_a_workbook_without_edits_changes_no_file(
    folder: Path, tmp_path: Path, layout: Family
) -> None:
    before = content(folder)
    export_spec(folder, tmp_path / "spec.xlsx", layout)
    done = import_spec([tmp_path / "spec.xlsx"], folder)
    assert content(folder) == before
    assert done.remarks == ()
    assert done.summary[:2] == ("changed cells: none", "no file was rewritten")


def test_only_files_that_changed_are_rewritten(folder: Path, given: Workbook) -> None:
    before = content(folder)
    book = edited(given, "Terms", {"Value": "A"}, {"Meaning": "The first"})
    done = imported(book, folder)
    after = content(folder)
    assert [name for name in after if after[name] != before[name]] == ["terminology.yaml"]
    assert done.clean
    assert done.summary == (
        "changed cells: 1 in Terms",
        "written: terminology.yaml (comments that were in them are lost)",
        f"next: cdisckit check-spec {folder}",
    )


def renamed(name: str) -> Callable[[Sheet], Sheet]:
    return lambda old: Sheet(name, old.columns, old.rows)


@pytest.mark.parametrize(
    ("sheet", "change", "message"),
    [
        ("Rules", renamed("Rulez"), "the sheet Rules is missing; did you mean it by Rulez?"),
        ("Tests", lambda _: None, "the sheet Tests is missing; export the study again"),
        ("Codelists", lambda _: None, "the sheet Codelists is missing"),
    ],
)
def test_a_sheet_that_is_missing_is_named_and_nothing_changes(
    folder: Path,
    given: Workbook,
    sheet: str,
    change: Callable[[Sheet], Sheet | None],
    message: str,
) -> None:
    before = content(folder)
    book = edited(given, "Terms", {"Value": "A"}, {"Meaning": "The first"})
    with pytest.raises(CdisckitError) as refused:
        imported(changed(book, sheet, change), folder)
    assert message in str(refused.value)
    assert content(folder) == before


@pytest.mark.parametrize(
    ("sheet", "where", "changes", "column", "message"),
    [
        ("Variables", {"Variable": "AESTDY"}, {"Rule": "as_it_was"}, "V", "there is no derivation as_it_was"),
        ("Variables", {"Variable": "AESEV"}, {"Codelist": "AESEVS"}, "K", "AESEVS"),
        ("Rules", {"Name": "AESEV"}, {"Given": '{"lable": "x"}'}, "D", "lable: is not known here"),
        ("Datasets", {"Dataset": "AE"}, {"Key Variables": "STUDYID, AETREM"}, "F", "key AETREM is not a variable of AE"),
    ],
)  # fmt: skip
def test_a_study_that_cannot_be_loaded_is_not_changed(
    folder: Path, given: Workbook, sheet: str, where: Mapping[str, str],
    changes: Mapping[str, str], column: str, message: str,
) -> None:  # fmt: skip
    before = content(folder)
    book = edited(given, "Terms", {"Value": "A"}, {"Meaning": "The first"})
    with pytest.raises(CdisckitError) as refused:
        imported(edited(book, sheet, where, changes), folder)
    assert f"{sheet}!{column}{row_of(given, sheet, where)}: " in str(refused.value)
    assert message in str(refused.value)
    assert content(folder) == before
    assert sorted(p.name for p in folder.parent.iterdir()) == ["given.xlsx", "spec.xlsx", "study"]


def test_a_workbook_exported_here_needs_its_study(
    folder: Path, given: Workbook, tmp_path: Path
) -> None:
    with pytest.raises(CdisckitError, match=r"holds no study.*import it over the study or a copy"):
        import_spec([tmp_path / "spec.xlsx"], tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("sheet", "where", "changes", "remark"),
    [
        ("Variables", {"Variable": "AESEV"}, {"Origin": "Derived"}, "!M{row}: given Derived, the study keeps Collected; it follows from Rule"),
        ("Variables", {"Variable": "AESEV"}, {"Data Type": "float"}, "!E{row}: given float, the study keeps text; edit type under Given in the sheet Rules"),
        ("Variables", {"Variable": "AESEV"}, {"Mandatory": "Yes"}, "!I{row}: given Yes, the study keeps No; edit core under Given"),
        ("Variables", {"Variable": "AESEV"}, {"Order": "99"}, "!A{row}: given 99, the study keeps"),
        ("Variables", {"Variable": "AESEV"}, {"Role": "Topic"}, "given Topic, the study keeps Record Qualifier; edit role"),
        ("Variables", {"Variable": "AESTDY"}, {"Method": "MT.X"}, "given MT.X, the study keeps MT.AE.AESTDY"),
        ("Methods", {"ID": "MT.AE.AESTDY"}, {"Description": "x"}, "Methods!D{row}: given x, the study keeps"),
        ("Codelists", {"ID": "OWN", "Term": "A"}, {"Decoded Value": "x"}, "given x, the study keeps First; edit the sheet Terms"),
        ("Codelists", {"ID": "OWN", "Term": "A"}, {"Term": "C"}, "the study has no such row: OWN C; edit the sheet Terms"),
        ("Variables", {"Variable": "AESEV"}, {"Variable": "AESVE"}, "Variables: the row AE AESEV is gone, the study keeps it; remove its rows"),
        ("Define", {"Attribute": "StudyName"}, {"Value": "X"}, "Define!B2: given X, the study keeps S1; edit study.yaml"),
    ],
)  # fmt: skip
def test_an_edit_that_does_not_count_is_told(
    folder: Path,
    given: Workbook,
    sheet: str,
    where: Mapping[str, str],
    changes: Mapping[str, str],
    remark: str,
) -> None:
    row = row_of(given, sheet, where)
    done = imported(edited(given, sheet, where, changes), folder)
    assert not done.clean
    assert any(
        line.startswith("not kept: ") and remark.format(row=row) in line for line in done.remarks
    ), done.remarks


def test_a_variable_that_came_is_told(folder: Path, given: Workbook) -> None:
    done = imported(
        edited(given, "Variables", {"Variable": "AESEV"}, {"Variable": "AESVE"}), folder
    )
    assert done.summary[0] == "added: AE.AESVE, which AE of SDTMIG does not have"


def test_a_source_edited_in_the_sheet_rules_alone_counts(folder: Path, given: Workbook) -> None:
    done = imported(edited(given, "Rules", {"Name": "AESEV"}, {"Sources": "term"}), folder)
    assert open_study(folder).dataset("AE").variable("AESEV").rules[0].sources == ("term",)
    assert (done.remarks, done.summary[0]) == ((), "changed cells: 1 in Rules")


def test_a_comment_edited_in_its_own_sheet_counts(folder: Path, given: Workbook) -> None:
    book = edited(given, "Comments", {"ID": "COM.AE.AEACNOTH"}, {"Description": "As coded"})
    done = imported(book, folder)
    assert open_study(folder).dataset("AE").variable("AEACNOTH").comment == "As coded"
    assert (done.remarks, done.summary[0]) == ((), "changed cells: 1 in Comments")


def test_a_variable_without_row_in_the_sheet_rules_is_removed(
    folder: Path, given: Workbook
) -> None:
    def change(old: Sheet) -> Sheet:
        kept = [row.cells for row in old.rows if row["Name"] != "AESEV"]
        return Sheet.of(old.name, old.columns, kept)

    done = imported(changed(given, "Rules", change), folder)
    assert not open_study(folder).dataset("AE").has("AESEV")
    assert done.remarks == ()
    assert done.summary[:2] == ("removed: AE.AESEV", "changed cells: 1 in Rules")


def test_a_workbook_mends_a_study_that_cannot_be_loaded(folder: Path, given: Workbook) -> None:
    file = folder / "sdtm" / "ae.yaml"
    file.write_text(file.read_text().replace("collected: sev", "colected: sev"))
    done = imported(given, folder)
    assert open_study(folder).dataset("AE").variable("AESEV").rules[0].sources == ("sev",)
    assert done.remarks == ()


def test_of_two_edits_of_one_source_the_one_beside_the_variable_counts(
    folder: Path, given: Workbook
) -> None:
    book = edited(given, "Rules", {"Name": "AESEV"}, {"Sources": "term"})
    done = imported(edited(book, "Variables", {"Variable": "AESEV"}, {"Sources": "start"}), folder)
    assert open_study(folder).dataset("AE").variable("AESEV").rules[0].sources == ("start",)
    (remark,) = done.remarks
    assert "given term, the study keeps start; the cell beside its variable counts" in remark


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"Sources": "terms"}, "W", "terms is not a variable of AE and not a field of its forms"),
        ({"Label": "A label that is longer than forty bytes can be"}, "D", "has 46 bytes"),
    ],
)
def test_problems_of_the_study_are_told_with_their_cell(
    folder: Path, given: Workbook, changes: Mapping[str, str], column: str, message: str
) -> None:
    where = {"Variable": "AESEV"}
    done = imported(edited(given, "Variables", where, changes), folder)
    cell = f"problem: Variables!{column}{row_of(given, 'Variables', where)}: "
    assert any(line.startswith(cell) and message in line for line in done.remarks), done.remarks
    assert not done.clean


@pytest.mark.parametrize("text", ["ongo EQ 1", 'ongo EQ "1"', '[{"ongo": {"EQ": "1"}}]'])
@pytest.mark.parametrize(("sheet", "column"), [("Variables", "Variable"), ("Rules", "Name")])
def test_a_condition_may_be_a_where_clause(
    folder: Path, given: Workbook, sheet: str, column: str, text: str
) -> None:
    done = imported(edited(given, sheet, {column: "AESEV"}, {"Condition": text}), folder)
    (rule,) = open_study(folder).dataset("AE").variable("AESEV").rules
    assert [str(clause) for clause in rule.when] == ['ongo EQ "1"']
    assert [line for line in done.remarks if line.startswith("not kept")] == []


@pytest.mark.parametrize("name", ["spec.csv", "spec"])
def test_other_endings_are_refused(folder: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(CdisckitError, match=r"name a file ending in \.xlsx \(workbook\) or \.xml"):
        export_spec(folder, tmp_path / name, "C")
    assert not (tmp_path / name).exists()
