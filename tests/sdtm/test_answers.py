from __future__ import annotations

from types import MappingProxyType

import pandas as pd

from sdtm.answers import Answers
from sdtm.dates import DateStyle
from sdtm.raw import Field, Form, context
from sdtm.records import Records
from sdtm.records.blocks import BlockRecords
from specs.model import Block, Origin, Rule, StudyCodelist, Variable
from specs.terminology import Codelist, Term

SEX = StudyCodelist(
    "SEX",
    Codelist(
        "C66731",
        "SEX",
        "Sex",
        extensible=False,
        terms=(Term("C16576", "F", "Female"), Term("C20197", "M", "Male")),
    ),
    own=MappingProxyType({"Weiblich": "F"}),
)
CODED = {"1": "Male", "2": "Female", "9": "Unsure"}
TEXT = Variable("SEX", "Sex", "Char")
NUMBER = Variable("AGE", "Age", "Num")
DATE = Variable("AESTDTC", "Start", "Char", value_domain="ISO 8601 datetime or interval")


def answers(*columns: tuple[Field, list[str | None]]) -> Answers:
    """The answers to one field per column, named as the field; a second is a field of its own."""
    size = len(columns[0][1])
    subjects = pd.Series([f"S{n}" for n in range(size)], dtype="str")
    whose = context(subjects.index, "x.csv", pd.Series(range(2, size + 2)), subject=subjects)
    texts = {field.name: pd.Series(values, dtype="str") for field, values in columns}
    form = Form("form", whose.assign(**texts), {field.name: field for field, _ in columns})
    names = tuple(form.fields)
    block = BlockRecords.of(Block(form="form"), lambda *_: form, names, 0)
    plan = pd.DataFrame(columns=["@visitnum", "@visit", "@visitdy"])
    return Answers("DM", Records((block,), plan))


def read(
    made: Answers,
    variable: Variable,
    *names: str,
    codelist: StudyCodelist | None = None,
    **how: str,
) -> list[object]:
    rule = Rule(Origin.COLLECTED, names, **how)  # type: ignore[arg-type]
    rows = pd.Series(data=True, index=made._records.index)
    values = made.values(rule, variable, codelist, rows).astype(object)
    return values.where(values.notna(), None).tolist()


def found(made: Answers) -> list[tuple[str, ...]]:
    columns = ["rule", "subject", "variable", "value", "message", "line"]
    return [tuple(row) for table in made.findings for row in table[columns].to_numpy()]


def test_text_is_taken_over_without_blank_ends() -> None:
    made = answers((Field("x"), [" Ache ", "  ", None]))
    assert read(made, TEXT, "x") == ["Ache", None, None]
    assert not made.findings


def test_a_code_means_its_choice() -> None:
    made = answers((Field("x", choices=CODED), ["1", "2", None]))
    assert read(made, TEXT, "x") == ["Male", "Female", None]


def test_a_code_may_be_taken_as_a_code() -> None:
    made = answers((Field("x", choices=CODED), ["1", "7", None]))
    assert read(made, TEXT, "x", read_as="code") == ["1", "7", None]
    assert not made.findings


def test_what_is_no_choice_is_kept_and_not_held_against_the_codelist() -> None:
    made = answers((Field("x", choices=CODED), ["1", "7"]))  # its reader has told the choice
    assert read(made, TEXT, "x", codelist=SEX) == ["M", "7"]
    assert found(made) == []


def test_a_meaning_is_coded_by_term_synonym_or_the_studys_map() -> None:
    made = answers((Field("x"), ["F", "Male", "Weiblich", "m", None]))
    assert read(made, TEXT, "x", codelist=SEX) == ["F", "M", "F", "M", None]
    assert not made.findings


def test_what_is_no_term_is_kept_as_meant_and_found_with_the_nearest() -> None:
    made = answers((Field("x", choices=CODED), ["9", "2"]))
    assert read(made, TEXT, "x", codelist=SEX) == ["Unsure", "F"]
    assert found(made) == [
        ("CK-CT-COLLECTED", "S0", "x", "9", "is not a term of codelist SEX", "2")
    ]
    made = answers((Field("x"), ["Femal"]))
    assert read(made, TEXT, "x", codelist=SEX) == ["Femal"]
    assert found(made)[0][4] == "is not a term of codelist SEX; nearest are F, M"


def test_a_missing_data_code_is_no_value_unless_it_is_a_choice() -> None:
    missing = {"UNK": "Unknown", "9": "Not asked"}
    made = answers((Field("x", choices=CODED, missing=missing), ["UNK", "9", "1"]))
    assert read(made, TEXT, "x") == [None, "Unsure", "Male"]
    assert not made.findings


def test_several_ticked_boxes_are_multiple_and_one_is_itself() -> None:
    made = answers((Field("x", kind="checkbox", choices=CODED), ["1;2", "2", None]))
    assert read(made, TEXT, "x") == ["MULTIPLE", "Female", None]


def test_what_is_no_number_is_no_value_and_found() -> None:
    made = answers((Field("x"), ["12", " 1.5 ", "<5", None]))
    assert read(made, NUMBER, "x") == [12.0, 1.5, None, None]
    assert found(made) == [("CK-RAW-NUMBER", "S2", "x", "<5", "is not a number", "4")]


def test_a_date_is_written_as_far_as_it_is_known() -> None:
    made = answers((Field("x", style=DateStyle(order="DMY")), ["3/2/2020", "UN-Feb-2020", None]))
    assert read(made, DATE, "x") == ["2020-02-03", "2020-02", None]
    assert not made.findings


def test_what_is_no_date_is_found() -> None:
    made = answers((Field("x", style=DateStyle(order="DMY")), ["31/02/2020", "2020-02-01"]))
    assert read(made, DATE, "x")[1] == "2020-02-01"
    assert [row[:4] + row[5:] for row in found(made)] == [
        ("CK-RAW-DATE", "S0", "x", "31/02/2020", "2")
    ]


def test_a_date_may_have_its_time_in_a_second_field() -> None:
    made = answers(
        (Field("d"), ["2020-02-03", "2020-02-03", "2020-02"]),
        (Field("t"), ["08:30", None, "25:00"]),
    )
    assert read(made, DATE, "d", "t") == ["2020-02-03T08:30", "2020-02-03", "2020-02"]
    assert [row[:4] for row in found(made)] == [("CK-RAW-TIME", "S2", "t", "25:00")]


def test_a_date_before_a_time_that_cannot_be_read_stands_and_is_found() -> None:
    made = answers((Field("x"), ["2020-02-03 after lunch", "2020-02-03T25:00", "-----T08:30"]))
    assert read(made, DATE, "x") == ["2020-02-03", "2020-02-03", "-----T08:30"]
    assert [(row[0], row[3]) for row in found(made)] == [
        ("CK-RAW-DATE", "2020-02-03 after lunch"),
        ("CK-RAW-DATE", "2020-02-03T25:00"),
        ("CK-RAW-TIME", "-----T08:30"),
    ]


def test_context_is_read_as_it_is() -> None:
    made = answers((Field("x"), ["a", "b"]))
    assert read(made, TEXT, "@subject") == ["S0", "S1"]
