"""What the worked study costs from nothing: all of it, SDTM alone, the imports, many subjects.

Every job is a process of its own, so that seconds and peaks are its own; medians are printed. A
folder with another version of cdisckit is measured in turn with this one, and the ratio told:

    python benchmarks/whole.py [--runs N] [--subjects N] [--before FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent.parent
STUDY = HERE / "studies" / "nct03171194"
JOBS = ("imports", "sdtm", "whole")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--subjects", type=int, default=1000)
    parser.add_argument("--before", type=Path)
    given = parser.parse_args()
    versions = [HERE, *([given.before.resolve()] if given.before else [])]
    with tempfile.TemporaryDirectory() as scratch:
        many = Path(scratch) / "many"
        simulated(given.subjects, many)
        jobs = [(job, STUDY) for job in JOBS] + [(f"{given.subjects:,} subjects", many)]
        print("| job | CPU s | MiB | CPU s before | MiB before | ratio |")
        print("|---|---:|---:|---:|---:|---:|")
        for job, raw in jobs:
            runs = [
                [measured(job, raw, version) for version in versions] for _ in range(given.runs)
            ]
            cells = [
                f"{median(run[n][key] for run in runs):,.{digits}f}"
                for n in range(len(versions))
                for key, digits in (("cpu", 2), ("peak", 0))
            ]
            if given.before:
                cells.append(f"{median(run[0]['cpu'] / run[1]['cpu'] for run in runs):.2f}")
            print(f"| {job} | {' | '.join(cells)} |", flush=True)


def simulated(subjects: int, raw: Path) -> None:
    from cdisckit.building import simulator

    raw.mkdir()
    simulator(STUDY)(raw / "raw", subjects, 1)


def measured(job: str, raw: Path, version: Path) -> dict[str, float]:
    """Seconds of the processor and MiB at most of a job by the version in a folder."""
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run(
            [sys.executable, __file__, "--job", job, str(raw), out],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(version)},
        )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def run(job: str, raw: Path, out: Path) -> None:
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # as the command line does
    if job == "imports":
        import cdisckit.main  # noqa: F401
    elif job == "sdtm":
        from cdisckit.building import open_study
        from sdtm.build import build_sdtm
        from sdtm.readers import read_raw

        study = open_study(STUDY, run_code=True)
        data = read_raw(study, raw)
        before = seconds()
        build_sdtm(study, data)
        report(seconds() - before)
        return
    else:
        from cdisckit.building import build

        build(STUDY, out, raw=raw)
    report(seconds())


def seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def report(cpu: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "peak": peak}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--job"]:
        run(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
