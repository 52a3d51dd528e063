"""Build the worked study with many subjects: whole, by groups, in two processes, on Dask.

Every way is a process of its own, so that peaks are its own; those of its workers are told apart.
The packages are compared by the hashes of all their files. Run:

    python benchmarks/scale.py [subjects ...] [--ways whole,groups,processes,dask] [--group-size N]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STUDY = Path(__file__).resolve().parent.parent / "studies" / "nct03171194"
WHOLE = 1 << 40
OF_GROUPS = ("sdtm", "adam", "validation", "parts", "xpt", "lineage")
APART = ("processes", "dask")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("subjects", nargs="*", type=int, default=[100, 1000])
    parser.add_argument("--ways", default="whole,groups,processes,dask")
    parser.add_argument("--group-size", type=int, default=10_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        print(
            "| subjects | way | raw records | rows | CPU s | s | MiB, main | MiB, worker | same |"
        )
        print("|---:|---|---:|---:|---:|---:|---:|---:|---|")
        for subjects in given.subjects:
            raw = folder / f"raw-{subjects}"
            if not raw.exists():
                simulated(subjects, raw)
            first = ""
            for way in given.ways.split(","):
                told = measured(way, raw, folder / "out", given.group_size)
                first = first or told["hash"]
                print(
                    f"| {subjects:,} | {way} | {told['records']:,} | {told['rows']:,} |"
                    f" {told['cpu']:.0f} | {told['seconds']:.0f} | {told['main']:,.0f} |"
                    f" {told['worker']:,.0f} | {'yes' if told['hash'] == first else 'NO'} |",
                    flush=True,
                )


def simulated(subjects: int, raw: Path) -> None:
    from cdisckit.building import simulator

    raw.mkdir(parents=True)
    simulator(STUDY)(raw / "raw", subjects, 1)


def measured(way: str, raw: Path, out: Path, size: int) -> dict[str, float | str]:
    """What a build took, in a process of its own."""
    command = [sys.executable, __file__, "--build"]
    asked = json.dumps({"way": way, "raw": str(raw), "out": str(out), "size": size})
    done = subprocess.run([*command, asked], check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return told


def built(way: str, raw: str, out: str, size: int) -> None:
    import pyarrow as pa

    from cdisckit.building import build
    from cdisckit.groups.clock import peak_memory
    from cdisckit.groups.way import Way

    pa.set_memory_pool(pa.system_memory_pool())
    cluster = None
    if way == "dask":
        from distributed import LocalCluster

        cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
        how = Way(engine_name="dask", scheduler=cluster.scheduler_address, group_size=size)
    elif way == "processes":
        how = Way(workers=2, group_size=size)
    else:
        how = Way(group_size=WHOLE if way == "whole" else size)
    start = time.perf_counter()
    made = build(STUDY, Path(out), raw=Path(raw), way=how)
    seconds = time.perf_counter() - start
    if cluster is not None:
        cluster.close()
    used, own = resource.getrusage(resource.RUSAGE_SELF), peak_memory()
    elsewhere = [s for s in made.steps if s.name in OF_GROUPS] if way in APART else []
    forms = made.sdtm.ledger.forms
    told = {
        "records": int(forms["records"].sum()),
        "rows": sum(made.records.values()),
        "cpu": used.ru_utime + used.ru_stime + sum(step.cpu for step in elsewhere),
        "seconds": seconds,
        "main": own,
        "worker": max((step.peak for step in elsewhere), default=0.0),
        "hash": hash_of(made.report),
    }
    print(json.dumps(told))


def hash_of(folder: Path) -> str:
    """One hash of all files of a package."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(f"{path.relative_to(folder)}\0".encode())
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        built(**json.loads(sys.argv[2]))
        sys.stdout.flush()
        os._exit(0)  # a cluster's threads need not be waited for
    else:
        main()
