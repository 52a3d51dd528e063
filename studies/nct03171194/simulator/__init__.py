"""Synthetic raw data of the worked study, in the shape of a REDCap export.

Nothing here is the data of the trial NCT03171194. Six subjects with the default seed are the six
told in `told/`, which agree with what was published about the trial; any other number or seed is
drawn from a model.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from specs.errors import CdisckitError

from . import export
from .course import DONE, EVENTS, NONE, drawn
from .disorder import departures, disordered, disordered_logs, further_assessments
from .forms import disposition, event_forms, visit_form
from .logs import drawn_logs
from .measure import person
from .six import amended, six_logs, six_subjects

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.random import Generator

    from .course import Course, Log

DEFAULT_SEED = 20180411
RAW = Path(__file__).resolve().parent.parent / "raw"
COPIED = ("dictionary.csv", "events.csv", "arms.csv", "event_forms.csv")
BLOCK = 2_000


def simulate(out: Path, subjects: int, seed: int) -> None:
    """Write data.csv of that many subjects into the folder, and the tables that describe it."""
    if subjects < 1:
        raise CdisckitError(f"cannot simulate {subjects} subjects", remedy="ask for at least one")
    told = (subjects, seed) == (6, DEFAULT_SEED)
    if out.resolve() == RAW and not told:
        raise CdisckitError(f"{out} holds the committed export", remedy="name another folder")
    out.mkdir(parents=True, exist_ok=True)
    layout = export.layout(RAW)
    with (out / "data.csv").open("wb") as file:
        file.write((",".join(layout.header) + "\n").encode())
        for block, start in enumerate(range(0, subjects, BLOCK)):
            rng = np.random.default_rng([seed, block])
            disorder = None if told else np.random.default_rng([seed, block, 1])
            course = six_subjects() if told else drawn(rng, min(BLOCK, subjects - start))
            logs = six_logs() if told else drawn_logs(rng, course)
            if disorder is not None:
                course = further_assessments(disorder, course)
                logs = disordered_logs(disorder, course, logs)
            parts = _lines(rng, layout, course, logs, first=start + 1, disorder=disorder)
            file.write(export.body(parts))
    if out.resolve() != RAW:
        for name in COPIED:
            shutil.copyfile(RAW / name, out / name)


def _lines(
    rng: Generator, layout: export.Layout, course: Course, logs: Mapping[str, Log], *,
    first: int, disorder: Generator | None,
) -> list[export.Lines]:  # fmt: skip
    """Every line of a block of subjects, whose first record has that number.

    Without `disorder` they are the six, with what was planted in them.
    """
    record = first + np.arange(len(course.sex))
    people = person(rng, len(record))
    parts = []
    for event, name in enumerate(EVENTS):
        done = course.state[:, event] == DONE
        answers = event_forms(rng, course, people, event)
        columns = dict(visit_form(course, event))
        columns["visit_complete"] = export.whole(np.full(len(record), 2))
        for form in layout.events[name]:
            if form == "visit":
                continue
            for field, value in answers[form].items():
                columns[field] = export.where(done, value)
            columns[f"{form}_complete"] = export.whole(2 * done)
        columns = (
            amended(columns, name)
            if disorder is None
            else dict(disordered(disorder, course, columns, event))
        )
        seen = np.flatnonzero(course.state[:, event] != NONE)
        repeat = np.ones(len(seen), dtype=np.int64) if name == "unscheduled_arm_1" else None
        parts.append(
            export.lines(layout, name, record[seen], _taken(columns, seen), instance=repeat)
        )
    base = {
        "steroid_yn": export.whole(course.steroid),
        "steroid_status_complete": export.whole(np.full(len(record), 2)),
        **disposition(course),
        "disposition_complete": export.whole(np.full(len(record), 2)),
    }
    base = (
        amended(base, "running_arm_1")
        if disorder is None
        else dict(departures(disorder, course, base))
    )
    parts.append(export.lines(layout, "running_arm_1", record, base))
    for form, log in logs.items():
        columns = {f"{form}_complete": export.whole(np.full(len(log.subject), 2)), **log.columns}
        nth = np.arange(len(log.subject)) - np.searchsorted(log.subject, log.subject) + 1
        owner = record[log.subject]
        parts.append(
            export.lines(layout, "running_arm_1", owner, columns, instrument=form, instance=nth)
        )
    return parts


def _taken(columns: Mapping[str, pa.Array], rows: export.Ints) -> dict[str, pa.Array]:
    return {name: values.take(rows) for name, values in columns.items()}
