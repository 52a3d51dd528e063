"""What an edited study would give, beside the package that stands: nothing of it is written."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from cdisckit.building import build, target_of
from cdisckit.changes import Changes, compared, delivered
from cdisckit.progress import silent
from cdisckit.terminal import say
from cdisckit.unchanged import last_summary
from specs.cache import NO_CACHE
from specs.errors import CdisckitError
from specs.findings import FINDING_COLUMNS
from specs.output import MARKER
from specs.shown import counted
from submission.define import read_define
from submission.define.compare import compare
from submission.package import PARTS, part_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from cdisckit.building import Build
    from cdisckit.progress import Watch
    from specs.cache import Cache
    from specs.model import Dataset, Study

SHOWN: Final = 5
"""How many examples of each kind are listed."""

_SAME_FINDING: Final = [
    name for name in FINDING_COLUMNS if name not in ("line", "explanation", "status")
]


@dataclass(frozen=True)
class Plan:
    """What differs between the package that stands and what would be built.

    `datasets` are those whose records or values differ, `define` the differences of define.xml by
    standard, `found` and `settled` the findings that would come and go, `results` the declared
    results before ("" where not known) and after, where they differ.
    """

    package: Path
    study: Study
    datasets: Mapping[str, Changes]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    define: Mapping[str, pd.DataFrame]
    new_findings: pd.DataFrame
    settled: pd.DataFrame
    results: tuple[tuple[str, str, str], ...]

    @property
    def clean(self) -> bool:
        """Whether nothing would differ."""
        tables = (*self.define.values(), self.new_findings, self.settled)
        others = (self.datasets, self.added, self.removed, self.results)
        return not any(others) and not any(len(table) for table in tables)


def planned(
    folder: Path,
    out: Path,
    *,
    raw: Path | None = None,
    dictionaries: Path | None = None,
    study_code: bool = True,
    watch: Watch = silent,
    cache: Cache = NO_CACHE,
) -> Plan:
    """Build a study aside and compare it with its package under `out`; what was built is let go.

    CdisckitError where there is no package, or the study cannot be built.
    """
    _, package = target_of(folder, out, raw, cache=cache)
    if not (package / MARKER).is_file():
        raise CdisckitError(
            "there is no package to compare with",
            where=str(package),
            remedy="build the study, or name with --out where its package is",
        )
    with tempfile.TemporaryDirectory(prefix="cdisckit-plan-") as aside:
        product = build(
            folder,
            Path(aside),
            raw=raw,
            dictionaries=dictionaries,
            study_code=study_code,
            watch=watch,
            cache=cache,
        )
        return _plan(package, product, cache)


def _plan(package: Path, product: Build, cache: Cache) -> Plan:
    study, after = product.study, product.report
    datasets, added = {}, []
    for dataset in study.datasets:
        before, now = (delivered(p, study.id, dataset) for p in (package, after))
        if before is None and now is None:
            continue
        if before is None:
            added.append(dataset.name)
        elif changes := compared(before, _or_empty(now, before), dataset.keys):
            datasets[dataset.name] = changes
    names = {dataset.name for dataset in study.datasets}
    removed = sorted(set(_delivered_names(package, study)) - names)
    old, new = (_findings(p) for p in (package, after))
    return Plan(
        package,
        study,
        datasets,
        tuple(added),
        tuple(removed),
        dict(_define_differences(package, after, study)),
        _without(new, old),
        _without(old, new),
        tuple(_results(package, product, cache)),
    )


def print_plan(plan: Plan, console: Console) -> None:
    """What would change, with counts and examples."""
    say(console, ("Against", "bold"), f" {plan.package}")
    if plan.clean:
        say(console, "Nothing would change.")
        return
    for name in (*plan.added, *plan.removed):
        say(console, f"{name}: the whole dataset is {'new' if name in plan.added else 'gone'}")
    for name, changes in plan.datasets.items():
        _print_dataset(plan.study.dataset(name), changes, console)
    for standard, differences in plan.define.items():
        _print_define(standard, differences, console)
    for word, findings in (("new", plan.new_findings), ("gone", plan.settled)):
        if len(findings):
            say(console, ("Findings", "bold"), f" {word}: {len(findings):,}")
            for line in _lines(findings):
                say(console, f"  {line}")
    for title, before, after in plan.results:
        say(console, (title, "bold"), f": {before or 'not known'} to {after}")


def _print_dataset(dataset: Dataset, changes: Changes, console: Console) -> None:
    counts = [f"{counted(len(changes.values), 'value')} changed"]
    counts += [f"{len(changes.added):,} records new"] if len(changes.added) else []
    counts += [f"{len(changes.removed):,} records gone"] if len(changes.removed) else []
    counts += [f"variables {', '.join(changes.variables)}"] if changes.variables else []
    of = ", ".join(f"{name} {count:,}" for name, count in changes.counts().items())
    say(console, (dataset.name, "bold"), f": {', '.join(counts)}" + (f" ({of})" if of else ""))
    for row in changes.values.head(SHOWN).itertuples(index=False):
        *keys, variable, before, after = map(str, row)
        key = " ".join(value for value in keys[1:] if value)
        say(console, f"  {key} {variable}: {before!r} to {after!r}")
    if len(changes.values) > SHOWN:
        say(console, f"  and {len(changes.values) - SHOWN:,} more")


def _print_define(standard: str, differences: pd.DataFrame, console: Console) -> None:
    kinds = differences["kind"].value_counts()
    counts = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
    say(console, (f"define.xml of {standard}", "bold"), f": {counts}")
    for row in differences.head(SHOWN).itertuples(index=False):
        change = f": {row.old!r} to {row.new!r}" if row.change == "changed" else ""
        say(console, f"  {row.change} {row.kind} {row.name} {row.attribute}{change}")
    if len(differences) > SHOWN:
        say(console, f"  and {len(differences) - SHOWN:,} more")


def _lines(findings: pd.DataFrame) -> Iterator[str]:
    """The kinds of findings, each with the first of them."""
    filled = findings.fillna("")
    for (severity, rule), rows in filled.groupby(["severity", "rule"], sort=False):
        one = rows.iloc[0]
        where = " ".join(filter(None, (one["dataset"], one["subject"], one["variable"])))
        yield f"{severity} {rule}, {len(rows):,}: {where}: {one['message']}"


def _or_empty(now: pd.DataFrame | None, before: pd.DataFrame) -> pd.DataFrame:
    return before.iloc[:0] if now is None else now


def _delivered_names(package: Path, study: Study) -> Iterator[str]:
    for standard in PARTS:
        yield from (
            path.stem.upper() for path in part_folder(package, study.id, standard).glob("*.xpt")
        )


def _define_differences(
    package: Path, after: Path, study: Study
) -> Iterator[tuple[str, pd.DataFrame]]:
    for standard in PARTS:
        old, new = (part_folder(p, study.id, standard) / "define.xml" for p in (package, after))
        if old.is_file() and new.is_file():
            differences = compare(read_define(old), read_define(new))
            if len(differences):
                yield standard, differences


def _findings(package: Path) -> pd.DataFrame:
    return pd.read_csv(package / "findings.csv", dtype="str", encoding="utf-8-sig")


def _without(findings: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The findings that are not among others; of equal ones as many as there are more."""
    mine, theirs = (_numbered(f) for f in (findings, others))
    return findings[~mine.isin(theirs)].reset_index(drop=True)


def _numbered(findings: pd.DataFrame) -> pd.MultiIndex:
    same = findings[_SAME_FINDING].fillna("")
    return pd.MultiIndex.from_frame(same.assign(number=same.groupby(_SAME_FINDING).cumcount()))


def _results(package: Path, product: Build, cache: Cache) -> Iterator[tuple[str, str, str]]:
    summary = last_summary(package, cache)
    before = dict(summary.results) if summary else {}
    for result in product.results:
        if before.get(result.title) != str(result):
            yield result.title, before.get(result.title, ""), str(result)
