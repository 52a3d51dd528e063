"""A study's specification written from strings, and loaded."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

import sdtm.derivations
from specs.derivation import derivations_of
from specs.load import load_study

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from specs.model import Study

    Load = Callable[[Mapping[str, str]], Study]

STUDY = """
study: S1
title: A study
description: A study of tests
protocol: S1
standards: {SDTMIG: "3.4"}
terminology: {SDTM: "2025-03-28"}
data_cut: 2020-12-31
raw:
  - {name: edc, reader: table, forms: {}}
"""

AE = """
dataset: AE
records: {from: ae}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: term}
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Writes the files of a study, with study.yaml and sdtm/ae.yaml unless given, and loads it."""

    def loaded(files: Mapping[str, str]) -> Study:
        for name, content in {"study.yaml": STUDY, "sdtm/ae.yaml": AE, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(dedent(content), encoding="utf-8")
        return load_study(tmp_path, derivations_of(sdtm.derivations))

    return loaded
