"""What fields are likely for: by words, units in labels, and the plan of events."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from cdisckit.exports import export_of
from cdisckit.init import propose_study
from cdisckit.likely import likely
from cdisckit.planned_events import planned_events
from cdisckit.proposals import proposals
from cdisckit.spec import check_spec
from sdtm.accepted import TYPES, Accepted
from sdtm.raw import Field, Form, RawData, context

if TYPE_CHECKING:
    from pathlib import Path

import pandas as pd


def form_of(*fields: Field) -> Form:
    index = pd.RangeIndex(1)
    whose = context(index, "x.csv", pd.Series([1], dtype="Int64"), subject=pd.Series(["1"]))
    answers = pd.DataFrame({field.name: ["1"] for field in fields}, index=index, dtype="str")
    frame = pd.concat([whose, answers], axis=1)
    return Form("f", frame, {field.name: field for field in fields})


NUMBER = TYPES["number"]


@pytest.mark.parametrize(
    ("name", "label", "accepts", "expected"),
    [
        ("dob", "Date of birth", TYPES["date"], ("DM", "BRTHDTC", "", "")),
        ("gender", "", Accepted(), ("DM", "SEX", "", "")),
        ("x1", "Height (cm)", NUMBER, ("VS", "VSORRES", "HEIGHT", "cm")),
        ("weight_kg", "Weight (kilograms)", NUMBER, ("VS", "VSORRES", "WEIGHT", "kg")),
        ("bp_systolic", "", NUMBER, ("VS", "VSORRES", "SYSBP", "")),
        ("creat_b", "Creatinine (mg/dL)", NUMBER, ("LB", "LBORRES", "CREAT", "mg/dL")),
        ("first_name", "First Name", Accepted(), ("", "not_submitted", "", "")),
        ("AEYN", "Any adverse events?", Accepted(), ("", "not_submitted", "", "")),
        ("q7", "How do you feel today?", NUMBER, None),
    ],
)
def test_words_say_what_a_field_is_likely_for(
    name: str, label: str, accepts: Accepted, expected: tuple[str, ...] | None
) -> None:
    field = Field(name, label, accepts=accepts)
    met = [tuple(one[:4]) for one in likely(form_of(field), field)]
    assert met == ([expected] if expected else [])


def test_a_coded_field_is_no_result() -> None:
    field = Field("pulse", "Pulse regular?", choices={"1": "Yes"})
    assert list(likely(form_of(field), field)) == []


def test_what_is_named_counts_before_words_and_the_one_date_is_that_of_the_results() -> None:
    form = form_of(
        Field("SEX", "Sex"),
        Field("VS_VSDAT", "Date", accepts=TYPES["date"]),
        Field("hgt", "Height (cm)", accepts=NUMBER),
    )
    named = proposals(RawData({"f": form}))
    assert [(p.dataset, p.variable, p.field, p.confidence) for p in named] == [
        ("DM", "SEX", "SEX", "high"),
        ("VS", "VSDTC", "VS_VSDAT", "high"),
        ("VS", "VSORRES", "hgt", "medium"),
    ]
    form = form_of(
        Field("when", "Seen", accepts=TYPES["date"]), Field("hgt", "Height", accepts=NUMBER)
    )
    assert [(p.variable, p.field, p.confidence) for p in proposals(RawData({"f": form}))] == [
        ("VSORRES", "hgt", "medium"), ("VSDTC", "when", "low"),
    ]  # fmt: skip


def test_coded_questions_that_are_left_are_a_questionnaire() -> None:
    choices = {"0": "No", "1": "Yes"}
    asked = [
        Field(f"q_{n}", f"Question {n}, and more of it than fits in forty characters", kind="code",
              choices=choices)
        for n in range(3)
    ]  # fmt: skip
    raw = RawData({"f": form_of(*asked, Field("note", "Note"))})
    assert [(p.variable, p.test, p.name, p.category, p.confidence) for p in proposals(raw)] == [
        ("QSORRES", f"Q{n}", f"Question {n}, and more of it than fits in", "F", "low")
        for n in range(3)
    ]
    assert proposals(RawData({"f": form_of(*asked[:2])})) == []


DICTIONARY = (
    "field_name,form_name,field_type,field_label,select_choices_or_calculations,"
    "text_validation_type_or_show_slider_number\n"
    "record_id,base,text,Number,,\nfirst_name,base,text,First name,,\n"
    'sex,base,radio,Sex,"1, Male | 2, Female",\ndob,base,text,Date of birth,,date_ymd\n'
    "hgt,visit,text,Height (cm),,number\ncrea,visit,text,Creatinine (mg/dL),,number\n"
    "seen,visit,text,Seen on,,date_ymd\nmood,visit,text,Mood,,\n"
)
DATA = (
    "record_id,redcap_event_name,first_name,sex,dob,base_complete,hgt,crea,seen,mood,"
    "visit_complete\n1,visit_2_arm_1,,,,,180,1.1,2024-02-01,well,2\n"
    "1,start_arm_1,A,1,1980-01-02,2,,,,,\n"
)
EVENTS = "event_name,arm_num,unique_event_name\nStart,1,start_arm_1\nSecond Visit,1,visit_2_arm_1\n"


@pytest.fixture
def academic(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in (("dictionary", DICTIONARY), ("data", DATA), ("events", EVENTS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_events_come_in_the_order_of_their_list(academic: Path) -> None:
    export = export_of(academic)
    assert planned_events(export, export.read()) == {
        "start_arm_1": "Start", "visit_2_arm_1": "Second Visit",
    }  # fmt: skip


def test_an_academic_project_is_proposed_and_passes_the_check(
    academic: Path, tmp_path: Path
) -> None:
    study = tmp_path / "study"
    made = propose_study(academic, study)
    assert made.open_fields == 1  # the mood
    with (study / "proposals.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["field"]]
    assert [(r["variable"], r["field"], r["confidence"]) for r in rows] == [
        ("SEX", "sex", "high"),
        ("not_submitted", "first_name", "medium"),
        ("BRTHDTC", "dob", "medium"),
        ("VSORRES", "hgt", "medium"),
        ("LBORRES", "crea", "medium"),
        ("VSDTC", "seen", "low"),
        ("LBDTC", "seen", "low"),
    ]
    assert check_spec(study).problems == ()
