"""`group_by`: several raw records as one, by declared rules, with all of them in the lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.errors import MappingError, SpecError
from tests.sdtm.conftest import STUDY
from tests.sdtm.test_build import rows

if TYPE_CHECKING:
    from tests.sdtm.conftest import Build

AE = """
dataset: AE
records:
  from: ae
  group_by: ["@subject", event]
  COLLAPSE
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: event}
  AELOC: {collected: place, codelist: ""}
  AESTDTC: {collected: start}
  AESER: {collected: serious}
"""
# Rash of subject 1 is in three records
DATA = (
    "subject,event,place,start,serious\n"
    "1,Rash,ARM,3/1/2020,N\n"
    "2,Rash,ARM,9/1/2020,N\n"
    "1,Rash,LEG,2/1/2020,Y\n"
    "1,Rash,ARM,,N\n"
    "1,Cough,,5/1/2020,\n"
)
ALL = 'collapse: {place: joined, start: min, serious: {any: "Y"}}'


def made(build: Build, collapse: str, data: str = DATA) -> list[tuple[object, ...]]:
    files = {"sdtm/ae.yaml": AE.replace("COLLAPSE", collapse), "ae.csv": data}
    frame = build(files).tables["AE"].frame
    return rows(frame, "USUBJID", "AETERM", "AELOC", "AESTDTC", "AESER")


def test_records_that_agree_become_one_by_the_rules_of_their_fields(build: Build) -> None:
    assert made(build, ALL) == [
        ("S1-1", "Cough", None, "2020-01-05", None),
        ("S1-1", "Rash", "ARM; LEG", "2020-01-02", "Y"),
        ("S1-2", "Rash", "ARM", "2020-01-09", "N"),
    ]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("place: first, start: first, serious: first", ("ARM", "2020-01-03", "N")),
        ("place: last, start: last, serious: last", ("ARM", "2020-01-02", "N")),
        ("place: joined, start: max, serious: last", ("ARM; LEG", "2020-01-03", "N")),
    ],
)
def test_first_last_and_largest_count_where_there_is_a_value(
    build: Build, rules: str, expected: tuple[str, ...]
) -> None:
    assert made(build, f"collapse: {{{rules}}}")[1][2:] == expected


def test_numbers_are_compared_as_numbers(build: Build) -> None:
    dm = """
    dataset: DM
    records: {from: dm, group_by: "@subject", collapse: {age: max}}
    keys: [STUDYID, USUBJID]
    variables:
      AGE: {collected: age}
    """
    built = build({"sdtm/dm.yaml": dm, "dm.csv": "subject,age\n1,9\n1,10\n"})
    assert built.tables["DM"].frame["AGE"].tolist() == [10.0]


def test_all_fields_that_differ_without_a_rule_are_one_error_that_names_the_lines(
    build: Build,
) -> None:
    with pytest.raises(MappingError) as error:
        made(build, "collapse: {start: min}")
    assert str(error.value) == (
        "ae.yaml line 3: fields differ between the records of one group: place (ae.csv lines"
        " 2, 4, 5), serious (ae.csv lines 2, 4, 5); say under collapse what counts, as place:"
        " first, or last, min, max, joined or {any: value}"
    )


def found(build: Build, collapse: str, data: str) -> list[tuple[object, ...]]:
    files = {"sdtm/ae.yaml": AE.replace("COLLAPSE", collapse), "ae.csv": data}
    findings = build(files).findings
    findings = findings[findings["variable"].isin(["start", "place"])]
    return rows(findings, "rule", "form", "subject", "variable", "value", "file", "line")


BAD_DATE = (
    "subject,event,place,start,serious\n"
    "1,Rash,ARM,2020-01-03,\n"
    "1,Rash,ARM,31/02/2024,\n"
    "1,Rash,ARM,2020-01-05,\n"
)


def test_a_bad_value_is_found_on_the_line_of_its_own_record(build: Build) -> None:
    data = "subject,event,place,start,serious\n1,Rash,ARM,2/1/2020,\n1,Rash,ARM,31/02/2024,\n"
    assert found(build, "collapse: {start: last}", data) == [
        ("CK-RAW-DATE", "ae", "1", "start", "31/02/2024", "ae.csv", "3")
    ]
    assert found(build, "collapse: {start: first}", data) == []


def test_the_first_that_has_a_value_is_the_record_it_is_from(build: Build) -> None:
    data = "subject,event,place,start,serious\n1,Rash,ARM,,\n1,Rash,ARM,31/02/2024,\n2,Rash,,x,\n"
    assert [row[-1] for row in found(build, "collapse: {}", data)] == ["3", "4"]


@pytest.mark.parametrize(("rule", "date"), [("min", "2020-01-03"), ("max", "2020-01-05")])
def test_a_value_that_cannot_be_compared_does_not_count_and_is_found(
    build: Build, rule: str, date: str
) -> None:
    assert made(build, f"collapse: {{start: {rule}}}", BAD_DATE)[0][3] == date
    assert found(build, f"collapse: {{start: {rule}}}", BAD_DATE) == [
        ("CK-COLLAPSE-VALUE", "ae", "1", "start", "31/02/2024", "ae.csv", "3")
    ]


def test_where_nothing_can_be_compared_each_value_is_found_once(build: Build) -> None:
    data = "subject,event,place,start,serious\n1,Rash,ARM,x,\n1,Rash,ARM,31/02/2024,\n"
    assert [row[:1] + row[-1:] for row in found(build, "collapse: {start: min}", data)] == [
        ("CK-COLLAPSE-VALUE", "3"),
        ("CK-RAW-DATE", "2"),
    ]


def test_dates_that_could_be_either_ask_for_their_order(build: Build) -> None:
    undeclared = STUDY + "      ae: {file: ae.csv, subject: subject}\n"
    data = "subject,event,place,start,serious\n1,Rash,ARM,3/1/2020,\n1,Rash,ARM,4/1/2020,\n"
    ae = AE.replace("COLLAPSE", "collapse: {start: min}")
    findings = build({"study.yaml": undeclared, "sdtm/ae.yaml": ae, "ae.csv": data}).findings
    of_group = findings[findings["rule"] == "CK-COLLAPSE-VALUE"]
    assert of_group["message"].tolist() == [
        "takes no part in the min of its group: day and month cannot be told apart;"
        " declare the order with dates: DMY, MDY or YMD in study.yaml"
    ]


def test_text_has_no_smallest_value(build: Build) -> None:
    rules = "collapse: {place: min, start: min, serious: last}"
    assert found(build, rules, DATA) == [
        ("CK-COLLAPSE-VALUE", "ae", "1", "place", "LEG", "ae.csv", "4"),
        ("CK-COLLAPSE-VALUE", "ae", "1", "place", "ARM", "ae.csv", "5"),
    ]


def test_a_missing_data_code_is_no_value_to_compare(build: Build) -> None:
    coded = (
        STUDY + "      ae: {file: ae.csv, subject: subject, dates: DMY, missing: {UNK: Unknown}}\n"
    )
    data = "subject,event,place,start,serious\n1,Rash,ARM,UNK,\n1,Rash,ARM,4/1/2020,\n"
    ae = AE.replace("COLLAPSE", "collapse: {start: min}")
    built = build({"study.yaml": coded, "sdtm/ae.yaml": ae, "ae.csv": data})
    assert built.tables["AE"].frame["AESTDTC"].tolist() == ["2020-01-04"]
    assert "CK-COLLAPSE-VALUE" not in set(built.findings["rule"])


def test_every_record_is_in_the_trace_and_those_made_one_are_named(build: Build) -> None:
    built = build({"sdtm/ae.yaml": AE.replace("COLLAPSE", ALL), "ae.csv": DATA})
    assert rows(built.tables["AE"].trace, "row", "source", "record") == [
        (0, "ae", 4), (1, "ae", 0), (1, "ae", 2), (1, "ae", 3), (2, "ae", 1),
    ]  # fmt: skip
    balance = built.ledger.forms.set_index("form").loc["ae"]
    assert balance[["records", "records used", "records unaccounted"]].tolist() == [5, 5, 0]
    assert rows(built.ledger.left_out, "form", "subject", "line", "rule") == [
        ("ae", "1", 4, "made one with another for each @subject, event"),
        ("ae", "1", 5, "made one with another for each @subject, event"),
    ]


def test_records_that_all_differ_stay_as_they_are(build: Build) -> None:
    data = "subject,event,place,start,serious\n1,Rash,ARM,,N\n1,Cough,LEG,,Y\n"
    assert [row[1:3] for row in made(build, "collapse: {}", data)] == [
        ("Cough", "LEG"),
        ("Rash", "ARM"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('group_by: ["@subject", event]', "", "collapse goes with group_by"),
        ("place: joined", "place: longest", "collapse.place"),
        ("from: ae", "from: ae\n  distinct: event", "group_by makes records one, distinct"),
    ],
)
def test_what_makes_no_sense_is_refused(build: Build, old: str, new: str, message: str) -> None:
    text = AE.replace("COLLAPSE", ALL).replace(old, new)
    with pytest.raises(SpecError, match=message):
        build({"sdtm/ae.yaml": text, "ae.csv": DATA})
