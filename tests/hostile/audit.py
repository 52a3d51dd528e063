"""What a change of raw data changes: rows of datasets, findings, the ledger, or an error."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.errors import CdisckitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from specs.model import Study
    from tests.hostile.changes import Change
    from tests.hostile.export import Export, Row

FOUND = ("severity", "rule", "dataset", "form", "event", "seq", "variable", "value", "message")
LINE = re.compile(r"data\.csv lines? (\d+)")


@dataclass(frozen=True)
class Account:
    """Of one subject: rows by dataset, findings, and what the ledger says of its records."""

    rows: Mapping[str, tuple[int, ...]]
    found: frozenset[tuple[str, ...]]
    ledger: tuple[tuple[str, ...], ...]


NOTHING = Account({}, frozenset(), ())


def accounts(study: Study, folder: Path) -> dict[str, Account]:
    """By subject, and under "" what belongs to none."""
    raw = read_raw(study, folder)
    built = build_sdtm(study, raw)
    rows: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for name, table in built.tables.items():
        if "USUBJID" not in table.frame or not len(table.frame):
            continue
        frame = table.frame
        whose = frame["USUBJID"].astype("str").fillna("").str.removeprefix(f"{study.id}-")
        texts = {n: c.astype("str").fillna("") for n, c in frame.items() if c.dtype != "float64"}
        numbers = {n: c.fillna(-9e99) for n, c in frame.items() if c.dtype == "float64"}
        hashes = pd.util.hash_pandas_object(pd.DataFrame(texts | numbers), index=False)
        for subject, values in hashes.groupby(whose.to_numpy(), sort=False):
            rows[str(subject)][name] = tuple(values)
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    listed = built.findings.assign(
        subject=built.findings["subject"].str.removeprefix(f"{study.id}-")
    )
    for one in listed[["subject", *FOUND]].fillna("").itertuples(index=False):
        found[one[0]].add(tuple(one[1:]))
    ledger: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    kept = raw.records().groupby(["subject", "form"]).size()
    for (subject, form), size in kept.items():
        ledger[str(subject)].append((str(form), str(size)))
    for one in built.ledger.left_out.fillna("").itertuples(index=False):
        ledger[str(one.subject)].append((one.form, one.rule))
    names = {*rows, *found, *ledger}
    return {
        name: Account(rows[name], frozenset(found[name]), tuple(ledger[name])) for name in names
    }


@dataclass(frozen=True)
class Outcome:
    """What became of a change: an error, or the accounts before and after."""

    change: Change
    error: str = ""
    before: Account = NOTHING
    after: Account = NOTHING

    @property
    def datasets(self) -> frozenset[str]:
        names = {*self.before.rows, *self.after.rows}
        return frozenset(n for n in names if self.before.rows.get(n) != self.after.rows.get(n))

    @property
    def new_findings(self) -> frozenset[tuple[str, ...]]:
        return self.after.found - self.before.found

    @property
    def silent(self) -> bool:
        return not self.error and self.before == self.after

    @property
    def told(self) -> bool:
        """Whether an error, or a new finding that names the field or the value."""
        if self.error:
            return True
        form, variable = FOUND.index("form"), FOUND.index("variable")
        value = FOUND.index("value")
        change = self.change
        if not change.field:
            return bool(self.new_findings)
        return any(
            f[variable] == change.field
            or (change.new.strip() and f[value].strip() == change.new.strip())
            or (f[form] == change.form and change.field in f[FOUND.index("message")])
            for f in self.new_findings
        )

    def near(self, fed: Mapping[str, frozenset[str]]) -> bool:
        """Whether a dataset made of the form changed, or a finding speaks of the form."""
        datasets = fed.get(self.change.form, frozenset())
        named = FOUND.index("form"), FOUND.index("dataset")
        return bool(self.datasets & datasets) or any(
            f[named[0]] == self.change.form or f[named[1]] in datasets
            for f in self.before.found ^ self.after.found
        )


def feeds(study: Study) -> Mapping[str, frozenset[str]]:
    """The datasets that are made of a form, or take values of it, with their SUPP--."""
    fed: dict[str, set[str]] = defaultdict(set)
    for dataset in study.datasets:
        for block in dataset.blocks:
            for form in (block.form, *(join.form for join in block.joins)):
                fed[form] |= {dataset.domain, f"SUPP{dataset.domain}"}
    return {form: frozenset(names) for form, names in fed.items()}


def refusal(study: Study, export: Export, change: Change, folder: Path) -> Outcome | None:
    """The error that a change is refused with, read alone; None where it can be read."""
    try:
        read_raw(study, export.written(folder, [change.rows]))
    except CdisckitError as error:
        return Outcome(change, str(error))
    return None


def outcomes(
    study: Study, export: Export, subjects: Mapping[str, list[Row]],
    changes: Iterable[Change], before: Mapping[str, Account], folder: Path,
) -> list[Outcome]:  # fmt: skip
    """What became of each change; of each subject there may be one. Refused ones are told apart."""
    by_subject = {change.subject: change for change in changes}
    made: list[Outcome] = []
    while True:
        chosen = {name: by_subject[name].rows if name in by_subject else rows
                  for name, rows in subjects.items()}  # fmt: skip
        starts = {}
        line = 2
        for name, rows in chosen.items():
            for row in rows:
                starts[line] = name
                line += 1 + sum(v.count("\n") for v in row.values())
        export.written(folder, chosen.values())
        try:
            after = accounts(study, folder)
        except CdisckitError as error:
            match = LINE.search(str(error))
            if match is None:
                raise
            at = max(n for n in starts if n <= int(match[1]))
            change = by_subject.pop(starts[at])
            made.append(Outcome(change, error=str(error)))
            continue
        break
    for name, change in by_subject.items():
        made.append(Outcome(change, "", before.get(name, NOTHING), after.get(name, NOTHING)))
    return made
