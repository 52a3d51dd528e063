"""`cdisckit spec import define.xml` and `spec export --to define.xml`: what goes in comes back."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest

from cdisckit.spec import check_spec, export_spec, import_spec
from specs.errors import CdisckitError
from specs.yaml_files import read_yaml
from submission.define import read_define
from submission.define.compare import facts
from tests.processes import cdisckit
from tests.submission.defines import DEFINE_20, DEFINE_21

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = ("dataset", "variable", "value", "codelist", "term", "document file", "standard")


@pytest.fixture
def define(tmp_path: Path) -> Path:
    path = tmp_path / "define.xml"
    path.write_text(DEFINE_21, encoding="utf-8")
    return path


def exported(study: Path, folder: Path) -> Iterator[Path]:
    folder.mkdir()
    for standard in ("SDTMIG", "ADaMIG"):
        path = folder / f"{standard}.xml"
        export_spec(study, path, "C", standard)
        yield path


def test_the_trial_comes_back_from_its_two_define_files(root: Path, tmp_path: Path) -> None:
    files = list(exported(root / "studies" / "nct03171194", tmp_path / "first"))
    remarks = import_spec(files, tmp_path / "study").remarks
    assert remarks[-1] == f"all that is not kept: {tmp_path / 'study' / 'not_kept.csv'}"
    lost = {re.sub(r"\d+ ", "", remark).partition(": ")[2] for remark in remarks[:-1]}
    assert {name.partition(":")[0] for name in lost} <= {
        "display",  # results are declared in analyses.yaml, which a define.xml does not tell
        "result",
        "length of variable",  # RDOMAIN of SUPP--, whose terms are those of all domains
        "codelist of variable",
        "decode of term",  # what the sponsor said of terms of the standard
        "method of variable",  # a condition that holds for all values is said once more
        "text of method",
        "method",  # of a record or column that only the function of the trial made
        "comment of dataset",  # what rules say in comments is said again by other rules
        "comment of variable",
        "code of method",  # functions that read what a define.xml does not describe
    }
    again = list(exported(tmp_path / "study", tmp_path / "again"))
    for one, other in zip(files, again, strict=True):
        before, after = facts(read_define(one)), facts(read_define(other))
        told = [key for key in before if key[0] in KINDS and not key[1].endswith("RDOMAIN")]
        assert [key for key in told if key not in after] == []
        for key in told:
            for attribute in ("label", "type", "length", "role", "origin", "key", "codelist"):
                assert before[key].get(attribute) == after[key].get(attribute), (key, attribute)


def test_what_a_define_does_not_know_is_named_by_check_spec(define: Path, tmp_path: Path) -> None:
    import_spec([define], tmp_path / "study")
    assert check_spec(tmp_path / "study").problems == (
        "adsl.yaml: no field is named for todo_usubjid",
        "adx.yaml: no field is named for todo_paramcd, todo_sbpdbp, todo_xdecod",
        "adx.yaml: no function is written for todo_adx_ady, todo_adx_hr",
        "adx.yaml line 8: HR does not say what it has one record for;"
        " name the variables of an assessment with per:, or make a grid",
    )


def test_the_files_say_what_the_define_says(define: Path, tmp_path: Path) -> None:
    import_spec([define], tmp_path / "study")
    study = read_yaml(tmp_path / "study" / "study.yaml").data
    assert study["dictionaries"] == {"MedDRA": {"version": "28.0", "variables": ["XDECOD"]}}
    adx = read_yaml(tmp_path / "study" / "adam" / "adx.yaml").data
    assert adx["keys"] == ["USUBJID", "PARAMCD"]
    assert adx["variables"]["AVAL"]["values"][1] == {
        "when": [{"PARAMCD": {"IN": ["SBP", "DBP"]}}],
        "type": "float", "length": 5, "digits": 1, "collected": "todo_sbpdbp",
    }  # fmt: skip
    assert adx["parameters"]["HR"] == {"label": "Heart Rate", "derived": "todo_adx_hr"}
    methods = read_yaml(tmp_path / "study" / "methods.yaml").data["methods"]
    assert methods["todo_adx_ady"]["text"] == "ADT minus ADSL.TRTSDT, plus 1."
    assert methods["todo_adx_ady"]["programs"] == "SAS:\nady = adt - trtsdt + 1;"
    assert not (tmp_path / "study" / "derivations.py").exists()


def test_a_method_keeps_its_braces_quotes_and_backslashes(tmp_path: Path) -> None:
    strange = 'The set {a, b} of "quoted" C:\\new text, """thrice"""'
    path = tmp_path / "define.xml"
    path.write_text(DEFINE_21.replace("ADT minus ADSL.TRTSDT,", strange), encoding="utf-8")
    import_spec([path], tmp_path / "study")
    export_spec(tmp_path / "study", tmp_path / "again.xml", "C")
    again = facts(read_define(tmp_path / "again.xml"))
    assert again["variable", "ADX.ADY"]["method"] == f"{strange} plus 1."


def test_version_2_0_becomes_a_study_of_2_1(tmp_path: Path) -> None:
    path = tmp_path / "old.xml"
    path.write_text(DEFINE_20, encoding="latin-1")
    remarks = import_spec([path], tmp_path / "study").remarks
    assert "SDTMIG 3.1.2 is read as SDTMIG 3.4" in remarks
    assert any(remark.endswith("DM.IT.GONE") for remark in remarks)
    export_spec(tmp_path / "study", tmp_path / "new.xml", "C")
    again = facts(read_define(tmp_path / "new.xml"))
    assert again["variable", "DM.SEX"]["origin"] == "Collected Investigator"
    assert ("term", "Sex: F") in again


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("STUDYID,USUBJID\n1,2\n", "define.xml line 1: is not XML: "),
        (DEFINE_21[: len(DEFINE_21) // 2], "is not XML: "),
        ("<ODM/>", "define.xml: is not a define.xml: there is no Study with a MetaDataVersion"),
        (
            '<ODM xmlns:def="http://www.cdisc.org/ns/def/v1.0"><Study><MetaDataVersion/></Study></ODM>',
            "define.xml: is Define-XML 1.0, which is not read",
        ),
        ("<ODM><Study><MetaDataVersion/></Study></ODM>", "describes no dataset"),
    ],
)
def test_what_is_no_define_is_refused_and_nothing_is_written(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "define.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CdisckitError) as refused:
        import_spec([path], tmp_path / "study")
    assert message in str(refused.value)
    assert [file.name for file in tmp_path.iterdir()] == ["define.xml"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('Name="ADX"', 'Name="../../X"', "'../../X' is not a name of a dataset"),
        ('KeySequence="2"', "", None),
        ('CodedValue="HR"', 'CodedValue="A: b, {c}"', None),
        ('Name="ADY"', 'Name="bad name"', None),
        ('Comparator="IN"', 'Comparator="LIKE"', "should be 'EQ'"),
    ],
)
def test_a_study_is_whole_or_not_there(
    tmp_path: Path, old: str, new: str, message: str | None
) -> None:
    path = tmp_path / "define.xml"
    path.write_text(DEFINE_21.replace(old, new), encoding="utf-8")
    if message is None:
        import_spec([path], tmp_path / "study")
        assert export_spec(tmp_path / "study", tmp_path / "again.xml", "C", "ADaMIG") == 2
        return
    with pytest.raises(CdisckitError, match=message):
        import_spec([path], tmp_path / "study")
    assert [file.name for file in tmp_path.iterdir()] == ["define.xml"]


def test_a_folder_that_holds_something_is_left_alone(define: Path, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "notes.txt").write_text("mine")
    with pytest.raises(CdisckitError, match="is not empty; name a folder that is new or empty"):
        import_spec([define], tmp_path / "study")
    assert [file.name for file in (tmp_path / "study").iterdir()] == ["notes.txt"]


def test_two_files_of_one_part_and_mixed_kinds_are_refused(define: Path, tmp_path: Path) -> None:
    with pytest.raises(CdisckitError, match="the files describe ADX twice"):
        import_spec([define, define], tmp_path / "study")
    with pytest.raises(CdisckitError, match=r"only define\.xml files are imported together"):
        import_spec([define, tmp_path / "spec.xlsx"], tmp_path / "study")


def test_a_study_of_both_parts_is_asked_which_define_is_meant(root: Path, tmp_path: Path) -> None:
    with pytest.raises(CdisckitError, match="choose with --standard SDTMIG or --standard ADaMIG"):
        export_spec(root / "studies" / "nct03171194", tmp_path / "define.xml", "C")


def test_the_command_says_what_is_not_kept(define: Path, tmp_path: Path) -> None:
    run = cdisckit("spec", "import", define, "--to", tmp_path / "study")
    assert run.code == 0, run.err
    assert "not kept: 1 display: Table 14.1" in run.err
    assert f"all that is not kept: {tmp_path / 'study' / 'not_kept.csv'}" in run.err
    assert cdisckit("check-spec", tmp_path / "study").code == 1


def test_all_that_is_not_kept_stands_in_a_file(root: Path, tmp_path: Path) -> None:
    files = list(exported(root / "studies" / "cdiscpilot01-adam", tmp_path / "first"))[-1:]
    remarks = import_spec(files, tmp_path / "study").remarks
    with (tmp_path / "study" / "not_kept.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["kind", "name", "attribute", "old", "new"]
    counts = [re.search(r" (\d+) ", r) for r in remarks if r.startswith("not kept: ")]
    assert sum(int(found[1]) for found in counts if found) == len(lines) - 1


def test_what_is_to_be_named_is_told_once_with_raw_data(tmp_path: Path) -> None:
    path = tmp_path / "old.xml"
    path.write_text(DEFINE_20, encoding="latin-1")
    import_spec([path], tmp_path / "study")
    study = tmp_path / "study" / "study.yaml"
    forms = (
        "raw: [{name: forms, reader: table, forms: {todo_dm: {file: dm.csv, subject: subject}}}]"
    )
    text = re.sub("raw: .*", forms, study.read_text(encoding="utf-8"))
    study.write_text(text, encoding="utf-8")
    (tmp_path / "study" / "dm.csv").write_text("subject,sex\n1,F\n", encoding="utf-8")
    checked = check_spec(tmp_path / "study")
    assert checked.unchecked == ()
    told = [problem for problem in checked.problems if "todo_sex" in problem]
    assert told == ["dm.yaml: no field is named for todo_sex"], checked.problems
    file = tmp_path / "study" / "sdtm" / "dm.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.rstrip() + "\n  COUNTRY: {collected: nation}\n", encoding="utf-8")
    again = check_spec(tmp_path / "study").problems
    assert [problem for problem in again if "todo_sex" in problem] == told
    assert any("nation is not a variable of DM" in problem for problem in again), again
