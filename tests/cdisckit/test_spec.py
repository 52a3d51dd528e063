"""`cdisckit check-spec`, `spec export` and `spec import`, as a person types them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cdisckit.main import app
from cdisckit.spec import check_spec
from specs.errors import SpecError
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from pathlib import Path

FORMS = STUDY + "      ae: {file: ae.csv, subject: subject, dates: DMY}\n"
GOOD = {
    "study.yaml": FORMS,
    "ae.csv": "subject,term,start,sev\n1,Rash,1/2/2020,Mild\n",
    "sdtm/ae.yaml": """
        dataset: AE
        records: {from: ae}
        keys: [STUDYID, USUBJID, AETERM]
        variables:
          AETERM: {collected: term}
          AEDECOD: {collected: term}
          AESTDTC: {collected: start}
          AESEV: {collected: sev}
        """,
}
BAD = """
dataset: AE
records: {from: ae, assign: {AECAT: SEVERAL, AESEV: MILD}}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: terms}
  AECAT: {}
  AESTDTC: {collected: begin}
  AESTDY: {derived: study_day, from: [AESTDTC, AEENDTC]}
  AEENDTC: {derived: as_it_is, from: AESTDTC}
  AESEV: {}
  AELOC: {assigned: {constant: FOOT}, label: A label that is longer than forty bytes can be}
supplemental:
  AEMUCHTOOLONG: {collected: sev, label: Severity}
"""


def test_a_specification_without_fault_has_no_problems(tmp_path: Path) -> None:
    checked = check_spec(write_study(tmp_path, GOOD))
    assert (checked.problems, checked.unchecked) == ((), ())


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {**GOOD, "sdtm/ae.yaml": BAD})
    problems = "\n".join(check_spec(folder).problems)
    for part in (
        "AE lacks AEDECOD, which the guide requires",
        "the label of AELOC has 46 bytes, at most 40 are possible",
        "AEMUCHTOOLONG is not a name of a variable",
        "terms is not a variable of AE and not a field of its forms; did you mean term?",
        "begin is not a variable of AE and not a field of its forms",
    ):
        assert part in problems, problems


def test_errors_of_several_files_and_of_one_file_stand_together(tmp_path: Path) -> None:
    ae = BAD.replace("AETERM: {collected", "AETERMS: {collected").replace("AESEV:", "AESEVE:")
    cm = "dataset: CM\nrecords: {from: cm}\nkeys: [CMTRT]\nvariables:\n  CMTRT: {colected: x}\n"
    folder = write_study(tmp_path, {**GOOD, "sdtm/ae.yaml": ae, "sdtm/cm.yaml": cm})
    problems = check_spec(folder).problems
    assert [p.partition(":")[0] for p in problems] == [
        "ae.yaml line 6",
        "ae.yaml line 11",
        "cm.yaml line 5",
    ], problems


def test_sources_that_go_in_a_circle_are_found_without_data(tmp_path: Path) -> None:
    circle = """
    dataset: AE
    records: {from: ae}
    keys: [STUDYID, USUBJID, AETERM]
    variables:
      AETERM: {derived: as_it_is, from: AEDECOD}
      AEDECOD: {derived: upper_case, from: AETERM}
    """
    problems = check_spec(write_study(tmp_path, {**GOOD, "sdtm/ae.yaml": circle})).problems
    assert any(
        problem.startswith(("ae.yaml line 6: the rules form a circle", "ae.yaml line 7: the rules"))
        for problem in problems
    )


def test_without_raw_files_the_rest_is_checked(tmp_path: Path) -> None:
    folder = write_study(tmp_path, GOOD)
    (folder / "ae.csv").unlink()
    checked = check_spec(folder)
    assert checked.problems == ()
    assert "ae.csv" in checked.unchecked[0]


def test_the_commands_end_with_the_codes_they_promise(tmp_path: Path) -> None:
    run = CliRunner().invoke
    good = write_study(tmp_path / "good", GOOD)
    bad = write_study(tmp_path / "bad", {**GOOD, "sdtm/ae.yaml": BAD})
    assert run(app, ["check-spec", str(good)]).exit_code == 0
    found = run(app, ["check-spec", str(bad)])
    assert (found.exit_code, "AE lacks AEDECOD" in found.output) == (1, True)
    book = tmp_path / "spec.xlsx"
    assert run(app, ["spec", "export", str(good), "--to", str(book)]).exit_code == 0
    done = run(app, ["spec", "import", str(book), "--to", str(good)])
    assert (done.exit_code, "changed cells: none" in done.output) == (0, True)
    refused = run(app, ["spec", "import", str(book), "--to", str(tmp_path / "new")])
    assert isinstance(refused.exception, SpecError)
    assert not (tmp_path / "new").exists()


ADLB = """
dataset: ADLB
class: BASIC DATA STRUCTURE
keys: [USUBJID, PARAMCD]
records: {from: AE}
parameters:
  A: {label: A, where: [{AETERM: {EQ: a}}]}
  B: {label: B, derived: shift, from: [A.AVALC, A.AVALC], per: [USUBJID]}
variables:
  USUBJID: {predecessor: AE.USUBJID}
  PARAMCD: {}
  AVALC: {predecessor: AE.AETERM}
  AVAL: {derived: one_for_yes, from: AVALC}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("per: [USUBJID]", "per: []", "adlb.yaml line 8: B does not say what it has one record"),
        ("from: AVALC}", "from: AVLC}", "adlb.yaml line 13: ADLB has no AVLC here; did you mean"),
        (
            "from: AVALC}",
            "from: AVALC, when: [{AVLC: {EQ: a}}]}",
            'line 13: when AVLC EQ "a": ADLB has no AVLC',
        ),
    ],
)
def test_what_adam_cannot_build_is_known_without_data(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in ADLB
    study = GOOD["study.yaml"].replace('SDTMIG: "3.4"', 'SDTMIG: "3.4", ADaMIG: "1.3"')
    good = {**GOOD, "study.yaml": study, "adam/adlb.yaml": ADLB}
    assert check_spec(write_study(tmp_path / "good", good)).problems == ()
    wrong = {**good, "adam/adlb.yaml": ADLB.replace(old, new)}
    (problem,) = check_spec(write_study(tmp_path / "wrong", wrong)).problems
    assert message in problem
