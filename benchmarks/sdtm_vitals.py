"""Build VS from wide rows of vital signs in a CSV file, beside pandas.read_csv of the same file.

A raw row has 15 columns: study, subject, visit, form, date, position, timepoint, location and six
results, of which about 38 per cent are filled; each filled result is a record of VS. Run:

    python benchmarks/sdtm_vitals.py [rows]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

STUDY = """
study: BENCH
title: Vital signs
description: A million rows of vital signs
protocol: BENCH
standards: {SDTMIG: "3.4"}
terminology: {SDTM: "2025-03-28"}
data_cut: 2020-12-31
raw:
  - name: tables
    reader: table
    forms:
      dm: {file: dm.csv, subject: PATNUM, dates: DMY}
      vitals: {file: vitals.csv, subject: PATNUM, event: INSTANCE, repeat: SEQUENCE, dates: DMY}
visits:
  - [event, visitnum, visit, visitdy]
"""

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID:   {collected: "@subject"}
  RFSTDTC:  {collected: start}
  RFXSTDTC: {collected: start}
"""

VS = """
dataset: VS
records: {from: vitals}
tests:
  - [VSTESTCD, VSSTRESU, result]
  - [SYSBP, mmHg, SYS_BP]
  - [DIABP, mmHg, DIA_BP]
  - [PULSE, beats/min, PULSE]
  - [TEMP, C, TEMP]
  - [WEIGHT, kg, WEIGHT]
  - [HEIGHT, cm, HEIGHT]
keys: [STUDYID, USUBJID, VSTESTCD, VISITNUM, VSDTC, VSTPT, VSSPID]
variables:
  VSSPID:   {collected: "@form_repeat"}
  VSCAT:    {assigned: {constant: VITAL SIGNS}}
  VSPOS:    {collected: POSITION}
  VSORRES:  {collected: result}
  VSORRESU: {derived: as_it_is, from: VSSTRESU}
  VSSTRESC: {derived: standard_result, from: [VSORRES, VSORRESU, VSSTRESU, VSTESTCD]}
  VSSTRESN: {derived: numeric_result, from: VSSTRESC}
  VSSTAT:   {derived: completion_status, from: result, with: {not_done: [ND]}}
  VSLOC:    {collected: LOCATION}
  VSLOBXFL: {derived: last_before_exposure, from: [VSSTRESC, VSDTC, DM.RFXSTDTC, USUBJID, VSTESTCD]}
  VISITNUM: standard
  VISIT:    standard
  VISITDY:  standard
  VSDTC:    {collected: DATE}
  VSDY:     standard
  VSTPT:    {collected: TIMEPOINT}
"""

VISITS = [("BASELINE", 3, 1), *((f"WEEK {2 * n}", 3 + n, 14 * n) for n in range(1, 12))]


def write(folder: Path, rows: int) -> Path:
    """A study with that many raw rows, 12 visits of three timepoints to a subject."""
    random = np.random.default_rng(20180411)
    per_subject = 36
    number = np.arange(rows)
    subject = number // per_subject
    visit = (number // 3) % 12
    start = np.datetime64("2018-01-01") + random.integers(0, 700, subject.max() + 1)
    day = start[subject] + np.array([v[2] for v in VISITS])[visit]
    codes, names = np.unique(day, return_inverse=True)
    dates = np.array([pd.Timestamp(d).strftime("%d-%b-%Y") for d in codes])[names]
    frame = pd.DataFrame(
        {
            "STUDY": "BENCH",
            "PATNUM": np.char.add("701-", (1000 + subject).astype("U")),
            "INSTANCE": np.array([v[0] for v in VISITS])[visit],
            "SEQUENCE": number % 3 + 1,
            "FORM": "VITALS",
            "FORML": "Vital Signs",
            "DATE": dates,
            "POSITION": np.array(["SUPINE", "STANDING", "STANDING"])[number % 3],
            "TIMEPOINT": np.array(["AFTER 5 MIN", "AFTER 1 MIN", "AFTER 3 MIN"])[number % 3],
            "LOCATION": np.array(["ARM", ""])[(random.random(rows) > 0.9).astype(int)],
        }
    )
    shape = {"SYS_BP": (90, 180, 0, 0.6), "DIA_BP": (50, 110, 0, 0.6), "PULSE": (45, 120, 0, 0.6)}
    shape |= {
        "TEMP": (350, 390, 1, 0.2),
        "WEIGHT": (450, 1200, 1, 0.2),
        "HEIGHT": (1500, 1950, 1, 0.08),
    }
    for name, (low, high, decimals, share) in shape.items():
        values = random.integers(low, high, rows)
        texts = (
            (values / 10**decimals).round(decimals).astype("U") if decimals else values.astype("U")
        )
        frame[name] = np.where(random.random(rows) < share, texts, "")
    frame.to_csv(folder / "vitals.csv", index=False)
    people = np.char.add("701-", (1000 + np.arange(len(start))).astype("U"))
    pd.DataFrame({"PATNUM": people, "start": start.astype("datetime64[D]").astype("U")}).to_csv(
        folder / "dm.csv", index=False
    )
    plan = "".join(f"  - [{name}, {num}, {name}, {planned}]\n" for name, num, planned in VISITS)
    (folder / "study.yaml").write_text(STUDY + plan, encoding="utf-8")
    (folder / "sdtm").mkdir()
    (folder / "sdtm" / "dm.yaml").write_text(DM, encoding="utf-8")
    (folder / "sdtm" / "vs.yaml").write_text(VS, encoding="utf-8")
    return folder


def build(folder: Path) -> None:
    """From CSV to the built frame; seconds and peak memory of this process are printed."""
    import sdtm.derivations
    from sdtm.build import build_sdtm
    from sdtm.readers import read_raw
    from specs.derivation import derivations_of
    from specs.load import load_study

    study = load_study(folder, derivations_of(sdtm.derivations))
    pa.set_memory_pool(pa.system_memory_pool())  # as the command line does
    begun = time.perf_counter()
    used = time.process_time()
    raw = read_raw(study, folder)
    read = time.perf_counter()
    frame = build_sdtm(study, raw).tables["VS"].frame
    done = time.perf_counter()
    print(
        f"cdisckit: {len(frame):,} x {frame.shape[1]} in {done - begun:.2f} s"
        f" (read {read - begun:.2f}, build {done - read:.2f};"
        f" CPU {time.process_time() - used:.2f}),"
        f" peak {_peak()} MiB"
    )


def read_only(folder: Path) -> None:
    """pandas.read_csv of the same file."""
    begun, used = time.perf_counter(), time.process_time()
    frame = pd.read_csv(folder / "vitals.csv")
    print(
        f"pandas.read_csv: {len(frame):,} rows in {time.perf_counter() - begun:.2f} s"
        f" (CPU {time.process_time() - used:.2f}), peak {_peak()} MiB"
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(arguments: list[str]) -> None:
    if len(arguments) == 2:
        {"build": build, "read": read_only}[arguments[0]](Path(arguments[1]))
        return
    rows = int(arguments[0]) if arguments else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), rows)
        for job in ("read", "build"):
            subprocess.run([sys.executable, __file__, job, str(folder)], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
