"""SRI-4 programmed a second time, from its written definition alone, to compare with `adam`.

Plain Python, one subject and one visit at a time, exact arithmetic, no code shared with the
toolkit. Rule codes (SLE-1, WIN-2 and so on) are those of the definition; `Reached` counts how
often each was met, so that a comparison can show what it exercised.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import pandas as pd

Row = dict[str, Any]
Reached = Counter[str]

VISITS = {  # name: target day, first and last day of the window
    "Week 4": (29, 15, 42),
    "Week 8": (57, 43, 70),
    "Week 12": (85, 71, 98),
    "Week 16": (113, 99, 126),
    "Week 20": (141, 127, 154),
    "Week 24": (169, 155, 182),
}
EARLIEST_BASELINE = -28
FIRST_TAPER_DAY = 141
DOSE_LIMIT = 10
DROPS = {"SRI4": 4, "SRI5": 5, "SRI6": 6, "SRI7": 7, "SRI8": 8}
PGA_LIMIT = Decimal("0.3")
POST_DOSE = "AFTER INFUSION"  # a term of the study's code list of time points

WEIGHTS = dict(enumerate([8] * 8 + [4] * 6 + [2] * 7 + [1] * 3, 1))
TOTAL = 25
SYSTEMS = range(1, 10)
GRADES = "EDCBA"  # mildest first

MG_LIKE_PREDNISONE_5 = {
    "PREDNISONE": "5",
    "PREDNISOLONE": "5",
    "METHYLPREDNISOLONE": "4",
    "TRIAMCINOLONE": "4",
    "DEXAMETHASONE": "0.75",
    "BETAMETHASONE": "0.75",
    "HYDROCORTISONE": "20",
    "CORTISONE": "25",
    "DEFLAZACORT": "6",
}
NOT_IN_DAILY_DOSE = {"FLUDROCORTISONE", "BUDESONIDE"}
SYSTEMIC_ROUTES = {"ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS"}
MG = {"mg": Fraction(1), "g": Fraction(1000), "ug": Fraction(1, 1000)}
PER_DAY = {
    **dict.fromkeys(["QD", "QAM", "QPM", "QHS"], Fraction(1)),
    **dict.fromkeys(["BID"], Fraction(2)),
    **dict.fromkeys(["TID"], Fraction(3)),
    **dict.fromkeys(["QID"], Fraction(4)),
    **dict.fromkeys(["QOD"], Fraction(1, 2)),
    **dict.fromkeys(["1 TIME PER WEEK", "EVERY WEEK"], Fraction(1, 7)),
}


@dataclass(frozen=True)
class Assessment:
    """One form of one instrument: what it says, when, and at which nominal visit."""

    visit: str
    date: date | None  # None: partial or missing
    time: tuple[int, ...] | None
    after: bool
    version: str = ""
    items: Mapping[int, int] = field(default_factory=dict)
    recorded: int | None = None
    grades: Mapping[int, str] = field(default_factory=dict)
    value: Decimal | None = None

    @property
    def total(self) -> int | None:
        if not self.items:
            return self.recorded
        if len(self.items) < len(WEIGHTS):
            return None
        return sum(self.items.values())


@dataclass(frozen=True)
class Chosen:
    """What was chosen at baseline or for a window; `day` is None when its date is partial."""

    day: int | None
    result: Any
    version: str = ""


@dataclass(frozen=True)
class Component:
    """Y, N or None (missing), and the day of the record it rests on."""

    value: str | None
    day: int | None = None


@dataclass(frozen=True)
class Response:
    """All that the definition says of one subject at one visit."""

    subject: str
    visit: str
    day: int | None
    components: Mapping[str, Component]
    new_a: int | None
    new_b: int | None
    sledai_change: int | None
    pga_change: Decimal | None
    results: Mapping[str, str]  # SRI4, SRI4LBL, ... -> Y or N
    how: Mapping[str, str]  # the same -> OBSERVED or NRI
    reasons: Mapping[str, str]
    days: Mapping[str, int | None]  # of responses that rest on records of their own


# Reading


def rows_of(table: Any) -> list[Row]:
    """The records of a built table with their qualifiers; missing is None."""
    frame = table.frame
    if table.supplemental is not None:
        frame = frame.join(table.supplemental)
    plain = frame.astype(object).where(frame.notna(), None)
    return [dict(row) for row in plain.to_dict("records")]


def full_date(text: str | None) -> date | None:
    if text and re.match(r"\d{4}-\d\d-\d\d(T|$)", text):
        return date.fromisoformat(text[:10])
    return None


def clock(text: str | None) -> tuple[int, ...] | None:
    found = re.search(r"T(\d\d):(\d\d)(?::(\d\d))?", text or "")
    return tuple(int(part or 0) for part in found.groups()) if found else None


def earliest(text: str | None) -> date | None:
    if not text:
        return None
    year, month, day = [*text[:10].split("-"), "", ""][:3]
    return date(int(year), int(month or 1), int(day or 1))


def latest(text: str | None) -> date | None:
    if not text:
        return None
    year, month, day = [*text[:10].split("-"), "", ""][:3]
    last_month = int(month or 12)
    return date(int(year), last_month, int(day or calendar.monthrange(int(year), last_month)[1]))


def pga_value(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value if 0 <= value <= 3 else None  # PGA-3: out of range is missing


class Subject:
    """One infused subject: the assessments, steroids and events, in study days."""

    def __init__(self, name: str, records: Mapping[str, list[Row]], reached: Reached) -> None:
        self.name = name
        self.reached = reached
        infusion = min(row["EXSTDTC"] for row in records["EX"])
        first = full_date(infusion)
        if first is None:
            raise ValueError(f"{name} has no date of the infusion")
        self.day_1 = first
        self.infusion_time = clock(infusion)
        self.sledai = self._forms(records["RS"], "RS", "SLEDAI")
        self.bilag = self._forms(records["RS"], "RS", "BILAG")
        self.pga = self._forms(records["QS"], "QS", "PGA")
        self.cm = records["CM"]
        self.ds = records["DS"]
        self.dm = records["DM"][0]

    def day(self, when: date) -> int:
        apart = (when - self.day_1).days
        return apart + 1 if apart >= 0 else apart

    def _forms(self, rows: list[Row], domain: str, instrument: str) -> list[Assessment]:
        forms: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows:
            if instrument in str(row[f"{domain}CAT"]):
                key = (row[f"{domain}CAT"], row["VISITNUM"], row["VISIT"], row[f"{domain}DTC"])
                forms[key].append(row)
        made = []
        for (category, _, visit, when), answers in forms.items():
            items: dict[int, int] = {}
            grades: dict[int, str] = {}
            recorded, value = None, None
            for row in answers:
                result, code = row[f"{domain}STRESC"], str(row[f"{domain}TESTCD"])
                if result is None:
                    continue
                if instrument == "PGA":
                    value = pga_value(result)
                    if value is None:
                        self.reached["PGA-3"] += 1
                elif instrument == "BILAG":
                    number = int(code[-1]) if re.fullmatch(r"BLG01G\d", code) else 0
                    if number in SYSTEMS and result in GRADES:
                        grades[number] = result
                elif int(code[-2:]) == TOTAL:
                    recorded = int(Decimal(result))
                else:
                    number = int(code[-2:])
                    items[number] = WEIGHTS[number] if Decimal(result) else 0
            form = Assessment(
                visit=str(visit),
                date=full_date(when),
                time=clock(when) if full_date(when) else None,
                after=any(row.get(f"{domain}TPT") == POST_DOSE for row in answers),
                version=str(category),
                items=items,
                recorded=recorded,
                grades=grades,
                value=value,
            )
            made.append(form)
            if instrument == "SLEDAI":
                if items and len(items) < len(WEIGHTS):
                    self.reached["SLE-2 missing item"] += 1
                elif not items and recorded is not None:
                    self.reached["SLE-2 recorded total"] += 1
                elif items and recorded is not None and recorded != form.total:
                    self.reached["SLE-2 items win"] += 1
        return made

    # Choosing an assessment

    def baseline(self, forms: list[Assessment], result: str) -> Chosen | None:
        """BAS-1."""
        candidates: dict[int, list[Assessment]] = defaultdict(list)
        for form in forms:
            if form.date is None or not has_result(form, result):
                continue
            day = self.day(form.date)
            if not EARLIEST_BASELINE <= day <= 1:
                continue
            if form.after:
                self.reached["BAS-1 marked post-dose"] += 1
                continue
            if day == 1 and form.time and self.infusion_time and form.time >= self.infusion_time:
                self.reached["BAS-1 timed at or after infusion"] += 1
                continue
            candidates[day].append(form)
        if not candidates:
            return None
        last = max(candidates)
        self.reached["BAS-1" if last == 1 else "BAS-1 before Day 1"] += 1
        return self._of_one_day(candidates[last], result, last)

    def in_window(self, forms: list[Assessment], result: str, visit: str) -> Chosen | None:
        """WIN-1, WIN-2 and WIN-4."""
        target, low, high = VISITS[visit]
        dated: dict[int, list[Assessment]] = defaultdict(list)
        undated = []
        for form in forms:
            if not has_result(form, result):
                continue
            if form.date is None:
                if form.visit.upper() == visit.upper():
                    undated.append(form)
            elif low <= self.day(form.date) <= high:
                dated[self.day(form.date)].append(form)
        if dated:
            if len(dated) > 1:
                self.reached["WIN-2"] += 1
            apart = min(abs(day - target) for day in dated)
            nearest = [day for day in dated if abs(day - target) == apart]
            if len(nearest) > 1:
                self.reached["WIN-2 tie"] += 1
            if max(nearest) in (low, high):
                self.reached["WIN-1 at a limit"] += 1
            if undated:
                self.reached["WIN-4 dated beats partial"] += 1
            return self._of_one_day(dated[max(nearest)], result, max(nearest))
        if undated:
            self.reached["WIN-4 partial"] += 1
            return self._of_one_day(undated, result, None)
        return None

    def _of_one_day(self, forms: list[Assessment], result: str, day: int | None) -> Chosen:
        """DUP-1; every form given has a result."""
        if len({form.version for form in forms}) > 1:
            own = [form for form in forms if form.version == "SLEDAI-2K"]
            self.reached["DUP-1 other version"] += 1
            forms = own or forms
        if len(forms) > 1:
            timed = all(form.time for form in forms)
            self.reached["DUP-1 latest time" if timed else "DUP-1 worst"] += 1
        if result == "grades":
            merged: dict[int, str] = {}
            for system in SYSTEMS:
                graded = [form for form in forms if system in form.grades]
                if graded:
                    merged[system] = max(
                        (form.grades[system] for form in settled(graded)), key=GRADES.index
                    )
                    if len(graded) < len(forms):
                        self.reached["DUP-1 graded beats -"] += 1
            return Chosen(day, merged)
        return Chosen(day, max(getattr(form, result) for form in settled(forms)), forms[0].version)

    # Steroids

    def steroids(self) -> list[Row]:
        """The records of systemic steroids that count in the daily dose."""
        kept = []
        for row in self.cm:
            if row["CMPRESP"] is not None:
                continue
            drug = row["CMDECOD"]
            if drug in NOT_IN_DAILY_DOSE:
                self.reached["PRD-7 not counted drug"] += 1
                continue
            if drug not in MG_LIKE_PREDNISONE_5 and row["CMCAT"] != "CORTICOSTEROID":
                continue
            if (row["CMROUTE"] or "ORAL") not in SYSTEMIC_ROUTES:  # absent is oral
                self.reached["PRD-6 local route"] += 1
                continue
            kept.append(row)
        return kept

    def taper(self, visit: str, day: int | None, *, add_prn: bool = False) -> str | None:
        """SRI4PRD."""
        last = (VISITS[visit][0] if day is None else day) - 1
        tested = range(FIRST_TAPER_DAY, last + 1)
        if not tested:
            self.reached["PRD no tested day"] += 1
            return "Y"
        steroids = self.steroids()
        if not steroids:
            asked = [row for row in self.cm if row["CMTRT"] == "SYSTEMIC CORTICOSTEROIDS"]
            no = any(row["CMPRESP"] == "Y" and row["CMOCCUR"] == "N" for row in asked)
            self.reached["PRD-7 answered no" if no else "PRD-7 not answered no"] += 1
            return "Y" if no else None
        known: dict[int, Fraction] = defaultdict(Fraction)
        sources: Counter[int] = Counter()
        unknown: set[int] = set()
        for row in steroids:
            prn = row.get("CMPRN") == "Y" or row["CMDOSFRQ"] == "PRN"
            if prn and not add_prn:
                self.reached["PRD-7 PRN"] += 1
                continue
            days = self.active_days(row, tested)
            undated_dose = row["CMDOSFRQ"] == "ONCE" and row["CMSTDTC"] is None
            rate = None if undated_dose else self.rate(row)
            if rate is None:
                unknown.update(days)
                continue
            for active in days:
                known[active] += rate
                sources[active] += 1
        highest = max((known[active] for active in tested), default=Fraction(0))
        if any(count > 1 for count in sources.values()):
            self.reached["PRD-4"] += 1
        if highest == DOSE_LIMIT:
            self.reached["PRD-1 exactly 10"] += 1
        if highest > DOSE_LIMIT:
            self.reached["PRD-7 missing, known exceeds" if unknown else "PRD-1 above"] += 1
            return "N"
        if unknown:
            self.reached["PRD-7 missing"] += 1
            return None
        self.reached["PRD-1"] += 1
        return "Y"

    def active_days(self, row: Row, tested: range) -> list[int]:
        """PRD-8: the tested days on which a record is active."""
        first, last = earliest(row["CMSTDTC"]), latest(row["CMENDTC"])
        if row["CMSTDTC"] is not None and full_date(row["CMSTDTC"]) is None:
            self.reached["PRD-8 partial start"] += 1
        if row["CMENDTC"] is not None and full_date(row["CMENDTC"]) is None:
            self.reached["PRD-8 partial stop"] += 1
        if row["CMDOSFRQ"] == "ONCE":
            if first is None:
                self.reached["PRD-8 ONCE without date"] += 1
                return list(tested)
            if self.day(first) in tested:
                self.reached["PRD-6 ONCE on a tested day"] += 1
            return [day for day in tested if day == self.day(first)]
        if self.is_reversed(row):
            return [day for day in tested if self.day(last) <= day <= self.day(first)]
        if first is None:
            self.reached["PRD-8 start missing"] += 1
        if last is not None and self.day(last) in tested:
            self.reached["PRD-8 stop on a tested day"] += 1
        return [
            day
            for day in tested
            if (first is None or self.day(first) <= day) and (last is None or day <= self.day(last))
        ]

    def is_reversed(self, row: Row) -> bool:
        """Whether a record ends before it starts: between the two its dose is not known."""
        first, last = earliest(row["CMSTDTC"]), latest(row["CMENDTC"])
        return (
            row["CMDOSFRQ"] != "ONCE"
            and first is not None
            and last is not None
            and self.day(last) < self.day(first)
        )

    def rate(self, row: Row) -> Fraction | None:
        """mg of prednisone per day; None when the dose is missing."""
        if self.is_reversed(row):
            return None
        frequency = Fraction(1) if row["CMDOSFRQ"] == "ONCE" else per_day(row["CMDOSFRQ"])
        if (
            frequency is None
            or row["CMDOSE"] is None
            or row["CMDOSU"] not in MG
            or row["CMDECOD"] not in MG_LIKE_PREDNISONE_5
        ):
            return None
        factor = 5 / Fraction(MG_LIKE_PREDNISONE_5[row["CMDECOD"]])
        if factor != 1:
            self.reached["PRD-2"] += 1
        if frequency.denominator > 1:
            self.reached["PRD-3"] += 1
        return Fraction(Decimal(repr(row["CMDOSE"]))) * MG[row["CMDOSU"]] * frequency * factor

    # Failure

    def failures(self, visit: str, day: int | None) -> list[str]:
        """The causes of treatment failure, in the order of the definition.

        An event with a partial date is taken at its earliest possible day, as a start in PRD-8.
        """
        end = VISITS[visit][2]
        deaths = [self.dm["DTHDTC"]]
        departures = []
        for row in self.ds:
            if row["DSCAT"] == "DISPOSITION EVENT":
                if row["DSDECOD"] == "DEATH":
                    deaths.append(row["DSSTDTC"])
                elif row["DSDECOD"] != "COMPLETED":
                    departures.append(row["DSSTDTC"])
        started = [earliest(row["CMSTDTC"]) for row in self.cm if row.get("CMPROHIB") == "Y"]
        causes = []
        for text in filter(None, deaths):
            if self.day(earliest(text)) <= (end if day is None else day):
                causes.append("DEATH")
                self.reached["TF-1 partial date"] += full_date(text) is None
        for text in filter(None, departures):
            when = earliest(text)
            if day is None:
                counts = self.day(when) <= end
            else:
                counts = self.day(when) < day
                if self.day(when) == day:
                    self.reached["TF-2 on the assessment day"] += 1
            if counts:
                causes.append("DISCONTINUED")
                self.reached["TF-2 partial date"] += full_date(text) is None
        for when in filter(None, started):
            if self.day(when) < 1:
                self.reached["TF-3 before Day 1"] += 1
                continue
            if day is None:
                counts = self.day(when) <= end
            else:
                counts = self.day(when) < day
                if self.day(when) == day:
                    self.reached["TF-3 on the assessment day"] += 1
            if counts:
                causes.append("PROHIBITED MED")
        codes = {"DEATH": "TF-1", "DISCONTINUED": "TF-2", "PROHIBITED MED": "TF-3"}
        unique = list(dict.fromkeys(causes))
        for cause in unique:
            self.reached[codes[cause] + ("" if day else " without assessment")] += 1
        return unique

    # The response

    def response(self, visit: str) -> Response:
        sle_0, sle_1 = (
            self.baseline(self.sledai, "total"),
            self.in_window(self.sledai, "total", visit),
        )
        bil_0, bil_1 = (
            self.baseline(self.bilag, "grades"),
            self.in_window(self.bilag, "grades", visit),
        )
        pga_0, pga_1 = self.baseline(self.pga, "value"), self.in_window(self.pga, "value", visit)
        days = [chosen.day for chosen in (sle_1, bil_1, pga_1) if chosen and chosen.day]
        day = max(days, default=None)
        self.reached["WIN-3 several days"] += len(set(days)) > 1
        if day is None:
            self.reached["no reference day"] += 1

        mixed = bool(sle_0 and sle_1 and sle_0.version != sle_1.version)
        change = sle_1.result - sle_0.result if sle_0 and sle_1 and not mixed else None
        if mixed:
            self.reached["SLE-3"] += 1
        elif change is None:
            self.reached["SLE-4"] += 1
        elif change in (-4, -3):
            self.reached[f"SLE-1 change {change}"] += 1
        new_a, new_b, incomplete = self.new_grades(bil_0, bil_1)
        moved = pga_1.result - pga_0.result if pga_0 and pga_1 else None
        if moved == PGA_LIMIT:
            self.reached["PGA-1 exactly 0.3"] += 1
        causes = self.failures(visit, day)

        def sle(drop: int) -> str | None:
            return None if change is None else answer(change <= -drop)

        if new_a is None or new_b is None:
            bil = bil_abs = None
        else:
            bil = "N" if new_a > 0 or new_b > 1 else None if incomplete else "Y"
            bil_abs = "N" if new_a > 0 else None if incomplete else "Y"
            if incomplete:
                self.reached["BIL-4 failed anyway" if bil == "N" else "BIL-4 missing"] += 1
            if new_b == 1 and bil == "Y":
                self.reached["BIL-3 one new B"] += 1
            if new_b > 1:
                self.reached["BIL-3 two new B"] += 1
            if new_a:
                self.reached["BIL-1"] += 1
        pga = None if moved is None else answer(not moved > PGA_LIMIT)
        pga_label = None if moved is None else answer(not moved >= PGA_LIMIT)
        prd = self.taper(visit, day)
        tf = "N" if causes else "Y"

        readings = {
            name: {f"{name}SLE": sle(drop), "SRI4BIL": bil, "SRI4PGA": pga, "SRI4PRD": prd}
            for name, drop in DROPS.items()
        }
        plain = readings["SRI4"]
        readings["SRI4ABS"] = {
            "SRI4SLE": sle(4), "SRI4BILA": bil_abs, "SRI4PGA": pga, "SRI4PRD": prd
        }  # fmt: skip
        readings["SRI4LBL"] = {
            "SRI4SLE": sle(4), "SRI4BIL": bil, "SRI4PGAL": pga_label, "SRI4PRD": prd
        }  # fmt: skip
        results, how, reasons = {}, {}, {}
        for name, parts in readings.items():
            results[name], how[name], reasons[name] = combined(parts, causes, mixed=mixed)
        (results["SRI4WC"], how["SRI4WC"], reasons["SRI4WC"]), worst_day = self.worst_case(
            visit, plain, [chosen.day for chosen in (bil_1, pga_1) if chosen and chosen.day]
        )
        self.reached[
            "NRI-1" if how["SRI4"] == "NRI" else "NRI-2" if results["SRI4"] == "N" else "all Y"
        ] += 1
        return Response(
            subject=self.name,
            visit=visit,
            day=day,
            components={
                "SRI4SLE": Component(sle(4), sle_1.day if sle_1 else None),
                "SRI4BIL": Component(bil, bil_1.day if bil_1 else None),
                "SRI4BILA": Component(bil_abs, bil_1.day if bil_1 else None),
                "SRI4PGA": Component(pga, pga_1.day if pga_1 else None),
                "SRI4PGAL": Component(pga_label, pga_1.day if pga_1 else None),
                "SRI4PRD": Component(prd, day),
                "SRI4TF": Component(tf, day),
            },
            new_a=new_a,
            new_b=new_b,
            sledai_change=change,
            pga_change=moved,
            results=results,
            how=how,
            reasons=reasons,
            days={"SRI4WC": worst_day},
        )

    def worst_case(
        self, visit: str, plain: Mapping[str, str | None], other_days: list[int]
    ) -> tuple[tuple[str, str, str], int | None]:
        """SRI4WC and its day: missing items absent before and present at the visit, PRN added."""
        before = self.baseline([filled(form, present=False) for form in self.sledai], "total")
        now = self.in_window([filled(form, present=True) for form in self.sledai], "total", visit)
        day = max(other_days + ([now.day] if now and now.day else []), default=None)
        mixed = bool(before and now and before.version != now.version)
        sle = None
        if before and now and not mixed:
            sle = answer(now.result - before.result <= -DROPS["SRI4"])
        parts = {
            "SRI4SLEW": sle,
            "SRI4BIL": plain["SRI4BIL"],
            "SRI4PGA": plain["SRI4PGA"],
            "SRI4PRDW": self.taper(visit, day, add_prn=True),
        }
        return combined(parts, self.failures(visit, day), mixed=mixed), day

    def new_grades(
        self, before: Chosen | None, now: Chosen | None
    ) -> tuple[int | None, int | None, bool]:
        """New A, new B among the systems graded twice, and whether a system was not."""
        if before is None or now is None:
            return None, None, True
        new_a = new_b = 0
        incomplete = False
        for system in SYSTEMS:
            old, new = before.result.get(system), now.result.get(system)
            if old is None or new is None:
                incomplete = True
            elif new == "A" and old != "A":
                new_a += 1
            elif new == "B" and old in "CDE":
                new_b += 1
            elif new == old and new in "AB":
                self.reached["BIL-2"] += 1
            elif new == "B" and old == "A":
                self.reached["BIL-3 A to B"] += 1
        return new_a, new_b, incomplete


def has_result(form: Assessment, result: str) -> bool:
    return bool(form.grades) if result == "grades" else getattr(form, result) is not None


def filled(form: Assessment, *, present: bool) -> Assessment:
    """The form with its missing SLEDAI items scored; one without any item stays as it is."""
    if not form.items:
        return form
    missing = {item: weight if present else 0 for item, weight in WEIGHTS.items()}
    return replace(form, items={**missing, **form.items})


def settled(forms: list[Assessment]) -> list[Assessment]:
    """The forms of a day among which the worst counts: the last one where all have a time."""
    times = [form.time for form in forms if form.time]
    if len(times) < len(forms):
        return forms
    return [form for form in forms if form.time == max(times)]


def per_day(frequency: str | None) -> Fraction | None:
    text = frequency or ""
    if text in PER_DAY:
        return PER_DAY[text]
    if found := re.fullmatch(r"Q(\d+)H", text):
        return Fraction(24, int(found[1]))
    if found := re.fullmatch(r"Q(\d+)D", text):
        return Fraction(1, int(found[1]))
    if found := re.fullmatch(r"(\d+) TIMES PER WEEK", text):
        return Fraction(int(found[1]), 7)
    if found := re.fullmatch(r"EVERY (\d+) WEEKS", text):
        return Fraction(1, 7 * int(found[1]))
    return None


def answer(passes: bool) -> str:
    return "Y" if passes else "N"


def combined(
    parts: Mapping[str, str | None], causes: list[str], *, mixed: bool
) -> tuple[str, str, str]:
    """Three-valued logic: the response, how it came about, and the reasons."""
    first = ["SLEDAI VERSION MIXED"] if mixed else []
    failed = [name for name, value in parts.items() if value == "N"] + causes
    missing = [f"MISSING {name}" for name, value in parts.items() if value is None]
    if failed:
        return "N", "OBSERVED", ";".join(first + failed)
    if missing:
        return "N", "NRI", ";".join(first + missing)
    return "Y", "OBSERVED", ";".join(first)


def responses(
    tables: Mapping[str, Any], visits: Iterable[str] = tuple(VISITS)
) -> tuple[list[Response], Reached]:
    """SRI-4 of every infused subject at every visit, and how often each rule was reached."""
    reached: Reached = Counter()
    records: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for domain in ("DM", "EX", "RS", "QS", "CM", "DS"):
        for row in rows_of(tables[domain]):
            records[row["USUBJID"]][domain].append(row)
    found = []
    for name in sorted(records):
        if records[name]["EX"]:
            subject = Subject(name, records[name], reached)
            found += [subject.response(visit) for visit in visits]
    return found, reached


def as_frame(found: Iterable[Response]) -> pd.DataFrame:
    """One row per subject, visit and parameter: AVALC, DTYPE, the reason and ADY."""
    rows: list[tuple[Any, ...]] = []
    for one in found:
        for code, part in one.components.items():
            rows.append((one.subject, one.visit, code, part.value, None, None, part.day))
        for code, count in (("BILNEWA", one.new_a), ("BILNEWB", one.new_b)):
            text = None if count is None else str(count)
            rows.append(
                (one.subject, one.visit, code, text, None, None, one.components["SRI4BIL"].day)
            )
        for code, value in one.results.items():
            nri = "NRI" if one.how[code] == "NRI" else None
            reason = one.reasons[code] or None
            day = one.days.get(code, one.day)
            rows.append((one.subject, one.visit, code, value, nri, reason, day))
    columns = ["USUBJID", "AVISIT", "PARAMCD", "VALUE", "DTYPE", "REASON", "ADY"]
    return pd.DataFrame(rows, columns=columns)
