"""Every rule passes the examples that conform, and finds the one that was made to fail it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from specs.findings import SEVERITIES
from specs.terminology import Codelist, load_terminology
from specs.terminology.packages import store_package
from tests.validation.define import examples, shaped
from tests.validation.define.edits import put
from tests.validation.define.failing import ANALYSIS, TABULATION, TEXTS, WHOLE_PACKAGE
from validation.define import check_define
from validation.define.check import Check, public_ids, table
from validation.define.document import read_document
from validation.define.families import family_checks
from validation.define.model import Define
from validation.define.run import all_checks
from validation.define.shapes import shaped_checks

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = {
    "tabulations": examples.tabulations(),
    "analysis": examples.analysis(),
    "2.0": examples.of_version_20(),
}
SHAPED = list(zip(table("rules.csv"), shaped_checks(), strict=True))
FAMILIES = {check.id: check for check in family_checks()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return examples.with_files(tmp_path_factory.mktemp("define"))


def root_of(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


def found_by(check: Check, root: etree._Element | str, folder: Path) -> list[dict[str, object]]:
    path = folder / "define.xml"
    if isinstance(root, str):
        path.write_text(root, encoding="utf-8")
    else:
        head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
        path.write_bytes(head + etree.tostring(root))
    define = Define(read_document(path))
    if check.id in ("DEFINE-002", "DD0002"):
        return [{"rule": check.id} for _ in check.find(define)]
    return check(define)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_that_conforms_has_no_finding(name: str, folder: Path) -> None:
    (folder / "define.xml").write_text(EXAMPLES[name], encoding="utf-8")
    found = check_define(folder / "define.xml")
    assert found[found["rule"] != "CK-DEFINE-SCHEMA"].empty, found["message"].tolist()


@pytest.mark.parametrize(
    ("row", "check"), SHAPED, ids=[f"{c.id} {r['element']} {r['name']}" for r, c in SHAPED]
)
def test_a_rule_of_a_shape_finds_the_defect(
    row: dict[str, str], check: Check, folder: Path
) -> None:
    made = []
    for name in ("tabulations", "analysis"):
        root = root_of(EXAMPLES[name])
        if shaped.broken(root, row):
            made.append(found_by(check, root, folder))
    assert made, "no example has what the rule is about"
    assert any(made)
    assert {one["rule"] for rows in made for one in rows} == {check.id}


@pytest.mark.parametrize("name", [name for name in FAMILIES if name not in WHOLE_PACKAGE])
def test_a_rule_of_its_own_finds_the_defect(name: str, folder: Path) -> None:
    if name in TEXTS:
        text = EXAMPLES["tabulations"]
        for old, new in TEXTS[name]:
            text = text.replace(old, new)
        assert found_by(FAMILIES[name], text, folder)
        return
    base = "analysis" if name in ANALYSIS else "tabulations"
    root = root_of(EXAMPLES[base])
    (ANALYSIS.get(name) or TABULATION[name])(root)
    found = found_by(FAMILIES[name], root, folder)
    assert found
    assert {one["rule"] for one in found} == {name}


def test_every_rule_of_its_own_has_a_failing_example_and_no_example_is_left_over() -> None:
    assert {*TABULATION, *ANALYSIS, *TEXTS, *WHOLE_PACKAGE} == set(FAMILIES)


def test_an_unknown_code_of_a_list_is_found_where_the_whole_package_is_at_hand(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDISCKIT_CACHE", str(tmp_path))
    lists: list[Codelist] = [load_terminology().codelist("SEX")]
    store_package("SDTM", "2025-03-28", lists)
    root = root_of(EXAMPLES["tabulations"])
    put("//o:CodeList[@OID='CL.SEX']/o:Alias", "Name", "C1")(root)
    found = found_by(FAMILIES["DD0033"], root, folder)
    assert "C1" in [one["value"] for one in found]
    assert "C66731" not in [one["value"] for one in found]


def test_ids_are_known_and_every_check_says_what_it_is() -> None:
    for check in all_checks():
        assert check.title
        assert all(name in public_ids() for name in check.ids)
        assert public_ids()[check.id].severity in SEVERITIES


def test_a_rule_of_the_new_version_alone_leaves_an_old_file_alone(folder: Path) -> None:
    (folder / "define.xml").write_text(EXAMPLES["2.0"], encoding="utf-8")
    define = Define(read_document(folder / "define.xml"))
    by_id = {check.id: check for check in all_checks()}
    assert define.version == "2.0"
    assert not by_id["DEFINE-131"].applies(define)
    assert by_id["DEFINE-073"].applies(define)


def test_a_rule_for_submissions_leaves_other_files_alone(folder: Path) -> None:
    text = EXAMPLES["tabulations"].replace('def:Context="Submission"', 'def:Context="Other"')
    root = root_of(text)
    TABULATION["DEFINE-131"](root)
    assert not found_by(FAMILIES["DEFINE-131"], root, folder)


def test_a_finding_names_dataset_variable_value_and_line(folder: Path) -> None:
    root = root_of(EXAMPLES["tabulations"])
    TABULATION["CK-DEFINE-ORIGIN-PAIR"](root)
    (found,) = found_by(FAMILIES["CK-DEFINE-ORIGIN-PAIR"], root, folder)
    assert (found["dataset"], found["variable"], found["value"]) == ("DM", "SEX", "Sponsor")
    assert str(found["line"]).isdecimal()
    assert found["message"] == (
        "origin Collected of DM.SEX has the source Sponsor; it is Subject or Investigator or Vendor"
    )
