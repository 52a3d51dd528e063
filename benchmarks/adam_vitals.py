"""Build ADVS from vital signs: ADT/ADY, ten windows, ABLFL, BASE, CHG, PCHG, ANL01FL and the rest.

The spec is `adam_specs/vitals`, one a study would have; a subject has 120 records at 12 visits.
Half the subjects have times in their dates, 1 in 100 dates is partial, 1 in 50 results is missing.
VS is in the order of its keys, as SDTM is. Run:

    python benchmarks/adam_vitals.py [rows]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from adam_study import Benchmark, write_study

VISITS = [("SCREENING", -14), ("BASELINE", 1)]
VISITS += [(f"WEEK {week}", 7 * week + 1) for week in (1, 2, 4, 8, 12, 16, 20, 24, 36, 52)]
TIMEPOINTS = ("AFTER LYING DOWN FOR 5 MINUTES", "AFTER STANDING FOR 1 MINUTE", "AFTER 3 MINUTES")
TESTS = [  # code, name, unit, timepoint, lowest and highest in tenths, step
    *(("DIABP", "Diastolic Blood Pressure", "mmHg", n, 500, 1100, 10) for n in range(3)),
    *(("PULSE", "Pulse Rate", "beats/min", n, 450, 1200, 10) for n in range(3)),
    *(("SYSBP", "Systolic Blood Pressure", "mmHg", n, 900, 1800, 10) for n in range(3)),
]
SOMETIMES = [
    ("TEMP", "Temperature", "C", 3, 350, 390, 1),
    ("WEIGHT", "Weight", "kg", 3, 450, 1200, 1),
]


def write(folder: Path, rows: int) -> None:
    """A study with that many records of VS."""
    random = np.random.default_rng(20180411)
    number = np.arange(rows)
    subject, visit = number // 120, number // 10 % 12
    test = np.where(number % 10 < 9, number % 10, 9 + visit % 2)
    people = int(subject[-1]) + 1
    start = np.datetime64("2018-01-01") + random.integers(0, 700, people)
    shift = random.integers(-4, 5, (people, 12))
    shift[:, 1] = 0
    day = start[:, None] + np.array([d - 1 for _, d in VISITS]) + shift
    minute = random.integers(7 * 60, 17 * 60, (people, 12)).astype("timedelta64[m]")
    texts = np.datetime_as_string(day.astype("datetime64[m]") + minute, unit="m").astype("U16")
    texts[::2] = np.datetime_as_string(day[::2])
    partial = random.random(texts.shape) < 0.01
    texts[partial] = texts[partial].astype("U7")
    tests = pd.DataFrame(
        [*TESTS, *SOMETIMES], columns=["code", "name", "unit", "timepoint", "low", "high", "step"]
    ).iloc[test]
    low, high, step = (tests[name].to_numpy() for name in ("low", "high", "step"))
    value = (low + random.integers(0, 10_000, rows) % (high - low)) // step * step / 10
    value[random.random(rows) < 0.02] = np.nan
    names = np.char.add("BENCH-701-", (10_000 + np.arange(people)).astype("U"))
    result = pd.Series(value).map("{:g}".format, na_action="ignore").astype("str")
    vs = pd.DataFrame(
        {
            "STUDYID": "BENCH",
            "DOMAIN": "VS",
            "USUBJID": names[subject],
            "VSSEQ": 0.0,
            "VSTESTCD": tests["code"].to_numpy(),
            "VSTEST": tests["name"].to_numpy(),
            "VSPOS": np.array(["SUPINE", "STANDING", "STANDING", None])[tests["timepoint"]],
            "VSORRES": result,
            "VSORRESU": tests["unit"].to_numpy(),
            "VSSTRESC": result,
            "VSSTRESN": value,
            "VSSTRESU": tests["unit"].to_numpy(),
            "VISITNUM": visit + 1.0,
            "VISIT": np.array([name for name, _ in VISITS])[visit],
            "VSDTC": texts[subject, visit],
            "VSTPT": np.array([*TIMEPOINTS, None])[tests["timepoint"]],
        }
    )
    dose = np.datetime_as_string(start.astype("datetime64[m]") + np.timedelta64(12, "h"), unit="m")
    dm = pd.DataFrame(
        {
            "STUDYID": "BENCH",
            "DOMAIN": "DM",
            "USUBJID": names,
            "SUBJID": (10_000 + np.arange(people)).astype("U"),
            "SITEID": "701",
            "ARM": np.array(["Placebo", "Low Dose", "High Dose"])[np.arange(people) % 3],
            "RFXSTDTC": dose,
        }
    )
    vs = vs.astype({name: "str" for name in vs if vs[name].dtype == object})
    vs = vs.sort_values(["USUBJID", "VSTESTCD", "VISITNUM"], kind="stable", ignore_index=True)
    vs["VSSEQ"] = number % 120 + 1.0
    write_study(folder, "vitals", {"DM": dm, "VS": vs})


VITALS = Benchmark("ADVS", "VS", ("USUBJID", "VSDTC", "VSTESTCD", "VSSEQ"), 1_000_000, write)

if __name__ == "__main__":
    VITALS.main(__file__, sys.argv[1:])
