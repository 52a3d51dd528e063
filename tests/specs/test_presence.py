"""What a dataset of SDTM may not have, or not without another, is told before there are data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import sdtm.derivations
from specs.derivation import derivations_of
from specs.limits import spec_problems
from specs.load import load_study
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from pathlib import Path

HEADS = {
    "AE": "records: {from: f}\nkeys: [STUDYID, USUBJID, AETERM]\n",
    "VS": "records: {from: f}\nkeys: [STUDYID, USUBJID, VSTESTCD]\n",
    "CM": "records: {from: f}\nkeys: [STUDYID, USUBJID, CMTRT]\n",
    "SV": "records: {from: f}\nkeys: [STUDYID, USUBJID, VISITNUM]\n",
    "DM": "records: {from: f}\nkeys: [STUDYID, USUBJID]\n",
}


TOPICS = {"AE": "AETERM", "VS": "VSTESTCD", "CM": "CMTRT", "SV": "VISITNUM", "DM": "SUBJID"}


def problems(folder: Path, dataset: str, variables: str, more: str = "") -> list[str]:
    topic = f"  {TOPICS[dataset]}: {{collected: t}}\n"
    text = f"dataset: {dataset}\n{HEADS[dataset]}variables:\n{topic}{variables}{more}"
    write_study(
        folder,
        {
            "study.yaml": f"{STUDY}      f: {{file: f.csv, subject: s}}\n",
            f"sdtm/{dataset.lower()}.yaml": text,
        },
    )
    told: list[str] = []
    study = load_study(folder, derivations_of(sdtm.derivations), told)
    return told + [str(problem) for problem in spec_problems(study)]


CONSTANT = "{collected: x}"


@pytest.mark.parametrize(
    ("dataset", "variable", "said"),
    [
        ("SV", "EPOCH", "EPOCH is not a variable of SV in SDTMIG 3.4"),
        ("DM", "VISIT", "VISIT is not a variable of DM in SDTMIG 3.4"),
        ("AE", "AEOCCUR", "AEOCCUR is not a variable of AE: it is not used there"),
        ("AE", "AESTAT", "AESTAT is not a variable of AE: it is not used there"),
        ("VS", "VSGATE", "VSGATE is not a variable of VS: it is for CP"),
        ("VS", "VSSTDTC", "VSSTDTC is not a variable of VS: it is not used there"),
        ("VS", "VSSCAT", "VS has VSSCAT without VSCAT"),
        ("VS", "VSTPT", "VS has VSTPT without VSTPTNUM"),
        ("VS", "VSELTM", "VS has VSELTM without VSTPTREF"),
        ("VS", "VSLAT", "VS has VSLAT without VSLOC"),
        ("CM", "CMDIR", "CM has CMDIR without CMLOC"),
        ("CM", "CMOCCUR", "CM has CMOCCUR without CMPRESP"),
        ("CM", "CMENRTPT", "CM has CMENRTPT without CMENTPT"),
    ],
)
def test_what_the_guide_forbids_is_refused(
    tmp_path: Path, dataset: str, variable: str, said: str
) -> None:
    found = problems(tmp_path, dataset, f"  {variable}: {CONSTANT}\n")
    assert [text for text in found if said in text], found


def test_what_stands_beside_its_other_is_no_problem(tmp_path: Path) -> None:
    pair = f"  VSTPT: {CONSTANT}\n  VSTPTNUM: {{collected: t}}\n"
    assert not [text for text in problems(tmp_path, "VS", pair) if "without" in text]


def test_a_qualifier_has_no_name_of_a_variable(tmp_path: Path) -> None:
    more = "supplemental:\n  CMDUR: {label: Duration, assigned: {constant: X}}\n"
    found = problems(tmp_path, "CM", "", more)
    assert [text for text in found if "CMDUR is a variable of CM, and no name of a qual" in text]
