# ruff: noqa: E501 - a table of cases reads best with one case per line
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.errors import SpecError
from specs.references import rules_of, split_source
from tests.specs.conftest import AE

if TYPE_CHECKING:
    from tests.specs.conftest import Load

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  RFSTDTC: {derived: earliest, from: AE.AESTDTC, where: [{AETERM: {EQ: X}}]}
"""
DATED = AE + "  AESTDTC: {collected: start}\n"


def test_a_name_without_dataset_is_the_records_own() -> None:
    assert split_source("AE.AESTDTC") == ("AE", "AESTDTC")
    assert split_source("aestdat") == ("", "aestdat")


def test_what_is_there_may_be_read(load: Load) -> None:
    study = load({"sdtm/ae.yaml": DATED, "sdtm/dm.yaml": DM})
    rules = [rule for rule in rules_of(study.dataset("DM")) if rule.where]
    assert [rule.sources for rule in rules] == [("AE.AESTDTC",)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("AE.AESTDTC", "AE.AESTDTCC", "dm.yaml line 6: AE.AESTDTCC: AE has no AESTDTCC; did you mean AESTDTC"),
        ("AETERM:", "AETREM:", 'dm.yaml line 6: AETREM EQ "X": AE has no AETREM; did you mean AETERM'),
        ("USUBJID]", "USUBJD]", "dm.yaml: key USUBJD is not a variable of DM; did you mean USUBJID"),
        ("derived: earliest, from: AE.AESTDTC, where: [{AETERM: {EQ: X}}]", "predecessor: AESTDTC", "dm.yaml line 6: predecessor AESTDTC names no dataset; write DATASET.VARIABLE"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named_with_its_place(
    load: Load, old: str, new: str, message: str
) -> None:
    assert old in DM
    with pytest.raises(SpecError) as error:
        load({"sdtm/ae.yaml": DATED, "sdtm/dm.yaml": DM.replace(old, new)})
    assert message in str(error.value)


def test_two_files_of_one_dataset_are_refused(load: Load) -> None:
    with pytest.raises(SpecError, match=r"ae\.yaml and ae2\.yaml describe AE, and nothing"):
        load({"sdtm/ae.yaml": AE, "sdtm/ae2.yaml": AE})
