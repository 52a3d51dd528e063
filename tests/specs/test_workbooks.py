# ruff: noqa: E501 - a table of cases reads best with one case per line
"""Specifications as workbooks: what goes out comes back, and errors name sheet and cell."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

import adam.derivations
import sdtm.derivations
from specs.derivation import derivations_of
from specs.errors import SpecError
from specs.load import load_study
from specs.workbooks import Sheet, Workbook, exported, import_study, read_workbook, write_workbook
from specs.workbooks.importing import read_files
from specs.workbooks.layouts import LAYOUTS
from specs.yaml_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from specs.model import Dataset, Study
    from specs.workbooks.layouts import Family


def load(folder: Path) -> Study:
    known = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
    return load_study(folder, known)


def without_places(value: Any) -> Any:
    """A dataset of the model without where in its file something stands."""
    if is_dataclass(value) and not isinstance(value, type):
        changes: dict[str, Any] = {
            name: without_places(getattr(value, name)) for name in value.__dataclass_fields__
        }
        changes |= {name: "" for name in ("place", "file") if name in changes}
        return replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(without_places(part) for part in value)
    if isinstance(value, Mapping):
        return {key: without_places(part) for key, part in value.items()}
    return value


def by_name(study: Study) -> dict[str, Dataset]:
    return {dataset.name: without_places(dataset) for dataset in study.datasets}


@pytest.fixture(scope="module")
def study(root: Path) -> Study:
    return load(root / "studies" / "nct03171194")


@pytest.fixture
def bare(tmp_path: Path, study: Study) -> Path:
    """The study's folder without the files that a workbook holds."""
    folder = tmp_path / "study"
    ignored = shutil.ignore_patterns("__pycache__", "sdtm", "adam", "raw", "simulator")
    shutil.copytree(study.folder, folder, ignore=ignored)
    (folder / "terminology.yaml").unlink()
    return folder


@pytest.fixture(scope="module")
def book(study: Study) -> Workbook:
    return exported(study)


def test_a_study_comes_back_from_its_workbook_as_it_was(
    study: Study, book: Workbook, bare: Path, tmp_path: Path
) -> None:
    path = tmp_path / "spec.xlsx"
    write_workbook(book, path)
    done = import_study(read_workbook(path), bare, load)
    assert (done.unknown, done.kept) == ((), ())
    again = load(bare)
    assert by_name(again) == by_name(study)
    assert dict(again.codelists) == dict(study.codelists)
    assert exported(again).sheets == book.sheets


def test_a_method_says_which_rule_is_for_which_records(book: Workbook) -> None:
    methods = {row["ID"]: row["Description"] for row in book.rows("Methods")}
    text = methods["MT.ADTTE.CNSDTDSC"]
    assert text.startswith(
        "The first of these that gives a value:"
        ' (1) Where CNSR EQ "1" and LASTDT EQ "": The constant "NOT ASSESSED". (2) '
    )


@pytest.mark.parametrize("family", ["A", "B"])
def test_every_layout_holds_the_same(
    study: Study, book: Workbook, tmp_path: Path, family: Family
) -> None:
    path = tmp_path / "spec.xlsx"
    write_workbook(exported(study, family), path)
    other = read_workbook(path)
    assert other.family == family
    assert read_files(other).files == read_files(book).files


