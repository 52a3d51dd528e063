# ruff: noqa: E501 - a table of cases reads best with one case per line
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sdtm.readers import read_source as read
from specs.errors import RawDataError, SpecError
from specs.model import RawSource

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from sdtm.raw import RawData

HEAD = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,'
    "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,"
    "Identifier?,Branching Logic (Show field only if...),Required Field?,Custom Alignment,"
    "Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation"
)


def field(
    name: str, form: str, kind: str, label: str = "", choices: str = "", valid: str = ""
) -> str:
    return f'{name},{form},,{kind},"{label}","{choices}",,{valid}' + "," * 10


DICTIONARY = [
    HEAD,
    field("record_id", "demographics", "text"),
    field("sex", "demographics", "radio", "<b>Sex</b> &amp; more", "1, Male | 2, Female"),
    field("race", "demographics", "checkbox", "Race", "1, Asian | -2, White, or so | 3, Other"),
    field("welcome", "demographics", "descriptive", "Welcome"),
    field("alive", "demographics", "yesno", "Alive?"),
    field("aeterm", "adverse_events", "text", "Event"),
    field("aestdat", "adverse_events", "text", "Start", valid="date_dmy"),
    field("aeout", "adverse_events", "radio", "Outcome", "1, Recovered | NASK, Not told"),
]

COLUMNS = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,"
    "sex,race___1,race____2,race___3,alive,demographics_complete,"
    "aeterm,aestdat,aeout,adverse_events_complete"
)

ROWS = [
    COLUMNS,
    "1,screening_arm_1,,,2,0,1,1,1,2,,,,",
    '1,screening_arm_1,adverse_events,1,,,,,,,"Head\nache, ""bad""",2020-01-02,1,2',
    "1,screening_arm_1,adverse_events,2,,,,,,,Cough,,NASK,0",
    "2,screening_arm_1,,,1,0,0,0,,0,,,,",
]

EVENTS = "event_name,arm_num,unique_event_name\nScreening,1,screening_arm_1\n"


