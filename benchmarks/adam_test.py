"""The jobs of `adam_vitals` and `adam_adsl` under pytest-benchmark. Run:

    pytest -o addopts= benchmarks/adam_test.py --benchmark-timer=time.process_time

pytest-benchmark compares the medians of a group with the fastest of it: reading and sorting the
same domain. docs/speed.md has what was measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from adam_adsl import SUBJECTS
from adam_study import JOBS, Benchmark
from adam_vitals import VITALS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.fixture(scope="module", params=[VITALS, SUBJECTS], ids=lambda found: found.dataset)
def study(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Benchmark, Path]:
    folder = tmp_path_factory.mktemp(request.param.dataset)
    request.param.write(folder, request.param.rows)
    return request.param, folder


@pytest.mark.parametrize("job", JOBS)
def test_what_a_job_costs(
    job: str, study: tuple[Benchmark, Path], benchmark: BenchmarkFixture
) -> None:
    declared, folder = study
    benchmark.group = declared.dataset
    made = benchmark.pedantic(declared.job(job, folder), rounds=5, warmup_rounds=1)
    assert len(made) > 0
