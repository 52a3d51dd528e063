"""What happens to subjects, before anybody writes it on a form: the model that draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from .export import later, partial_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator
    from numpy.typing import NDArray

    from .export import Bools, Dates, Floats, Ints

EVENTS = (
    "screening_arm_1",
    "day_1_arm_1",
    "week_1_arm_1",
    "week_2_arm_1",
    "week_4_arm_1",
    "week_8_arm_1",
    "week_12_arm_1",
    "week_16_arm_1",
    "week_20_arm_1",
    "week_24_arm_1",
    "week_36_arm_1",
    "week_52_arm_1",
    "unscheduled_arm_1",
)
TARGETS = np.array([-14, 1, 8, 15, 29, 57, 85, 113, 141, 169, 253, 365])
SPREAD = np.array([7, 0, 2, 2, 3, 4, 4, 4, 4, 4, 7, 7])
UNSCHEDULED = 12
NONE, DONE, MISSED = 0, 1, 2
NOT_GRADED = 5

ARTHRITIS, PROTEINURIA, RASH, ALOPECIA, ULCERS = 8, 12, 14, 15, 16
LOW_COMPLEMENT, DNA_BINDING, FEVER, THROMBOCYTOPENIA, LEUKOPENIA = 19, 20, 21, 22, 23
WEIGHTS = np.array([8] * 8 + [4] * 6 + [2] * 7 + [1] * 3)
AT_BASELINE = np.concatenate(
    [
        [0, 0, 0, 0, 0, 0, 0, 0.05, 0.7, 0.03, 0.05, 0.12, 0.22, 0.1],
        [0.55, 0.3, 0.25, 0.08, 0.04, 0.5, 0.55, 0.04, 0.07, 0.15],
    ]
)
FLARE = np.where(np.isin(np.arange(24), [8, 14, 15, 16, 17, 19, 20, 21, 23]), 0.05, 0.003)

LATE_FLARE = 0.12  # of the subjects: two new B, or a new A and a new B, from some day on
AT_PGA_LIMIT = 0.06  # of the subjects: where the two readings of the PGA differ
MUSCULOSKELETAL = 3

# The items that make a BILAG system active, in the order CON MUC NEU MSK CAR GAS OPH REN HAE.
SYSTEM_ITEMS = (
    (21,),
    (7, 14),
    (0, 1, 2, 4, 5, 6),
    (8, 9),
    (17, 18),
    (),
    (3,),
    (10, 11, 12, 13),
    (),
)
MILD_ITEMS = ((), (15, 16), (), (), (), (), (), (), (22, 23))


@dataclass(frozen=True)
class Log:
    """A form that repeats: the row of the subject (from 0) and the answers."""

    subject: Ints
    columns: Mapping[str, pa.Array]


@dataclass(frozen=True)
class Course:
    """What happened to n subjects; one row per subject, and one column per event of EVENTS.

    Days are study days: the infusion is on Day 1 and there is no Day 0.
    """

    sex: Ints
    race: Bools
    ethnicity: Ints
    birth: Dates
    height: Floats
    weight: Floats
    diagnosis: pa.Array
    criteria: Ints
    criteria_met: Ints
    nephritis: Bools
    nephritis_class: Ints
    infusion: Dates
    minutes: Ints
    si_units_from: Ints
    pounds: Bools
    fahrenheit: Bools
    effect: Floats
    helios: Floats
    steroid: Bools
    completed: Bools
    last_day: Ints
    contact_day: Ints
    reason: Ints
    reason_text: pa.Array
    state: Ints
    day: Ints
    missed_because: Ints
    items: Bools
    grades: Ints
    ever: Bools
    pga_scale: Ints
    pga: NDArray[np.str_]

    def date(self, day: Ints) -> Dates:
        """The date of a study day of each subject."""
        return later(self.infusion.astype("datetime64[D]"), np.where(day > 0, day - 1, day))


def drawn(rng: Generator, n: int) -> Course:
    """As many subjects of the model."""
    dates = np.datetime64("2015-06-01") + rng.integers(0, 800, n)  # all ends before the data cut
    dates = np.busday_offset(dates, 0, roll="forward")
    infusion = later(dates.astype("datetime64[m]"), rng.integers(600, 720, n))
    effect = np.where(rng.random(n) < 0.6, rng.uniform(0.5, 1.2, n), rng.uniform(-0.3, 0.3, n))
    reason, last_day = _ends(rng, n)
    day, state = _visits(rng, n, last_day)
    last_day = np.where(reason > 0, last_day, day[:, 11])
    items, severe = _disease(rng, effect, day)
    nephritis = items[:, 0, 10:14].any(axis=1) | (rng.random(n) < 0.2)
    ever = np.stack([items[:, :2][:, :, list(part)].any(axis=(1, 2)) for part in SYSTEM_ITEMS], 1)
    ever |= rng.random((n, 9)) < np.array([0.4, 0.5, 0.1, 0.5, 0.25, 0.03, 0.03, 0.0, 0.4])
    ever[:, 7] |= nephritis
    grades = _grades(items, severe, ever)
    grades[rng.random(grades.shape) < 0.001] = NOT_GRADED
    age = rng.integers(18 * 365 + 10, 65 * 365, n)
    diagnosis = dates - rng.integers(200, 6000, n)
    no_month = rng.random(n) < 0.15
    race = np.eye(6, dtype=bool)[rng.choice(6, n, p=[0.01, 0.06, 0.45, 0.01, 0.44, 0.03])]
    race |= (rng.random(n) < 0.03)[:, None] & (np.arange(6) == 4)
    female = rng.random(n) < 0.9
    scale = np.where(rng.random((n, 13)) < 0.01, 2, 1)
    return Course(
        sex=np.where(female, 1, 2),
        race=race,
        ethnicity=rng.choice([1, 2, 3, 4], n, p=[0.15, 0.82, 0.02, 0.01]),
        birth=dates - 30 - age,
        height=np.where(female, rng.normal(163, 6, n), rng.normal(176, 7, n)),
        weight=np.clip(rng.normal(76, 16, n), 43, 140),
        diagnosis=partial_date(diagnosis, rng.random(n) < 0.4, no_month),
        criteria=rng.choice([1, 2], n),
        criteria_met=rng.integers(4, 9, n),
        nephritis=nephritis,
        nephritis_class=rng.choice([2, 3, 4, 5, 6], n, p=[0.1, 0.3, 0.35, 0.15, 0.1]),
        infusion=infusion,
        minutes=rng.integers(30, 75, n),
        si_units_from=rng.choice([9999, 85, -99], n, p=[0.85, 0.1, 0.05]),
        pounds=rng.random(n) < 0.2,
        fahrenheit=rng.random(n) < 0.2,
        effect=effect,
        helios=np.where(rng.random(n) < 0.35, 1.0, -0.1),
        steroid=rng.random(n) < 0.85,
        completed=reason == 0,
        last_day=last_day,
        contact_day=last_day + np.where(reason > 0, rng.integers(0, 30, n), 0),
        reason=reason,
        reason_text=pa.nulls(n, pa.string()),
        state=state,
        day=day,
        missed_because=rng.choice([1, 2, 3], (n, 13), p=[0.6, 0.3, 0.1]),
        items=items,
        grades=grades,
        ever=ever,
        pga_scale=scale,
        pga=_pga(rng, items, scale),
    )


def _ends(rng: Generator, n: int) -> tuple[Ints, Ints]:
    """Why subjects leave early (0: they do not), and on which day."""
    reason = np.where(
        rng.random(n) < 0.15,
        rng.choice([1, 3, 4, 5, 7, 8], n, p=[0.1, 0.25, 0.15, 0.1, 0.2, 0.2]),
        0,
    )
    return reason, np.where(reason > 0, rng.integers(16, 340, n), 400)


def _visits(rng: Generator, n: int, last_day: Ints) -> tuple[Ints, Ints]:
    """Day and state of every visit; the last column is the unscheduled one."""
    day = np.zeros((n, 13), dtype=np.int64)
    day[:, :UNSCHEDULED] = TARGETS + np.rint((rng.random((n, 12)) * 2 - 1) * SPREAD)
    day[:, UNSCHEDULED] = rng.integers(20, 330, n)
    state = np.where(rng.random((n, 13)) < 0.03, MISSED, DONE)
    state[:, [0, 1, 11]] = DONE
    state[:, UNSCHEDULED] = np.where(rng.random(n) < 0.1, DONE, NONE)
    state[day > last_day[:, None]] = NONE
    return day, state


def _disease(rng: Generator, effect: Floats, day: Ints) -> tuple[Bools, Bools]:
    """The 24 SLEDAI items at every visit, and whether a BILAG system would be severe."""
    n = len(effect)
    base = rng.random((n, 24)) < AT_BASELINE
    mild = base @ WEIGHTS <= 6
    base[:, [ARTHRITIS, RASH, DNA_BINDING]] |= mild[:, None]
    slow = np.array([3.0 if item in (LOW_COMPLEMENT, DNA_BINDING) else 1.0 for item in range(24)])
    pace = np.where(effect > 0.4, 75, 500)[:, None] * slow
    gone = 8 + rng.exponential(pace, (n, 24))
    flare = rng.random((n, 24)) < FLARE
    onset = rng.integers(20, 380, (n, 24))
    while_on = day[:, :, None] >= onset[:, None, :]
    while_on &= day[:, :, None] < (onset + rng.integers(10, 90, (n, 24)))[:, None, :]
    items = (base & (gone > 1))[:, None, :] & (day[:, :, None] < gone[:, None, :])
    items |= flare[:, None, :] & while_on
    severe = (rng.random((n, 9)) < 0.12)[:, None, :] & (day[:, :, None] < 60)
    late = (rng.random(n) < LATE_FLARE)[:, None] & (day >= 60)
    late &= day >= rng.integers(60, 330, n)[:, None]
    grave = late & (rng.random(n) < 0.5)[:, None]
    for item in (ARTHRITIS, RASH):  # two systems, MSK and MUC
        items[:, :, item] |= late
    severe[:, :, MUSCULOSKELETAL] |= grave
    return items, severe


def _grades(items: Bools, severe: Bools, ever: Bools) -> Ints:
    """BILAG grades, 0 for A to 4 for E, that agree with the SLEDAI items."""
    active = np.stack([items[:, :, list(part)].any(axis=2) for part in SYSTEM_ITEMS], 2)
    mild = np.stack([items[:, :, list(part)].any(axis=2) for part in MILD_ITEMS], 2)
    quiet = np.where(ever, 3, 4)[:, None, :]
    return np.where(active & severe, 0, np.where(active, 1, np.where(mild, 2, quiet)))


def _pga(rng: Generator, items: Bools, scale: Ints) -> NDArray[np.str_]:
    """The assessment as read on its scale: one decimal from 0 to 3, or millimetres."""
    tenths = np.clip(np.rint(3 + 1.4 * (items @ WEIGHTS) + rng.normal(0, 2, scale.shape)), 0, 30)
    rating = np.array([f"{tenth // 10}.{tenth % 10}" for tenth in range(31)])
    millimetres = np.array([str(round(tenth * 10 / 3)) for tenth in range(31)])
    chosen = tenths.astype(np.int64)
    at_limit = (rng.random(len(chosen)) < AT_PGA_LIMIT) & (chosen[:, 1] <= 27)
    at_limit &= (scale[:, 1] == 1) & (scale[:, 9] == 1)
    chosen[at_limit, 9] = chosen[at_limit, 1] + 3  # at Week 24 0.3 more than on Day 1
    value: NDArray[np.str_] = np.where(scale == 1, rating[chosen], millimetres[chosen])
    return value
