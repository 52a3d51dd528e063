"""A flat export read back: its fields, its events, and the forms that were saved."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Row = Mapping[str, str]

CODED = ("radio", "dropdown", "checkbox")
YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
KEYS = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
STUDY, VERSION = "NCT03171194-SYN", "V1"
STAMP = "2018-10-25T00:00:00"

NAME, FORM = "Variable / Field Name", "Form Name"
KIND, LABEL = "Field Type", "Field Label"
CHOICES = "Choices, Calculations, OR Slider Labels"
VALIDATION = "Text Validation Type OR Show Slider Number"


@dataclass(frozen=True)
class Saved:
    """A saved form: whose it is, its repeats, and its row of the export."""

    subject: str
    event: str
    event_repeat: str
    form: str
    form_repeat: str
    row: Row


class Export:
    """A flat export with its dictionary and its event tables."""

    def __init__(self, folder: Path) -> None:
        self.fields = _rows(folder / "dictionary.csv")[1:]  # without the record id
        self.events = _rows(folder / "events.csv")
        self.planned = _rows(folder / "event_forms.csv")
        self.data = _rows(folder / "data.csv")
        self.forms = list(dict.fromkeys(field[FORM] for field in self.fields))
        rows = [row for row in self.data if row[KEYS[2]]]
        self.repeating = sorted({(row[KEYS[1]], row[KEYS[2]]) for row in rows})
        rows = [row for row in self.data if row[KEYS[3]] and not row[KEYS[2]]]
        self.repeating_events = sorted({row[KEYS[1]] for row in rows})

    def of(self, form: str) -> list[Row]:
        """The fields of a form."""
        return [field for field in self.fields if field[FORM] == form]

    def saved(self) -> Iterator[Saved]:
        """The saved forms that hold an answer or were marked, in the order of the export."""
        for row in self.data:
            subject, event, instrument, instance = (row[key] for key in KEYS)
            for form in [instrument] if instrument else self.forms:
                answered = any(answer(field, row) for field in self.of(form))
                if not answered and row[f"{form}_complete"] not in ("1", "2"):
                    continue
                yield Saved(
                    subject, event, "" if instrument else instance,
                    form, instance if instrument else "", row,
                )  # fmt: skip


def answer(field: Row, row: Row) -> list[str]:
    """The values of a field: none, one, or the codes that are ticked."""
    if field[KIND] == "checkbox":
        return [code for code in choices(field) if row[f"{field[NAME]}___{code.lower()}"] == "1"]
    return [row[field[NAME]]] if row[field[NAME]] else []


def choices(field: Row) -> dict[str, str]:
    """The codes of a field and their labels."""
    if field[KIND] not in CODED:
        return YES_NO.get(field[KIND], {})
    parts = (part.partition(",") for part in field[CHOICES].split("|"))
    return {code.strip(): label.strip() for code, _, label in parts}


def nested(export: Export) -> dict[str, dict[tuple[str, str], list[Saved]]]:
    """The saved forms by subject, then by event and its repeat."""
    found: dict[str, dict[tuple[str, str], list[Saved]]] = {}
    for saved in export.saved():
        events = found.setdefault(saved.subject, {})
        events.setdefault((saved.event, saved.event_repeat), []).append(saved)
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
