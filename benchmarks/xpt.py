"""Write and read one LB-like frame: its bytes alone, write_xpt and read_xpt, pyreadstat, pandas.

8 numeric and 17 text variables, medians over alternating rounds, by the clock and in seconds of
processor time, which a busy machine does not lengthen as much. `--rows 1000000` is the size of a
large study; a round takes about a minute there. `--streaming 10000000` writes and reads so many
rows as frames that follow each other and tells the peak memory, `--memory` that of one frame.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyreadstat

from submission.xpt import Column, iter_xpt, read_xpt, write_xpt, write_xpt_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CREATED = datetime(2024, 1, 1)
TEXT_LENGTHS = (12, 2, 20, 8, 8, 40, 20, 10, 10, 10, 10, 10, 12, 1, 1, 19, 8)
NUMBERS = 8


def made_up(rows: int) -> tuple[pd.DataFrame, list[Column]]:
    rng = np.random.default_rng(20240101)
    data: dict[str, object] = {}
    columns = []
    for number, length in enumerate(TEXT_LENGTHS, start=1):
        distinct = rows if number in (3, 16) else 500
        alphabet = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789", dtype="S1")
        letters = rng.choice(alphabet, (distinct, length))
        texts = pd.Series(letters.view(f"S{length}")[:, 0].astype(str), dtype="str").str.rstrip()
        texts = texts.mask(rng.random(distinct) < 0.1)
        picked = texts if distinct == rows else texts.iloc[rng.integers(0, distinct, rows)]
        data[f"TEXT{number:02d}"] = picked.reset_index(drop=True)
        columns.append(Column(f"TEXT{number:02d}", f"Text {number}", "Char", length))
    for number in range(1, NUMBERS + 1):
        values = np.round(rng.normal(50, 20, rows), 3)
        values[rng.random(rows) < 0.1] = np.nan
        data[f"NUM{number}"] = values
        columns.append(Column(f"NUM{number}", f"Number {number}", "Num", 8))
    return pd.DataFrame(data), columns


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """By the clock, and of the processor."""
    clock, processor = perf_counter(), process_time()
    work()
    return perf_counter() - clock, process_time() - processor


def load(span: tuple[int, int]) -> pd.DataFrame:
    frame, _ = made_up(200_000)
    return frame.iloc[span[0] : span[1]]


def compare(rows: int, rounds: int, *, peers: bool) -> None:
    frame, columns = made_up(rows)
    with tempfile.TemporaryDirectory() as folder:
        ours, raw, theirs = (Path(folder, name) for name in ("ours.xpt", "raw.bin", "theirs.xpt"))

        def write() -> None:
            write_xpt(frame, ours, name="LB", label="Labs", columns=columns, created=CREATED)

        write()
        octets = ours.read_bytes()
        ways: dict[str, Callable[[], object]] = {
            "the same bytes, raw": lambda: raw.write_bytes(octets),
            "write_xpt": write,
            "read_xpt": lambda: read_xpt(ours),
        }
        if peers:
            ways["pyreadstat.write_xport"] = lambda: pyreadstat.write_xport(
                frame, theirs, table_name="LB", file_format_version=5
            )
            ways["pyreadstat.read_xport"] = lambda: pyreadstat.read_xport(ours)
            ways["pandas.read_sas"] = lambda: pd.read_sas(ours, encoding="ascii")
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, work in ways.items():
                taken[name].append(seconds(work))
    print(f"{rows:,} rows, {len(columns)} variables, {len(octets) / 1e6:.1f} MB, {rounds} rounds")
    print(f"load of the machine {os.getloadavg()[0]:.1f}, processors {os.cpu_count()}")
    clocks = {name: median(clock for clock, _ in times) for name, times in taken.items()}
    work = {name: median(spent for _, spent in times) for name, times in taken.items()}
    for name, times in taken.items():
        least = min(clock for clock, _ in times)
        print(
            f"{name:<24}{clocks[name]:8.3f} s median{least:8.3f} s min{work[name]:8.3f} s processor"
        )
    shown = [("write_xpt", "the same bytes, raw")]
    if peers:
        shown += [
            ("pyreadstat.write_xport", "write_xpt"),
            ("pyreadstat.read_xport", "read_xpt"),
            ("pandas.read_sas", "read_xpt"),
        ]
    for slow, fast in shown:
        ratios = [a[0] / b[0] for a, b in zip(taken[slow], taken[fast], strict=True)]
        print(
            f"{slow} / {fast}: {clocks[slow] / clocks[fast]:.1f} of the medians,"
            f" {median(ratios):.1f} median of the rounds,"
            f" {work[slow] / work[fast]:.1f} of processor time"
        )


def parallel() -> None:
    """200,000 rows by one process and by two."""
    frame, columns = made_up(200_000)
    plan = {"name": "LB", "label": "Labs", "columns": columns, "created": CREATED}
    spans = [(0, 90_000), (90_000, 200_000)]
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder, "one.xpt"), Path(folder, "two.xpt")
        write_xpt(frame, one, **plan)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            write_xpt_parts(
                spans, two, load=load, rows=[b - a for a, b in spans], executor=pool, **plan
            )
        print(f"two processes give the bytes of one: {one.read_bytes() == two.read_bytes()}")


def peak() -> float:
    """The most memory of this process so far, in MB, not counting what it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory(rows: int) -> None:
    """Peak memory of one frame written and read, above that of the frame."""
    frame, columns = made_up(rows)
    size = frame.memory_usage(deep=True, index=False).sum() / 2**20
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lb.xpt")
        # The peak so far is that of making the frame up; only what is above can be told.
        before = peak()
        write_xpt(frame, path, name="LB", label="Labs", columns=columns, created=CREATED)
        print(f"{rows:,} rows, frame {size:.0f} MB: peak {before:.0f} MB, {peak():.0f} MB written")
        subprocess.run([sys.executable, __file__, "--read", str(path)], check=True)


def read_alone(path: Path) -> None:
    before = peak()
    frame, _ = read_xpt(path)
    size = frame.memory_usage(deep=True, index=False).sum() / 2**20
    print(f"read: frame {size:.0f} MB, peak {peak():.0f} MB, {before:.0f} MB of it before")


def streaming(rows: int) -> None:
    """Write and read rows as frames that follow each other; the peak stays where it is."""
    frame, columns = made_up(100_000)
    started = peak()

    def frames() -> Iterator[pd.DataFrame]:
        for _ in range(rows // len(frame)):
            yield frame

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lb.xpt")
        clock, _ = seconds(
            lambda: write_xpt(
                frames(), path, name="LB", label="Labs", columns=columns, created=CREATED
            )
        )
        print(f"{rows:,} rows, {path.stat().st_size / 1e9:.2f} GB written in {clock:.1f} s")
        print(f"peak {peak():.0f} MB, {started:.0f} MB of it before writing")
        clock, _ = seconds(lambda: [len(part) for part in iter_xpt(path)])
        print(f"read in {clock:.1f} s, peak {peak():.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--streaming", type=int, metavar="ROWS")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--parallel", action="store_true")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.read:
        read_alone(chosen.read)
    elif chosen.streaming:
        streaming(chosen.streaming)
    elif chosen.memory:
        memory(chosen.rows)
    elif chosen.parallel:
        parallel()
    else:
        compare(chosen.rows, chosen.rounds, peers=not chosen.without_peers)


if __name__ == "__main__":
    main()
