from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pandas as pd
from lxml import html

from specs.findings import all_findings, findings, no_findings
from validation.report import findings_page, without_formulas, write_report

if TYPE_CHECKING:
    from pathlib import Path


def two(make: Any) -> tuple[pd.DataFrame, dict[str, Any]]:
    found = findings(
        severity=["warning", "error"],
        rule=["CK-CUT", "CK-CODELIST"],
        dataset=["AE", "AE"],
        subject=["S-1", "S-2"],
        value=["2022-01-01", "<script>alert(1)</script>"],
        message=["after the data cut", "not a term"],
        explanation=["a known delay", None],
    )
    return found, {
        "AE": make.read_table("AE", "USUBJID\nS-1\nS-2"),
        "DM": make.read_table("DM", "X\nx"),
    }


def cells(page: str, caption: str) -> list[list[str]]:
    (table,) = html.fromstring(page).xpath(f"//table[caption='{caption}']")
    return [[cell.text_content() for cell in row] for row in table.xpath("tbody/tr")]


def test_the_page_counts_by_rule_and_by_dataset_worst_first(make: Any) -> None:
    found, tables = two(make)
    page = findings_page(found, make.study(), tables)
    assert cells(page, "By rule") == [
        ["error", "CK-CODELIST", "Values are terms of their codelist", "AE", "1", "1"],
        ["warning", "CK-CUT", "No date is after the data cut", "AE", "1", "0"],
    ]
    assert cells(page, "By dataset") == [["AE", "2", "1", "1", "0"], ["DM", "1", "0", "0", "0"]]


def test_the_page_shows_values_as_text_and_only_the_columns_that_are_filled(make: Any) -> None:
    found, tables = two(make)
    page = findings_page(found, make.study(), tables)
    assert "<script" not in page
    assert cells(page, "Findings of CK-CODELIST") == [
        ["AE", "S-2", "<script>alert(1)</script>", "not a term"]
    ]


def test_every_link_of_the_page_leads_to_a_place_in_it(make: Any) -> None:
    page = html.fromstring(findings_page(two(make)[0], make.study(), two(make)[1]))
    targets = {f"#{place}" for place in page.xpath("//@id")}
    assert set(page.xpath("//@href")) == targets
    assert not page.xpath("//script | //link | //img")


def test_a_rule_of_the_build_is_shown_by_what_it_said_first(make: Any) -> None:
    found = findings(severity="error", rule="CK-RAW", form=["f", "f"], message=["bad", "worse"])
    page = findings_page(found, make.study(), {})
    assert cells(page, "By rule") == [["error", "CK-RAW", "e.g. bad", "f", "2", "2"]]


def test_synthetic_data_are_called_so(make: Any) -> None:
    said = "All data are synthetic & invented."
    page = html.fromstring(findings_page(no_findings(), make.study(synthetic=said), {}))
    assert page.xpath("//*[@role='note']/text()") == [said]
    assert not html.fromstring(findings_page(no_findings(), make.study(), {})).xpath("//*[@role]/p")


def test_a_study_without_findings_says_so(make: Any) -> None:
    assert "Nothing was found." in findings_page(no_findings(), make.study(), {})


def test_more_than_a_thousand_findings_of_a_rule_are_counted_and_not_all_shown(make: Any) -> None:
    many = findings(severity="error", rule="CK-KEY", seq=[str(n) for n in range(2500)])
    page = findings_page(many, make.study(), {})
    assert len(cells(page, "Findings of CK-KEY")) == 1000
    assert "2,500 found, the first 1,000 shown; all are in findings.csv" in page


def test_the_table_holds_every_finding_and_no_formula(make: Any, tmp_path: Path) -> None:
    risky = ["=1+1", "@SUM(A1)", "+44", "-5", "-5+cmd", "\tx", "plain", '=HYPERLINK("x")']
    found = findings(severity="error", rule="CK-KEY", value=risky)
    table, _ = write_report(found, tmp_path, make.study(), {})
    with table.open(encoding="utf-8-sig", newline="") as file:
        read = [row["value"] for row in csv.DictReader(file)]
    assert read == [
        "'=1+1",
        "'@SUM(A1)",
        "+44",
        "-5",
        "'-5+cmd",
        "'\tx",
        "plain",
        '\'=HYPERLINK("x")',
    ]


def test_the_same_findings_give_the_same_bytes(make: Any, tmp_path: Path) -> None:
    found, tables = two(make)
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        write_report(found, folder, make.study(), tables)
    for name in ("findings.csv", "findings.html"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_findings_without_risk_are_written_as_they_are(make: Any) -> None:
    found = all_findings([two(make)[0]])
    pd.testing.assert_frame_equal(without_formulas(found), found)


def test_the_page_accounts_for_the_records_of_every_form(make: Any) -> None:
    ledger = pd.DataFrame({"form": ["<b>labs</b>"], "records": [1200], "records used": [1199]})
    page = findings_page(no_findings(), make.study(), {}, ledger)
    assert cells(page, "By form") == [["<b>labs</b>", "1,200", "1,199"]]
    assert "<b>labs" not in page
