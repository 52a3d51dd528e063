from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from lxml import etree

from submission.xpt import read_xpt
from tests.hostile.tiny import tiny_study
from tests.processes import Run, cdisckit
from validation.define.schema import installed_schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Contents = "Callable[[Path], dict[str, bytes]]"

SDTM = "m5/datasets/nct03171194-syn/tabulations/sdtm"
ADAM = "m5/datasets/nct03171194-syn/analysis/adam/datasets"


def test_the_build_prints_the_published_answer(lupus_build: tuple[Run, Path]) -> None:
    run, _ = lupus_build
    assert run.code in (0, 1), run.err
    # Kamen et al. 2022: 5 of 6, 83.3 %, 95 % CI 35.9 to 99.6
    assert "5/6, 83.3 %, exact 95 % CI 35.9-99.6" in run.out
    assert "SYNTHETIC DATA" in run.out


def test_the_package_has_the_datasets_of_the_main_job(lupus_build: tuple[Run, Path]) -> None:
    _, folder = lupus_build
    sdtm = {path.name for path in (folder / SDTM).iterdir()}
    adam = {path.name for path in (folder / ADAM).iterdir()}
    for name in ("dm", "ex", "ae", "lb", "qs", "rs", "cm", "ds", "suppdm", "supprs"):
        assert f"{name}.xpt" in sdtm
    for name in ("adsl", "adsledai", "adbilag", "adpga", "adpred", "adrs"):
        assert f"{name}.xpt" in adam
    assert "define.xml" in sdtm & adam


def test_two_other_readers_agree_with_ours_on_every_file(lupus_build: tuple[Run, Path]) -> None:
    _, folder = lupus_build
    paths = sorted((folder / "m5").rglob("*.xpt"))
    assert len(paths) >= 14
    for path in paths:
        ours, member = read_xpt(path)
        theirs, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
        assert list(theirs.columns) == [column.name for column in member.columns]
        assert meta.column_labels == [column.label for column in member.columns]
        sas = pd.read_sas(path, format="xport", encoding="ascii")
        # pandas takes every eight blanks of the last card for padding, and may lose the last row.
        assert 0 <= len(ours) - len(sas) <= (path.name == "suppdm.xpt"), path.name
        for column in member.columns:
            mine, second, third = (f[column.name] for f in (ours, theirs, sas))
            if column.type == "Char":
                want = mine.fillna("").tolist()
                assert second.fillna("").tolist() == want, (path.name, column.name)
                assert third.fillna("").tolist() == want[: len(sas)], (path.name, column.name)
            else:
                np.testing.assert_array_equal(second, mine, f"{path.name} {column.name}")
                # pandas reads a stored zero as 5.4e-79, the smallest number of the format
                zeroed = third.where(third.abs() > 1e-78, 0.0).where(third.notna())
                np.testing.assert_array_equal(zeroed, mine, f"{path.name} {column.name}")


@pytest.mark.parametrize("part", [SDTM, ADAM])
def test_define_xml_is_schema_valid(lupus_build: tuple[Run, Path], part: str) -> None:
    _, folder = lupus_build
    schema = installed_schema("2.1")
    assert schema is not None
    schema.assertValid(etree.parse(folder / part / "define.xml"))


def test_same_inputs_give_the_same_bytes_elsewhere(
    lupus_build: tuple[Run, Path],
    lupus: Path,
    tmp_path: Path,
    contents: Callable[[Path], dict[str, bytes]],
) -> None:
    _, folder = lupus_build
    run = cdisckit(
        "build",
        lupus,
        "--out",
        tmp_path,
        TZ="Pacific/Auckland",
        PYTHONHASHSEED="7",
        LC_ALL="C",
        LANG="C",
    )
    assert run.code in (0, 1), run.err
    assert contents(tmp_path / "nct03171194-syn") == contents(folder)


def test_the_time_stamp_follows_source_date_epoch(tmp_path: Path) -> None:
    study = tiny_study(tmp_path / "tiny")
    cdisckit("build", study, "--out", tmp_path / "out", SOURCE_DATE_EPOCH="1600000000")
    (file,) = (tmp_path / "out").rglob("dm.xpt")
    _, member = read_xpt(file)
    assert member.created.isoformat() == "2020-09-13T12:26:40"


def test_one_number_in_the_spec_changes_rows_method_and_define(
    lupus_build: tuple[Run, Path], lupus: Path, tmp_path: Path
) -> None:
    _, folder = lupus_build
    study = tmp_path / "study"
    shutil.copytree(lupus, study, ignore=shutil.ignore_patterns("__pycache__"))
    spec = study / "adam" / "adrs.yaml"
    text = spec.read_text()
    own = r"(  SRI4SLE:\n(?:    .*\n)*?    with: {points: )4}"
    assert len(re.findall(own, text)) == 1
    spec.write_text(re.sub(own, r"\g<1>6}", text))
    run = cdisckit("build", study, "--out", tmp_path / "out")
    assert run.code in (0, 1), run.err

    before, _ = read_xpt(folder / ADAM / "adrs.xpt")
    after, _ = read_xpt(tmp_path / "out" / "nct03171194-syn" / ADAM / "adrs.xpt")
    week24 = {
        name: frame[(frame["PARAMCD"] == "SRI4SLE") & (frame["AVISIT"] == "Week 24")]
        for name, frame in (("before", before), ("after", after))
    }
    # SLEDAI at baseline and Week 24 of the six: 10-4, 8-4, 10-none, 12-4, 8-4, 11-5
    assert week24["before"]["AVALC"].fillna("").tolist() == ["Y", "Y", "", "Y", "Y", "Y"]
    assert week24["after"]["AVALC"].fillna("").tolist() == ["Y", "N", "", "Y", "N", "Y"]
    defines = [
        (path / ADAM / "define.xml").read_text()
        for path in (folder, tmp_path / "out" / "nct03171194-syn")
    ]
    method = r'MethodDef OID="MT.ADRS.AVALC.SRI4SLE"[^/]*?SLEDTOT.CHG is -(\d+) or lower'
    assert [re.findall(method, define) for define in defines] == [["4"], ["6"]]


def test_the_engine_knows_no_subject(lupus: Path, root: Path) -> None:
    data = pd.read_csv(lupus / "raw" / "data.csv", dtype=str)
    columns = [name for name in data if not name.startswith("redcap_")]
    values = {str(v) for name in columns for v in data[name].dropna().unique() if len(v) >= 8}
    assert len(values) > 200
    engine = [
        path
        for part in ("sdtm", "adam", "submission", "validation")
        for path in (root / part).rglob("*.py")
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in engine)
    assert sorted(value for value in values if value in text) == []
