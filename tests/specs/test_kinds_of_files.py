# ruff: noqa: E501 - a table of cases reads best with one case per line
"""A key means something or is an error: what each kind of file does not use, it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import adam.derivations
import sdtm.derivations
from specs.derivation import derivations_of
from specs.errors import SpecError
from specs.load import load_study
from tests.specs.conftest import AE, STUDY

if TYPE_CHECKING:
    from pathlib import Path

ADLB = """\
dataset: ADLB
class: BASIC DATA STRUCTURE
keys: [USUBJID]
records: {from: AE}
parameters:
  A: {label: A, where: [{AETERM: {EQ: a}}]}
  B: {label: B, derived: shift, from: [A.AVALC, A.AVALC], per: [USUBJID]}
variables:
  USUBJID: {predecessor: AE.USUBJID}
  PARAMCD: {}
  AVALC: {predecessor: AE.AETERM}
"""


def refused(folder: Path, ae: str = AE, adlb: str = ADLB) -> str:
    standards = STUDY.replace('SDTMIG: "3.4"', 'SDTMIG: "3.4", ADaMIG: "1.3"')
    for name, text in (("study.yaml", standards), ("sdtm/ae.yaml", ae), ("adam/adlb.yaml", adlb)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    known = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
    with pytest.raises(SpecError) as error:
        load_study(folder, known)
    return str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("records: {from: AE}", "records: {from: AE, distinct: [USUBJID]}", "adlb.yaml line 4: records.0.distinct: is not known here"),
        ("records: {from: AE}", "records: {from: AE, group_by: [USUBJID]}", "adlb.yaml line 4: records.0.group_by: is not known here"),
        ("records: {from: AE}", "records: {from: AE, bind: {a: b}}", "adlb.yaml line 4: records.0.bind: is not known here"),
        ("records: {from: AE}", "records: {from: AE, join: {x: {from: DM}}}", "adlb.yaml line 4: records.0.join: is not known here"),
        ("records: {from: AE}", "records: {from: AE, with: {a: 1}}", "adlb.yaml line 4: records.0: with goes with derived"),
        ("records: {from: AE}", "records: {from: [AE, DM]}", "adlb.yaml line 4: records.0: from names one dataset"),
        ("{label: A, where:", "{label: A, when: [{AVALC: {EQ: a}}], where:", "adlb.yaml line 6: parameters.A: when goes with derived; records taken over are restricted by where"),
        ("{EQ: a}}]}", "{EQ: a}}], derived: shift}", "adlb.yaml line 6: parameters.A: where takes records over, derived makes them: use one"),
        ("{EQ: a}}]}", "{EQ: a}}], from: A.AVALC}", "adlb.yaml line 6: parameters.A: from and with go with derived"),
        ("AVALC: {predecessor: AE.AETERM}", "AVALC: {assigned: AE.AETERM, as: code}", "adlb.yaml line 11: variables.AVALC.as: is not known here"),
        ("AVALC: {predecessor: AE.AETERM}", "AVALC: {predecesor: AE.AETERM}", "adlb.yaml line 11: variables.AVALC.predecesor: is not known here; did you mean predecessor?"),
        ("AVALC: {predecessor: AE.AETERM}", "AVALC: {predecessor: AE.AETERM, where: [{AETERM: {EQ: a}}]}", "adlb.yaml line 11: variables.AVALC: where goes with derived"),
        ("AVALC: {predecessor: AE.AETERM}", "AVALC: {derived: one_for_yes, from: AE.AETERM, where: [{AETERM: {EQ: a}}]}", "adlb.yaml line 11: one_for_yes reads the record itself, so where has nothing to restrict"),
        ("AVALC: {predecessor: AE.AETERM}", "AVALC: {predecessor: AE.AETERM, rules: [{assigned: {constant: a}}]}", "adlb.yaml line 11: variables.AVALC: has a rule, and rules: beside it"),
        ("class: BASIC", "tests: [[A], [b]]\nclass: BASIC", "adlb.yaml line 2: tests: is not known here"),
        ("class: BASIC", "id: LB\nclass: BASIC", "adlb.yaml line 2: id: is not known here"),
        ("class: BASIC", "not_submitted: {ae: x}\nclass: BASIC", "adlb.yaml line 2: not_submitted: is not known here"),
    ],
)  # fmt: skip
def test_what_adam_does_not_use_is_refused_with_its_line(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in ADLB
    assert message in refused(tmp_path, adlb=ADLB.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("keys:", "parameters: {X: {label: X}}\nkeys:", "ae.yaml line 3: parameters: is not known here"),
        ("records: {from: ae}", "records: {derived: visit_grid, from: ae}", "ae.yaml line 2: records.0.derived: is not known here"),
        ("records: {from: ae}", "records: {from: ae, keep: last}", "ae.yaml line 2: records.0: keep goes with distinct"),
        ("records: {from: ae}", "records: {from: ae, name: x}", "ae.yaml: records: name x goes with a table of tests"),
        ("records: {from: ae}", "records: {form: ae}", "ae.yaml line 2: records.0.form: is not known here; did you mean from?"),
        ("{collected: term}", "{colected: term}", "ae.yaml line 5: variables.AETERM.colected: is not known here; did you mean collected?"),
        ("{collected: term}", "[{colected: term}]", "ae.yaml line 5: variables.AETERM.0.colected: is not known here; did you mean collected?"),
        ("{collected: term}", "{origin: collected, sources: [term]}", "ae.yaml line 5: variables.AETERM.origin: is not known here"),
        ("{collected: term}", "{origin: derived, function: upper_case}", "ae.yaml line 5: variables.AETERM.function: is not known here"),
        ("{collected: term}", "{derived: upper_case, from_: term}", "ae.yaml line 5: variables.AETERM.from_: is not known here; did you mean from?"),
        ("{collected: term}", "{derived: upper_case, from: term, as: code}", "ae.yaml line 5: variables.AETERM: as goes with a field"),
        ("{collected: term}", "{collected: term, assigned: term}", "ae.yaml line 5: variables.AETERM: a rule has one verb"),
        ("{collected: term}", "{from: term}", "ae.yaml line 5: variables.AETERM: a rule has one verb"),
        ("{collected: term}", "{collected: term, when: [{variable: x, comparator: EQ, values: [a]}]}", "ae.yaml line 5: variables.AETERM.when.0: a condition is {VARIABLE: {COMPARATOR: value}}"),
    ],
)  # fmt: skip
def test_what_sdtm_does_not_use_is_refused_with_its_line(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in AE
    assert message in refused(tmp_path, ae=AE.replace(old, new))
