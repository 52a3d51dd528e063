from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from lxml import html

from submission.define import read_define
from submission.define.html import Addition, DatasetAddition, define_html
from tests.submission.defines import DEFINE_20, DEFINE_21

if TYPE_CHECKING:
    from pathlib import Path

    from submission.define import Document


def read(folder: Path, text: str) -> Document:
    path = folder / "define.xml"
    path.write_text(text, encoding="utf-8")
    return read_define(path)


class Page:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = html.document_fromstring(text)

    def __call__(self, identifier: str) -> str:
        (found,) = self.tree.xpath("//*[@id=$id]", id=identifier)
        return " ".join(found.text_content().split())


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(define_html(read(tmp_path, DEFINE_21)))


def test_everything_has_an_address(page: Page) -> None:
    identifiers = page.tree.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    wanted = {
        "ADX",
        "ADX.AVAL",
        "ADX.AVAL/HR",
        "ADX.AVAL/IT.ADX.AVAL.BP",
        "codelist/CL.PARAMCD",
        "codelist/CL.MEDDRA",
        "method/MT.ADY",
        "comment/COM.ADX",
        "standard/STD.CT",
        "document/LF.ACRF",
        "display/RD.1",
        "result/AR.1",
    }
    assert wanted <= set(identifiers)


def test_every_link_within_the_page_leads_somewhere(page: Page) -> None:
    identifiers = set(page.tree.xpath("//@id"))
    inside = {href[1:] for href in page.tree.xpath("//a/@href") if href.startswith("#")}
    assert inside <= identifiers


def test_a_variable_shows_its_method_and_comment_in_place(page: Page) -> None:
    row = page.tree.xpath("//tr[@id='ADX.ADY']")[0]
    cells = [" ".join(cell.text_content().split()) for cell in row]
    assert cells[:3] == ["ADYno data", "Analysis Relative Day", "integer 4"]
    assert cells[4] == (
        "Derived by sponsor Method ADT minus ADSL.TRTSDT, plus 1. Comment No dates were given."
    )


def test_a_variable_shows_terms_origin_and_key(page: Page) -> None:
    shown = page("ADX.PARAMCD")
    assert "key 2" in shown
    assert "HR Heart Rate" in shown
    assert "Assigned by sponsor" in shown


def test_value_level_is_folded_under_its_variable(page: Page) -> None:
    row = page.tree.xpath("//tr[@id='ADX.AVAL']/following-sibling::tr[1]")[0]
    assert row.xpath(".//details/summary/text()") == ["Value level of ADX.AVAL: 2 conditions"]
    assert row.xpath(".//details/@open") == []
    assert page("ADX.AVAL/HR").startswith("PARAMCD = HR (Heart Rate)")
    assert "PARAMCD in (SBP (Systolic), DBP (Diastolic))" in page("ADX.AVAL/IT.ADX.AVAL.BP")


def test_pages_of_the_annotated_crf_are_links(page: Page) -> None:
    row = page.tree.xpath("//tr[@id='ADX.AVAL/IT.ADX.AVAL.BP']")[0]
    assert row.xpath(".//a/@href")[-2:] == ["acrf.pdf#page=6", "acrf.pdf#page=9"]


def test_the_comment_on_the_whole_document_stands_on_top(page: Page) -> None:
    (notice,) = page.tree.xpath("//p[@role='note']")
    assert notice.text_content() == "All subjects are invented."


def test_results_show_data_documentation_and_code(page: Page) -> None:
    shown = page("result/AR.1")
    for text in (
        "SPECIFIED IN SAP",
        "ADX where PARAMCD = HR",
        "The mean of AVAL.",
        "mean(adx$AVAL)",
    ):
        assert text in shown


def test_a_method_tells_where_it_is_used(page: Page) -> None:
    assert page("method/MT.HR").endswith("ADX.AVAL/HR")
    assert "ady = adt - trtsdt + 1;" in page("method/MT.ADY")


def test_what_is_not_defined_is_said(tmp_path: Path) -> None:
    page = Page(define_html(read(tmp_path, DEFINE_20)))
    assert page("DM.IT.GONE") == "IT.GONE (not defined)"
    assert "Sex" in page("DM.SEX")


def test_the_page_needs_nothing_from_elsewhere(page: Page) -> None:
    assert not page.tree.xpath("//script/@src | //link | //img | //iframe | //@style | //@onclick")
    (policy,) = page.tree.xpath("//meta[@http-equiv]/@content")
    assert "default-src 'none'" in policy
    assert "@import" not in page.text
    assert "url(" not in page.text


def test_markup_and_addresses_of_a_hostile_file_do_nothing(tmp_path: Path) -> None:
    hostile = DEFINE_21.replace("Heart Rate", "&lt;script&gt;alert(1)&lt;/script&gt;")
    page = Page(define_html(read(tmp_path, hostile)))
    assert len(page.tree.xpath("//script")) == 1
    assert not [href for href in page.tree.xpath("//a/@href") if href.startswith("javascript")]


def test_the_page_can_be_used_without_eyes_or_mouse(page: Page) -> None:
    tree = page.tree
    assert tree.xpath("/html/@lang") == ["en"]
    assert tree.xpath("//body/*[1]/@href") == ["#main"]
    for landmark in ("header", "nav", "main"):
        assert len(tree.xpath(f"//{landmark}")) == 1
    assert tree.xpath("//nav/@aria-label") == ["Contents"]
    assert tree.xpath("//table[not(caption[normalize-space()])]") == []
    assert tree.xpath("//thead/tr/th[not(@scope='col')] | //tbody/tr/th[not(@scope='row')]") == []
    assert tree.xpath("//input[not(@id = //label/@for)]") == []
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1 | //h2 | //h3 | //h4")]
    assert sorted(set(levels)) == [1, 2, 3, 4]


def test_a_build_adds_records_sources_and_links_to_the_other_part(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "USUBJID": pd.Series(["A", None], dtype="str"),
            "AVAL": [1.0, float("nan")],
            "ADT": pd.to_datetime(["2024-02-29", None]),
        }
    )
    added = DatasetAddition.of(frame, {"AVAL": ("vitals.pulse", "VS.VSSTRESN")})
    addition = Addition({"ADX": added}, {"VS": "../sdtm/define.html"})
    page = Page(define_html(read(tmp_path, DEFINE_21), addition))
    assert "2 records" in page("ADX")
    assert added.rows == (("A", "1", "2024-02-29"), ("", "", ""))
    shown = page.tree.xpath("//tr[@id='ADX.AVAL']")[0]
    assert "Sources vitals.pulse, VS.VSSTRESN" in " ".join(shown.text_content().split())
    assert "../sdtm/define.html#VS.VSSTRESN" in shown.xpath(".//a/@href")


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    first = define_html(read(tmp_path, DEFINE_21))
    assert first == define_html(read(tmp_path, DEFINE_21))
