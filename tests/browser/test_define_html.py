"""define.html of the worked study in Chromium, opened as a file, with JavaScript and without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from submission.define import read_define
from submission.define.html import write_html
from submission.define.pdf import write_pdf
from tests.browser.conftest import CHROMIUM
from tests.submission.defines import DEFINE_21

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.processes import Run

    Open = Callable[..., Page]

if not CHROMIUM.exists():
    pytest.skip(
        f"there is no Chromium at {CHROMIUM}; CDISCKIT_CHROMIUM may name one",
        allow_module_level=True,
    )

NS = {"o": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}
PARTS = ("tabulations/sdtm", "analysis/adam/datasets")


@pytest.fixture(scope="session")
def parts(lupus_build: tuple[Run, Path]) -> Path:
    """The folder of the study within the package."""
    run, package = lupus_build
    folder = package / "m5" / "datasets" / "nct03171194-syn"
    assert folder.is_dir(), run.err
    return folder


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Open a file in a window of its own; anything the page complains of fails the test."""
    contexts = []
    complaints: list[str] = []
    asked: list[str] = []

    def open_(path: Path, place: str = "", *, javascript: bool = True) -> Page:
        context = browser.new_context(
            java_script_enabled=javascript, viewport={"width": 1440, "height": 900}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri() + place)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith("file:")] == []


def texts(path: Path) -> dict[str, list[str]]:
    """What must be found in the page, read from the XML itself."""
    tree = etree.parse(path)

    def found(xpath: str) -> list[str]:
        return [" ".join(str(text).split()) for text in tree.xpath(xpath, namespaces=NS)]

    return {
        "variables": found("//o:ItemDef/@Name"),
        "labels": found("//o:ItemDef/o:Description/o:TranslatedText/text()"),
        "terms": found("//@CodedValue"),
        "decodes": found("//o:Decode/o:TranslatedText/text()"),
        "methods": found("//o:MethodDef/o:Description/o:TranslatedText/text()"),
        "comments": found("//def:CommentDef/o:Description/o:TranslatedText/text()"),
        "values": found("//o:CheckValue/text()"),
    }


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("javascript", [True, False])
def test_everything_of_define_xml_is_in_the_page(
    parts: Path, opened: Open, part: str, javascript: bool
) -> None:
    page = opened(parts / part / "define.html", javascript=javascript)
    shown = " ".join((page.locator("main").text_content() or "").split())
    for kind, wanted in texts(parts / part / "define.xml").items():
        missing = [text for text in wanted if text not in shown]
        assert missing == [], kind
        assert wanted or kind == "comments"


@pytest.mark.parametrize("javascript", [True, False])
def test_links_lead_to_variables_terms_and_methods(
    parts: Path, opened: Open, artifacts: Path, javascript: bool
) -> None:
    page = opened(parts / PARTS[0] / "define.html", javascript=javascript)
    page.locator("nav").get_by_role("link", name="AE Adverse Events").click()
    assert page.url.endswith("#AE")
    page.locator("[id='AE.AESER']").get_by_role("link", name="No Yes Response").click()
    assert "#codelist/CL.NY" in page.url
    page.screenshot(path=artifacts / f"codelist-{'with' if javascript else 'without'}-js.png")
    page.go_back()
    page.locator("[id='AE.AESTDY']").get_by_role("link", name="Method").click()
    assert "#method/" in page.url
    page.locator(":target").get_by_role("link").first.click()
    assert page.locator(":target").count() == 1


def test_an_address_opens_what_is_folded(parts: Path, opened: Open) -> None:
    page = opened(parts / PARTS[0] / "define.html", "#LB.LBORRES/ALT")
    row = page.locator("[id='LB.LBORRES/ALT']")
    row.wait_for(state="visible")
    assert "ALT" in row.inner_text()


def test_an_analysis_variable_leads_to_its_source_in_the_other_part(
    parts: Path, opened: Open
) -> None:
    page = opened(parts / PARTS[1] / "define.html", "#ADSL.AGE")
    page.locator("[id='ADSL.AGE']").get_by_role("link", name="DM.AGE").first.click()
    assert page.url.endswith("tabulations/sdtm/define.html#DM.AGE")
    assert page.locator(":target").inner_text().startswith("AGE")