def test_the_same_specification_gives_the_same_bytes(book: Workbook, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(book, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def edited(
    book: Workbook, sheet: str, where: Mapping[str, str], changes: Mapping[str, str]
) -> Workbook:
    def changed(old: Sheet) -> Sheet:
        if old.name != sheet:
            return old
        rows = [
            {**row.cells, **changes} if all(row[k] == v for k, v in where.items()) else row.cells
            for row in old.rows
        ]
        return Sheet.of(old.name, old.columns, rows)

    return replace(book, sheets=tuple(map(changed, book.sheets)))


def test_an_edit_of_a_label_and_length_counts(study: Study, book: Workbook, bare: Path) -> None:
    where = {"Dataset": "AE", "Variable": "AETERM"}
    changes = {"Label": "Reported Event", "Length": "120"}
    import_study(edited(book, "Variables", where, changes), bare, load)
    variable = load(bare).dataset("AE").variable("AETERM")
    assert (variable.label, variable.length) == ("Reported Event", 120)
    assert without_places(variable.rules) == without_places(
        study.dataset("AE").variable("AETERM").rules
    )


@pytest.mark.parametrize(
    ("sheet", "where", "changes", "message"),
    [
        ("Rules", {"Name": "AEREL"}, {"Verb": "colected"}, "Rules!E{row}: colected is not a verb; did you mean collected?"),
        ("Rules", {"Name": "AEENRTPT"}, {"Condition": "[{"}, "Rules!I{row}: is not JSON"),
        ("Variables", {"Variable": "AETERM"}, {"Length": "500"}, "Variables!F{row}: 500 is not a length from 1 to 200"),
        ("Rules", {"Name": "AETERM"}, {"File": "sdtm/ea.yaml"}, "Rules!A{row}: sdtm/ea.yaml is not a file of the sheet Files; did you mean sdtm/"),
        ("Terms", {"Value": "NOT RELATED"}, {"Kind": "therms"}, "Terms!B{row}: therms is not a kind of entry; did you mean terms?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_sheet_and_cell(
    book: Workbook, sheet: str, where: Mapping[str, str], changes: Mapping[str, str], message: str
) -> None:
    found = book.sheet(sheet)
    assert found is not None
    row = next(r.number for r in found.rows if all(r[k] == v for k, v in where.items()))
    with pytest.raises(SpecError) as error:
        read_files(edited(book, sheet, where, changes))
    assert message.format(row=row) in str(error.value)


def test_variables_show_how_they_come_about(book: Workbook) -> None:
    shown = {
        (sheet, row["Dataset"], row["Variable"], row["Where Clause"]): [
            row[name] for name in ("Rule", "Sources", "Constants", "Condition")
        ]
        for sheet in ("Variables", "ValueLevel")
        for row in book.rows(sheet)
    }
    assert shown["Variables", "AE", "AETERM", ""] == ["collected", "aeterm", "", ""]
    assert shown["Variables", "AE", "AESTDY", ""] == ["standard", "", "", ""]
    assert shown["Variables", "TS", "TSSEQ", ""] == ["protocol", "TSSEQ", "", ""]
    assert shown["ValueLevel", "ADRS", "AVAL", "PARAMCD EQ BILNEWA"] == [
        "new_grades",
        "BILG*.AVALC, BILG*.BASEC",
        '{"grade": "A", "after": ["B", "C", "D", "E"]}',
        "",
    ]


@pytest.mark.parametrize(
    ("sheet", "where", "changes", "dataset", "name", "rule"),
    [
        ("Variables", {"Dataset": "AE", "Variable": "AETERM"}, {"Rule": "assigned", "Sources": "aedecod"},
         "AE", "AETERM", ("assigned", ("aedecod",), None)),
        ("Variables", {"Dataset": "AE", "Variable": "AEENDTC"}, {"Rule": "as_it_is", "Sources": "AESTDTC", "Constants": "", "Condition": ""},
         "AE", "AEENDTC", ("derived", ("AESTDTC",), "as_it_is")),
        ("ValueLevel", {"Dataset": "SUPPCM", "Where Clause": "QNAM EQ CMPRN"}, {"Rule": "assigned", "Sources": "prohibited", "Constants": "", "Condition": ""},
         "SUPPCM", "CMPRN", ("assigned", ("prohibited",), None)),
    ],
)  # fmt: skip
def test_an_edit_of_a_rule_beside_its_variable_counts(
    book: Workbook, bare: Path, sheet: str, where: Mapping[str, str], changes: Mapping[str, str],
    dataset: str, name: str, rule: tuple[str, tuple[str, ...], str | None],
) -> None:  # fmt: skip
    import_study(edited(book, sheet, where, changes), bare, load)
    of = load(bare).dataset(dataset)
    (made,) = next(v for v in (*of.variables, *of.supplemental) if v.name == name).rules
    assert (made.origin, made.sources, made.derivation and made.derivation.name) == rule


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Constants": "{"}, "is not JSON"),
        ({"Rule": "collected", "Sources": ""}, "collected needs a source or a constant"),
        ({"Sources": "a\nb"}, "has 2 lines, and Rule has 1"),
    ],
)
def test_cells_of_rules_that_make_no_sense_are_named(
    book: Workbook, bare: Path, changes: Mapping[str, str], message: str
) -> None:
    where = {"Dataset": "AE", "Variable": "AETERM"}
    with pytest.raises(SpecError, match=message) as error:
        import_study(edited(book, "Variables", where, changes), bare, load)
    assert "Variables!" in str(error.value)


def test_rules_that_stand_in_several_files_are_edited_in_their_own_sheet(
    book: Workbook, bare: Path
) -> None:
    where = {"Dataset": "RS", "Variable": "RSORRES"}
    with pytest.raises(SpecError, match="stand in 2 files of RS; edit them in the sheet Rules"):
        import_study(edited(book, "Variables", where, {"Sources": "x"}), bare, load)


def test_a_workbook_written_by_hand_may_give_the_rules_beside_the_variables(
    tmp_path: Path,
) -> None:
    head = (*LAYOUTS["C"]["Variables"], "Rule", "Sources", "Constants")
    rows = [
        {"Dataset": "AE", "Variable": "AETERM", "Label": "Term", "Rule": "collected", "Sources": "aeterm"},
        {"Dataset": "AE", "Variable": "AESTDY", "Label": "Day", "Rule": "study_day", "Sources": "AESTDTC, DM.RFSTDTC"},
        {"Dataset": "AE", "Variable": "AECAT", "Label": "Category", "Rule": "assigned\nassigned",
         "Sources": "a\n-", "Constants": '-\n{"constant": "X"}'},
    ]  # fmt: skip
    other = foreign("C", {**FOREIGN, "Variables": []})
    sheets = [
        Sheet.of("Variables", head, rows) if s.name == "Variables" else s for s in other.sheets
    ]
    assert import_study(Workbook("spec.xlsx", tuple(sheets)), tmp_path, load).unknown == ()
    said = read_yaml(tmp_path / "sdtm" / "ae.yaml").data["variables"]
    assert said["AETERM"] == {"label": "Term", "collected": "aeterm"}
    assert said["AESTDY"]["derived"] == "study_day"
    assert said["AESTDY"]["from"] == ["AESTDTC", "DM.RFSTDTC"]
    assert said["AECAT"]["rules"] == [{"assigned": "a"}, {"assigned": {"constant": "X"}}]


FOREIGN = {
    "Datasets": [
        {"Dataset": "AE", "Label": "Adverse Events", "Class": "EVENTS", "Key Variables": "STUDYID, USUBJID,AETERM"},
    ],
    "Variables": [
        {"Order": "1", "Dataset": "AE", "Variable": "STUDYID", "Label": "Study Identifier", "Data Type": "text",
         "Length": "12", "Origin": "Protocol", "Assigned Value": "S1"},
        {"Order": "2", "Dataset": "AE", "Variable": "AETERM", "Label": "Reported Term for the Adverse Event",
         "Data Type": "Char", "Length": "200", "Origin": "CRF"},
        {"Order": "3", "Dataset": "AE", "Variable": "AESEV", "Label": "Severity/Intensity", "Data Type": "text",
         "Codelist": "SEV", "Origin": "CRF"},
    ],
    "Codelists": [{"ID": "SEV", "Name": "Severity", "Term": "MILD", "Order": "1"}],
}  # fmt: skip


def foreign(family: Family, tables: Mapping[str, list[dict[str, str]]]) -> Workbook:
    sheets = [Sheet.of(name, head, tables.get(name, ())) for name, head in LAYOUTS[family].items()]
    return Workbook("spec.xlsx", tuple(sheets))


@pytest.mark.parametrize("family", ["A", "B", "C"])
def test_a_workbook_of_others_starts_a_study(family: Family, tmp_path: Path) -> None:
    path = tmp_path / "spec.xlsx"
    book = foreign(family, FOREIGN)
    write_workbook(book, path)
    again = read_workbook(path)
    assert again.family == family
    assert [s.columns for s in again.sheets] == [s.columns for s in book.sheets]
    assert again.rows("Variables") == tuple(book.rows("Variables"))
    import_study(again, tmp_path / "study", load)
    text = (tmp_path / "study" / "sdtm" / "ae.yaml").read_text(encoding="utf-8")
    assert "AETERM: {label: Reported Term for the Adverse Event, type: Char, length: 200}" in text
    assert "STUDYID" in text
    assert (tmp_path / "study" / "study.yaml").exists()


def test_value_level_of_others_is_taken_over(tmp_path: Path) -> None:
    values = [
        {"Dataset": "AE", "Variable": "AESEV", "Where Clause": 'AETERM IN ("A b", C) and AESER EQ Y',
         "Label": "When serious", "Data Type": "float", "Length": "5", "Significant Digits": "1", "Origin": "CRF"},
        {"Dataset": "SUPPAE", "Variable": "QVAL", "Where Clause": "QNAM EQ AETRTP", "Label": "Before", "Data Type": "text"},
    ]  # fmt: skip
    import_study(foreign("C", {**FOREIGN, "ValueLevel": values}), tmp_path, load)
    said = read_yaml(tmp_path / "sdtm" / "ae.yaml").data
    assert said["variables"]["AESEV"]["values"] == [
        {"when": [{"AETERM": {"IN": ["A b", "C"]}}, {"AESER": {"EQ": "Y"}}],
         "label": "When serious", "type": "float", "length": 5, "digits": 1}
    ]  # fmt: skip
    assert said["supplemental"] == {"AETRTP": {"label": "Before", "type": "Char"}}
    wrong = [{**values[0], "Where Clause": "when it is serious"}]
    with pytest.raises(SpecError, match="ValueLevel!D2: when it is serious is not a where clause"):
        import_study(foreign("C", {**FOREIGN, "ValueLevel": wrong}), tmp_path, load)


def test_heads_are_known_by_other_names_and_strange_ones_are_listed(tmp_path: Path) -> None:
    head = ("dataset", "DESCRIPTION", "Class", "Key, Variables", "Core", "Standard")
    sheets = [
        Sheet.of("Define", ("Attribute", "Value"), [{"Attribute": "StudyName", "Value": "S1"}]),
        Sheet.of("Datasets", head, [dict(zip(head, ("AE", "Events", "EVENTS", "USUBJID", "x", "SDTMIG 3.4"), strict=True))]),
        Sheet.of("Variables", ("Dataset", "Variable", "Label"), []),
    ]  # fmt: skip
    book = Workbook("spec.xlsx", tuple(sheets))
    assert book.family == "C"
    assert import_study(book, tmp_path, load).unknown == ("Datasets: Core",)
    text = (tmp_path / "sdtm" / "ae.yaml").read_text(encoding="utf-8")
    assert "keys: [USUBJID]" in text
    assert "label: Events" in text


def test_a_source_that_is_no_dataset_of_the_workbook_is_named(tmp_path: Path) -> None:
    tables = {**FOREIGN, "Variables": [{**FOREIGN["Variables"][0], "Dataset": "AA"}]}
    with pytest.raises(SpecError, match=r"spec.xlsx: Variables!B2: there is no dataset AA"):
        import_study(foreign("C", tables), tmp_path, load)


def test_a_sheet_of_others_that_seems_misspelt_is_an_error_and_a_strange_one_is_listed(
    tmp_path: Path,
) -> None:
    book = foreign("C", FOREIGN)
    named = {"Codelists": "Codelist", "Documents": "Analysis Displays"}
    sheets = [Sheet(named.get(s.name, s.name), s.columns, s.rows) for s in book.sheets]
    with pytest.raises(SpecError, match="Codelists is missing; did you mean it by Codelist"):
        import_study(replace(book, sheets=tuple(sheets)), tmp_path / "study", load)
    assert not (tmp_path / "study").exists()
    sheets = [s if s.name != "Codelist" else book.sheets[4] for s in sheets]
    done = import_study(replace(book, sheets=tuple(sheets)), tmp_path / "study", load)
    assert done.unknown == ("sheet Analysis Displays",)


def test_a_workbook_of_others_that_would_break_a_study_changes_nothing(
    tmp_path: Path,
) -> None:
    import_study(foreign("C", FOREIGN), tmp_path, load)
    before = (tmp_path / "sdtm" / "ae.yaml").read_bytes()
    datasets = [{**FOREIGN["Datasets"][0], "Key Variables": "STUDYID, AETREM"}]
    with pytest.raises(SpecError, match="Datasets!F2: key AETREM is not a variable of AE"):
        import_study(foreign("C", {**FOREIGN, "Datasets": datasets}), tmp_path, load)
    assert (tmp_path / "sdtm" / "ae.yaml").read_bytes() == before
