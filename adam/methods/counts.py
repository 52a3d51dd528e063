"""Counts of events and of the subjects who had them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adam.methods.sample import Statistic, count

if TYPE_CHECKING:
    from adam.methods.sample import Sample


def counts(sample: Sample) -> tuple[Statistic, ...]:
    """Number of records with a value, and number of subjects who have one."""
    valued = sample.values.notna()
    return (
        count("EVENTS", "Events", int(valued.sum())),
        count("SUBJECTS", "Subjects", sample.subjects[valued].nunique()),
    )
