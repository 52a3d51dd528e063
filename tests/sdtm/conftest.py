"""A study's folder written from strings, and what is made of it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

import sdtm.derivations
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.derivation import derivations_of
from specs.load import load_study

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sdtm.build import SdtmBuild

    Files = Mapping[str, str | bytes]
    Write = Callable[[Files], Path]
    Build = Callable[[Files], SdtmBuild]

STUDY = """
study: S1
title: A study
description: A study of tests
protocol: S1
standards: {SDTMIG: "3.4"}
terminology: {SDTM: "2025-03-28"}
data_cut: 2020-12-31
raw:
  - name: forms
    reader: table
    forms:
"""

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
  RFSTDTC: {derived: earliest, from: EX.EXSTDTC}
  SEX: {collected: sex}
"""

EX = """
dataset: EX
records: {from: ex}
keys: [STUDYID, USUBJID, EXTRT, EXSTDTC]
variables:
  EXTRT: {collected: drug}
  EXDOSE: {collected: dose}
  EXSTDTC: {collected: start}
  EXSTDY: standard
"""


def write_study(folder: Path, files: Files) -> Path:
    """Write the files of a study; `study.yaml` is made unless given, with a form per CSV file."""
    forms = "".join(
        f"      {name[:-4]}: {{file: {name}, subject: subject, dates: DMY}}\n"
        for name in files
        if name.endswith(".csv")
    )
    for name, content in {"study.yaml": STUDY + forms, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dedent(content).encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the files of a study into a folder of its own."""

    def written(files: Files) -> Path:
        return write_study(tmp_path, files)

    return written


@pytest.fixture
def build(write: Write) -> Build:
    """Writes a study and builds its SDTM."""

    def built(files: Files) -> SdtmBuild:
        folder = write(files)
        study = load_study(folder, derivations_of(sdtm.derivations))
        return build_sdtm(study, read_raw(study, folder))

    return built
