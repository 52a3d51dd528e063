from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import adam.derivations
import sdtm.derivations
from specs.derivation import derivations_of
from specs.load import load_study
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from pathlib import Path

AE = """
dataset: AE
records: {from: ae}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: term}
  AESTDTC: {collected: start}
"""
ADAE = """
dataset: ADAE
label: Adverse Events
class: OCCURRENCE DATA STRUCTURE
records: {from: AE}
keys: [STUDYID, USUBJID, AETERM]
variables:
  STUDYID: {predecessor: AE.STUDYID}
  USUBJID: {predecessor: AE.USUBJID}
  AETERM: {predecessor: AE.AETERM}
  TRTSDT: {label: First Dose, type: Num, derived: analysis_date, from: DM.RFXSTDTC, format: DATE9.}
  TRTSTM: {label: Its Time, type: Num, derived: analysis_time, from: DM.RFXSTDTC, format: TIME5.}
"""
END = "  AEENDTC: {collected: end}\n"
COPIES = "  AESTDTC: {predecessor: AE.AESTDTC}\n  AEENDTC: {predecessor: AE.AEENDTC}\n"


@pytest.mark.parametrize(
    ("events", "analysis", "sources"),
    [
        (END, "AE.AESTDTC, TRTSDT, TRTSTM", ("AE.AESTDTC", "TRTSDT", "TRTSTM", "AE.AEENDTC")),
        (END, "AESTDTC, TRTSDT, TRTSTM", ("AESTDTC", "TRTSDT", "TRTSTM", "AEENDTC")),
        ("", "AE.AESTDTC, TRTSDT, TRTSTM", ("AE.AESTDTC", "TRTSDT", "TRTSTM")),
    ],
)
def test_the_end_beside_a_start_is_read_where_it_is_there(
    tmp_path: Path, events: str, analysis: str, sources: tuple[str, ...]
) -> None:
    dm = "dataset: DM\nrecords: {from: dm}\nkeys: [STUDYID, USUBJID]\nvariables:\n"
    own = COPIES if "AE.AESTDTC" not in analysis else ""
    flag = f"  TRTEMFL: {{derived: treatment_emergent, from: [{analysis}]}}\n"
    versions = STUDY.replace('SDTM: "2', 'ADaM: "2025-03-28", SDTM: "2').replace(
        'SDTMIG: "3.4"', 'SDTMIG: "3.4", ADaMIG: "1.3"'
    )
    forms = "".join(f"      {n}: {{file: {n}.csv, subject: s}}\n" for n in ("ae", "dm"))
    folder = write_study(
        tmp_path,
        {
            "study.yaml": versions + forms,
            "sdtm/dm.yaml": dm + "  RFXSTDTC: {collected: first}\n",
            "sdtm/ae.yaml": AE + events,
            "adam/adae.yaml": ADAE + own + flag,
        },
    )
    known = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
    (rule,) = load_study(folder, known).dataset("ADAE").variable("TRTEMFL").rules
    assert rule.sources == sources
