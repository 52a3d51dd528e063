"""A form AE and the dataset AE: a name means one thing, and a row knows its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from cdisckit.building import build
from specs.errors import CdisckitError

if TYPE_CHECKING:
    from pathlib import Path

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
      DM: {file: dm.csv, subject: subject}
      AE: {file: ae.csv, subject: subject}
"""
DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
"""
AE = """
dataset: AE
records: {from: ae}
keys: [STUDYID, USUBJID, AETERM]
variables:
  AETERM: {collected: term}
"""
TABLES = {"dm.csv": "subject\n8\n7\n", "ae.csv": "subject,term\n8,Rash\n7,Fever\n7,Cough\n"}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    (folder / "sdtm").mkdir(parents=True)
    files = {"study.yaml": STUDY, "sdtm/dm.yaml": DM, "sdtm/ae.yaml": AE, **TABLES}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_row_leads_to_the_line_of_its_record(study: Path, tmp_path: Path) -> None:
    built = build(study, tmp_path / "out")
    assert built.folder is not None
    assert built.tables["AE"].frame["AETERM"].tolist() == ["Cough", "Fever", "Rash"]
    rows = pd.read_parquet(built.folder / "lineage" / "rows.parquet")
    records = pd.read_parquet(built.folder / "lineage" / "raw_records.parquet")
    of_ae = rows[rows["dataset"].eq("AE")].merge(records, on="record")
    assert of_ae[["source", "form", "line"]].values.tolist() == [
        ["ae", "ae", 4],
        ["ae", "ae", 3],
        ["ae", "ae", 2],
    ]


def test_the_name_of_the_dataset_means_no_form(study: Path, tmp_path: Path) -> None:
    (study / "sdtm" / "ae.yaml").write_text(AE.replace("from: ae", "from: AE"), encoding="utf-8")
    with pytest.raises(CdisckitError, match=r"AE"):
        build(study, tmp_path / "out")


def test_forms_of_both_names_are_refused(study: Path, tmp_path: Path) -> None:
    text = STUDY + "      ae: {file: ae.csv, subject: subject}\n"
    (study / "study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CdisckitError, match="there are forms AE and ae, and AE is a dataset too"):
        build(study, tmp_path / "out")
