"""Conditions of which one is enough: a list of lists, wherever conditions are lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import sdtm.derivations
from specs.derivation import derivations_of
from specs.errors import SpecError
from specs.lineage import conditions_of, variable_lineage
from specs.load import load_study
from specs.model import Origin, Rule
from specs.rule_models import RuleModel
from specs.where import all_hold, clauses_in, conditions_text, left_to_meet, variables_of
from tests.sdtm.test_build import rows

if TYPE_CHECKING:
    from specs.where import Condition
    from tests.sdtm.conftest import Build, Write

EITHER = '[[{sev: {EQ: "3"}}, {ser: {EQ: "Y"}}], [{term: {EQ: DEATH}}]]'
AE = f"""
dataset: AE
records: {{from: ae, where: WHERE}}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {{collected: term}}
  AESEV: {{collected: sev, codelist: ""}}
supplemental:
  BAD: {{label: Bad, assigned: {{constant: "Y"}}, when: {EITHER}}}
"""
CSV = "subject,term,sev,ser\n1,A,3,Y\n1,B,3,N\n1,DEATH,1,N\n"


def read(when: object) -> tuple[Condition, ...]:
    return RuleModel.model_validate({"assigned": {"constant": "Y"}, "when": when}).when


def test_one_of_the_lists_is_enough(build: Build) -> None:
    files = {"sdtm/ae.yaml": AE.replace(", where: WHERE", ""), "ae.csv": CSV}
    qualifiers = build(files).tables["SUPPAE"].frame
    assert rows(qualifiers, "IDVARVAL", "QVAL") == [("1", "Y"), ("3", "Y")]


def test_records_may_meet_one_of_several_conditions(build: Build) -> None:
    files = {"sdtm/ae.yaml": AE.replace("WHERE", EITHER), "ae.csv": CSV}
    built = build(files)
    assert built.tables["AE"].frame["AETERM"].tolist() == ["A", "DEATH"]
    assert built.ledger.left_out["rule"].tolist() == [
        '((sev EQ "3" and ser EQ "Y") or term EQ "DEATH")'
    ]


def test_alternatives_are_read_told_and_kept_in_the_lineage(write: Write) -> None:
    either = read([[{"A": {"EQ": 1}}, {"B": {"NE": "x"}}], [{"A": {"EQ": 2}}]])
    assert conditions_text(either) == '((A EQ "1" and B NE "x") or A EQ "2")'
    assert variables_of(either) == ("A", "B")
    assert len(list(clauses_in(either))) == 3
    frame = pd.DataFrame({"A": ["1", "1", "2"], "B": ["y", "x", "x"]})
    assert all_hold(either, frame).tolist() == [True, False, True]
    folder = write({"sdtm/ae.yaml": AE.replace(", where: WHERE", ""), "ae.csv": CSV})
    lineage = variable_lineage(load_study(folder, derivations_of(sdtm.derivations)))
    (kept,) = lineage.loc[lineage["variable"].eq("BAD"), "when"]
    assert (
        conditions_text(conditions_of(kept)) == '((sev EQ "3" and ser EQ "Y") or term EQ "DEATH")'
    )


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ({}, '((A EQ "1" and B EQ "2") or C EQ "3")'),
        ({"A": "1"}, '(B EQ "2" or C EQ "3")'),
        ({"A": "9"}, 'C EQ "3"'),
        ({"C": 3}, ""),
        ({"A": "9", "C": "9"}, None),
        ({"A": "1", "C": "9"}, 'B EQ "2"'),
    ],
)
def test_what_is_left_of_alternatives_where_some_values_are_known(
    known: dict[str, object], left: str | None
) -> None:
    either = read([[{"A": {"EQ": 1}}, {"B": {"EQ": 2}}], [{"C": {"EQ": 3}}]])
    found = left_to_meet(either, known)
    assert (None if found is None else conditions_text(found)) == left


def test_a_method_tells_the_alternatives() -> None:
    rule = Rule(Origin.ASSIGNED, constant="Y", when=read([[{"A": {"EQ": 1}}], [{"B": {"EQ": 2}}]]))
    assert rule.condition_text() == '(A EQ "1" or B EQ "2")'


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ('[{sev: {EQ: "3"}}, [{ser: {EQ: "Y"}}]]', "line 9: .*a list of such lists"),
        ("[[]]", "line 9: .*a list of such lists"),
        ("[[[{sev: {EQ: 1}}]]]", "line 9: "),
        ('[[{sev: {IS: "3"}}]]', "line 9: "),
    ],
)
def test_other_lists_are_errors_with_their_line(write: Write, when: str, message: str) -> None:
    text = AE.replace(", where: WHERE", "").replace(EITHER, when)
    folder = write({"sdtm/ae.yaml": text, "ae.csv": CSV})
    with pytest.raises(SpecError, match=f"ae.yaml {message}"):
        load_study(folder, derivations_of(sdtm.derivations))
