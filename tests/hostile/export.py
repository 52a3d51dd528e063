"""The export of the worked study as rows that can be changed, for any number of subjects."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Row = dict[str, str]
SUBJECT, EVENT, INSTRUMENT, INSTANCE = (
    "record_id",
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
_CODED = {"yesno", "radio", "dropdown"}


@dataclass(frozen=True)
class Asked:
    """A field as the dictionary has it; `sort` is what a change must know of it."""

    name: str
    form: str
    sort: str  # yesno, coded, integer, number, result, date, datetime, time, partial, text, box
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class Export:
    """Where an export lies, its columns, its fields and the forms planned at each event."""

    folder: Path
    head: tuple[str, ...]
    fields: Mapping[str, Asked]
    planned: Mapping[str, frozenset[str]]
    subjects: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(asked.form for asked in self.fields.values()))

    def of_row(self, row: Row) -> frozenset[str]:
        """The forms that may be answered in a row."""
        if row[INSTRUMENT]:
            return frozenset({row[INSTRUMENT]})
        return self.planned[row[EVENT]] - self.repeating

    @property
    def repeating(self) -> frozenset[str]:
        return frozenset({"medical_history", "prednisone", "medications", "adverse_events"})

    def written(self, to: Path, subjects: Iterable[list[Row]]) -> Path:
        """A study's folder with these rows as its export."""
        raw = to / "raw"
        raw.mkdir(parents=True, exist_ok=True)
        for path in self.folder.glob("*.csv"):
            if path.name != "data.csv":
                shutil.copyfile(path, raw / path.name)
        with (raw / "data.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.head, lineterminator="\n", restval="")
            writer.writeheader()
            for rows in subjects:
                writer.writerows(rows)
        return to


def opened(folder: Path) -> Export:
    """The export in a folder."""
    with (folder / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        asked = [_asked(row) for row in csv.DictReader(file)]
    with (folder / "event_forms.csv").open(encoding="utf-8", newline="") as file:
        listed = [(row["unique_event_name"], row["form"]) for row in csv.DictReader(file)]
    planned = {event: frozenset(f for e, f in listed if e == event) for event, _ in listed}
    with (folder / "data.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        subjects: dict[str, list[Row]] = {}
        for row in reader:
            subjects.setdefault(row[SUBJECT], []).append(row)
        head = tuple(reader.fieldnames or ())
    fields = {name: one for several in asked for name, one in several.items() if name != SUBJECT}
    return Export(folder, head, fields, planned, subjects)


def copied(export: Export, subject: str, name: str) -> list[Row]:
    """The rows of a subject as those of another."""
    return [row | {SUBJECT: name} for row in export.subjects[subject]]


def _asked(row: Row) -> dict[str, Asked]:
    name, form, kind = row["Variable / Field Name"], row["Form Name"], row["Field Type"]
    listed = row["Choices, Calculations, OR Slider Labels"]
    codes = tuple(part.partition(",")[0].strip() for part in listed.split("|"))
    labels = tuple(part.partition(",")[2].strip() for part in listed.split("|"))
    if kind == "checkbox":
        boxes = [f"{name}___{code.lower()}" for code in codes]
        return {box: Asked(box, form, "box", ("0", "1")) for box in boxes}
    if kind == "yesno":
        return {name: Asked(name, form, "yesno", ("1", "0"))}
    if kind in _CODED:
        return {name: Asked(name, form, "coded", codes, labels)}
    low, high = row["Text Validation Min"], row["Text Validation Max"]
    return {name: Asked(name, form, _sort(row), low=low, high=high)}


def _sort(row: Row) -> str:
    validation = row["Text Validation Type OR Show Slider Number"].removesuffix("_ymd")
    if validation:
        return validation
    if row["Field Type"] == "calc":
        return "number"
    if row["Field Note"].startswith("DD-MMM"):
        return "partial"
    return "result" if row["Field Note"].startswith("Number") else "text"
