"""The law of partition for whole packages: whatever the groups and the workers, the same bytes."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from cdisckit.building import build, open_study
from cdisckit.ending import FINDINGS
from cdisckit.groups import engines, work
from cdisckit.groups.divide import why_whole
from cdisckit.groups.engines import Processes, Serial
from cdisckit.groups.way import Way
from specs.errors import CdisckitError
from tests.processes import cdisckit
from tests.sdtm.conftest import write_study
from tests.sdtm.test_groups import FILES, SUBJECTS, collected

if TYPE_CHECKING:
    from pathlib import Path

ADAM = {
    "adam/adsl.yaml": """
        dataset: ADSL
        label: Subject-Level Analysis Dataset
        class: SUBJECT LEVEL ANALYSIS DATASET
        records: {from: DM}
        keys: [STUDYID, USUBJID]
        variables:
          STUDYID: {predecessor: DM.STUDYID}
          USUBJID: {predecessor: DM.USUBJID}
          SUBJID: {predecessor: DM.SUBJID}
          SEX: {predecessor: DM.SEX}
        """,
    "adam/advs.yaml": """
        dataset: ADVS
        label: Vital Signs Analysis Dataset
        class: BASIC DATA STRUCTURE
        records: {from: VS}
        keys: [STUDYID, USUBJID, PARAMCD, VSDTC]
        parameters:
          TEMP: {label: Temperature (C), number: 1, where: [{VSTESTCD: {EQ: TEMP}}]}
          WEIGHT: {label: Weight (kg), number: 2, where: [{VSTESTCD: {EQ: WEIGHT}}]}
        variables:
          STUDYID: {predecessor: VS.STUDYID}
          USUBJID: {predecessor: VS.USUBJID}
          PARAMCD: {}
          PARAM: {}
          VSDTC: {predecessor: VS.VSDTC, label: Date/Time of Measurements}
          ABLFL: {predecessor: VS.VSLOBXFL}
          AVAL: {predecessor: VS.VSSTRESN}
        """,
}


def of_package(folder: Path) -> dict[str, str]:
    """Every file of a package by its hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    vs = FILES["sdtm/vs.yaml"].replace(
        "          VSDTC:",
        "          VSSTRESN: {derived: numeric_result, from: VSSTRESC}\n          VSDTC:",
    )
    files = {**FILES, **ADAM, "sdtm/vs.yaml": vs, **collected()}
    files["study.yaml"] = files["study.yaml"].replace(
        'standards: {SDTMIG: "3.4"}', 'standards: {SDTMIG: "3.4", ADaMIG: "1.3"}'
    )
    return write_study(tmp_path_factory.mktemp("groups"), files)


