# ruff: noqa: E501 - a specification reads best with one entry per line
"""Value level that a study declares, and attributes that it plans: built, and before there are data."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from cdisckit.building import open_study
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.errors import SpecError
from submission.attributes import measured
from submission.define import read_define, write_define
from submission.define.compare import facts
from submission.planned import planned
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from pathlib import Path

    from submission.define.compare import Facts

VS = """
dataset: VS
records: {from: vs, bind: {place: site}}
tests:
  - [VSTESTCD, VSTEST, result]
  - [SYSBP, Systolic Blood Pressure, sys]
  - [WEIGHT, Weight, kg]
keys: [STUDYID, USUBJID, VSTESTCD]
variables:
  VSORRES:
    length: 8
    values:
      - {when: [{VSTESTCD: {EQ: SYSBP}}], label: Pressure, type: integer, length: 3, collected: result}
      - {when: [{VSTESTCD: {IN: [WEIGHT, HEIGHT]}}, {VSLOC: {EQ: ARM}}], type: float, length: 5, digits: 2,
         derived: as_it_is, from: VSLOC, comment: Not what was weighed.}
    assigned: result
  VSLOC: {collected: place, codelist: ""}
  VSSTRESN: {type: float, length: 6, digits: 1, derived: numeric_result, from: [VSORRES]}
"""


def told(folder: Path, text: str = VS, *, data: bool) -> Facts:
    forms = STUDY + "      vs: {file: vs.csv, subject: subject}\n"
    rows = "subject,sys,kg,site\n1,120,70.25,ARM\n2,98,60.5,LEG\n"
    study = open_study(
        write_study(folder, {"study.yaml": forms, "vs.csv": rows, "sdtm/vs.yaml": text})
    )
    attributes = planned(study, "SDTMIG")
    if data:
        attributes = measured(study, "SDTMIG", build_sdtm(study, read_raw(study, folder)).tables)
    path = folder / "define.xml"
    write_define(study, "SDTMIG", attributes, path, datetime(2024, 1, 1))
    return facts(read_define(path))


SYSTOLIC = ("value", 'VS.VSORRES where VSTESTCD EQ "SYSBP"')
ON_ARM = ("value", 'VS.VSORRES where VSTESTCD IN "WEIGHT", "HEIGHT" and VSLOC EQ "ARM"')


def test_what_is_declared_is_in_a_define_before_there_are_data(tmp_path: Path) -> None:
    said = told(tmp_path, data=False)
    assert {k: said[SYSTOLIC][k] for k in ("label", "type", "length", "origin")} == {
        "label": "Pressure", "type": "integer", "length": "3", "origin": "Collected Investigator",
    }  # fmt: skip
    assert {k: said[ON_ARM][k] for k in ("type", "length", "significant digits", "comment")} == {
        "type": "float", "length": "5", "significant digits": "2", "comment": "Not what was weighed.",
    }  # fmt: skip
    assert said["variable", "VS.VSORRES"]["origin"] == "Assigned Sponsor"
    assert said["variable", "VS.VSSTRESN"]["type"] == "float"
    assert said["variable", "VS.VSSTRESN"]["significant digits"] == "1"


def test_with_data_types_and_lengths_are_measured_where_the_condition_holds(
    tmp_path: Path,
) -> None:
    said = told(tmp_path, data=True)
    assert (said[SYSTOLIC]["type"], said[SYSTOLIC]["length"]) == ("integer", "3")
    assert (said[ON_ARM]["type"], said[ON_ARM]["length"]) == ("text", "3")  # ARM, not a weight
    assert [key for key in said if key[0] == "value" and "VSORRES" in key[1]] == [SYSTOLIC, ON_ARM]


def test_the_rules_of_value_level_make_the_values_of_their_records(tmp_path: Path) -> None:
    told(tmp_path, data=True)
    study = open_study(tmp_path)
    frame = build_sdtm(study, read_raw(study, tmp_path)).tables["VS"].frame
    assert frame[["VSTESTCD", "VSORRES"]].to_numpy().tolist() == [
        ["SYSBP", "120"], ["WEIGHT", "ARM"], ["SYSBP", "98"], ["WEIGHT", "60.5"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("when: [{VSTESTCD: {EQ: SYSBP}}], ", "", "is missing"),
        ("type: integer", "type: whole", "Input should be"),
        ("label: Pressure", "role: Topic, label: Pressure", "role"),
    ],
)
def test_value_level_that_is_wrong_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(SpecError, match=message) as error:
        told(tmp_path, VS.replace(old, new), data=False)
    assert str(error.value).startswith("vs.yaml line 1")
