"""Nothing that is changed in raw data is lost in silence: a few hundred changes, each looked for.

`CDISCKIT_AUDIT=2000` asks for that many.

One value, record, form or subject is changed in each of many subjects; the export is read and built
once with the changes and once without, and compared by subject. What cannot be read at all is
tried alone.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from cdisckit.building import open_study, simulator
from tests.hostile.audit import accounts, feeds, outcomes, refusal
from tests.hostile.changes import CELLS, ROWS, Drawer
from tests.hostile.export import copied, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from specs.model import Study
    from tests.hostile.audit import Outcome
    from tests.hostile.changes import Change
    from tests.hostile.export import Export

SUBJECTS = int(os.environ.get("CDISCKIT_AUDIT", "500"))
KINDS = (*CELLS, *CELLS, *ROWS)


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "studies" / "nct03171194"


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    return open_study(folder)


@pytest.fixture(scope="module")
def export(folder: Path) -> Export:
    return opened(folder / "raw")


@pytest.fixture(scope="module")
def results(
    folder: Path, study: Study, export: Export, tmp_path_factory: pytest.TempPathFactory
) -> list[Outcome]:
    """What became of one change in each subject: the six committed, many times, and drawn."""
    place = tmp_path_factory.mktemp("audit")
    simulator(folder)(place / "drawn", SUBJECTS // 2, 7)
    subjects = opened(place / "drawn").subjects
    six = list(export.subjects)
    for number in range(SUBJECTS - len(subjects)):
        name = str(50_000 + number)
        subjects[name] = copied(export, six[number % len(six)], name)
    before = accounts(study, export.written(place / "before", subjects.values()))
    draw = random.Random(20_180_411)
    drawer = Drawer(export, draw)
    names = list(subjects)
    draw.shuffle(names)
    changes, refused = [], []
    for number, name in enumerate(names):
        turn = number % len(KINDS)
        change = next(
            made
            for kind in (*KINDS[turn:], *KINDS[:turn])
            if (made := drawer.change(kind, name, subjects[name]))
        )
        if change.kind.refused and (alone := refusal(study, export, change, place / "alone")):
            refused.append(alone)
        else:
            changes.append(change)
    return [*refused, *outcomes(study, export, subjects, changes, before, place / "after")]


def same_number(change: Change, export: Export) -> bool:
    if export.fields[change.field].sort not in ("integer", "number", "result"):
        return False
    try:
        return Fraction(change.old) == Fraction(change.new)
    except ValueError:
        return False


def same_term(change: Change, export: Export) -> bool:
    asked = export.fields[change.field]
    labels = dict(zip(asked.choices, asked.labels, strict=False))
    return {labels.get(change.old), labels.get(change.new)} == {"10^3/uL", "10^9/L"}


HARMLESS: dict[str, Callable[[Change, Export], bool]] = {
    "blanks round an answer": lambda change, _: change.new.strip() == change.old,
    "a box that is not ticked is blank, not 0": lambda change, export: (
        export.fields[change.field].sort == "box" and (change.old, change.new) == ("0", "")
    ),
    "another spelling of a number, in a variable that is a number": same_number,
    "a choice that the terminology codes to the same term": same_term,
    "another choice in a field declared not submitted": lambda change, export: (
        change.field == "ieyn" and change.new in export.fields["ieyn"].choices
    ),
}


def listed(lost: list[Outcome]) -> str:
    """The outcomes by kind, some of each."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for outcome in lost:
        kinds[outcome.change.kind.name].append(
            f"subject {outcome.change.subject} {outcome.change.where}"
        )
    return "\n".join(
        f"{kind} ({len(places)}):\n  " + "\n  ".join(places[:8]) for kind, places in kinds.items()
    )


def test_no_change_is_silent(results: list[Outcome], export: Export) -> None:
    lost = [o for o in results if o.silent and not harmless(o, export)]
    assert not lost, listed(lost)


def harmless(outcome: Outcome, export: Export) -> bool:
    """Whether a change without effect is of a kind that may have none."""
    change = outcome.change
    return bool(change.field) and any(holds(change, export) for holds in HARMLESS.values())


def test_an_answer_that_the_form_does_not_offer_is_found_by_field_or_value(
    results: list[Outcome],
) -> None:
    lost = [o for o in results if o.change.kind.told and not o.told]
    assert not lost, listed(lost)


def test_what_changes_has_to_do_with_the_form_that_was_changed(
    results: list[Outcome], study: Study
) -> None:
    strange = [
        o
        for o in results
        if o.change.field and not o.error and not o.silent and not o.near(feeds(study))
    ]
    assert not strange, listed(strange)


def test_every_kind_of_change_was_made_in_many_forms_and_fields(
    results: list[Outcome], export: Export
) -> None:
    counts: dict[str, int] = defaultdict(int)
    for outcome in results:
        counts[outcome.change.kind.name] += 1
    assert len(results) == SUBJECTS >= 400
    assert {kind.name for kind in KINDS} == set(counts)
    assert min(counts.values()) >= 3, counts
    assert {o.change.form for o in results} >= set(export.forms)
    assert len({o.change.field for o in results}) > len(export.fields) / 2
