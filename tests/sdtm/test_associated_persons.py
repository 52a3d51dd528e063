"""Datasets of associated persons: APID in place of USUBJID, and whom they are related to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import sdtm.derivations
from specs.derivation import derivations_of
from specs.errors import SpecError
from specs.load import load_study
from specs.standards import standard
from validation.run import validate_all

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.build import SdtmBuild
    from tests.sdtm.conftest import Build

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
  RFSTDTC: {collected: first}
"""
MH = """
dataset: APMH
records: {from: relatives}
keys: [STUDYID, APID, --TERM]
variables:
  APID: {collected: person}
  SREL: {collected: relation}
  --TERM: {collected: term}
  --STDTC: {collected: start}
  --STDY: standard
supplemental:
  --NOTE: {collected: note, label: Note}
"""
APDM = """
dataset: APDM
records: {from: relatives, distinct: person}
keys: [STUDYID, APID]
variables:
  APID: {collected: person}
  SREL: {collected: relation}
  SEX: {collected: sex}
"""
FILES = {
    "sdtm/dm.yaml": DM,
    "sdtm/apmh.yaml": MH,
    "sdtm/apdm.yaml": APDM,
    "dm.csv": "subject,first\n1,10-01-2020\n",
    "relatives.csv": "subject,person,relation,sex,term,start,note\n"
    '1,P1,"MOTHER, BIOLOGICAL",F,Lupus,11-01-2020,treated\n'
    '1,P1,"MOTHER, BIOLOGICAL",F,Gout,2019,\n'
    '1,P2,"FATHER, BIOLOGICAL",M,Gout,2018,untreated\n',
}


def rows(built: SdtmBuild, name: str, *columns: str) -> list[list[Any]]:
    frame = built.tables[name].frame[list(columns)].astype("object")
    return frame.where(frame.notna(), None).to_numpy().tolist()


def test_records_are_of_persons_and_numbered_within_them(build: Build) -> None:
    built = build(FILES)
    assert "USUBJID" not in built.tables["APMH"].frame
    assert rows(built, "APMH", "DOMAIN", "APID", "RSUBJID", "MHSEQ", "MHTERM", "MHSTDY") == [
        ["APMH", "P1", "S1-1", 1, "Gout", None],
        ["APMH", "P1", "S1-1", 2, "Lupus", 2],  # the day after the first of the subject
        ["APMH", "P2", "S1-1", 1, "Gout", None],
    ]
    assert rows(built, "APDM", "DOMAIN", "APID", "RSUBJID", "SREL", "SEX") == [
        ["APDM", "P1", "S1-1", "MOTHER, BIOLOGICAL", "F"],
        ["APDM", "P2", "S1-1", "FATHER, BIOLOGICAL", "M"],
    ]


def test_qualifiers_are_of_persons_too(build: Build) -> None:
    assert rows(build(FILES), "SUPPAPMH", "RDOMAIN", "APID", "IDVAR", "IDVARVAL", "QVAL") == [
        ["APMH", "P1", "MHSEQ", "2", "treated"],
        ["APMH", "P2", "MHSEQ", "1", "untreated"],
    ]


def test_the_guide_knows_a_dataset_of_persons_by_its_domain() -> None:
    guide = standard("SDTMIG", "3.4")
    names = [v.variable for v in guide.variables("APMH")]
    assert names[:7] == ["STUDYID", "DOMAIN", "APID", "RSUBJID", "RDEVID", "SREL", "MHSEQ"]
    assert "USUBJID" not in names
    cores = {v.variable: v.core for v in guide.variables("APMH") if v.core != "Perm"}
    assert cores == {
        "STUDYID": "Req", "DOMAIN": "Req", "APID": "Req", "RSUBJID": "Exp", "SREL": "Req",
        "MHSEQ": "Req", "MHTERM": "Req",
    }  # fmt: skip
    assert [v.variable for v in guide.variables("APDM")][4:] == [
        "RDEVID", "SREL", "DTHDTC", "DTHFL", "INVNAM", "BRTHDTC", "AGE", "AGEU", "SEX", "RACE",
        "ETHNIC", "COUNTRY", "DMDTC", "DMDY",
    ]  # fmt: skip
    assert guide.dataset("APTS") is None
    assert guide.dataset("APXX") is None


def test_a_person_has_no_variable_of_a_trial(build: Build) -> None:
    with pytest.raises(SpecError, match="APDM has no ARM in SDTMIG"):
        build({**FILES, "sdtm/apdm.yaml": APDM + "  ARM: {collected: term}\n"})


def test_the_domain_itself_is_no_part_of_it(build: Build) -> None:
    mh = MH.replace("APMH", "MH").replace(", APID", ", USUBJID").replace("relatives", "own")
    mh = mh.replace("  APID: {collected: person}\n  SREL: {collected: relation}\n", "")
    own = "subject,term,start,note\n1,Rash,2020,\n"
    built = build({**FILES, "sdtm/mh.yaml": mh, "own.csv": own})
    assert rows(built, "MH", "DOMAIN", "USUBJID", "MHSEQ") == [["MH", "S1-1", 1]]


def test_checks_see_persons(build: Build, tmp_path: Path) -> None:
    stranger = FILES["relatives.csv"] + '3,P3,"MOTHER, BIOLOGICAL",F,Gout,2018,\n'
    built = build({**FILES, "relatives.csv": stranger})
    study = load_study(tmp_path, derivations_of(sdtm.derivations))
    found = validate_all(study, built.tables)
    found = found[found["dataset"].isin(["APMH", "APDM", "SUPPAPMH"])]
    assert found[["rule", "dataset", "variable", "value"]].to_numpy().tolist() == [
        ["CK-SUBJECT", "APDM", "RSUBJID", "S1-3"],
        ["CK-SUBJECT", "APMH", "RSUBJID", "S1-3"],
    ]