@pytest.mark.parametrize(
    ("words", "first", "place"),
    [
        ("AESTDTC", "AESTDTC", "#AE.AESTDTC"),
        ("lb.lborres", "LBORRES", "#LB.LBORRES"),
        ("alanine", "Alanine Aminotransferase", "#codelist/"),
        ("invented", "COM.NOTICE", "#comment/COM.NOTICE"),
    ],
)
def test_search_finds_variables_terms_and_comments(
    parts: Path, opened: Open, artifacts: Path, words: str, first: str, place: str
) -> None:
    page = opened(parts / PARTS[0] / "define.html")
    page.keyboard.press("/")
    page.keyboard.type(words)
    hit = page.locator("#found a").first
    hit.wait_for()
    assert hit.locator("b").inner_text() == first
    page.screenshot(path=artifacts / f"search-{words}.png")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert place in page.url
    assert not page.locator("#found").is_visible()


def test_search_says_how_much_it_found_and_that_nothing_was(parts: Path, opened: Open) -> None:
    page = opened(parts / PARTS[0] / "define.html")
    page.fill("#search", "zzzz")
    page.locator("#found .more").wait_for()
    assert page.locator("#found").inner_text() == "Nothing found"
    assert page.locator("#count").inner_text() == "0 found"
    page.keyboard.press("Escape")
    assert not page.locator("#found").is_visible()


def test_without_javascript_nothing_is_offered_that_needs_it(parts: Path, opened: Open) -> None:
    page = opened(parts / PARTS[0] / "define.html", javascript=False)
    assert not page.locator("#search").is_visible()
    assert not page.locator("#unfold").is_visible()
    page.locator("summary", has_text="Value level of LB.LBORRES").click()
    assert page.locator("[id='LB.LBORRES/ALT']").is_visible()


def test_the_keyboard_reaches_the_content_past_the_contents(parts: Path, opened: Open) -> None:
    page = opened(parts / PARTS[0] / "define.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_text_has_enough_contrast(parts: Path, opened: Open) -> None:
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3) for every colour of text on what lies behind it."""
    page = opened(parts / PARTS[1] / "define.html")
    worst = page.evaluate(
        """() => {
          const rgb = text => (text.match(/[\\d.]+/g) ?? []).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = e => {
            for (; e; e = e.parentElement) {
              const c = rgb(getComputedStyle(e).backgroundColor);
              if (c.length === 3 || c[3] > 0) return c;
            }
            return [255, 255, 255];
          };
          const ratios = new Map();
          for (const e of document.querySelectorAll("body *")) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            if (e.matches("script, style")) continue;
            const both = [light(rgb(getComputedStyle(e).color)), light(behind(e))];
            const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
            ratios.set(`${e.tagName}.${e.className}`, ratio);
          }
          return Math.min(...ratios.values());
        }"""
    )
    assert worst >= 4.5


@pytest.mark.parametrize("part", PARTS)
def test_pages_are_looked_at(parts: Path, opened: Open, artifacts: Path, part: str) -> None:
    name = part.rpartition("/")[0].replace("/", "-")
    page = opened(parts / part / "define.html")
    page.screenshot(path=artifacts / f"{name}-top.png")
    page.click("#unfold")
    page.locator(".dataset").nth(3).scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    page.screenshot(path=artifacts / f"{name}-unfolded.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_prints_with_its_value_level_unfolded(
    parts: Path, opened: Open, artifacts: Path
) -> None:
    page = opened(parts / PARTS[0] / "define.html")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    content = page.pdf(path=artifacts / "define.pdf", prefer_css_page_size=True)
    assert content.startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("[id='LB.LBORRES/ALT']").is_visible()


def test_a_pdf_is_the_same_each_time(browser: Browser, tmp_path: Path) -> None:
    from datetime import datetime

    define = tmp_path / "define.xml"
    define.write_text(DEFINE_21, encoding="utf-8")
    write_html(read_define(define), tmp_path / "define.html")
    for name in ("first.pdf", "second.pdf"):
        write_pdf(tmp_path / "define.html", tmp_path / name, datetime(2024, 2, 29, 13, 5, 9))
    first = (tmp_path / "first.pdf").read_bytes()
    assert first.startswith(b"%PDF")
    assert b"/CreationDate (D:20240229130509+00'00')" in first
    assert first == (tmp_path / "second.pdf").read_bytes()
