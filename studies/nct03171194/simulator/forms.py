"""The forms of one event: measurements that agree with what happens to the subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from . import course as c
from . import laboratory
from .export import chosen, date, date_time, fixed, joined, later, where, whole
from .measure import Draw

if TYPE_CHECKING:
    from numpy.random import Generator

    from .course import Course
    from .export import Columns, Dates
    from .measure import Person

SYSTEMS = ("con", "muc", "neu", "msk", "car", "gas", "oph", "ren", "hae")


def event_forms(rng: Generator, course: Course, people: Person, event: int) -> dict[str, Columns]:
    """The answers of every form of an event, one row per subject, as if all visits were done."""
    visit = course.date(course.day[:, event])
    draw = Draw(rng, course, people, event)
    forms = {
        "vital_signs": _vital_signs(draw, visit),
        "sledai": _sledai(draw, visit),
        "bilag": _bilag(draw, visit),
        "pga": _pga(draw, visit),
        "labs": laboratory.labs(draw, visit),
        "complement": laboratory.complement(draw, visit),
        "autoantibodies": laboratory.autoantibodies(draw, visit),
        "flow_cytometry": laboratory.flow_cytometry(draw, visit),
        "garp": laboratory.garp(draw, visit),
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


def _eligibility(course: Course, people: Person) -> Columns:
    n = len(course.sex)
    consent = later(course.date(course.day[:, 0]).astype("datetime64[m]"), people.arrival)
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


def _vital_signs(draw: Draw, visit: Dates) -> Columns:
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


def _rater(draw: Draw) -> pa.Array:
    return chosen(["Rater A", "Rater B"], draw.people.rater)


def _sledai(draw: Draw, visit: Dates) -> Columns:
    total = draw.items @ c.WEIGHTS
    return {
        "sledatd": date(visit),
        "sled_tpt": draw.before_infusion(),
        "sled_version": draw.all(1),
        **{f"sled{item + 1:02d}": whole(draw.items[:, item]) for item in range(24)},
        "sled_total": whole(total),
        "sled_rater": _rater(draw),
    }


def _bilag(draw: Draw, visit: Dates) -> Columns:
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


def _pga(draw: Draw, visit: Dates) -> Columns:
    return {
        "pgadat": date(visit),
        "pga_tpt": draw.before_infusion(),
        "pga_scale": whole(draw.course.pga_scale[:, draw.event]),
        "pga_value": pa.array(draw.course.pga[:, draw.event].tolist()),
        "pga_rater": _rater(draw),
    }


def _infusion(draw: Draw) -> Columns:
    course = draw.course
    interrupted = draw.rng.random(draw.n) < 0.05
    end = later(course.infusion, course.minutes)
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
