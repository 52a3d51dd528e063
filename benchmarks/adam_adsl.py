"""Build ADSL of 57 variables for subjects with 200 laboratory results each, from seven domains.

The spec is `adam_specs/adsl`: treatment dates and days, disposition, death, baseline values of ten
laboratory tests, the date last known alive from six sources, age and region groups, flags. LB has
20 tests at 10 visits. Run:

    python benchmarks/adam_adsl.py [rows of LB]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from adam_study import Benchmark, write_study

TESTS = "ALB ALP ALT AST BILI BUN CA CHOL CK CREAT GGT GLUC HCT HGB K PLAT PROT SODIUM URATE WBC"


def write(folder: Path, rows: int) -> None:
    """A study with that many records of LB, 200 to a subject."""
    random = np.random.default_rng(20180411)
    people = -(-rows // 200)
    names = np.char.add("BENCH-701-", (10_000 + np.arange(people)).astype("U"))
    start = np.datetime64("2018-01-01") + random.integers(0, 700, people)
    stay = random.integers(60, 365, people)
    dead = random.random(people) < 0.03

    def dates(subject: np.ndarray, day: np.ndarray, minutes: bool = True) -> np.ndarray:
        """Half the subjects have times in their dates, 1 in 100 dates is partial."""
        whole = start[subject] + day
        minute = random.integers(7 * 60, 17 * 60, len(day)).astype("timedelta64[m]")
        texts = np.datetime_as_string(whole.astype("datetime64[m]") + minute, unit="m")
        plain = (subject % 2 == 0) | (not minutes)
        texts[plain] = np.datetime_as_string(whole[plain])
        partial = random.random(len(day)) < 0.01
        texts[partial] = texts[partial].astype("U7")
        return texts

    def domain(name: str, subject: np.ndarray, **columns: object) -> pd.DataFrame:
        head = {"STUDYID": "BENCH", "DOMAIN": name, "USUBJID": names[subject]}
        frame = pd.DataFrame(head | columns)
        return frame.astype({c: "str" for c in frame if frame[c].dtype == object})

    def several(count: int) -> np.ndarray:
        return np.repeat(np.arange(people), count)

    everyone = np.arange(people)
    dm = domain(
        "DM",
        everyone,
        SUBJID=(10_000 + everyone).astype("U"),
        SITEID="701",
        COUNTRY=np.array(["CAN", "USA", "DEU", "POL"])[everyone % 4],
        AGE=random.integers(16, 90, people) + 0.0,
        AGEU="YEARS",
        SEX=np.array(["F", "M"])[everyone % 2],
        RACE=np.array(["WHITE", "ASIAN", "BLACK OR AFRICAN AMERICAN"])[everyone % 3],
        ETHNIC="NOT HISPANIC OR LATINO",
        ARMCD=np.array(["P", "L", "H"])[everyone % 3],
        ARM=np.array(["Placebo", "Low Dose", "High Dose"])[everyone % 3],
        RFSTDTC=np.datetime_as_string(start),
        DTHFL=np.where(dead, "Y", None),
        DTHDTC=np.where(dead, np.datetime_as_string(start + stay).astype(object), None),
    )
    ex = several(3)
    third = np.arange(len(ex)) % 3
    exposure = domain(
        "EX",
        ex,
        EXTRT="XANOMELINE",
        EXDOSE=np.array([0.0, 54.0, 81.0])[ex % 3],
        EXSTDTC=dates(ex, third * stay[ex] // 3),
        EXENDTC=dates(ex, (third + 1) * stay[ex] // 3 - 1),
    )
    ds = several(2)
    ended = np.arange(len(ds)) % 2 == 1
    left = np.array(["COMPLETED", "COMPLETED", "ADVERSE EVENT", "WITHDRAWAL BY SUBJECT"])
    disposition = domain(
        "DS",
        ds,
        DSDECOD=np.where(ended, left[random.integers(0, 4, len(ds))], "RANDOMIZED"),
        DSCAT=np.where(ended, "DISPOSITION EVENT", "PROTOCOL MILESTONE"),
        DSSTDTC=np.datetime_as_string(start[ds] + np.where(ended, stay[ds], -1)),
    )
    ae = several(8)
    began = random.integers(0, 365, len(ae)) % stay[ae]
    fatal = dead[ae] & (np.arange(len(ae)) % 8 == 7)
    events = domain(
        "AE",
        ae,
        AEDECOD=np.array(["HEADACHE", "PRURITUS", "NAUSEA", "SYNCOPE"])[began % 4],
        AEOUT=np.where(fatal, "FATAL", "RECOVERED/RESOLVED"),
        AESTDTC=dates(ae, began, minutes=False),
        AEENDTC=dates(ae, began + 7, minutes=False),
    )
    sv = several(10)
    visit = np.arange(len(sv)) % 10
    visits = domain("SV", sv, VISITNUM=visit + 1.0, SVSTDTC=dates(sv, visit * 21 - 14, False))
    vs = several(2)
    height = np.arange(len(vs)) % 2 == 0
    vitals = domain(
        "VS",
        vs,
        VSTESTCD=np.where(height, "HEIGHT", "WEIGHT"),
        VSSTRESN=np.where(height, 172.5, 71.3) + vs % 20,
        VSDTC=dates(vs, np.zeros(len(vs), dtype=int)),
    )
    number = np.arange(rows)
    lb, test, at = number // 200, number // 10 % 20, number % 10
    value = random.integers(1, 5000, rows) / 10
    value[random.random(rows) < 0.02] = np.nan
    taken = dates(everyone.repeat(10), np.tile(np.arange(10) * 21 - 14, people))
    laboratory = domain(
        "LB",
        lb,
        LBSEQ=number % 200 + 1.0,
        LBTESTCD=np.array(TESTS.split())[test],
        LBCAT="CHEMISTRY",
        LBSTRESC=pd.Series(value).map("{:g}".format, na_action="ignore").astype("str"),
        LBSTRESN=value,
        LBSTRESU=np.array(["U/L", "g/L", "mmol/L", "umol/L"])[test % 4],
        LBLOBXFL=np.where(at == 1, "Y", None),
        VISITNUM=at + 1.0,
        LBDTC=taken[lb * 10 + at],
    )
    sdtm = [dm, exposure, disposition, events, visits, vitals, laboratory]
    write_study(folder, "adsl", {frame["DOMAIN"].iloc[0]: frame for frame in sdtm})


SUBJECTS = Benchmark("ADSL", "LB", ("USUBJID", "LBDTC", "LBTESTCD", "LBSEQ"), 2_000_000, write)

if __name__ == "__main__":
    SUBJECTS.main(__file__, sys.argv[1:])
