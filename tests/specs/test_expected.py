"""What the guide expects in a dataset is there, blank where the study has no data for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.errors import SpecError
from tests.specs.conftest import AE, STUDY

if TYPE_CHECKING:
    from tests.specs.conftest import Load

EX = """
dataset: EX
records: {from: ex}
keys: [STUDYID, USUBJID, EXTRT, EXSTDTC]
variables:
  EXTRT: {collected: drug}
  EXDOSE: {collected: dose}
  EXSTDTC: {collected: start}
"""
SHARED_LAB = """
dataset: LB
id: NAME
records: {from: name, assign: {LBCAT: NAME}}
tests:
  - [LBTESTCD, result]
  - [ALT, alt]
keys: [STUDYID, USUBJID, LBCAT, LBTESTCD]
variables:
  LBCAT: {}
  LBORRES: {collected: result}
"""


def test_expected_variables_without_a_rule_are_blank_in_their_place(load: Load) -> None:
    dataset = load({"sdtm/ex.yaml": EX}).dataset("EX")
    assert [v.name for v in dataset.variables] == [
        "STUDYID", "DOMAIN", "USUBJID", "EXSEQ", "EXTRT", "EXDOSE", "EXDOSU", "EXDOSFRM",
        "EXSTDTC", "EXENDTC",
    ]  # fmt: skip
    assert [v.name for v in dataset.variables if v.blank] == ["EXDOSU", "EXDOSFRM", "EXENDTC"]
    (rule,) = dataset.variable("EXDOSU").rules
    assert (rule.origin.value, rule.constant) == ("assigned", "")


def test_a_study_that_declines_says_absent(load: Load) -> None:
    lines = "  EXDOSU: absent\n  EXDOSFRM: absent\n"
    dataset = load({"sdtm/ex.yaml": EX + lines}).dataset("EX")
    assert [v.name for v in dataset.variables if v.blank] == ["EXENDTC"]
    assert not dataset.has("EXDOSU")


def test_a_comment_alone_says_why_the_variable_is_blank(load: Load) -> None:
    line = "  EXDOSFRM: {comment: The form of the product is not collected.}\n"
    form = load({"sdtm/ex.yaml": EX + line}).dataset("EX").variable("EXDOSFRM")
    assert form.blank
    assert form.comment == "The form of the product is not collected."
    assert [rule.constant for rule in form.rules] == [""]


@pytest.mark.parametrize("name", ["EXLOC", "EXTRT", "EXWHAT"])
def test_absent_is_said_of_expected_variables_alone(load: Load, name: str) -> None:
    files = {"sdtm/ex.yaml": EX.replace("  EXTRT: {collected: drug}\n", "") + f"  {name}: absent\n"}
    with pytest.raises(SpecError, match=f"{name} is absent, and the guide does not expect it"):
        load(files)


def test_what_a_block_or_test_assigns_is_not_blank(load: Load) -> None:
    dataset = load({"sdtm/lb.yaml": SHARED_LAB}).dataset("LB")
    assert not dataset.variable("LBCAT").blank
    assert dataset.variable("LBORRESU").blank


def test_a_rule_in_one_file_of_a_dataset_counts_for_the_records_of_that_file(load: Load) -> None:
    other = SHARED_LAB.replace("NAME", "OTHER").replace("from: name", "from: other")
    other += "  LBORRESU: {collected: unit}\n"
    unit = (
        load({"sdtm/a.yaml": SHARED_LAB, "sdtm/b.yaml": other}).dataset("LB").variable("LBORRESU")
    )
    assert not unit.blank
    assert [(rule.sources, rule.when[0].values) for rule in unit.rules] == [(("unit",), ("OTHER",))]


def test_a_custom_domain_has_what_it_says(load: Load) -> None:
    custom = AE.replace("dataset: AE", "dataset: XE\nlabel: Own Events\nclass: EVENTS").replace(
        "AETERM", "XETERM"
    )
    custom += "  STUDYID: standard\n  USUBJID: standard\n"
    assert not any(v.blank for v in load({"sdtm/xe.yaml": custom}).dataset("XE").variables)


DS = """
dataset: DS
records: {from: ds}
keys: [STUDYID, USUBJID, DSDECOD]
variables:
  DSTERM: {collected: term}
  DSDECOD: {collected: term, codelist: NCOMPLT}
  DSSTDTC: {collected: start}
"""
DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  RFSTDTC: {collected: first}
"""


def test_what_the_guide_has_a_rule_for_is_made_by_it(load: Load) -> None:
    day = load({"sdtm/ds.yaml": DS, "sdtm/dm.yaml": DM}).dataset("DS").variable("DSSTDY")
    assert not day.blank
    assert [rule.sources for rule in day.rules] == [("DSSTDTC", "DM.RFSTDTC")]
    undated = load({"sdtm/ds.yaml": DS.replace("DSSTDTC", "DSDTC"), "sdtm/dm.yaml": DM})
    assert undated.dataset("DS").variable("DSSTDY").blank


def test_visits_of_the_study_number_records_that_should_have_one(load: Load) -> None:
    visits = STUDY + "visits: [[event, visitnum, visit], [V1, 1, ONE]]\n"
    number = load({"sdtm/lb.yaml": SHARED_LAB, "study.yaml": visits}).dataset("LB")
    assert number.variable("VISITNUM").rules[0].sources == ("@visitnum",)
    assert (
        load({"sdtm/lb.yaml": SHARED_LAB, "study.yaml": STUDY})
        .dataset("LB")
        .variable("VISITNUM")
        .blank
    )
