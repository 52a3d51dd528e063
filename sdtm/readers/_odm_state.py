"""ODM: the collected values by their place, and what transactions do to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from specs.errors import RawDataError
from specs.findings import findings, no_findings

if TYPE_CHECKING:
    import pandas as pd

SNAPSHOT = "Snapshot"
TRANSACTIONS = ("Insert", "Update", "Remove", "Upsert", "Context")

_WIDTH = {"SubjectData": 1, "StudyEventData": 3, "FormData": 5}


class Place(NamedTuple):
    """Where a value stands; "" is no repeat key. `groups` are pairs of OID and repeat key."""

    subject: str
    event: str = ""
    event_repeat: str = ""
    form: str = ""
    form_repeat: str = ""
    groups: tuple[tuple[str, str], ...] = ()

    def within(self, other: Place, level: str) -> bool:
        """Whether this place lies in the other, which an element of that name stands for."""
        wide = _WIDTH.get(level)
        if wide is not None:
            return self[:wide] == other[:wide]
        return self[:5] == other[:5] and self.groups[: len(other.groups)] == other.groups

    def named(self) -> str:
        """The place in words, without the subject."""
        parts = [("event", self.event, self.event_repeat), ("form", self.form, self.form_repeat)]
        parts += [("item group", oid, repeat) for oid, repeat in self.groups]
        return ", ".join(
            f"{kind} {oid}" + (f" ({repeat})" if repeat else "")
            for kind, oid, repeat in parts
            if oid
        )


class Cell(NamedTuple):
    """A collected value: its text (None: none), the unit beside it, and its line."""

    text: str | None
    unit: str
    line: int


@dataclass
class Instance:
    """A saved form or item group: where it starts, and its values by item."""

    line: int
    cells: dict[str, Cell] = field(default_factory=dict)


class FindingRows:
    """Findings met on the way, kept as rows."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._rows: list[tuple[str | None, ...]] = []

    def add(
        self,
        severity: str,
        rule: str,
        message: str,
        line: int,
        *,
        place: Place | None = None,
        item: str = "",
        value: str | None = None,
    ) -> None:
        """Keep a finding of that line."""
        where = (place.form or None, place.subject, place.form_repeat or None) if place else ()
        self._rows.append(
            (severity, rule, message, str(line), item or None, value, *(where or (None,) * 3))
        )

    def table(self) -> pd.DataFrame:
        """All that was kept, as findings."""
        if not self._rows:
            return no_findings()
        names = (
            "severity",
            "rule",
            "message",
            "line",
            "variable",
            "value",
            "form",
            "subject",
            "seq",
        )
        columns = zip(*self._rows, strict=True)
        return findings(
            **{name: list(column) for name, column in zip(names, columns, strict=True)},
            file=self.file,
        )


class Collected:
    """The values of a file as its elements leave them, in document order."""

    def __init__(self, found: FindingRows) -> None:
        self.instances: dict[Place, Instance] = {}
        self.superseded: list[tuple[Place, str, Cell, str]] = []
        self._found = found
        self._of_subject: dict[str, dict[Place, None]] = {}

    def opened(self, place: Place, transaction: str, line: int) -> None:
        """A form or item group begins: it is there now, unless it is only to be updated."""
        if transaction in (SNAPSHOT, "Insert", "Upsert") and place not in self.instances:
            self.instances[place] = Instance(line)
            self._of_subject.setdefault(place.subject, {})[place] = None

    def removed(self, place: Place, level: str, line: int) -> None:
        """A subject, event, form or item group is taken out, with all in it."""
        of_subject = self._of_subject.get(place.subject, {})
        gone = [known for known in of_subject if known.within(place, level)]
        if not gone:
            self._untargeted("Remove", place, line)
        for known in gone:
            del of_subject[known]
            for item, cell in self.instances.pop(known).cells.items():
                self.superseded.append((known, item, cell, "Remove"))

    def apply(self, place: Place, item: str, cell: Cell, transaction: str) -> None:
        """A value stands in the file: it is set, changed or taken out."""
        if transaction == "Context":
            return
        instance = self.instances.get(place)
        before = instance.cells.get(item) if instance else None
        if transaction == SNAPSHOT and before is not None:
            raise RawDataError(
                f"subject {place.subject}, {place.named()}: {item} has two values, the other on"
                f" line {before.line}",
                where=f"{self._found.file} line {cell.line}",
                remedy="exports were joined, or a repeat key is missing; export the data again",
            )
        if instance is None and transaction in (SNAPSHOT, "Insert", "Upsert"):
            self.opened(place, transaction, cell.line)
            instance = self.instances[place]
        if instance is None or (transaction == "Remove" and before is None):
            self._untargeted(transaction, place, cell.line, item, cell.text)
            self.superseded.append((place, item, cell, f"{transaction} without a target"))
            return
        if before is not None:
            self.superseded.append((place, item, before, transaction))
        if transaction == "Insert" and before is not None:
            self._found.add(
                "warning",
                "CK-ODM-INSERT",
                f"the value is inserted a second time ({place.named()}); the later one counts",
                cell.line,
                place=place,
                item=item,
                value=cell.text,
            )
        if transaction == "Remove":
            del instance.cells[item]
        else:
            instance.cells[item] = cell

    def _untargeted(
        self, transaction: str, place: Place, line: int, item: str = "", value: str | None = None
    ) -> None:
        self._found.add(
            "error",
            "CK-ODM-TARGET",
            f"the {transaction.lower()} meets nothing at {place.named() or 'this subject'}; it is"
            " not applied",
            line,
            place=place,
            item=item,
            value=value,
        )
