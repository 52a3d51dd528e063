from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sdtm.test_build import rows

if TYPE_CHECKING:
    from sdtm.build import SdtmBuild
    from tests.sdtm.conftest import Build

AE = """
dataset: AE
records: {from: ae, where: [{any: {EQ: Y}}]}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: term}
"""
DATA = "subject,any,term,note\n1,Y,Ache,x\n2,N,,\n3,Y,Rash,y\n"


def account(built: SdtmBuild) -> dict[str, list[int]]:
    return {row[0]: list(row[1:]) for row in built.ledger.forms.to_numpy()}


def test_records_are_used_or_left_out_by_their_clause(build: Build) -> None:
    built = build({"sdtm/ae.yaml": AE, "ae.csv": DATA})
    assert list(built.ledger.forms.columns) == [
        "form", "records", "records used", "records left out", "records not submitted",
        "records unaccounted", "fields", "fields used", "fields not submitted",
        "fields unaccounted", "records incomplete", "records unverified", "records without status",
    ]  # fmt: skip
    assert account(built) == {"ae": [3, 2, 1, 0, 0, 4, 3, 0, 1, 0, 0, 0]}


def test_a_field_that_no_rule_uses_is_found_with_the_number_of_its_values(build: Build) -> None:
    found = build({"sdtm/ae.yaml": AE, "ae.csv": DATA}).findings
    assert rows(found, "severity", "rule", "form", "variable") == [
        ("warning", "CK-LEDGER-FIELD", "ae", "note")
    ]
    assert found.loc[0, "message"] == (
        "no rule uses the field (2 values); map it, or declare it under not_submitted"
    )


def test_a_field_may_be_declared_not_submitted(build: Build) -> None:
    built = build({"sdtm/ae.yaml": AE + "not_submitted: {ae: note}\n", "ae.csv": DATA})
    assert account(built) == {"ae": [3, 2, 1, 0, 0, 4, 3, 1, 0, 0, 0, 0]}
    assert len(built.findings) == 0


def test_a_record_that_is_in_no_dataset_is_found_with_its_line(build: Build) -> None:
    built = build({"sdtm/ae.yaml": AE, "ae.csv": DATA, "vs.csv": "subject,sbp\n1,120\n"})
    assert account(built)["vs"] == [1, 0, 0, 0, 1, 2, 1, 0, 1, 0, 0, 0]
    assert rows(built.findings.query("form == 'vs'"), "rule", "subject", "variable", "line") == [
        ("CK-LEDGER-RECORD", "1", None, "2"),
        ("CK-LEDGER-FIELD", None, "sbp", None),
    ]


def test_a_whole_form_may_be_declared_not_submitted(build: Build) -> None:
    whole = AE + 'not_submitted: {vs: "*", ae: note}\n'
    built = build({"sdtm/ae.yaml": whole, "ae.csv": DATA, "vs.csv": "subject,sbp\n1,120\n"})
    assert account(built)["vs"] == [1, 0, 0, 1, 0, 2, 1, 1, 0, 0, 0, 0]
    assert len(built.findings) == 0


def test_a_record_left_out_of_one_dataset_and_used_in_another_is_used(build: Build) -> None:
    no = AE.replace("EQ", "NE").replace("AE", "CE")
    built = build({"sdtm/ae.yaml": AE, "sdtm/ce.yaml": no, "ae.csv": DATA})
    assert account(built)["ae"][:5] == [3, 3, 0, 0, 0]


def test_every_field_has_its_answers_counted_and_what_became_of_it(build: Build) -> None:
    built = build({"sdtm/ae.yaml": AE, "ae.csv": DATA})
    assert built.ledger.fields.drop(columns=["label", "choices"]).to_numpy().tolist() == [
        ["ae", "subject", 3, 0, "used"],
        ["ae", "any", 3, 0, "used"],
        ["ae", "term", 2, 0, "used"],
        ["ae", "note", 2, 0, "unaccounted"],
    ]


LB = """
dataset: LB
keys: [STUDYID, USUBJID, LBTESTCD]
records: {from: lb}
tests:
  - [LBTESTCD, LBTEST, result, unit, low]
  - [ALT, Alanine Aminotransferase, alt, unit, alt_lo]
  - [AST, Aspartate Aminotransferase, ast, unit, ast_lo]
variables:
  LBORRES: {collected: result}
  LBORRESU: {collected: unit}
  LBORNRLO: {collected: low}
"""


def test_a_limit_beside_a_blank_result_is_found_and_what_tests_share_is_not(build: Build) -> None:
    data = "subject,alt,alt_lo,ast,ast_lo,unit\n1,5,1,,2,U/L\n2,,,  ,3,U/L\n3,4,,5,,\n"
    built = build({"sdtm/lb.yaml": LB, "lb.csv": data})
    found = built.findings.query("rule == 'CK-LEDGER-ANSWER'")
    assert rows(found, "subject", "variable", "value", "line") == [
        ("1", "ast_lo", "2", "2"),
        ("2", "ast_lo", "3", "3"),
    ]
    assert len(built.tables["LB"].frame) == 3


def test_blanks_at_the_ends_of_an_answer_do_not_keep_a_condition_from_being_met(
    build: Build,
) -> None:
    built = build({"sdtm/ae.yaml": AE, "ae.csv": DATA.replace("1,Y", "1, Y ")})
    assert account(built)["ae"][:3] == [3, 2, 1]
