"""Groups of subjects on a Dask cluster of this machine."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from cdisckit.building import build
from cdisckit.groups.dask_engine import Dask
from cdisckit.groups.way import Way
from specs.errors import CdisckitError
from tests.cdisckit.test_groups_of_subjects import ADAM, of_package
from tests.sdtm.conftest import write_study
from tests.sdtm.test_groups import FILES, collected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

distributed = pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as made:
        yield made


def dies_once(given: str) -> str:
    folder, _, number = given.rpartition(":")
    mark = os.path.join(folder, "died")
    if number == "1" and not os.path.exists(mark):
        with open(mark, "w"):
            os.kill(os.getpid(), signal.SIGKILL)
    return number


def waits(_: int) -> int:
    time.sleep(60)
    return 0


def test_a_cluster_gives_the_same_package(cluster: Any, tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**FILES, **ADAM_STUDY, **collected()})
    whole = build(study, tmp_path / "whole").folder
    way = Way(engine_name="dask", scheduler=cluster.scheduler_address, group_size=15)
    groups = build(study, tmp_path / "groups", way=way).folder
    assert whole is not None
    assert groups is not None
    assert of_package(groups) == of_package(whole)


def test_the_group_of_a_killed_worker_is_done_again(cluster: Any, tmp_path: Path) -> None:
    tasks = [f"{tmp_path}:{number}" for number in range(3)]
    assert Dask(cluster.scheduler_address).run(dies_once, tasks, lambda _: None) == ["0", "1", "2"]
    assert (tmp_path / "died").exists()


def test_a_scheduler_that_is_not_there_is_one_error() -> None:
    with pytest.raises(CdisckitError, match=r"tcp://127\.0\.0\.1:9: there is no Dask scheduler"):
        Dask("tcp://127.0.0.1:9", patience=1).run(waits, [0], lambda _: None)


def test_a_scheduler_that_is_lost_is_one_error(cluster: Any) -> None:
    import threading

    lost = threading.Timer(3, cluster.close)
    lost.start()
    with pytest.raises(CdisckitError, match="the Dask scheduler was lost"):
        Dask(cluster.scheduler_address, patience=2).run(waits, [0, 1], lambda _: None)
    lost.join()


ADAM_STUDY = {
    **ADAM,
    "study.yaml": FILES["study.yaml"].replace(
        'standards: {SDTMIG: "3.4"}', 'standards: {SDTMIG: "3.4", ADaMIG: "1.3"}'
    ),
    "sdtm/vs.yaml": FILES["sdtm/vs.yaml"].replace(
        "          VSDTC:",
        "          VSSTRESN: {derived: numeric_result, from: VSSTRESC}\n          VSDTC:",
    ),
}
