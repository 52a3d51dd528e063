"""A study of two subjects whose files are edited, and what a build of it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adam.build import build_adam
from cdisckit.building import open_study
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.cache import NO_CACHE
from specs.cache.digests import digest_of
from specs.errors import CdisckitError

if TYPE_CHECKING:
    from pathlib import Path

    from specs.cache import Cache

FILES = {
    "study.yaml": """
study: S1
title: A study
description: A study of tests
protocol: S1
standards: {SDTMIG: "3.4", ADaMIG: "1.3"}
terminology: {SDTM: "2025-03-28", ADaM: "2025-03-28"}
data_cut: 2020-12-31
raw:
  - name: forms
    reader: table
    forms:
      dm: {file: raw/dm.csv, subject: id}
      ex: {file: raw/ex.csv, subject: id, dates: YMD}
      ae: {file: raw/ae.csv, subject: id, dates: YMD}
""",
    "terminology.yaml": """
codelists:
  GRADE: {label: Grade, terms: {A: first, B: second}}
""",
    "sdtm/dm.yaml": """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
  RFSTDTC: {derived: earliest, from: EX.EXSTDTC}
  RFPENDTC: {derived: latest, from: AE.AESTDTC}
  SEX: {collected: sex}
""",
    "sdtm/ex.yaml": """
dataset: EX
records: {from: ex}
keys: [STUDYID, USUBJID, EXTRT, EXSTDTC]
variables:
  EXTRT: {collected: drug}
  EXSTDTC: {collected: start}
  EXSTDY: standard
""",
    "sdtm/ae.yaml": """
dataset: AE
records: {from: ae}
keys: [STUDYID, USUBJID, AESTDTC, AETERM]
variables:
  AETERM: {collected: term}
  AECAT: {collected: grade, codelist: GRADE}
  AESTDTC: {collected: start}
  AESTDY: standard
supplemental:
  AENOTE: {collected: note, label: Note}
""",
    "adam/adsl.yaml": """
dataset: ADSL
records: {from: DM}
keys: [STUDYID, USUBJID]
variables:
  STUDYID: {predecessor: DM.STUDYID}
  USUBJID: {predecessor: DM.USUBJID}
  SEX: {predecessor: DM.SEX}
""",
    "adam/adae.yaml": """
dataset: ADAE
records: {from: AE}
keys: [STUDYID, USUBJID, AESEQ]
variables:
  STUDYID: {predecessor: AE.STUDYID}
  USUBJID: {predecessor: AE.USUBJID}
  AESEQ: {predecessor: AE.AESEQ}
  AETERM: {predecessor: AE.AETERM}
  SEX: {predecessor: ADSL.SEX}
""",
    "raw/dm.csv": "id,sex\n1,F\n2,M\n",
    "raw/ex.csv": "id,drug,start\n1,X,2020-02-01\n2,X,2020-03-01\n",
    "raw/ae.csv": (
        "id,term,grade,start,note\n"
        "1,ache,A,2020-02-03,\n1,cold,C,2020-02-05,mild\n2,ache,B,2020-02-28,\n"
    ),
}

EDITS = (
    ("sdtm/ae.yaml", "AETERM: {collected: term}", "AETERM: {collected: note}"),
    ("sdtm/ae.yaml", "  AESTDY: standard\n", ""),
    ("sdtm/ae.yaml", "dataset: AE", "# a remark\ndataset: AE"),
    (
        "sdtm/ae.yaml",
        "keys: [STUDYID, USUBJID, AESTDTC, AETERM]",
        "keys: [STUDYID, USUBJID, AETERM]",
    ),
    ("sdtm/dm.yaml", "derived: earliest", "derived: latest"),
    ("sdtm/dm.yaml", "  RFPENDTC: {derived: latest, from: AE.AESTDTC}\n", ""),
    ("sdtm/ex.yaml", "EXTRT: {collected: drug}", "EXTRT: {assigned: {constant: Y}}"),
    ("sdtm/ex.yaml", "EXTRT: {collected: drug}", "EXTRT: {collected: nothing}"),
    ("terminology.yaml", "B: second", "C: third"),
    ("adam/adsl.yaml", "  SEX: {predecessor: DM.SEX}\n", ""),
    ("adam/adae.yaml", "AETERM: {predecessor: AE.AETERM}", "AETERM: {predecessor: AE.AESTDTC}"),
    ("study.yaml", "title: A study", "title: Another study"),
    ("raw/ex.csv", "1,X,2020-02-01", "1,X,2020-02-04"),
    ("raw/ex.csv", "2,X,2020-03-01", "2,X,2020-03-01\n1,X,2020-01-30"),
    ("raw/ae.csv", "1,ache,A,2020-02-03", "1,ache,A,2020-06-03"),
    ("raw/ae.csv", "2,ache,B,2020-02-28,\n", ""),
    ("raw/dm.csv", "1,F", "1,M"),
)
"""A file, a text in it, and what takes its place."""


def written(folder: Path, edits: frozenset[int] = frozenset()) -> Path:
    """The study's files, with some of the edits."""
    for name, text in FILES.items():
        for number in sorted(edits):
            file, old, new = EDITS[number]
            text = text.replace(old, new) if file == name else text
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def made(folder: Path, cache: Cache = NO_CACHE, size: int = 1_000_000) -> dict[str, str]:
    """What stands for each table, with its trace and account, for findings and for the ledger."""
    try:
        study = open_study(folder, cache=cache)
        raw = read_raw(study, folder, cache)
        sdtm = build_sdtm(study, raw, size, cache)
        adam, found = build_adam(study, sdtm.tables, size, cache)
    except CdisckitError as error:
        return {"error": str(error)}
    tables = {name: digest_of(table) for name, table in {**sdtm.tables, **adam}.items()}
    return {**tables, "findings": digest_of(sdtm.findings, found), "ledger": digest_of(sdtm.ledger)}
