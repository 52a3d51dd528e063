"""Nothing that is changed in the files of an export is lost in silence: columns, dictionary, events.

Each change is tried on the whole committed export. It is refused when it is read; or what was found
or counted in reading differs; or else the datasets and the ledger do.
"""

# ruff: noqa: E501 - the table of changes has one line for each

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from cdisckit.building import open_study
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.errors import CdisckitError
from tests.hostile.export import opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sdtm.build import SdtmBuild
    from sdtm.raw import RawData
    from specs.model import Study

    Table = list[list[str]]
    Edit = Callable[[Table], Table | None]

NAME, FORM, TYPE, CHOICES, VALIDATION, LOW, HIGH = 0, 1, 3, 5, 7, 8, 9


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "studies" / "nct03171194"


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    return open_study(folder)


@pytest.fixture(scope="module")
def read_before(study: Study, folder: Path) -> RawData:
    return read_raw(study, folder)


@pytest.fixture(scope="module")
def before(study: Study, read_before: RawData) -> SdtmBuild:
    return build_sdtm(study, read_before)


def without_column(name: str) -> Edit:
    def edit(table: Table) -> Table:
        at = table[0].index(name)
        return [row[:at] + row[at + 1 :] for row in table]

    return edit


def head(old: str, new: str) -> Edit:
    return lambda table: [[new if cell == old else cell for cell in table[0]], *table[1:]]


def emptied(name: str) -> Edit:
    def edit(table: Table) -> Table:
        at = table[0].index(name)
        return [table[0], *([*row[:at], "", *row[at + 1 :]] for row in table[1:])]

    return edit


def with_column(name: str, value: str, at: int = 4) -> Edit:
    return lambda table: [
        [*row[:at], name if n == 0 else value, *row[at:]] for n, row in enumerate(table)
    ]


def moved(name: str, to: int) -> Edit:
    def edit(table: Table) -> Table:
        at = table[0].index(name)
        rests = [(row[at], row[:at] + row[at + 1 :]) for row in table]
        return [[*rest[:to], cell, *rest[to:]] for cell, rest in rests]

    return edit


def without_rows(*cells: str) -> Edit:
    return lambda table: [row for row in table if not set(cells) <= set(row)]


def defined(field: str, column: int, old: str, new: str) -> Edit:
    """A cell of the dictionary changed: in the row of a field, one text for another."""

    def edit(table: Table) -> Table:
        rows = [list(row) for row in table]
        row = next(row for row in rows if row[NAME] == field)
        assert old in row[column], row
        row[column] = row[column].replace(old, new) if old else new
        return rows

    return edit


def cut_line(table: Table) -> Table:
    return [*table[:20], table[20][:100], *table[21:]]


def first_lines(table: Table) -> Table:
    return table[: len(table) // 2]


def halves(table: Table) -> Table:
    """The file cut within a line."""
    return [*table[:40], table[40][:60]]


CHANGES: dict[str, tuple[str, Edit]] = {
    "a column deleted": ("data", without_column("aeser")),
    "a column of statuses deleted": ("data", without_column("labs_complete")),
    "a box deleted": ("data", without_column("race___6")),
    "a column renamed": ("data", head("aeser", "aeserious")),
    "a column under another's name": ("data", head("aeshosp", "aeslife")),
    "a column added": ("data", with_column("note", "x")),
    "a column emptied": ("data", emptied("aeterm")),
    "a column that conditions read emptied": ("data", emptied("mhongo")),
    "a column moved": ("data", moved("sex", 200)),
    "a data access group": ("data", with_column("redcap_data_access_group", "site_b")),
    "an identifier of surveys": ("data", with_column("redcap_survey_identifier", "x@y")),
    "the events' column deleted": ("data", without_column("redcap_event_name")),
    "the instances' column deleted": ("data", without_column("redcap_repeat_instance")),
    "the forms' column deleted": ("data", without_column("redcap_repeat_instrument")),
    "an event deleted": ("data", without_rows("week_36_arm_1")),
    "all instances of a form deleted": ("data", without_rows("prednisone")),
    "a subject deleted": ("data", lambda table: [row for row in table if row[0] != "3"]),
    "a line cut": ("data", cut_line),
    "the second half of the file cut": ("data", first_lines),
    "the file cut within a line": ("data", halves),
    "an event out of the list": ("events", without_rows("week_36_arm_1")),
    "a form out of the plan": ("event_forms", without_rows("week_24_arm_1", "sledai")),
    "a plan for nothing": ("event_forms", lambda table: table[:1]),
    "a field out of the dictionary": ("dictionary", without_rows("aeser")),
    "a field added": ("dictionary", lambda table: [*table, ["aenew", "adverse_events", "", "text", *[""] * 14]]),
    "a form renamed": ("dictionary", lambda table: [[c.replace("garp", "harp") if n == FORM else c for n, c in enumerate(row)] for row in table]),
    "a field in another form": ("dictionary", defined("aeser", FORM, "adverse_events", "medications")),
    "a choice removed": ("dictionary", defined("aerel", CHOICES, " | 3, Possibly related", "")),
    "a choice in other words": ("dictionary", defined("aerel", CHOICES, "Possibly", "Perhaps")),
    "two choices exchanged": ("dictionary", defined("ethnic", CHOICES, "1, Hispanic or Latino | 2, Not", "2, Hispanic or Latino | 1, Not")),
    "an answer made a choice": ("dictionary", defined("aeout", CHOICES, "6, Unknown", "6, Unknown | 9, Strange")),
    "a coded field made text": ("dictionary", defined("aerel", TYPE, "radio", "text")),
    "a field of text made yes or no": ("dictionary", defined("aeterm", TYPE, "text", "yesno")),
    "a least value raised": ("dictionary", defined("vs_sysbp", LOW, "60", "130")),
    "a greatest value lowered": ("dictionary", defined("vs_weight", HIGH, "400", "60")),
    "limits that are none": ("dictionary", defined("vs_sysbp", LOW, "60", "low")),
    "a number made a date": ("dictionary", defined("vs_weight", VALIDATION, "number", "date_ymd")),
    "a number made whole": ("dictionary", defined("vs_weight", VALIDATION, "number", "integer")),
    "a type that nobody knows": ("dictionary", defined("vs_weight", VALIDATION, "number", "moon_phase")),
    "a line of the dictionary cut": ("dictionary", lambda table: [*table[:30], table[30][:2], *table[31:]]),
    "half of the dictionary": ("dictionary", first_lines),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_a_file_is_refused_found_counted_or_in_the_data(
    name: str, study: Study, folder: Path, read_before: RawData, before: SdtmBuild, tmp_path: Path
) -> None:
    file, edit = CHANGES[name]
    opened(folder / "raw").written(tmp_path, [])
    for path in (folder / "raw").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as source:
            table: Table | None = list(csv.reader(source))
        if path.stem == file:
            table = edit(table or [])
        with (tmp_path / "raw" / path.name).open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\n").writerows(table or [])
    try:
        raw = read_raw(study, tmp_path)
        if not raw.findings.equals(read_before.findings) or not raw.counts().equals(
            read_before.counts()
        ):
            return
        after = build_sdtm(study, raw)
    except CdisckitError:
        return
    assert (
        not after.findings.equals(before.findings)
        or not after.ledger.forms.equals(before.ledger.forms)
        or any(not after.tables[n].frame.equals(table.frame) for n, table in before.tables.items())
    ), name
