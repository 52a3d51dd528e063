"""The forms of one event: measurements that agree with what happens to the subjects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from . import course as c
from .export import chosen, clock, date, date_time, fixed, joined, where, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

    from .course import Course
    from .export import Columns, Floats, Ints

SYSTEMS = ("con", "muc", "neu", "msk", "car", "gas", "oph", "ren", "hae")
LYMPHOCYTES = ("bcell", "bdn", "bmsw", "btrans", "bnact", "treg", "helios")
ANTIBODIES = {"dsdna": 30, "smith": 20, "rnp": 20, "ssa": 20, "ssb": 20, "card": 20}
BLANK = pa.scalar(None, pa.string())


@dataclass(frozen=True)
class Person:
    """What is a subject's own and does not change from visit to visit: levels and raters."""

    normal: Mapping[str, Floats]
    rater: Ints
    arrival: Ints


def person(rng: Generator, n: int) -> Person:
    """The levels of n subjects, each around the middle of a healthy or a lupus population."""
    centre = {
        "creat": (0.78, 0.1), "alt": (20, 6), "ast": (21, 5), "hgb": (12.6, 0.9),
        "wbc": (5.6, 1.1), "neut": (0.62, 0.04), "lym": (0.24, 0.04), "plat": (245, 40),
        "upcr": (0.12, 0.04), "c3": (112, 10), "c4": (22, 4), "ch50": (52, 6),
        "systolic": (122, 8), "diastolic": (76, 5), "pulse": (76, 6), "temp": (36.7, 0.15),
        "bcell": (150, 40), "bdn": (14, 3), "bmsw": (22, 4), "btrans": (3, 0.6),
        "bnact": (18, 4), "treg": (6.5, 1), "helios": (58, 5), "garp": (6, 1.2),
        "high": (0.6, 0.2), "smith": (0.9, 0.5), "rnp": (0.9, 0.5), "ssa": (1.1, 0.6),
        "ssb": (0.7, 0.4), "card": (0.6, 0.3), "ana": (4, 1),
    }  # fmt: skip
    normal = {
        name: np.clip(rng.normal(mean, spread, n), mean - 1.8 * spread, mean + 1.8 * spread)
        for name, (mean, spread) in centre.items()
    }
    return Person(normal, rater=rng.integers(0, 2, n), arrival=rng.integers(480, 520, n))


def event_forms(rng: Generator, course: Course, people: Person, event: int) -> dict[str, Columns]:
    """The answers of every form of an event, one row per subject, as if all visits were done."""
    visit = course.date(course.day[:, event])
    draw = _Draw(rng, course, people, event)
    forms = {
        "vital_signs": _vital_signs(draw, visit),
        "sledai": _sledai(draw, visit),
        "bilag": _bilag(draw, visit),
        "pga": _pga(draw, visit),
        "labs": _labs(draw, visit),
        "complement": _complement(draw, visit),
        "autoantibodies": _autoantibodies(draw, visit),
        "flow_cytometry": _flow_cytometry(draw, visit),
        "garp": _garp(draw, visit),
    }
    if event == 0:
        forms |= {
            "eligibility": _eligibility(course, people),
            "demographics": _demographics(course),
            "sle_history": _sle_history(course),
        }
    if event == 1:
        forms["infusion"] = _infusion(draw)
    return forms


def visit_form(course: Course, event: int) -> Columns:
    """Whether the visit was done, when, or why not."""
    done = course.state[:, event] == c.DONE
    reason = "Joint pain and swelling" if event == c.UNSCHEDULED else None
    return {
        "visyn": whole(done),
        "visdat": where(done, date(course.date(course.day[:, event]))),
        "visreas": where(~done, whole(course.missed_because[:, event])),
        "visunsch": pa.array([reason] * len(done), pa.string()),
    }


def disposition(course: Course) -> Columns:
    """How the study ended for each subject."""
    done = course.completed
    return {
        "dscomp": whole(done),
        "dsstdat": date(course.date(course.last_day)),
        "dsdecod": where(~done, whole(course.reason)),
        "dsterm": course.reason_text,
        "dslcdat": date(course.date(course.contact_day)),
        "dsdth": whole(done & False),
    }


