from __future__ import annotations

from typing import TYPE_CHECKING

from tests.processes import cdisckit
from tests.sdtm.conftest import DM, EX, write_study

if TYPE_CHECKING:
    from pathlib import Path


def test_simulate_writes_the_committed_export(lupus: Path, tmp_path: Path) -> None:
    run = cdisckit("simulate", lupus, "--subjects", "6", "--out", tmp_path)
    assert run.code == 0, run.err
    assert "Synthetic" in run.out
    committed = (lupus / "raw" / "data.csv").read_bytes()
    assert (tmp_path / "raw" / "data.csv").read_bytes() == committed


def test_a_folder_named_as_that_of_the_raw_files_gets_them_itself(
    lupus: Path, tmp_path: Path
) -> None:
    run = cdisckit("simulate", lupus, "--subjects", "1", "--out", tmp_path / "sim" / "raw")
    assert run.code == 0, run.err
    assert f"for --raw {tmp_path / 'sim'}" in run.out.replace("\n", "")
    assert (tmp_path / "sim" / "raw" / "data.csv").exists()


def test_a_simulated_export_builds(lupus: Path, tmp_path: Path) -> None:
    cdisckit("simulate", lupus, "--subjects", "12", "--seed", "3", "--out", tmp_path / "sim")
    run = cdisckit("build", lupus, "--raw", tmp_path / "sim", "--out", tmp_path / "out")
    assert run.code in (0, 1), run.err
    assert "/12, " in run.out


def test_a_final_package_with_open_errors_is_refused(tmp_path: Path) -> None:
    files = {
        "sdtm/dm.yaml": DM,
        "sdtm/ex.yaml": EX,
        "dm.csv": "subject,sex\n1,F\n",
        "ex.csv": "subject,drug,dose,start\n1,A,five,01-02-2020\n",
    }
    study = write_study(tmp_path / "study", files)
    run = cdisckit("build", study, "--final", "--out", tmp_path / "out")
    assert run.code == 1
    assert "Refused" in run.out
    assert not (tmp_path / "out" / "s1").exists()
    assert (tmp_path / "out" / "s1-refused" / "findings.html").exists()


def test_terminology_packages_are_listed() -> None:
    run = cdisckit("ct", "list")
    assert run.code == 0
    assert "SDTM 2025-03-28" in run.out


def test_a_file_that_is_no_terminology_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("nothing of the kind\n")
    run = cdisckit("ct", "add", tmp_path / "x.txt")
    assert run.code == 2
    assert "x.txt" in run.err
    assert "Traceback" not in run.err
