"""What goes wrong on forms, drawn: dates in part, items not done, further assessments, deaths.

It is drawn apart from what happens to the subjects, and happens to few of them, so that a study has
some of each kind and is as orderly as others on the whole.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .course import DONE, UNSCHEDULED, Log
from .export import clock, date, partial_date, where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

    from .course import Course
    from .export import Bools, Columns

DATED = {"sledatd": "sledattm", "bilagdat": "bilagtim", "pgadat": "pgatim", "lbdat": "lbtim"}
"""The dates of assessments, with the time of each."""

SYSTEMS = ("con", "muc", "neu", "msk", "car", "gas", "oph", "ren", "hae")
QUIET = ("gas", "oph")
"""Systems that no SLEDAI item makes active, or rarely: a B in both is two new B and no new A."""

FIRST_AFTER = 2
"""The event after Day 1."""

DEATH, NEW_TREATMENT = "2", 7
WEEKS_4_TO_24 = (4, 10)
MORE_VISITS, DIED, LEFT_BEFORE, IN_PART = 0.25, 0.5, 0.5, 0.4


def further_assessments(rng: Generator, course: Course) -> Course:
    """Assess some subjects once more, on the day of a visit from Week 4 to 24 or beside it."""
    n = len(course.sex)
    visit = rng.integers(*WEEKS_4_TO_24, n)
    day = course.day[np.arange(n), visit] + rng.choice([0, 0, 0, -3, 3, 6], n)
    more = (rng.random(n) < MORE_VISITS) & (course.state[np.arange(n), visit] == DONE)
    more &= day <= course.last_day
    days, state = course.day.copy(), course.state.copy()
    days[more, UNSCHEDULED], state[more, UNSCHEDULED] = day[more], DONE
    return replace(course, day=days, state=state)


def disordered(rng: Generator, course: Course, columns: Columns, event: int) -> Columns:
    """The columns of an event with something wrong in some of them."""
    n, later = len(course.sex), event >= FIRST_AFTER
    done = course.state[:, event] == DONE
    made: dict[str, pa.Array] = dict(columns)

    def chance(share: float) -> Bools:
        return done & (rng.random(n) < share)

    for field, time in DATED.items():
        if field not in made:
            continue
        partly, undated, timed = chance(0.03), chance(0.005), chance(0.3)
        if later:
            month = pc.utf8_slice_codeunits(made[field], 0, 7)
            made[field] = where(undated, "UNK", where(partly, month, made[field]))
        if time not in made:
            noted = timed & ~(later & (partly | undated))
            made[time] = where(noted, clock(rng.integers(480, 960 if later else 590, n)))
    if later and "sled01" in made:
        open_item, no_item = chance(0.02), chance(0.01)
        item = rng.integers(0, 24, n)
        for number in range(24):
            field = f"sled{number + 1:02d}"
            made[field] = where(no_item | (open_item & (item == number)), "ND", made[field])
        made["sled_reasnd"] = where(no_item | open_item, "Not examined")
        made["sled_version"] = where(chance(0.01), "2", made["sled_version"])
    if later and "bilag_con" in made:
        flared, open_system = chance(0.04), chance(0.05)
        system = rng.integers(0, 9, n)
        for name in QUIET:
            made[f"bilag_{name}"] = where(flared, "B", made[f"bilag_{name}"])
            made[f"bilag_{name}_ever"] = where(flared, "1", made[f"bilag_{name}_ever"])
        for number, name in enumerate(SYSTEMS):
            not_graded = open_system & (system == number)
            made[f"bilag_{name}"] = where(not_graded, "ND", made[f"bilag_{name}"])
        made["bilag_reasnd"] = where(open_system, "Not examined")
    for field in ("sled_tpt", "bilag_tpt", "pga_tpt"):
        if event == 1 and field in made:
            made[field] = where(chance(0.04), "2", made[field])
    return made


def departures(rng: Generator, course: Course, columns: Columns) -> Columns:
    """The end of the study with deaths, and some who had left before they were seen last."""
    left = ~course.completed
    died = left & (rng.random(len(left)) < DIED) & (course.reason != NEW_TREATMENT)
    before = left & ~died & (rng.random(len(left)) < LEFT_BEFORE)
    seen = np.where(course.state == DONE, course.day, 1).max(axis=1)
    day = np.where(before, np.maximum(seen - 3, 2), course.last_day)
    month = pc.utf8_slice_codeunits(date(course.date(day)), 0, 7)
    partly = left & (rng.random(len(left)) < IN_PART)
    when = where(partly, month, date(course.date(day)))
    return {
        **columns,
        "dsstdat": when,
        "dsdecod": where(died, DEATH, columns["dsdecod"]),
        "dsdth": where(died, "1", columns["dsdth"]),
        "dsdthdat": where(died, when),
        "dslcdat": where(died, date(course.date(day)), columns["dslcdat"]),
    }


def disordered_logs(rng: Generator, course: Course, logs: Mapping[str, Log]) -> dict[str, Log]:
    """Forms that repeat: steroids reversed, undated or without a dose, drugs and events earlier."""
    made = dict(logs)
    steroids = made["prednisone"].columns
    chance = rng.random(len(made["prednisone"].subject))
    start, end = steroids["predstdat"], steroids["predendat"]
    whole = pc.fill_null(pc.invert(pc.starts_with(end, "UN-")), fill_value=False)
    turned = (chance < 0.05) & whole.to_numpy(zero_copy_only=False)
    undated = (chance >= 0.05) & (chance < 0.1)
    made["prednisone"] = Log(
        made["prednisone"].subject,
        {
            **steroids,
            "predstdat": where(undated, pa.scalar(None, pa.string()), where(turned, end, start)),
            "predendat": where(turned, start, end),
            "preddose": where((chance < 0.1) | (chance >= 0.13), steroids["preddose"]),
        },
    )
    drugs = made["medications"]
    new = pc.equal(drugs.columns["cmprohib"], "1").to_numpy(zero_copy_only=False)
    early = new & (rng.random(len(new)) < 0.5)
    begun = course.date(np.maximum(course.last_day - 20, 2))[drugs.subject]
    unsure = rng.random(len(new)) < IN_PART
    started = partial_date(begun, unsure, unsure & False)
    made["medications"] = Log(
        drugs.subject,
        {**drugs.columns, "cmstdat": where(early, started, drugs.columns["cmstdat"])},
    )
    events = made["adverse_events"]
    before = rng.random(len(events.subject)) < 0.04
    first = course.infusion[events.subject].astype("datetime64[D]")
    days = rng.integers(1, 12, len(before))
    none = before & False
    made["adverse_events"] = Log(
        events.subject,
        {
            **events.columns,
            "aestdat": where(before, partial_date(first - days, none, none),
                             events.columns["aestdat"]),
        },
    )  # fmt: skip
    return made
