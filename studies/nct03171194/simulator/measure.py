"""Values as measured: what is a subject's own, what has changed since, and noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from .export import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

    from .course import Course
    from .export import Floats, Ints


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
        "wbc": (6.0, 0.9), "neut": (0.62, 0.04), "lym": (0.28, 0.03), "plat": (245, 40),
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


class Draw:
    """Measured values at one event: the subject's own level, a trend, and noise."""

    def __init__(self, rng: Generator, course: Course, people: Person, event: int) -> None:
        self.rng, self.course, self.people, self.event = rng, course, people, event
        self.n = len(course.sex)
        self.day = course.day[:, event]
        self.items = course.items[:, event]
        self.trend = course.effect * (1 - np.exp(-np.maximum(self.day - 1, 0) / 50))

    def level(self, name: str, noise: float = 0.05) -> Floats:
        """The subject's own level, with that much relative noise."""
        return self.people.normal[name] * (1 + noise * self.noise())

    def noise(self) -> Floats:
        """Normal noise, cut at two standard deviations."""
        return np.clip(self.rng.normal(0, 1, self.n), -2, 2)

    def between(self, low: float, high: float) -> Floats:
        """Any value of a range, for each subject."""
        return self.rng.uniform(low, high, self.n)

    def all(self, value: int | str) -> pa.Array:
        """The same text for each subject."""
        return pa.array([str(value)] * self.n)

    def minutes(self, after: int) -> pa.Array:
        """A time of the day, some minutes after arrival."""
        return clock(self.people.arrival + after + self.rng.integers(0, 12, self.n))

    def before_infusion(self) -> pa.Array:
        """The answer to "before or after the infusion?", asked on Day 1 alone."""
        return self.all(1) if self.event == 1 else pa.nulls(self.n, pa.string())