class _Draw:
    """Measured values at one event: the subject's own level, a trend, and noise."""

    def __init__(self, rng: Generator, course: Course, people: Person, event: int) -> None:
        self.rng, self.course, self.people, self.event = rng, course, people, event
        self.n = len(course.sex)
        self.day = course.day[:, event]
        self.items = course.items[:, event]
        self.trend = course.effect * (1 - np.exp(-np.maximum(self.day - 1, 0) / 50))

    def level(self, name: str, noise: float = 0.05) -> Floats:
        return self.people.normal[name] * (1 + noise * self.noise())

    def noise(self) -> Floats:
        return np.clip(self.rng.normal(0, 1, self.n), -2, 2)

    def between(self, low: float, high: float) -> Floats:
        return self.rng.uniform(low, high, self.n)

    def all(self, value: int | str) -> pa.Array:
        return pa.array([str(value)] * self.n)

    def minutes(self, after: int) -> pa.Array:
        return clock(self.people.arrival + after + self.rng.integers(0, 12, self.n))

    def before_infusion(self) -> pa.Array:
        return self.all(1) if self.event == 1 else pa.nulls(self.n, pa.string())


def _eligibility(course: Course, people: Person) -> Columns:
    n = len(course.sex)
    consent = course.date(course.day[:, 0]).astype("datetime64[m]") + people.arrival
    yes, no = pa.array(["1"] * n), pa.array(["0"] * n)
    return {
        "icdtc": date_time(consent),
        "icver": pa.array(["2.0"] * n),
        **{f"ieinc{number:02d}": yes for number in range(1, 7)},
        **{f"ieexc{number:02d}": no for number in range(1, 9)},
        "ieyn": yes,
    }


