"""Tables, figures, ARS and the report of the worked study's declared results."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from cdisckit.analyze import analyze
from specs.analyses import Display
from submission.results.html import html_table, notes
from submission.results.tables import table

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("matplotlib", reason="figures need the extra `figures`")


@pytest.fixture(scope="module")
def written(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return analyze(root / "studies" / "nct03171194", tmp_path_factory.mktemp("results"))[0]


@pytest.fixture(scope="module")
def results(written: Path) -> pd.DataFrame:
    return pd.read_csv(written / "results.csv", dtype="str", keep_default_na=False)


def shown(results: pd.DataFrame, analysis: str, statistic: str) -> dict[tuple[str, str], str]:
    rows = results[results["analysis"].eq(analysis) & results["statistic"].eq(statistic)]
    return {(row["value1"], row["value2"]): row["shown"] for row in rows.to_dict("records")}


def test_the_published_response_rate_is_found(results: pd.DataFrame) -> None:
    """Kamen 2022: 5 of 6, 83.3 %, 95 % CI 35.9 to 99.6."""
    found = results[results["analysis"].eq("SRI4W24")].set_index("statistic")["shown"]
    assert found[["EVENTS", "TOTAL", "PERCENT", "CPLOW", "CPHIGH"]].tolist() == [
        "5", "6", "83.3", "35.9", "99.6",
    ]  # fmt: skip


def test_the_published_events_are_found_by_subject_and_grade(results: pd.DataFrame) -> None:
    """Kamen 2022, Table 1; the serious event of subject 3 has no grade."""
    assert shown(results, "AESUBJ", "EVENTS") == {
        ("1", "1"): "3", ("1", "2"): "5", ("2", "2"): "2", ("3", "1"): "2", ("3", "2"): "2",
        ("3", ""): "1", ("4", "2"): "3", ("5", "1"): "1", ("5", "2"): "1", ("6", "1"): "1",
        ("6", "2"): "1",
    }  # fmt: skip
    assert shown(results, "AENONSER", "EVENTS")[("N", "")] == "21"
    grades = {grade for grade, _ in shown(results, "AEALL", "EVENTS")}
    assert grades == {"1", "2", ""}


def test_the_b_cells_move_in_the_published_directions(results: pd.DataFrame) -> None:
    found = shown(results, "CELLCHG", "MAX"), shown(results, "CELLCHG", "MIN")
    highest, lowest = ({name[0]: float(value) for name, value in one.items()} for one in found)
    for fell in ("Double Negative", "Switched Memory", "Activated Naive"):
        assert next(value for name, value in highest.items() if name.startswith(fell)) < 0
    assert next(value for name, value in lowest.items() if name.startswith("Transitional")) > 0


def test_what_ars_refers_to_is_there(written: Path) -> None:
    event = json.loads((written / "ars.json").read_text(encoding="utf-8"))
    known = {
        kind: {one["id"] for one in event[kind]}
        for kind in ("analysisSets", "dataSubsets", "analysisGroupings", "methods", "analyses",
                     "outputs")
    }  # fmt: skip
    operations = {one["id"] for method in event["methods"] for one in method["operations"]}
    for analysis in event["analyses"]:
        assert analysis["methodId"] in known["methods"]
        assert analysis["analysisSetId"] in known["analysisSets"]
        assert analysis.get("dataSubsetId", "") in known["dataSubsets"] | {""}
        groupings = [one["groupingId"] for one in analysis["orderedGroupings"]]
        assert set(groupings) <= known["analysisGroupings"]
        assert analysis["results"]
        for result in analysis["results"]:
            assert result["operationId"] in operations
            assert [one["groupingId"] for one in result["resultGroups"]] == groupings
    for item in event["mainListOfContents"]["contentsList"]["listItems"]:
        assert item["outputId"] in known["outputs"]
        for one in item.get("sublist", {}).get("listItems", []):
            assert one["analysisId"] in known["analyses"]
    assert "SYNTHETIC" in event["description"]


def test_every_table_and_figure_says_that_the_data_are_synthetic(written: Path) -> None:
    pages = sorted(written.glob("*.html"))
    assert len(pages) == 10
    for page in pages:
        assert "SYNTHETIC DATA" in page.read_text(encoding="utf-8"), page.name
    for rtf in written.glob("*.rtf"):
        assert "SYNTHETIC DATA" in rtf.read_text(encoding="utf-8"), rtf.name


def test_the_page_shows_every_display_with_what_is_published_and_what_is_not(
    written: Path,
) -> None:
    text = (written / "index.html").read_text(encoding="utf-8")
    for name in (*(f"T{n}" for n in range(1, 10)), *(f"F{n}" for n in range(1, 6))):
        section = text.split(f'<section id="{name}">')[1].split("</section>")[0]
        assert "<dt>Published</dt>" in section
        assert "<dt>Synthetic</dt>" in section
    for name in {part.split('"')[0] for part in text.split('href="')[1:]}:
        assert name.startswith("#") or (written / name).exists(), name


def test_the_same_study_gives_the_same_bytes(written: Path, root: Path, tmp_path: Path) -> None:
    again, _ = analyze(root / "studies" / "nct03171194", tmp_path)

    def digests(folder: Path) -> dict[str, str]:
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()
        }

    assert digests(again) == digests(written)


def one_display(**given: Any) -> Display:
    base = {"id": "T1", "kind": "table", "title": "t", "shows": "event_grid", "analyses": ["AE"]}
    return Display.model_validate(base | given)


def counted(*cells: tuple[str, str, int]) -> pd.DataFrame:
    rows = [("AE", "t", "EVENTS", *cell) for cell in cells]
    names = ["analysis", "title", "statistic", "value1", "value2", "value"]
    return pd.DataFrame(rows, columns=names)


def test_a_grid_of_events_has_totals_and_the_rows_that_are_asked_for() -> None:
    display = one_display(
        **{"with": {"rows": ["1", "3"], "missing": "NONE", "names": {"3": "Grade 3"}}}
    )
    cells = counted(("2", "RELATED", 2), ("1", "NOT RELATED", 4), ("", "RELATED", 1))
    found = table(display, cells, {})
    assert found.to_numpy().tolist() == [
        ["1", "4", "0", "4"],
        ["Grade 3", "0", "0", "0"],
        ["2", "0", "2", "2"],
        ["NONE", "0", "1", "1"],
        ["Total", "4", "3", "7"],
    ]
    assert list(found.columns) == ["", "NOT RELATED", "RELATED", "Total"]


def test_html_is_escaped() -> None:
    frame = pd.DataFrame({"": ["<b>"], "A & B": ["1 < 2"]})
    text = html_table(frame, "x > y") + notes("a < b", "")
    assert "<b>" not in text
    assert "A &amp; B" in text
    assert "1 &lt; 2" in text
    assert "a &lt; b" in text
    assert "Synthetic" not in text