def read_redcap(
    folder: Path,
    rows: list[str] = ROWS,
    dictionary: list[str] = DICTIONARY,
    events: str = EVENTS,
    **given: object,
) -> RawData:
    (folder / "data.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "dictionary.csv").write_text("\n".join(dictionary) + "\n", encoding="utf-8")
    options: dict[str, object] = {"data": "data.csv", "dictionary": "dictionary.csv", **given}
    if events:
        (folder / "events.csv").write_text(events, encoding="utf-8")
        options["events"] = "events.csv"
    return read(RawSource("edc", "redcap", options, "study.yaml line 7"), folder)


def edited(number: int, old: str, new: str, lines: list[str] = ROWS) -> list[str]:
    assert old in lines[number]
    return [*lines[:number], lines[number].replace(old, new, 1), *lines[number + 1 :]]


def context(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    columns = ["@subject", "@event", "@event_repeat", "@form_repeat", "@line"]
    table = frame[columns].astype(object)
    return [tuple(row) for row in table.where(table.notna(), None).to_numpy()]


# records


def test_an_export_is_split_into_one_frame_per_form(tmp_path: Path) -> None:
    raw = read_redcap(tmp_path)
    assert list(raw.forms) == ["demographics", "adverse_events"]
    assert context(raw.forms["demographics"].frame) == [
        ("1", "screening_arm_1", None, None, 2),
        ("2", "screening_arm_1", None, None, 6),
    ]
    assert context(raw.forms["adverse_events"].frame) == [
        ("1", "screening_arm_1", None, "1", 3),
        ("1", "screening_arm_1", None, "2", 5),
    ]
    assert raw.forms["adverse_events"].frame["aeterm"].tolist() == ['Head\nache, "bad"', "Cough"]


def test_an_instance_without_form_repeats_the_event(tmp_path: Path) -> None:
    raw = read_redcap(tmp_path, edited(1, "screening_arm_1,,,", "screening_arm_1,,3,"))
    assert context(raw.forms["demographics"].frame)[0] == ("1", "screening_arm_1", "3", None, 2)


def test_the_codes_ticked_in_a_checkbox_stand_in_one_field(tmp_path: Path) -> None:
    raw = read_redcap(tmp_path)
    form = raw.forms["demographics"]
    assert form.frame["race"].astype("str").fillna("none").tolist() == ["-2;3", "none"]
    assert form.fields["race"].choices == {"1": "Asian", "-2": "White, or so", "3": "Other"}


def test_a_checkbox_answered_with_a_missing_data_code_has_that_code(tmp_path: Path) -> None:
    rows = [",".join((*row.split(","), "0")) for row in (ROWS[0], ROWS[1], ROWS[4])]
    rows = [COLUMNS + ",race___nask", rows[1], rows[2].removesuffix("0") + "1"]
    form = read_redcap(tmp_path, rows, missing={"NASK": "Not asked"}).forms["demographics"]
    assert form.frame["race"].tolist() == ["-2;3", "NASK"]
    assert form.fields["race"].answered(form.frame["race"]).isna().tolist() == [False, True]


def test_a_form_without_answers_is_a_record_only_when_it_was_given_a_status(tmp_path: Path) -> None:
    nothing = edited(4, "1,0,0,0,,0", ",0,0,0,,0")
    assert len(read_redcap(tmp_path, nothing).forms["demographics"].frame) == 1
    complete = edited(4, "1,0,0,0,,0", ",0,0,0,,2")
    assert len(read_redcap(tmp_path, complete).forms["demographics"].frame) == 2


def test_an_instance_that_was_emptied_is_found(tmp_path: Path) -> None:
    raw = read_redcap(tmp_path, edited(3, "Cough,,NASK,0", ",,,0"))
    assert len(raw.forms["adverse_events"].frame) == 1
    found = raw.findings.loc[0]
    assert found[["rule", "form", "subject", "seq", "file", "line"]].tolist() == [
        "CK-RAW-EMPTIED",
        "adverse_events",
        "1",
        "2",
        "data.csv",
        "5",
    ]


def test_a_form_at_an_event_where_it_is_not_planned_is_found(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text("unique_event_name,form\nday_1_arm_1,demographics\n")
    found = read_redcap(tmp_path, event_forms="plan.csv").findings
    told = found.loc[found["rule"] == "CK-RAW-EVENT-FORM", ["form", "event", "seq", "line"]]
    assert told.fillna("").to_numpy().tolist() == [
        ["demographics", "screening_arm_1", "", "2"],
        ["demographics", "screening_arm_1", "", "6"],
        ["adverse_events", "screening_arm_1", "1", "3"],  # an instance of a repeating form too
        ["adverse_events", "screening_arm_1", "2", "5"],
    ]


def test_a_project_without_events_and_repeats_has_one_record_per_row(tmp_path: Path) -> None:
    rows = ["record_id,sex,aeterm", "1,2,Cough", "2,1,"]
    raw = read_redcap(tmp_path, rows, events="")
    assert context(raw.forms["demographics"].frame) == [
        ("1", None, None, None, 2),
        ("2", None, None, None, 3),
    ]
    assert raw.forms["adverse_events"].frame["@subject"].tolist() == ["1"]


# fields


def test_labels_are_read_without_markup_and_descriptions_are_no_fields(tmp_path: Path) -> None:
    fields = read_redcap(tmp_path).forms["demographics"].fields
    assert list(fields) == ["sex", "race", "alive"]
    assert fields["sex"].label == "Sex & more"
    assert [fields[name].kind for name in fields] == ["code", "checkbox", "code"]
    assert fields["alive"].choices == {"1": "Yes", "0": "No"}


def test_a_missing_data_code_that_is_a_choice_is_an_answer(tmp_path: Path) -> None:
    raw = read_redcap(tmp_path, missing={"NASK": "Not asked", "UNK": "Unknown"})
    form = raw.forms["adverse_events"]
    assert form.fields["aeout"].answered(form.frame["aeout"]).tolist() == ["1", "NASK"]
    text = form.frame["aeterm"].astype("str").replace("Cough", "NASK")
    assert form.fields["aeterm"].answered(text).isna().tolist() == [False, True]


def test_a_choice_without_label_means_its_code(tmp_path: Path) -> None:
    dictionary = edited(2, "1, Male | 2, Female", "1 | 2,Female", DICTIONARY)
    fields = read_redcap(tmp_path, dictionary=dictionary).forms["demographics"].fields
    assert fields["sex"].choices == {"1": "1", "2": "Female"}


def test_a_dictionary_headed_as_the_interface_for_programs_does_is_read_too(tmp_path: Path) -> None:
    head = (
        "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,"
        "field_note,text_validation_type_or_show_slider_number,text_validation_min,"
        "text_validation_max,identifier,branching_logic,required_field,custom_alignment,"
        "question_number,matrix_group_name,matrix_ranking,field_annotation"
    )
    raw = read_redcap(tmp_path, dictionary=[head, *DICTIONARY[1:]])
    assert list(raw.forms) == ["demographics", "adverse_events"]


# what does not belong together


def changed_head(old: str, new: str) -> list[str]:
    return edited(0, old, new)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (changed_head("record_id", "Record ID"), "data.csv line 1: has no column record_id, the first field of dictionary.csv"),
        (changed_head("aeterm", "aetrem"), "data.csv line 1: column aetrem is not in dictionary.csv; did you mean aeterm? Export data and dictionary together"),
        (changed_head("race___3", "race___9"), "data.csv line 1: column race___9 is not in"),
        (changed_head("aeterm", "sex"), "data.csv line 1: the head has sex twice"),
        (changed_head("redcap_repeat_instance", "redcap_data_access_group"), "has a column redcap_repeat_instrument, but no redcap_repeat_instance"),
        (changed_head("redcap_event_name", "redcap_survey_identifier"), "data.csv line 1: has no column redcap_event_name, though events.csv lists events"),
        (edited(4, "screening_arm_1", "screning_arm_1"), "data.csv line 6: event screning_arm_1 is not in events.csv; did you mean screening_arm_1?"),
        (edited(4, "screening_arm_1", ""), "data.csv line 6: event (blank) is not in events.csv"),
        (edited(4, "2,scr", ",scr"), "data.csv line 6: the row has no record_id; the file was cut"),
        (edited(4, "2,scr", " ,scr"), "data.csv line 6: the row has no record_id; the file was cut"),
        ([*ROWS, ROWS[4]], "data.csv lines 6 and 7: the record record_id 2, redcap_event_name screening_arm_1 is there twice"),
        ([*ROWS, ROWS[3]], "data.csv lines 5 and 7: the record record_id 1, redcap_event_name screening_arm_1, redcap_repeat_instrument adverse_events, redcap_repeat_instance 2 is there twice"),
        (edited(3, "adverse_events", "adverse_event"), "data.csv line 5: redcap_repeat_instrument adverse_event is not a form of dictionary.csv; did you mean adverse_events?"),
        (edited(3, "adverse_events", "Adverse Events"), "Export the raw data, not the labels"),
        (edited(3, ",2,,", ",2,1,"), "data.csv line 5: sex of form demographics is 1 in an instance of adverse_events; a row was edited"),
        (edited(1, "0,1,1", "Unchecked,Checked,Checked"), "data.csv line 2: race___1 is Unchecked, not one of 0, 1; export the raw data, not the labels"),
        (edited(1, "1,2,,,,", "1,Complete,,,,"), "data.csv line 2: demographics_complete is Complete, not one of 0, 1, 2; export the raw data, not the labels"),
        (["<html>", *ROWS], "data.csv: is a web page"),
        ([ROWS[0], ROWS[1][:-3]], "data.csv line 2: the row has 11 cells, the head has 14"),
    ],
)  # fmt: skip
def test_data_that_are_no_raw_export_of_the_project_name_the_line(
    tmp_path: Path, rows: list[str], message: str
) -> None:
    with pytest.raises(RawDataError) as error:
        read_redcap(tmp_path, rows)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("dictionary", "message"),
    [
        ([HEAD], "dictionary.csv line 1: the data dictionary has no fields; download"),
        (edited(0, "Field Note,", "", DICTIONARY), "dictionary.csv line 2: the row has 18 cells, the head has 17"),
        (edited(0, "Form Name,", "Page,", DICTIONARY), "dictionary.csv line 1: the data dictionary has no column form_name; download"),
        ([*DICTIONARY, DICTIONARY[2]], "dictionary.csv line 10: field sex is defined twice"),
        ([*DICTIONARY, field("", "adverse_events", "text")], "dictionary.csv line 10: the field or form has no name"),
        ([*DICTIONARY, field("x", "", "text")], "dictionary.csv line 10: the field or form has no name"),
        ([""], "dictionary.csv: is empty"),
    ],
)  # fmt: skip
def test_a_dictionary_that_is_none_names_the_line(
    tmp_path: Path, dictionary: list[str], message: str
) -> None:
    with pytest.raises(RawDataError) as error:
        read_redcap(tmp_path, dictionary=dictionary)
    assert message in str(error.value)