def _demographics(course: Course) -> Columns:
    consent, born = course.date(course.day[:, 0]), course.birth.astype("datetime64[D]")
    months = consent.astype("datetime64[M]") - born.astype("datetime64[M]")
    day_of_month = [when - when.astype("datetime64[M]") for when in (consent, born)]
    full_months = months.astype(np.int64) - (day_of_month[0] < day_of_month[1])
    return {
        "siteid": pa.array(["001"] * len(born)),
        "brthdat": date(born),
        "age": whole(full_months // 12),
        "sex": whole(course.sex),
        **{f"race___{code}": whole(course.race[:, code - 1]) for code in range(1, 7)},
        "race_oth": where(course.race[:, 5], "Mixed"),
        "ethnic": whole(course.ethnicity),
    }


def _sle_history(course: Course) -> Columns:
    return {
        "sle_dxdat": course.diagnosis,
        "sle_crit": whole(course.criteria),
        "sle_critn": whole(course.criteria_met),
        "sle_neph": whole(course.nephritis),
        "sle_nephcl": where(course.nephritis, whole(course.nephritis_class)),
    }


def _vital_signs(draw: _Draw, visit: np.ndarray) -> Columns:
    course = draw.course
    drift = 0.003 * draw.noise() * (draw.event != 1)
    kilograms = course.weight * (1 + drift)
    celsius = np.where(draw.items[:, c.FEVER], draw.between(38.2, 38.9), draw.level("temp", 0.004))
    return {
        "vsdat": date(visit),
        "vstim": draw.minutes(0),
        "vs_height": fixed(course.height, 0) if draw.event == 0 else pa.nulls(draw.n, pa.string()),
        "vs_weight": where(course.pounds, fixed(kilograms / 0.45359237, 1), fixed(kilograms, 1)),
        "vs_weight_u": whole(1 + course.pounds),
        "vs_sysbp": fixed(draw.level("systolic", 0.04), 0),
        "vs_diabp": fixed(draw.level("diastolic", 0.04), 0),
        "vs_pulse": fixed(draw.level("pulse", 0.06), 0),
        "vs_temp": where(course.fahrenheit, fixed(celsius * 1.8 + 32, 1), fixed(celsius, 1)),
        "vs_temp_u": whole(1 + course.fahrenheit),
    }


def _rater(draw: _Draw) -> pa.Array:
    return chosen(["Rater A", "Rater B"], draw.people.rater)


def _sledai(draw: _Draw, visit: np.ndarray) -> Columns:
    total = draw.items @ c.WEIGHTS
    return {
        "sledatd": date(visit),
        "sled_tpt": draw.before_infusion(),
        "sled_version": draw.all(1),
        **{f"sled{item + 1:02d}": whole(draw.items[:, item]) for item in range(24)},
        "sled_total": whole(total),
        "sled_rater": _rater(draw),
    }


def _bilag(draw: _Draw, visit: np.ndarray) -> Columns:
    grades = draw.course.grades[:, draw.event]
    letters = ("A", "B", "C", "D", "E", "ND")
    return {
        "bilagdat": date(visit),
        "bilag_tpt": draw.before_infusion(),
        **{f"bilag_{name}": chosen(letters, grades[:, at]) for at, name in enumerate(SYSTEMS)},
        **{
            f"bilag_{name}_ever": whole(draw.course.ever[:, at] | (grades[:, at] < 3))
            for at, name in enumerate(SYSTEMS)
        },
        "bilag_rater": _rater(draw),
    }


def _pga(draw: _Draw, visit: np.ndarray) -> Columns:
    return {
        "pgadat": date(visit),
        "pga_tpt": draw.before_infusion(),
        "pga_scale": whole(draw.course.pga_scale[:, draw.event]),
        "pga_value": pa.array(draw.course.pga[:, draw.event].tolist()),
        "pga_rater": _rater(draw),
    }


def _infusion(draw: _Draw) -> Columns:
    course = draw.course
    interrupted = draw.rng.random(draw.n) < 0.05
    end = course.infusion + course.minutes.astype("timedelta64[m]")
    cells = fixed(course.weight, 1)
    return {
        "inf_yn": draw.all(1),
        "inf_kgdose": draw.all(1),
        "inf_weight": cells,
        "inf_total": cells,
        "inf_viab": fixed(draw.between(82, 97), 0),
        "inf_vol": fixed(draw.rng.choice([100, 150], draw.n), 0),
        "inf_lot": joined("UC-", fixed(draw.rng.integers(101, 140, draw.n), 0)),
        "inf_stdtc": date_time(course.infusion),
        "inf_endtc": date_time(end),
        "inf_intr": whole(interrupted),
        "inf_intmin": where(interrupted, fixed(draw.between(3, 15), 0)),
    }


def _test(name: str, value: pa.Array, unit: pa.Array, low: str, high: str) -> dict[str, pa.Array]:
    size = len(value)
    limits = {name + "_lo": low, name + "_hi": high}
    return {
        name: value,
        name + "_u": unit,
        **{field: pa.array([limit or None] * size, pa.string()) for field, limit in limits.items()},
    }


def _either(
    draw: _Draw, name: str, value: Floats, factor: float, places: tuple[int, int],
    limits: tuple[float, float],
) -> Columns:  # fmt: skip
    """A result in conventional units, or times the factor in SI units, with matching limits."""
    si = draw.day >= draw.course.si_units_from
    low, high = (np.full(draw.n, limit) for limit in limits)
    own, other = places
    texts = [where(si, fixed(number * factor, other), fixed(number, own))
             for number in (value, low, high)]  # fmt: skip
    return {name: texts[0], name + "_u": whole(1 + si), name + "_lo": texts[1],
            name + "_hi": texts[2]}  # fmt: skip


def _labs(draw: _Draw, visit: np.ndarray) -> Columns:
    n, items = draw.n, draw.items
    white = np.where(items[:, c.LEUKOPENIA], draw.between(2.1, 2.9), draw.level("wbc"))
    plates = np.where(items[:, c.THROMBOCYTOPENIA], draw.between(60, 95), draw.level("plat"))
    leaking = items[:, c.PROTEINURIA]
    ratio = np.where(leaking, draw.between(0.6, 1.8), draw.level("upcr", 0.1))
    collected = leaking & (draw.rng.random(n) < 0.5)
    one, two = draw.all(1), draw.all(2)
    return {
        "lbdat": date(visit),
        "lbtim": draw.minutes(20),
        "lbfast": whole(draw.rng.random(n) < 0.3),
        **_either(draw, "lb_creat", draw.level("creat"), 88.42, (2, 0), (0.5, 1.1)),
        **_test("lb_alt", fixed(draw.level("alt", 0.1), 0), one, "7", "40"),
        **_test("lb_ast", fixed(draw.level("ast", 0.1), 0), one, "10", "40"),
        **_test("lb_hgb", fixed(draw.level("hgb", 0.02), 1), one, "11.7", "15.5"),
        **_test("lb_wbc", fixed(white, 1), one, "4.0", "10.5"),
        **_test("lb_neut", fixed(white * draw.level("neut"), 2), one, "1.80", "7.70"),
        **_test("lb_lym", fixed(white * draw.level("lym"), 2), one, "1.00", "4.00"),
        **_test("lb_plat", fixed(plates, 0), two, "150", "400"),
        **_test("lb_upcr", where(ratio < 0.1, "<0.1", fixed(ratio, 2)), one, "", "0.20"),
        "lb_uprot": where(collected, fixed(ratio * 1.05, 2)),
        "lb_uprot_u": where(collected, one),
        "lb_uprot_hi": where(collected, draw.all("0.15")),
    }


def _complement(draw: _Draw, visit: np.ndarray) -> Columns:
    low = draw.items[:, c.LOW_COMPLEMENT]
    c3 = np.where(low, draw.between(58, 82), draw.level("c3", 0.03))
    c4 = np.where(low, draw.between(5, 9.4), draw.level("c4", 0.06))
    ch50 = fixed(draw.level("ch50", 0.04), 0)
    return {
        "compdat": date(visit),
        "comptim": draw.minutes(20),
        **_either(draw, "lb_c3", c3, 0.01, (0, 2), (88, 165)),
        **_either(draw, "lb_c4", c4, 0.01, (0, 2), (10, 40)),
        **_test("lb_ch50", ch50, draw.all(1), "31", "70"),
    }


def _autoantibodies(draw: _Draw, visit: np.ndarray) -> Columns:
    bound = draw.items[:, c.DNA_BINDING]
    excess = 1.2 + 4 * draw.level("high", 0.04) * (1 - 0.4 * np.clip(draw.trend, 0, 1))
    dna = ANTIBODIES["dsdna"] * np.where(bound, excess, 0.9 * draw.level("high"))
    values = {"dsdna": dna} | {
        name: limit * draw.level(name) * (1 - 0.15 * draw.trend)
        for name, limit in ANTIBODIES.items()
        if name != "dsdna"
    }
    titers = ("1:40", "1:80", "1:160", "1:320", "1:640", "1:1280", "1:2560")
    ana = np.clip(np.rint(draw.people.normal["ana"] - draw.trend), 0, 6).astype(np.int64)
    columns: dict[str, pa.Array] = {
        "isdat": date(visit),
        "istim": draw.minutes(20),
        "is_ana": chosen(titers, ana),
        "is_ana_hi": draw.all("1:40"),
    }
    for name, value in values.items():
        columns[f"is_{name}"] = where(value < 5, "<5", fixed(value, 0))
        columns[f"is_{name}_u"] = draw.all(1)
        columns[f"is_{name}_hi"] = draw.all(ANTIBODIES[name])
    return columns


def _flow_cytometry(draw: _Draw, visit: np.ndarray) -> Columns:
    since = 1 - np.exp(-np.maximum(draw.day - 1, 0) / 50)
    change = {"bdn": -0.45, "bmsw": -0.35, "btrans": 1.3, "bnact": -0.4}
    usable = draw.rng.random(draw.n) > 0.01
    columns: dict[str, pa.Array] = {
        "cpdat": date(visit),
        "cptim": draw.minutes(20),
        "cpyn": whole(usable),
    }
    for name in LYMPHOCYTES:
        value = draw.level(name, 0.025) * (1 + change.get(name, 0) * draw.trend)
        if name == "helios":
            value *= 1 + 0.3 * since * draw.course.helios
        columns[f"cp_{name}"] = where(usable, fixed(value, 0 if name == "bcell" else 1))
        columns[f"cp_{name}_u"] = where(usable, draw.all(1))
    return columns


def _garp(draw: _Draw, visit: np.ndarray) -> Columns:
    value = draw.level("garp", 0.03) * (1 + 0.8 * draw.trend)
    return {
        "garpdat": date(visit),
        "garptim": draw.minutes(20),
        "garp_val": fixed(value, 1),
        "garp_val_u": draw.all(1),
    }
