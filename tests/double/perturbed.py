"""Built SDTM tables with the edges put in that simulated subjects do not reach.

A seeded step: dates are moved, items blanked, times given and taken away, forms entered twice
with other values, steroids and events changed. What the tables then say is consistent with
itself (study days, sequence numbers, original and standard results).
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pandas as pd

from specs.tables import Table, no_trace

Row = dict[str, Any]
Form = list[Row]
WEIGHTS = [8] * 8 + [4] * 6 + [2] * 7 + [1] * 3
IN_SRI4 = ("DM", "EX", "RS", "QS", "CM", "DS")
TARGETS = {
    "WEEK 4": 29, "WEEK 8": 57, "WEEK 12": 85, "WEEK 16": 113, "WEEK 20": 141, "WEEK 24": 169,
}  # fmt: skip
LIMITS = (154, 155, 182, 183, 126, 127, 42, 43)
CHANGED = 0.85  # the share of subjects; the others stay as they were simulated
TIME_POINTS = {"after": "AFTER INFUSION", "before": "BEFORE INFUSION"}
INSTRUMENTS = (("RS", "SLEDAI-2K"), ("RS", "BILAG-2004"), ("QS", "PGA"))


def perturbed(tables: Mapping[str, Table], seed: int) -> dict[str, Table]:
    """The tables with edges; the same for the same seed."""
    rng = Random(seed)
    records = {name: _rows(tables[name]) for name in IN_SRI4}
    by_subject: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for name in IN_SRI4:
        for row in records[name]:
            by_subject[row["USUBJID"]][name].append(row)
    for name in sorted(by_subject):
        if by_subject[name]["EX"] and rng.random() < CHANGED:
            _Case(by_subject[name], rng).change()
    made: dict[str, Table] = dict(tables)
    for name in IN_SRI4:
        rows = [row for subject in sorted(by_subject) for row in by_subject[subject][name]]
        made[name] = _table(tables[name], rows)
    return made


def _rows(table: Table) -> list[Row]:
    frame = table.frame
    if table.supplemental is not None:
        frame = frame.join(table.supplemental)
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _table(old: Table, rows: list[Row]) -> Table:
    def like(frame: pd.DataFrame) -> pd.DataFrame:
        columns = {
            name: pd.Series([row.get(name) for row in rows], dtype=frame[name].dtype)
            for name in frame.columns
        }
        return pd.DataFrame(columns)

    sequence = f"{old.name}SEQ"
    if sequence in old.frame:
        count: dict[str, int] = defaultdict(int)
        for row in rows:
            count[row["USUBJID"]] += 1
            row[sequence] = float(count[row["USUBJID"]])
    supplemental = None if old.supplemental is None else like(old.supplemental)
    return Table(old.name, like(old.frame), no_trace(), supplemental)


class _Case:
    """One subject's records while they are changed."""

    def __init__(self, records: dict[str, list[Row]], rng: Random) -> None:
        self.records = records
        self.rng = rng
        self.infusion: str = records["EX"][0]["EXSTDTC"]
        self.day_1 = date.fromisoformat(self.infusion[:10])
        self.copies = 0

    def change(self) -> None:
        for domain, instrument in INSTRUMENTS:
            for step in (
                self.move, self.second_form, self.blank, self.make_partial, self.baseline,
            ):  # fmt: skip
                if self.rng.random() < 0.5:
                    step(domain, instrument)
        for chance, once in (
            (0.1, self.infusion_without_time),
            (0.1, self.pga_out_of_range),
            (0.4, self.recorded_total),
            (0.4, self.pga_near_the_limit),
            (0.05, self.other_version),
            (0.75, self.steroids),
            (0.35, self.event),
        ):
            if self.rng.random() < chance:
                once()

    # forms

    def forms(self, domain: str, instrument: str) -> list[Form]:
        found: dict[Any, Form] = defaultdict(list)
        for row in self.records[domain]:
            if row[f"{domain}CAT"] == instrument:
                found[row["VISITNUM"], row[f"{domain}DTC"]].append(row)
        return list(found.values())

    def form(self, domain: str, instrument: str, visit: str) -> Form | None:
        found = [f for f in self.forms(domain, instrument) if f[0]["VISIT"] == visit]
        return found[0] if found else None

    def some_visit(self) -> str:
        return self.rng.choice([*TARGETS, "WEEK 24", "WEEK 24", "WEEK 24", "WEEK 20"])

    def on(self, day: int) -> str:
        return (self.day_1 + timedelta(days=day - 1 if day > 0 else day)).isoformat()

    def dated(self, form: Form, domain: str, when: str | None) -> None:
        day: float | None = None
        if when and len(when) >= 10:
            apart = (date.fromisoformat(when[:10]) - self.day_1).days
            day = float(apart + 1 if apart >= 0 else apart)
        for row in form:
            row[f"{domain}DTC"] = when
            row[f"{domain}DY"] = day

    def copied(self, form: Form, domain: str, when: str) -> Form:
        self.copies += 1
        made = copy.deepcopy(form)
        for row in made:
            row["VISITNUM"], row["VISIT"] = 90.5 + self.copies / 100, f"UNSCHEDULED {self.copies}"
            row["VISITDY"] = None
            row[f"{domain}TPT"] = None
        self.dated(made, domain, when)
        self.records[domain].extend(made)
        return made

    def move(self, domain: str, instrument: str) -> None:
        visit = self.some_visit()
        form = self.form(domain, instrument, visit)
        if form:
            day = self.rng.choice([TARGETS[visit] + self.rng.randint(-20, 20), *LIMITS[:4]])
            self.dated(form, domain, self.on(day))

    def second_form(self, domain: str, instrument: str) -> None:
        """Another form the same day, or as far from the target on its other side, or anywhere."""
        visit = self.some_visit()
        form = self.form(domain, instrument, visit)
        first = form[0][f"{domain}DTC"] if form else None
        if form is None or not first or len(first) < 10:
            return
        apart = (date.fromisoformat(first[:10]) - self.day_1).days + 1 - TARGETS[visit]
        kind = self.rng.choice(["same", "same", "same", "mirror", "mirror", "anywhere"])
        if kind == "same":
            day = TARGETS[visit] + apart
        elif kind == "mirror":
            apart = apart or self.rng.randint(1, 13)
            self.dated(form, domain, self.on(TARGETS[visit] + apart))
            day = TARGETS[visit] - apart
        else:
            day = TARGETS[visit] + self.rng.randint(-15, 15)
        made = self.copied(form, domain, self.on(day))
        self.other_values(made, domain)
        if self.rng.random() < 0.4:
            self.blanked(made, domain)
        if kind == "same":
            # Two forms of the same minute are left out: the definition does not say which counts.
            clocks = self.rng.sample(["T08:15", "T09:40", "T13:05", "T16:30"], 2)
            for one, clock in zip((form, made), clocks, strict=True):
                if self.rng.random() < 0.65:
                    self.dated(one, domain, self.on(day) + clock)
            if self.rng.random() < 0.3:
                third = self.copied(form, domain, self.on(day))
                self.other_values(third, domain)

    def other_values(self, form: Form, domain: str) -> None:
        for row in form:
            code = row[f"{domain}TESTCD"]
            if code.startswith("SLED") and code != "SLED0125" and self.rng.random() < 0.1:
                self.item(row, present=row["RSSTRESC"] == "0")
            elif code.startswith("BLG") and self.rng.random() < 0.3:
                row["RSORRES"] = row["RSSTRESC"] = self.rng.choice("ABBCDE")
                row["RSSTAT"] = row["RSREASND"] = None
            elif code == "PGA0101":
                self.pga(row, Decimal(self.rng.randint(0, 300)) / 100)
        self.add_up(form)

    def item(self, row: Row, *, present: bool) -> None:
        weight = WEIGHTS[int(row["RSTESTCD"][-2:]) - 1] if present else 0
        row["RSORRES"] = "Present" if present else "Absent"
        row["RSSTRESC"], row["RSSTRESN"] = str(weight), float(weight)
        row["RSSTAT"] = row["RSREASND"] = None

    def add_up(self, form: Form) -> None:
        items = [
            row["RSSTRESC"]
            for row in form
            if row.get("RSCAT") == "SLEDAI-2K" and row["RSTESTCD"] != "SLED0125"
        ]
        for row in form:
            if row.get("RSTESTCD") == "SLED0125" and None not in items:
                self.total(row, sum(map(int, items)))

    def total(self, row: Row, value: int) -> None:
        row["RSORRES"] = row["RSSTRESC"] = str(value)
        row["RSSTRESN"] = float(value)

    def pga(self, row: Row, value: Decimal) -> None:
        row["QSORRES"] = row["QSSTRESC"] = str(value)
        row["QSORRESU"] = row["QSSTAT"] = row["QSREASND"] = None
        row["QSSTRESN"] = float(value)

    def not_done(self, row: Row, domain: str) -> None:
        for name in ("ORRES", "STRESC", "STRESN"):
            row[domain + name] = None
        row[f"{domain}STAT"] = row[f"{domain}REASND"] = "NOT DONE"

    def blanked(self, form: Form, domain: str) -> None:
        kind = self.rng.choice(["one", "one", "two", "all"])
        rows = [row for row in form if row[f"{domain}TESTCD"] != "SLED0125"]
        gone = rows if kind == "all" else self.rng.sample(rows, min(len(rows), 1 + (kind == "two")))
        for row in gone:
            self.not_done(row, domain)
        if kind == "all":
            for row in form:
                self.not_done(row, domain)
        elif self.rng.random() < 0.3:
            for row in gone:
                self.records[domain].remove(row)

    def blank(self, domain: str, instrument: str) -> None:
        form = self.form(domain, instrument, self.rng.choice([self.some_visit(), "DAY 1"]))
        if form:
            self.blanked(form, domain)

    def make_partial(self, domain: str, instrument: str) -> None:
        visit = self.some_visit()
        form = self.form(domain, instrument, visit)
        when = form[0][f"{domain}DTC"] if form else None
        if form is None or not when:
            return
        if self.rng.random() < 0.3:
            made = self.copied(form, domain, when)
            self.other_values(made, domain)
        self.dated(form, domain, when[: self.rng.choice([7, 7, 4])])

    def baseline(self, domain: str, instrument: str) -> None:
        """Day 1 after the infusion, by mark or by time; late or early screening."""
        form = self.form(domain, instrument, "DAY 1")
        screening = self.form(domain, instrument, "SCREENING")
        if form:
            kind = self.rng.choice(["after", "at", "later", "before", "unmarked", "two"])
            at = self.infusion
            hour, minute = int(at[11:13]), int(at[14:16])
            clock = {
                "at": f"{hour:02}:{minute:02}",
                "later": f"{hour + 1:02}:{minute:02}",
                "before": f"{hour - 1:02}:{minute:02}",
            }.get(kind)
            for row in form:
                row[f"{domain}TPT"] = TIME_POINTS.get(kind)
            if clock:
                self.dated(form, domain, f"{at[:10]}T{clock}")
            if kind == "two":
                made = self.copied(form, domain, f"{at[:10]}T{hour - 1:02}:{minute:02}")
                self.dated(form, domain, f"{at[:10]}T{hour - 2:02}:{minute:02}")
                self.other_values(made, domain)
        if screening and self.rng.random() < 0.4:
            self.dated(screening, domain, self.on(self.rng.choice([-29, -28, -27, -1])))

    def recorded_total(self) -> None:
        form = self.form("RS", "SLEDAI-2K", self.rng.choice([self.some_visit(), "DAY 1"]))
        if form is None:
            return
        if self.rng.random() < 0.5:
            for row in form:
                if row["RSTESTCD"] != "SLED0125":
                    self.records["RS"].remove(row)
        for row in form:
            if row["RSTESTCD"] == "SLED0125":
                row["RSSTAT"] = row["RSREASND"] = None
                self.total(row, self.rng.randint(0, 20))

    def pga_near_the_limit(self) -> None:
        first = self.form("QS", "PGA", "DAY 1")
        now = self.form("QS", "PGA", self.some_visit())
        if first and now and first[0]["QSSTRESC"]:
            by = self.rng.choice(["0.3", "0.3", "0.30", "0.31", "0.29", "0.297"])
            start = Decimal(self.rng.randint(0, 270)) / 100
            self.pga(first[0], start)
            self.pga(now[0], start + Decimal(by))

    def pga_out_of_range(self) -> None:
        now = self.form("QS", "PGA", self.some_visit())
        if now:
            self.pga(now[0], Decimal(self.rng.choice(["3.01", "30", "-0.1"])))

    def infusion_without_time(self) -> None:
        for row in self.records["EX"]:
            row["EXSTDTC"] = row["EXSTDTC"][:10]
            row["EXENDTC"] = None
        self.records["DM"][0] |= {
            "RFSTDTC": self.infusion[:10], "RFXSTDTC": self.infusion[:10], "RFXENDTC": None
        }  # fmt: skip

    def other_version(self) -> None:
        """Every form of a window in the other version; sometimes one of this version beside it.

        The two versions never lie on different days of a window: the definition settles which
        one counts only for the same day.
        """
        visit = self.some_visit()
        form = self.form("RS", "SLEDAI-2K", visit)
        if form is None:
            return
        near = [
            other
            for other in self.forms("RS", "SLEDAI-2K")
            if other[0]["VISIT"] == visit
            or (other[0]["RSDY"] and abs(other[0]["RSDY"] - TARGETS[visit]) <= 14)
        ]
        when = form[0]["RSDTC"]
        if len(near) == 1 and when and len(when) >= 10 and self.rng.random() < 0.5:
            self.copied(form, "RS", when[:10])
        for row in (row for other in near for row in other):
            row["RSCAT"] = "SELENA-SLEDAI"
            row["RSTESTCD"] = row["RSTESTCD"].replace("SLED01", "SLED02")
            row["RSTEST"] = row["RSTEST"].replace("SLED01", "SLED02")

    # steroids and events

    def steroids(self) -> None:
        rows = [row for row in self.records["CM"] if row["CMCAT"] == "CORTICOSTEROID"]
        asked = [row for row in rows if row["CMPRESP"] == "Y"]
        logged = [row for row in rows if row["CMPRESP"] is None]
        if self.rng.random() < 0.15:
            for row in logged:
                self.records["CM"].remove(row)
            for row in asked:
                row["CMOCCUR"] = self.rng.choice(["N", "Y", None])
            if self.rng.random() < 0.3:
                for row in asked:
                    self.records["CM"].remove(row)
            if self.rng.random() < 0.6:
                return
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            self.records["CM"].append(self.steroid())
        # Whether a local or uncounted steroid alone is "a steroid record" is not defined (PRD-7):
        # where there is no other, the question is answered no, and the dose is 0 either way.
        logged = [
            row
            for row in self.records["CM"]
            if row["CMCAT"] == "CORTICOSTEROID" and row["CMPRESP"] is None
        ]
        if not any(
            (row["CMROUTE"] or "ORAL") in SYSTEMIC and row["CMDECOD"] not in UNCOUNTED
            for row in logged
        ):
            if asked and asked[0] not in self.records["CM"]:
                self.records["CM"].append(asked[0])
            for row in asked:
                row["CMOCCUR"] = "N"

    def steroid(self) -> Row:
        choice = self.rng.choice
        start, stop = self.rng.randint(100, 175), self.rng.randint(138, 180)
        if self.rng.random() < 0.25:
            start = choice([140, 141, 154, 155, 168, 169])
        if self.rng.random() < 0.3:
            stop = choice([140, 141, 142])
        row: Row = dict.fromkeys(self.records["CM"][0])
        for name in ("STUDYID", "DOMAIN", "USUBJID"):
            row[name] = self.records["CM"][0][name]
        drug, doses = choice(DRUGS)
        row |= {
            "CMSPID": str(self.rng.randint(100, 999_999)),
            "CMTRT": drug.title(),
            "CMDECOD": drug,
            "CMCAT": "CORTICOSTEROID",
            "CMDOSE": choice([*doses, *doses, None]),
            "CMDOSU": "mg",
            "CMDOSFRQ": choice(FREQUENCIES),
            "CMROUTE": choice(ROUTES),
            "CMSTDTC": self.on(start),
            "CMENDTC": self.on(max(start, stop)),
            "CMPRN": choice(["N"] * 6 + ["Y"]),
        }
        if row["CMDOSE"] and self.rng.random() < 0.1:
            unit, scale = choice([("ug", 1000.0), ("g", 0.001)])
            row["CMDOSU"], row["CMDOSE"] = unit, round(row["CMDOSE"] * scale, 6)
        if row["CMDOSFRQ"] == "ONCE":
            row["CMENDTC"] = row["CMSTDTC"]
            row["CMPRN"] = "N"
        kind = choice(["", "", "", "month", "year", "stop month", "no start", "ongoing"])
        if kind in ("month", "year"):
            row["CMSTDTC"] = row["CMSTDTC"][: 7 if kind == "month" else 4]
        elif kind == "stop month":
            row["CMENDTC"] = row["CMENDTC"][:7]
        elif kind == "no start":
            row["CMSTDTC"] = None
        elif kind == "ongoing":
            row["CMENDTC"], row["CMENRTPT"], row["CMENTPT"] = None, "ONGOING", "END OF STUDY"
        if row["CMDOSFRQ"] == "ONCE" and row["CMSTDTC"] is None:
            row["CMENDTC"] = None
        return row

    def event(self) -> None:
        day = self.rng.choice([*range(150, 186, 3), 169, 181, 182, 183, 60, 120])
        day = self.assessed(day) if self.rng.random() < 0.6 else day
        when = self.on(max(day, 2))
        ended = [row for row in self.records["DS"] if row["DSCAT"] == "DISPOSITION EVENT"]
        kind = self.rng.choice(["death", "left", "left", "prohibited", "prohibited early"])
        for row in ended:
            row["DSSTDTC"], row["DSSTDY"] = when, float(day)
            if kind == "death":
                row["DSDECOD"] = row["DSTERM"] = "DEATH"
            elif kind == "left":
                row["DSDECOD"] = row["DSTERM"] = "WITHDRAWAL BY SUBJECT"
        if kind == "death":
            self.records["DM"][0] |= {"DTHDTC": when, "DTHFL": "Y"}
        if kind in ("death", "left") and self.rng.random() < 0.6:
            for domain in ("RS", "QS"):
                self.records[domain] = [
                    row
                    for row in self.records[domain]
                    if row[f"{domain}DY"] is not None and row[f"{domain}DY"] <= day
                ]
        if kind.startswith("prohibited"):
            for row in ended:
                row["DSDECOD"] = row["DSTERM"] = "COMPLETED"
                row["DSSTDTC"], row["DSSTDY"] = self.on(365), 365.0
            made: Row = dict.fromkeys(self.records["CM"][0])
            for name in ("STUDYID", "DOMAIN", "USUBJID"):
                made[name] = self.records["CM"][0][name]
            begun = self.rng.choice([-30, -1, 1, 2]) if kind.endswith("early") else day
            made |= {
                "CMSPID": "77", "CMTRT": "Rituximab", "CMDECOD": "RITUXIMAB",
                "CMCAT": "OTHER MEDICATION", "CMDOSE": 1000.0, "CMDOSU": "mg",
                "CMDOSFRQ": "ONCE", "CMROUTE": "INTRAVENOUS", "CMSTDTC": self.on(begun),
                "CMENDTC": self.on(begun), "CMPRN": "N", "CMPROHIB": "Y",
            }  # fmt: skip
            self.records["CM"].append(made)

    def assessed(self, otherwise: int) -> int:
        """The day of a Week 24 form, so that events fall on it or next to it."""
        domain, instrument = self.rng.choice(INSTRUMENTS)
        form = self.form(domain, instrument, "WEEK 24")
        day = form[0][f"{domain}DY"] if form else None
        return otherwise if day is None else int(day) + self.rng.choice([-1, 0, 0, 1])


