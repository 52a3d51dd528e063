"""What the benchmarks of ADaM share: a study folder with its SDTM, and how its jobs are timed.

Three jobs on the same large domain: `read` is pandas.read_csv of it, `sort` is sort_values by its
keys, `build` is build_adam. Each runs in a process of its own, so that its peak memory is its own.
What holds on other machines is the processor time of `build` divided by that of the others.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

import adam.derivations
import sdtm.derivations
from adam.build import build_adam
from specs.derivation import derivations_of
from specs.load import load_study
from specs.tables import Table, no_trace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

JOBS = ("read", "sort", "build")


@dataclass(frozen=True)
class Benchmark:
    """A dataset to build, the domain it is measured against, and who writes the study."""

    dataset: str
    domain: str
    keys: tuple[str, ...]
    rows: int
    write: Callable[[Path, int], None]

    def job(self, name: str, folder: Path) -> Callable[[], pd.DataFrame]:
        """The work to be timed; what it needs is read before."""
        data = folder / "data"
        if name == "read":
            return lambda: pd.read_csv(data / f"{self.domain}.csv")
        if name == "sort":
            frame = pd.read_parquet(data / f"{self.domain}.parquet")
            return lambda: frame.sort_values(list(self.keys), ignore_index=True)
        pa.set_memory_pool(pa.system_memory_pool())  # as the command line does
        known = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
        study = load_study(folder, known)
        files = data.glob("*.parquet")
        tables = {file.stem: Table(file.stem, pd.read_parquet(file), no_trace()) for file in files}
        return lambda: build_adam(study, tables)[0][self.dataset].frame

    def main(self, script: str, arguments: list[str]) -> None:
        """`[rows]` compares the jobs, five rounds of each; `job folder` is one of them alone."""
        if len(arguments) == 2:
            print(json.dumps(_figures(self.job(arguments[0], Path(arguments[1])))))
            return
        rows = int(arguments[0]) if arguments else self.rows
        with tempfile.TemporaryDirectory() as name:
            self.write(Path(name), rows)
            taken: dict[str, list[dict[str, Any]]] = {job: [] for job in JOBS}
            for _ in range(5):
                for job, figures in taken.items():
                    command = [sys.executable, script, job, name]
                    told = subprocess.run(command, check=True, capture_output=True, text=True)
                    figures.append(json.loads(told.stdout))
        _print(taken)


def write_study(folder: Path, spec: str, sdtm: Mapping[str, pd.DataFrame]) -> None:
    """A study of `adam_specs` without raw data, and its SDTM as Parquet and CSV files."""
    shutil.copytree(Path(__file__).parent / "adam_specs" / spec, folder, dirs_exist_ok=True)
    for part in ("sdtm", "data"):
        (folder / part).mkdir()
    for name, frame in sdtm.items():
        variables = "".join(f'  {c}: {{collected: {c}, codelist: ""}}\n' for c in frame)
        spec = f"dataset: {name}\nrecords: {{from: {name}}}\nkeys: [STUDYID, USUBJID]\n"
        (folder / "sdtm" / f"{name.lower()}.yaml").write_text(
            f"{spec}variables:\n{variables}", encoding="utf-8"
        )
        frame.to_parquet(folder / "data" / f"{name}.parquet", index=False)
        frame.to_csv(folder / "data" / f"{name}.csv", index=False)


def _figures(work: Callable[[], pd.DataFrame]) -> dict[str, Any]:
    clock, before = perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    shape = work().shape
    after = resource.getrusage(resource.RUSAGE_SELF)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return {
        "clock": perf_counter() - clock,
        "user": user,
        "processor": user + system,
        "peak": _peak(),
        "shape": f"{shape[0]:,} x {shape[1]}",
    }


def _peak() -> int:
    """The most memory of this process so far, in MiB, not counting what it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _print(taken: Mapping[str, list[dict[str, Any]]]) -> None:
    """Medians; the ratios are medians of those of each round."""
    for job, figures in taken.items():
        clock, user, processor, most = (
            median(one[name] for one in figures) for name in ("clock", "user", "processor", "peak")
        )
        ratios = ", ".join(
            f"{_ratio(figures, taken[other]):.1f} of {other}" for other in JOBS[:2] if other != job
        )
        print(
            f"{job:<6}{figures[0]['shape']:>18}  {processor:6.2f} s processor ({user:.2f} user)"
            f" {clock:6.2f} s clock"
            f"  peak {most:5.0f} MiB  {ratios}"
        )


def _ratio(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> float:
    rounds = zip(ours, theirs, strict=True)
    return median(one["processor"] / other["processor"] for one, other in rounds)