def test_a_dictionary_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match=r"none\.csv: there is no such file; check raw:"):
        read(RawSource("edc", "redcap", {"data": "data.csv", "dictionary": "none.csv"}), tmp_path)


def test_a_list_with_an_event_without_name_knows_the_others(tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match="event x is not in events"):
        read_redcap(tmp_path, edited(4, "screening_arm_1", "x"), events=EVENTS + "Blank,1,\n")


def test_lists_of_events_without_their_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match=r"events\.csv line 1: has no column unique_event_name"):
        read_redcap(tmp_path, events="event_name,unique_event\nScreening,screening_arm_1\n")
    (tmp_path / "plan.csv").write_text("unique_event_name,instrument\nx,y\n", encoding="utf-8")
    with pytest.raises(RawDataError, match=r"plan\.csv line 1: has no column form"):
        read_redcap(tmp_path, event_forms="plan.csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dictionry": "x.csv"}, "dictionry: is not known here; did you mean dictionary?"),
        ({"dates": "DYM"}, "DYM is not an order of dates; write DMY, MDY, YMD or none"),
        ({"missing": ["UNK"]}, "missing: is not a mapping of names to values"),
    ],
)
def test_options_the_reader_does_not_take_are_named(
    tmp_path: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(SpecError) as error:
        read_redcap(tmp_path, **options)  # type: ignore[arg-type]
    assert message in str(error.value)