DRUGS = (
    ("PREDNISONE", (2.5, 5.0, 7.5, 10.0, 12.5, 20.0)),
    ("METHYLPREDNISOLONE", (4.0, 8.0, 2.0, 80.0)),
    ("DEXAMETHASONE", (0.75, 1.5, 0.1)),
    ("HYDROCORTISONE", (10.0, 20.0, 40.0)),
    ("DEFLAZACORT", (6.0, 12.0)),
    ("FLUDROCORTISONE", (0.1,)),
    ("BUDESONIDE", (9.0,)),
    ("PREDNYLIDENE", (6.0,)),
)
UNCOUNTED = ("FLUDROCORTISONE", "BUDESONIDE")
SYSTEMIC = ("ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS")
FREQUENCIES = (
    "QD", "QD", "QD", "QD", "BID", "QOD", "Q3D", "3 TIMES PER WEEK", "EVERY WEEK", "QAM",
    "ONCE", "ONCE", "UNKNOWN", "INTERMITTENT", "Q8H", "Q36H", "4 TIMES PER WEEK", None,
)  # fmt: skip
ROUTES = (
    *["ORAL"] * 10, None, "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS", "INTRA-ARTICULAR",
    "TOPICAL", "NASAL", "RECTAL", "INTRALESIONAL", "OPHTHALMIC", "RESPIRATORY (INHALATION)",
)  # fmt: skip
