"""A study that builds in a moment, and what is in a folder."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

STUDY = """
study: TINY
title: A tiny study
description: A tiny study
protocol: TINY
standards: {SDTMIG: "3.4"}
terminology: {SDTM: "2025-03-28"}
data_cut: "2024-02-29"
raw:
  - name: tables
    reader: table
    forms:
      dm: {file: raw/dm.csv, subject: ID, dates: YMD}
"""

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID:  {collected: "@subject"}
  RFSTDTC: {collected: START}
  COUNTRY: {assigned: {constant: FRA}}
"""


def tiny_study(folder: Path, *, subjects: int = 2) -> Path:
    """A study with one form; the number of subjects tells one package from another."""
    (folder / "sdtm").mkdir(parents=True)
    (folder / "raw").mkdir()
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "sdtm" / "dm.yaml").write_text(DM, encoding="utf-8")
    rows = "".join(f"{number},2024-01-{number:02}\n" for number in range(1, subjects + 1))
    (folder / "raw" / "dm.csv").write_text(f"ID,START\n{rows}", encoding="utf-8")
    return folder


def hashes(folder: Path) -> dict[str, str]:
    """Everything under a folder, hidden or not: a hash of each file, where a link leads."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            key = path.relative_to(folder).as_posix()
            if path.is_symlink():
                found[key] = f"link to {path.readlink()}"
            elif path.is_dir():
                found[key] = "folder"
            else:
                found[key] = sha256(path.read_bytes()).hexdigest()
    return found
