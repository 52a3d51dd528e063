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


class KeySet(NamedTuple):
    """Where a value stands; "" is no repeat key. `groups` are pairs of OID and repeat key."""

    subject: str
    event: str = ""
    event_repeat: str = ""
    form: str = ""
    form_repeat: str = ""
    groups: tuple[tuple[str, str], ...] = ()

    def within(self, other: KeySet, level: str) -> bool:
        """Whether this place lies in the other, which an element of that name stands for."""
        wide = _WIDTH.get(level)
        if wide is not None:
            return self[:wide] == other[:wide]
        return self[:5] == other[:5] and self.groups[: len(other.groups)] == other.groups

    def named(self) -> str:
        """The place in words, without the subject."""
        levels = [("event", self.event, self.event_repeat), ("form", self.form, self.form_repeat)]
        levels += [("item group", oid, repeat) for oid, repeat in self.groups]
        return ", ".join(
            f"{kind} {oid}" + (f" ({repeat})" if repeat else "")
            for kind, oid, repeat in levels
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
        keys: KeySet | None = None,
        item: str = "",
        value: str | None = None,
    ) -> None:
        """Keep a finding of that line."""
        where = (keys.form or None, keys.subject, keys.form_repeat or None) if keys else ()
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

    def __init__(self, findings: FindingRows) -> None:
        self.instances: dict[KeySet, Instance] = {}
        self.superseded: list[tuple[KeySet, str, Cell, str]] = []
        self.unkeyed: dict[KeySet, list[KeySet]] = {}  # repeats of item groups without repeat key
        self._findings = findings
        self._of_subject: dict[str, dict[KeySet, None]] = {}

    def opened(self, keys: KeySet, transaction: str, line: int) -> None:
        """A form or item group begins: it is there now, unless it is only to be updated."""
        if transaction in (SNAPSHOT, "Insert", "Upsert") and keys not in self.instances:
            self.instances[keys] = Instance(line)
            self._of_subject.setdefault(keys.subject, {})[keys] = None

    def number_repeats(self) -> None:
        """Settle item groups that stand several times in a form without a repeat key.

        Those with the same items are repeats, and the first is number 1; those with items of their
        own are parts of one record.
        """
        reported: set[str] = set()
        numbered: dict[KeySet, KeySet] = {}
        for first, others in self.unkeyed.items():
            there = [keys for keys in (first, *others) if keys in self.instances]
            items = [item for keys in there for item in self.instances[keys].cells]
            oid = first.groups[-1][0]
            if len(items) == len(set(items)):
                whole = self.instances.get(first)
                for keys in there:
                    if whole is None:
                        whole = self.instances[first] = self.instances[keys]
                    elif keys != first:
                        whole.cells.update(self.instances.pop(keys).cells)
                continue
            numbered[first] = first._replace(groups=(*first.groups[:-1], (oid, "1")))
            if oid not in reported:
                reported.add(oid)
                self._findings.add(
                    "notice",
                    "CK-ODM-UNKEYED",
                    f"item group {oid} stands several times in a form without a repeat key; its"
                    " repeats are numbered in the order of the file",
                    self.instances[others[0]].line if others[0] in self.instances else 0,
                    keys=first,
                )
        if numbered:
            old = self.instances
            self.instances = {numbered.get(keys, keys): of for keys, of in old.items()}

    def removed(self, keys: KeySet, level: str, line: int) -> None:
        """A subject, event, form or item group is taken out, with all in it."""
        of_subject = self._of_subject.get(keys.subject, {})
        gone = [other for other in of_subject if other.within(keys, level)]
        if not gone:
            self._untargeted("Remove", keys, line)
        for other in gone:
            del of_subject[other]
            for item, cell in self.instances.pop(other).cells.items():
                self.superseded.append((other, item, cell, "Remove"))

    def apply(self, keys: KeySet, item: str, cell: Cell, transaction: str) -> None:
        """A value stands in the file: it is set, changed or taken out."""
        if transaction == "Context":
            return
        instance = self.instances.get(keys)
        before = instance.cells.get(item) if instance else None
        if transaction == SNAPSHOT and before is not None:
            raise RawDataError(
                f"subject {keys.subject}, {keys.named()}: {item} has two values, the other on"
                f" line {before.line}",
                where=f"{self._findings.file} line {cell.line}",
                remedy="exports were joined, or a repeat key is missing; export the data again",
            )
        if instance is None and transaction in (SNAPSHOT, "Insert", "Upsert"):
            self.opened(keys, transaction, cell.line)
            instance = self.instances[keys]
        if instance is None or (transaction == "Remove" and before is None):
            self._untargeted(transaction, keys, cell.line, item, cell.text)
            self.superseded.append((keys, item, cell, f"{transaction} without a target"))
            return
        if before is not None:
            self.superseded.append((keys, item, before, transaction))
        if transaction == "Insert" and before is not None:
            self._findings.add(
                "warning",
                "CK-ODM-INSERT",
                f"the value is inserted a second time ({keys.named()}); the later one counts",
                cell.line,
                keys=keys,
                item=item,
                value=cell.text,
            )
        if transaction == "Remove":
            del instance.cells[item]
        else:
            instance.cells[item] = cell

    def _untargeted(
        self, transaction: str, keys: KeySet, line: int, item: str = "", value: str | None = None
    ) -> None:
        self._findings.add(
            "error",
            "CK-ODM-TARGET",
            f"the {transaction.lower()} meets nothing at {keys.named() or 'this subject'}; it is"
            " not applied",
            line,
            keys=keys,
            item=item,
            value=value,
        )
