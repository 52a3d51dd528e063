"""Write one LB-like frame three ways: its bytes alone, write_xpt, pyreadstat.

8 numeric and 17 text variables, medians over alternating rounds. `--rows 1000000` is the size of
a large study; pyreadstat takes about half a minute per round there.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyreadstat

from submission.xpt import Column, read_xpt, write_xpt

if TYPE_CHECKING:
    from collections.abc import Callable

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


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-pyreadstat", action="store_true")
    chosen = parser.parse_args()
    frame, columns = made_up(chosen.rows)
    with tempfile.TemporaryDirectory() as folder:
        ours, raw, theirs = (Path(folder, name) for name in ("ours.xpt", "raw.bin", "theirs.xpt"))

        def write() -> None:
            write_xpt(frame, ours, name="LB", label="Labs", columns=columns, created=CREATED)

        write()
        octets = ours.read_bytes()

        def write_new() -> None:
            part = raw.with_suffix(".part")
            part.write_bytes(octets)
            part.replace(raw)

        ways: dict[str, Callable[[], object]] = {
            "the same bytes, raw": lambda: raw.write_bytes(octets),
            "the same, then renamed": write_new,
            "write_xpt": write,
            "read_xpt": lambda: read_xpt(ours),
        }
        if not chosen.without_pyreadstat:
            ways["pyreadstat.write_xport"] = lambda: pyreadstat.write_xport(
                frame, theirs, table_name="LB", file_format_version=5
            )
            ways["pyreadstat.read_xport"] = lambda: pyreadstat.read_xport(ours)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(chosen.rounds):
            for name, work in ways.items():
                taken[name].append(seconds(work))
    print(f"{chosen.rows} rows, {len(columns)} variables, {len(octets) / 1e6:.1f} MB")
    base = median(taken["the same bytes, raw"])
    for name, times in taken.items():
        print(
            f"{name:<24}{median(times):8.3f} s median {min(times):8.3f} s min"
            f"{median(times) / base:8.1f} times raw"
        )


if __name__ == "__main__":
    main()
