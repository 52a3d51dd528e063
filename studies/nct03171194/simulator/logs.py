"""The forms that repeat, drawn: history, medication, steroids and adverse events."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .course import Log
from .export import chosen, clock, later, partial_date, where, whole

if TYPE_CHECKING:
    from numpy.random import Generator

    from .course import Course
    from .export import Bools, Columns, Dates, Ints

CATALOGUE = Path(__file__).parent / "model"
DOSES = np.array([40.0, 30, 20, 15, 12.5, 10, 7.5, 5, 2.5, 0])
STEPS = np.array([-30, 29, 57, 85, 113, 180])
BEFORE = -9999


def drawn_logs(rng: Generator, course: Course) -> dict[str, Log]:
    """Every form that repeats, by its name."""
    return {
        "medical_history": _history(rng, course),
        "prednisone": _steroids(rng, course),
        "medications": _medications(rng, course),
        "adverse_events": _adverse_events(rng, course),
    }


def catalogue(name: str) -> dict[str, list[str]]:
    """The columns of a table of the model."""
    with (CATALOGUE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: [row[column] for row in rows] for column in rows[0]}


def _texts(table: dict[str, list[str]], names: str, which: Ints) -> dict[str, pa.Array]:
    return {name: chosen(table[name], which) for name in names.split()}


def _partly(rng: Generator, dates: Dates, no_day: float, no_month: float) -> pa.Array:
    size = len(dates)
    return partial_date(dates, rng.random(size) < no_day, rng.random(size) < no_month)


def _history(rng: Generator, course: Course) -> Log:
    table = catalogue("conditions")
    share = np.array(table["share"], dtype=float)
    subject, which = np.nonzero(rng.random((len(course.sex), len(share))) < share)
    consent = course.date(course.day[:, 0])[subject]
    start = consent - rng.integers(300, 5000, len(subject))
    ongoing = rng.random(len(subject)) < np.array(table["ongoing"], dtype=float)[which]
    end = start + rng.integers(10, 250, len(subject))
    return Log(
        subject,
        _texts(table, "mhterm mhdecod mhbodsys", which)
        | {
            "mhstdat": _partly(rng, start, 0.6, 0.35),
            "mhongo": whole(ongoing),
            "mhendat": where(ongoing, pa.scalar(None, pa.string()), _partly(rng, end, 0.5, 0.2)),
        },
    )


def _medications(rng: Generator, course: Course) -> Log:
    table = catalogue("medications")
    share = np.array(table["share"], dtype=float)
    taken = rng.random((len(course.sex), len(share))) < share
    taken[:, -1] = course.reason == 7
    subject, which = np.nonzero(taken)
    new = which == len(share) - 1
    consent = course.date(course.day[:, 0])[subject]
    long_ago = consent - rng.integers(200, 3000, len(subject))
    start = np.where(new, course.date(course.last_day + 10)[subject], long_ago)
    unsure = rng.random((2, len(subject)))
    names = "cmtrt cmdecod cmclas cmdose cmunit cmfrq cmroute cmprn cmindc"
    return Log(
        subject,
        _texts(table, names, which)
        | {
            "cmstdat": partial_date(start, (unsure[0] < 0.5) & ~new, (unsure[1] < 0.25) & ~new),
            "cmongo": whole(~new),
            "cmendat": where(new, partial_date(start, new & False, new & False)),
            "cmprohib": whole(new),
        },
    )


def _steroids(rng: Generator, course: Course) -> Log:
    """A taper down the ladder of doses, and bursts; one row per constant dose."""
    n = len(course.sex)
    rung = np.zeros((n, len(STEPS)), dtype=np.int64)
    rung[:, 0] = rng.integers(1, 8, n)
    likely = np.where(course.effect > 0.4, 0.6, 0.2)[:, None]
    rung[:, 1:] = rng.random((n, len(STEPS) - 1)) < likely
    rung = np.minimum(np.cumsum(rung, axis=1), len(DOSES) - 1)
    changed = np.concatenate([np.ones((n, 1), bool), np.diff(rung, axis=1) > 0], axis=1)
    changed &= (course.last_day[:, None] > STEPS) & course.steroid[:, None]
    subject, step = np.nonzero(changed)
    dose = DOSES[rung[subject, step]]
    final = np.append(subject[1:] != subject[:-1], True)
    start = np.where(step == 0, BEFORE, STEPS[step])
    end = np.append(STEPS[step][1:] - 1, 0)
    kept = dose > 0
    main = _steroid_rows(rng, course, subject[kept], 1, dose[kept], 1, 1, start[kept], end[kept],
                         final[kept])  # fmt: skip
    burst = np.flatnonzero((rng.random(n) < 0.12) & course.steroid & (course.last_day > 60))
    size = len(burst)
    kind = rng.choice([3, 4, 8], size, p=[0.4, 0.3, 0.3])
    amount = np.where(kind == 3, 125.0, np.where(kind == 4, 4.0, 40.0))
    route = np.where(kind == 3, 2, np.where(kind == 4, 1, 5))
    when = rng.integers(10, course.last_day[burst], size) if size else np.zeros(0, np.int64)
    extra = _steroid_rows(rng, course, burst, kind, amount, 8, route, when, when, burst < 0)
    others, other = _other_steroids(rng, course)
    rows = np.concatenate([subject[kept], burst, others])
    order = np.argsort(rows, kind="stable")
    parts = (main, extra, other)
    return Log(
        rows[order],
        {name: pa.concat_arrays([part[name] for part in parts]).take(pa.array(order))
         for name in main},
    )  # fmt: skip


def _other_steroids(rng: Generator, course: Course) -> tuple[Ints, Columns]:
    """Steroids of every kind, route and frequency, as needed or not, with dates of every kind.

    Some subjects who take none by the answer to the question have one by a local route.
    """
    n = len(course.sex)
    subject = np.flatnonzero(rng.random(n) < 0.3)
    size = len(subject)
    local = rng.integers(5, 12, size)
    route = np.where(course.steroid[subject], rng.integers(1, 12, size), local)
    start = rng.integers(1, np.maximum(course.last_day[subject], 2), size)
    start = np.where(rng.random(size) < 0.2, BEFORE, start)
    days = rng.integers(0, 60, size) * np.where(rng.random(size) < 0.2, -1, 1)  # some end too soon
    end = np.where(start == BEFORE, 20, np.minimum(start + days, course.last_day[subject]))
    made = _steroid_rows(
        rng, course, subject, rng.integers(1, 12, size), rng.choice([0.5, 2, 5, 10, 40], size), 1,
        route, start, end, rng.random(size) < 0.2,
    )  # fmt: skip
    whole_days = course.infusion[subject].astype("datetime64[D]")
    partly = _partly(rng, later(whole_days, end - 1), 0.2, 0.1)
    ended = pc.is_valid(made["predendat"]).to_numpy(zero_copy_only=False)
    return subject, {
        **made,
        "preddose": where(rng.random(size) < 0.85, made["preddose"]),
        "predfrq": whole(rng.choice([1, 2, 3, 5, 6, 7, 8, 11], size)),
        "predprn": whole(rng.random(size) < 0.15),
        "predendat": where(ended, partly),
    }


def _steroid_rows(
    rng: Generator, course: Course, subject: Ints, kind: Ints | int, dose: Dates, frequency: int,
    route: Ints | int, start: Ints, end: Ints, ongoing: Bools,
) -> Columns:  # fmt: skip
    size = len(subject)
    long_ago = start == BEFORE
    day = np.where(long_ago, -rng.integers(60, 1500, size), start)
    unsure = rng.random((2, size))
    first = course.infusion[subject].astype("datetime64[D]")
    begun = later(first, np.where(day > 0, day - 1, day))
    ended = later(first, end - 1)
    never = np.zeros(size, dtype=bool)
    return {
        "predtrt": whole(np.broadcast_to(kind, size)),
        "preddose": pa.array(dose).cast(pa.string()),
        "predunit": whole(np.ones(size, dtype=bool)),
        "predfrq": whole(np.full(size, frequency)),
        "predroute": whole(np.broadcast_to(route, size)),
        "predprn": whole(never),
        "predstdat": partial_date(
            begun, long_ago & (unsure[0] < 0.5), long_ago & (unsure[1] < 0.2)
        ),
        "predongo": whole(ongoing),
        "predendat": where(~ongoing, partial_date(ended, never, never)),
        "predindc": chosen(["Systemic lupus erythematosus"], np.zeros(size, dtype=np.int64)),
    }


def _adverse_events(rng: Generator, course: Course) -> Log:
    table = catalogue("adverse_events")
    weight = np.array(table["weight"], dtype=float)
    n = len(course.sex)
    subject = np.repeat(np.arange(n), rng.poisson(3.4, n))
    size = len(subject)
    which = rng.choice(len(weight), size, p=weight / weight.sum())
    last = course.last_day[subject]
    start = 1 + (rng.random(size) ** 1.3 * last).astype(np.int64)
    order = np.lexsort((start, subject))
    start = np.minimum(start, last)[order]
    end = start + rng.geometric(0.12, size)
    ongoing = end > last
    end = np.where(rng.random(size) < 0.01, np.maximum(start - 3, 1), end)  # ends before it starts
    grade = rng.choice([1, 2, 3, 4], size, p=[0.33, 0.5, 0.15, 0.02])
    serious = (grade > 2) & (rng.random(size) < 0.4)
    life = serious & (grade == 4)
    related = rng.choice([1, 2, 3, 4], size, p=[0.6, 0.22, 0.16, 0.02])
    no_time = rng.random(size) < 0.8
    none = pa.scalar(None, pa.string())
    never = np.zeros(size, dtype=bool)
    first = course.infusion[subject].astype("datetime64[D]")
    return Log(
        subject,
        _texts(table, "aeterm aellt aedecod aebodsys", which)
        | {
            "aestdat": _partly(rng, later(first, start - 1), 0.06, 0.02),
            "aesttim": where(no_time | (start == 1), none, clock(rng.integers(360, 1320, size))),
            "aeongo": whole(ongoing),
            "aeendat": where(ongoing, none, _partly(rng, later(first, end - 1), 0.05, 0.01)),
            "aegrade": whole(grade),
            "aeser": whole(serious),
            "aesdth": where(serious, whole(never)),
            "aeslife": where(serious, whole(life)),
            "aeshosp": where(serious, whole(~life)),
            "aesdisab": where(serious, whole(never)),
            "aescong": where(serious, whole(never)),
            "aesmie": where(serious, whole(never)),
            "aerel": whole(related),
            "aeacn": whole(np.full(size, 4)),
            "aeout": whole(np.where(ongoing, rng.choice([2, 3], size), 1)),
            "aecontrt": whole(rng.random(size) < 0.4),
        },
    )
