"""Tables, figures, ARS and the report of the worked study's declared results."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cdisckit.analyze import analyze
from cdisckit.building import open_study
from specs.analyses import Display
from specs.tables import Table
from submission.results.ars import reporting_event
from submission.results.html import html_table, notes
from submission.results.tables import table
from tests.submission.ars_model import faults


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


@pytest.fixture(scope="module")
def event(written: Path) -> Any:
    return json.loads((written / "ars.json").read_text(encoding="utf-8"))


def test_the_reporting_event_keeps_the_model_of_ars(event: Any) -> None:
    assert faults(event) == []
    assert "SYNTHETIC" in event["description"]


def test_the_reporting_event_is_valid_by_the_schema_of_the_standard(event: Any) -> None:
    """The schema of CDISC (MIT licence) is not part of this project: name a copy of version 1.0."""
    named = os.environ.get("CDISCKIT_TEST_ARS_SCHEMA", "")
    if not named:
        pytest.skip("set CDISCKIT_TEST_ARS_SCHEMA to the JSON schema of ARS 1.0 to run this test")
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(Path(named).read_text(encoding="utf-8"))
    found = jsonschema.Draft7Validator(schema).iter_errors(event)
    assert [f"{'/'.join(map(str, error.path))}: {error.message}" for error in found] == []


def test_every_analysis_output_and_file_is_in_the_reporting_event(
    event: Any, written: Path, results: pd.DataFrame
) -> None:
    analyses = {one["id"]: one for one in event["analyses"]}
    assert set(analyses) == {f"AN_{name}" for name in results["analysis"]}
    for identifier, one in analyses.items():
        rows = results[results["analysis"].eq(identifier.removeprefix("AN_"))]
        assert [result["formattedValue"] for result in one["results"]] == rows["shown"].tolist()
        assert all(
            len(result["resultGroups"]) == len(one["orderedGroupings"]) for result in one["results"]
        )
    outputs = [one["id"] for one in event["outputs"]]
    for contents in (event["mainListOfContents"], *event["otherListsOfContents"]):
        items = contents["contentsList"]["listItems"]
        assert [item["outputId"] for item in items] == outputs
    files = {one["name"] for output in event["outputs"] for one in output["fileSpecifications"]}
    others = {"index.html", "ars.json", "results.csv", "results.parquet", ".cdisckit.json"}
    assert files | others == {path.name for path in written.iterdir()}


def test_the_population_of_an_analysis_is_the_one_its_records_are_selected_by(event: Any) -> None:
    sets = {one["id"]: (one["name"], one["condition"]["variable"]) for one in event["analysisSets"]}
    assert sets == {
        "AS_FASFL": ("Full Analysis Set Population", "FASFL"),
        "AS_SAFFL": ("Safety Population", "SAFFL"),
    }
    of = {one["id"]: (one["dataset"], one["analysisSetId"]) for one in event["analyses"]}
    assert {name for dataset, name in of.values() if dataset == "ADAE"} == {"AS_SAFFL"}
    assert of["AN_SRI4W24"] == ("ADRS", "AS_FASFL")


def without_name(event: Any) -> None:
    del event["dataSubsets"][0]["name"]


def more_than_the_model(event: Any) -> None:
    event["analyses"][0]["remark"] = "x"


def unknown_reason(event: Any) -> None:
    event["analyses"][0]["reason"] = {"controlledTerm": "BY CHANCE"}


def unknown_comparator(event: Any) -> None:
    event["analysisSets"][0]["condition"]["comparator"] = "IS"


def one_value_in_a_list(event: Any) -> None:
    event["analysisSets"][0]["condition"]["comparator"] = "IN"


def text_for_a_number(event: Any) -> None:
    event["analyses"][0]["version"] = "1"


def lost_method(event: Any) -> None:
    event["methods"] = event["methods"][1:]


def lost_sponsor_term(event: Any) -> None:
    event["terminologyExtensions"] = []


def the_same_id_twice(event: Any) -> None:
    event["outputs"][1]["id"] = event["outputs"][0]["id"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (without_name, "/dataSubsets/0: DataSubset has no name"),
        (more_than_the_model, "/analyses/0/remark: Analysis has no such property"),
        (unknown_reason, "/analyses/0/reason: BY CHANCE is no term of Reason"),
        (unknown_comparator, "/analysisSets/0/condition/comparator: IS is no Comparator"),
        (one_value_in_a_list, "/analysisSets/0/condition: IN with 1 values"),
        (text_for_a_number, "/analyses/0/version: '1' is no integer"),
        (lost_method, "there is no AnalysisMethod MT_proportion"),
        (lost_sponsor_term, "there is no SponsorTerm TERM_OutputFileType_HTML"),
        (the_same_id_twice, "Output: the id OUT_T1 is given twice"),
    ],
)
def test_what_the_model_does_not_allow_is_found(event: Any, edit: Any, said: str) -> None:
    changed = copy.deepcopy(event)
    edit(changed)
    assert [one for one in faults(changed) if said in one]


def test_a_term_of_the_sponsors_own_is_declared_as_one(root: Path) -> None:
    study = open_study(root / "studies" / "nct03171194")
    first, *rest = study.analyses
    own = first.model_copy(update={"reason": "Asked by the data board", "purpose": "SAFETY"})
    changed = replace(study, analyses=(own, *rest))
    columns = ["analysis", "method", "statistic", "label", "value", "shown"]
    made = reporting_event(changed, pd.DataFrame(columns=columns), {})
    assert made["analyses"][0]["reason"] == {
        "sponsorTermId": "TERM_AnalysisReason_ASKED_BY_THE_DATA_BOARD"
    }
    terms = {
        extension["enumeration"]: [term["submissionValue"] for term in extension["sponsorTerms"]]
        for extension in made["terminologyExtensions"]
    }
    assert terms == {
        "AnalysisReasonEnum": ["Asked by the data board"],
        "AnalysisPurposeEnum": ["SAFETY"],
    }
    assert faults(made) == []


def test_every_table_and_figure_says_that_the_data_are_synthetic(written: Path) -> None:
    pages = sorted(written.glob("*.html"))
    assert len(pages) == 10
    for page in pages:
        assert "SYNTHETIC DATA" in page.read_text(encoding="utf-8"), page.name
    documents = sorted(written.glob("*.rtf"))
    assert len(documents) == 9
    for rtf in documents:
        text = rtf.read_text(encoding="ascii")  # what is not ASCII is escaped in RTF
        assert text.startswith("{\\rtf1"), rtf.name
        assert text.count("{") == text.count("}"), rtf.name
        for words in ("SYNTHETIC DATA", "Published: ", "Synthetic: "):
            assert words in text, rtf.name


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


def test_a_grid_of_subjects_counts_each_of_them_once_in_a_total() -> None:
    """One subject has both grades and both relations; two of four have anything."""
    names = [
        "analysis", "method", "statistic", "group1", "value1", "group2", "value2", "value",
    ]  # fmt: skip
    cells = [
        ("AE", "G", "1", "R", "NO", 2, 3), ("AE", "G", "2", "R", "YES", 1, 1),
        ("BYG", "G", "1", "", "", 2, 3), ("BYG", "G", "2", "", "", 1, 1),
        ("BYR", "R", "NO", "", "", 2, 3), ("BYR", "R", "YES", "", "", 1, 1),
        ("ANY", "", "", "", "", 2, 4),
    ]  # fmt: skip
    rows = [
        (name, "counts", code, *cell, value)
        for name, *cell, subjects, events in cells
        for code, value in (("SUBJECTS", subjects), ("EVENTS", events))
    ]
    display = one_display(analyses=["AE", "BYG", "BYR", "ANY"], **{"with": {"percent_of": "SAFFL"}})
    people = pd.DataFrame({"SAFFL": ["Y", "Y", "Y", "Y", "N"]})
    found = table(
        display, pd.DataFrame(rows, columns=names), {"ADSL": Table("ADSL", people, pd.DataFrame())}
    )
    assert found.to_numpy().tolist() == [
        ["1", "2 (50.0) 3", "0", "2 (50.0) 3"],
        ["2", "0", "1 (25.0) 1", "1 (25.0) 1"],
        ["Total", "2 (50.0) 3", "1 (25.0) 1", "2 (50.0) 4"],
    ]


def test_tables_name_the_population_that_they_select(written: Path) -> None:
    for name, said in (
        ("t1", "Full Analysis Set Population (FASFL EQ Y): 6 subjects."),
        ("t1", "A missing value is not an event; the denominator is all records."),
        ("t2", "-: missing"),
        ("t6", "Safety Population (SAFFL EQ Y): 6 subjects."),
        ("t6", "n (%) E: subjects"),
    ):
        assert said in (written / f"{name}.html").read_text(encoding="utf-8"), name


def test_rows_with_a_prefix_are_not_called_as_columns_are() -> None:
    display = one_display(**{"with": {"row_prefix": "Subject ", "names": {"1": "Grade 1"}}})
    found = table(display, counted(("1", "1", 3), ("3", "1", 2)), {})
    assert found[""].tolist() == ["Subject 1", "Subject 3", "Total"]
    assert list(found.columns) == ["", "Grade 1", "Total"]


def test_a_table_of_changes_names_the_unit_of_all_its_numbers() -> None:
    display = one_display(shows="changes", **{"with": {"unit": "%"}})
    cells = {"N": "5", "MEDIAN": "-10.00", "MIN": "-20.00", "MAX": "0.00", "MEAN": "-9.0"}
    rows = [
        ("AE", "t", name, "ANA (titer)", "", text) for name, text in {**cells, "SD": "2"}.items()
    ]
    names = ["analysis", "title", "statistic", "value1", "value2", "shown"]
    found = table(display, pd.DataFrame(rows, columns=names), {})
    assert list(found.columns) == ["", "n", "Median, %", "Range, %", "Mean (SD), %"]
    assert found.iloc[0].tolist() == [
        "ANA (titer)", "5", "-10.00", "-20.00 to 0.00", "-9.0 (2)",
    ]  # fmt: skip


def test_many_subjects_take_several_sheets() -> None:
    from submission.results.figures.style import few, sheets_of

    people = pd.DataFrame({"USUBJID": [f"S-{n}" for n in range(45)]})
    assert [len(sheet) for sheet in sheets_of(people, 20)] == [20, 20, 5]
    assert not few(people)
    assert few(people[:12])


def test_the_decisive_visit_is_ringed_with_the_reason_of_a_failure() -> None:
    from submission.results.figures.style import sheet
    from submission.results.figures.timeline import _decisive

    axes = sheet(2, 2).subplots()
    own = pd.DataFrame(
        {
            "ADY": [168, None],
            "AWTARGET": [169, 169],
            "AVALC": ["Y", "N"],
            "NRIREAS": [None, "DEATH"],
        }
    )
    _decisive(axes, own, 0.5)
    days = [float(line.get_xdata()[0]) for line in axes.lines]
    assert days == [168, 168, 169, 169]
    assert [text.get_text() for text in axes.texts] == ["DEATH"]


def test_a_dose_in_a_legend_has_three_digits() -> None:
    from submission.results.figures.style import sheet
    from submission.results.figures.timeline import _keys

    labels = [key.get_label() for key in _keys(sheet(2, 2).subplots(), 110 / 3)]
    assert "Prednisone equivalent (mg/day, highest 36.7)" in labels


def test_html_is_escaped() -> None:
    frame = pd.DataFrame({"": ["<b>"], "A & B": ["1 < 2"]})
    text = html_table(frame, "x > y") + notes("a < b", "")
    assert "<b>" not in text
    assert "A &amp; B" in text
    assert "1 &lt; 2" in text
    assert "a &lt; b" in text
    assert "Synthetic" not in text