@pytest.fixture(scope="module")
def whole(study: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    built = build(study, tmp_path_factory.mktemp("whole"))
    assert built.folder is not None
    assert len(built.findings)
    assert built.records["ADVS"] == len(built.tables["ADVS"].frame) > len(SUBJECTS)
    return of_package(built.folder)


def packaged(study: Path, out: Path, way: Way) -> dict[str, str]:
    built = build(study, out, way=way)
    assert built.folder is not None
    assert sum(step.name == "sdtm" for step in built.steps) > 1
    return of_package(built.folder)


@pytest.mark.parametrize("size", [9, 20])
def test_groups_of_any_size_give_the_same_package(
    study: Path, whole: dict[str, str], size: int, tmp_path: Path
) -> None:
    assert packaged(study, tmp_path, Way(group_size=size)) == whole


def test_two_processes_give_the_same_package(
    study: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "build.log"
    asked = ("--workers", "2", "--group-size", "15", "--profile", "--log", log, "--no-cache")
    run = cdisckit("build", study, "--out", tmp_path / "out", *asked)
    assert run.code == FINDINGS, run.err
    assert of_package(tmp_path / "out" / "s1") == whole
    assert "MiB at most" in run.out
    groups = [e for e in map(json.loads, log.read_text("utf-8").splitlines()) if e["total"]]
    assert groups[-1]["done"] == groups[-1]["total"] > 1


def test_datasets_of_a_build_by_groups_are_read_from_the_package(
    study: Path, tmp_path: Path
) -> None:
    tables = build(study, tmp_path, way=Way(group_size=20)).tables
    assert tables["DM"].frame["USUBJID"].tolist() == [f"S1-{name}" for name in sorted(SUBJECTS)]
    assert len(tables["TE"].frame) == 1
    assert "XX" not in tables


def dies_once(given: str) -> str:
    folder, _, number = given.rpartition(":")
    mark = os.path.join(folder, "died")
    if number == "2" and not os.path.exists(mark):
        with open(mark, "w"):
            os.kill(os.getpid(), signal.SIGKILL)
    return number


def always_dies(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def fails(number: int) -> int:
    if number:
        raise CdisckitError(f"task {number} cannot run")
    return number


def test_the_task_of_a_killed_worker_is_done_again(tmp_path: Path) -> None:
    told: list[str] = []
    tasks = [f"{tmp_path}:{number}" for number in range(4)]
    results = Processes(2).run(dies_once, tasks, told.append)
    assert (tmp_path / "died").exists()
    assert results == ["0", "1", "2", "3"]
    assert sorted(told) == results


def test_workers_that_always_die_are_one_error() -> None:
    with pytest.raises(CdisckitError, match="worker processes were killed 3 times"):
        Processes(2).run(always_dies, [1, 2], lambda _: None)


@pytest.mark.parametrize("engine", [Serial(), Processes(2)])
def test_the_error_of_the_first_task_is_raised(engine: Any) -> None:
    with pytest.raises(CdisckitError, match="task 1 cannot run"):
        engine.run(fails, [0, 1, 2, 3], lambda _: None)


def test_a_build_that_fails_in_a_group_leaves_the_old_package(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = packaged(study, tmp_path, Way(group_size=9))

    def broken(_: work.Writing) -> work.Written:
        raise CdisckitError("the disk is full")

    monkeypatch.setattr("cdisckit.groups.product.write", broken)
    with pytest.raises(CdisckitError, match="the disk is full"):
        build(study, tmp_path, way=Way(group_size=9))
    (folder,) = tmp_path.iterdir()
    assert of_package(folder) == before


def test_a_subject_that_raw_data_name_in_two_ways_is_built_in_one_group(tmp_path: Path) -> None:
    files = {
        **FILES,
        "sdtm/vs.yaml": FILES["sdtm/vs.yaml"].replace(
            "        variables:", "        variables:\n          USUBJID: {collected: who}"
        ),
        **collected(),
    }
    lines = files["vs.csv"].splitlines()
    files["vs.csv"] = "\n".join(
        [f"{lines[0]},who", *(f"{line},S1-{'2' if line[0] == 'a' else line.split(',')[0]}"
                              for line in lines[1:])]
    ) + "\n"  # fmt: skip
    study = write_study(tmp_path / "study", files)
    whole = build(study, tmp_path / "whole").folder
    assert whole is not None
    assert packaged(study, tmp_path / "groups", Way(group_size=9)) == of_package(whole)


@pytest.mark.parametrize(
    ("way", "message"),
    [
        (Way(engine_name="dask"), "--engine dask needs the address of a scheduler"),
        (Way(scheduler="tcp://127.0.0.1:1"), "is for --engine dask"),
        (Way(workers=0), "at least one worker"),
    ],
)
def test_options_that_contradict_are_an_error(
    study: Path, tmp_path: Path, way: Way, message: str
) -> None:
    with pytest.raises(CdisckitError, match=message):
        build(study, tmp_path, way=way)
    assert not list(tmp_path.iterdir())


def test_an_engine_is_chosen_by_the_number_of_workers() -> None:
    assert isinstance(engines.engine("processes", 1, ""), Serial)
    assert engines.engine("processes", 3, "") == Processes(3)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, ""),
        (
            {"sdtm/ex.yaml": FILES["sdtm/ex.yaml"].replace("USUBJID, EXTRT", "EXTRT")},
            "USUBJID is not a key of EX",
        ),
        (
            {
                "study.yaml": FILES["study.yaml"] + "  related:\n    - [USUBJID, RELID]\n"
                "    - [S1-a, 1]\n",
                "sdtm/relrec.yaml": """
                    dataset: RELREC
                    records: {from: "@related"}
                    keys: [STUDYID, USUBJID, RELID]
                    variables:
                      USUBJID: {protocol: USUBJID}
                      RELID: {protocol: RELID}
                    """,
            },
            "a table of RELREC names subjects",
        ),
    ],
)
def test_a_study_that_cannot_be_divided_says_why(
    tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    folder = write_study(tmp_path, {**FILES, **changed})
    assert why_whole(open_study(folder)) == why


def waits(number: int) -> int:
    time.sleep(60 * number)
    return number


def test_an_interrupt_ends_the_workers_at_once() -> None:
    def told(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Processes(2).run(waits, [0, 1], told)
    assert not multiprocessing.active_children()
