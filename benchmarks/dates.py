"""Parse a million collected date texts, and the same texts with pandas.to_datetime.

Run: python benchmarks/dates.py [rows]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from sdtm.dates import DateStyle, first_day, iso_dtc, precision

RUNS = 5


def median_seconds(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main(rows: int) -> None:
    random = np.random.default_rng(20200229)
    moments = np.datetime64("1950-01-01", "s") + random.integers(0, 2_500_000_000, rows)
    times = pd.Series(moments)
    cases = [
        ("%Y-%m-%dT%H:%M:%S", None),
        ("%Y-%m-%d", None),
        ("%d%b%Y", None),
        ("%d-%b-%Y %H:%M", None),
        ("%m/%d/%Y", "MDY"),
        ("%d%b%Y:%H:%M:%S", None),
        ("%-m/%-d/%Y %-H:%M", "MDY"),
    ]
    print(f"{rows:,} texts, medians of {RUNS} runs, seconds")
    print(f"{'format':<20}{'distinct':>10}{'iso_dtc':>9}{'pandas':>9}{'ratio':>7}")
    for shape, order in cases:
        text = times.dt.strftime(shape).astype("str")
        style = DateStyle(order=order)
        assert iso_dtc(text, style)["problem"].isna().all()
        ours = median_seconds(lambda text=text, style=style: iso_dtc(text, style))
        form = shape.replace("%-", "%")  # strptime takes one digit or two
        theirs = median_seconds(lambda text=text, form=form: pd.to_datetime(text, format=form))
        print(f"{shape:<20}{text.nunique():>10,}{ours:>9.3f}{theirs:>9.3f}{ours / theirs:>7.2f}")
    iso = times.dt.strftime("%Y-%m-%dT%H:%M").astype("str")
    mixed = times.dt.strftime("%d%b%Y").astype("str")
    mixed[::10] = "UN" + mixed[::10].str[2:]
    mixed[::1000] = "31 FEB " + mixed[::1000].str[-4:]
    others = {
        "iso_dtc, one in ten partial": lambda: iso_dtc(mixed, DateStyle()),
        "first_day of date-times": lambda: first_day(iso),
        "precision of date-times": lambda: precision(iso),
    }
    for name, work in others.items():
        print(f"{name:<30}{median_seconds(work):>9.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
