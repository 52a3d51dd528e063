"""One dataset of a study, made now with what it needs, and what an edit changed in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.table import Table as Grid
from rich.text import Text

from adam.build import build_adam
from cdisckit.building import collected, study_to_run
from cdisckit.changes import Changes, as_texts, compared, delivered
from cdisckit.terminal import say
from sdtm.build import sdtm_tables
from specs.cache import NO_CACHE
from specs.errors import SpecError, did_you_mean
from specs.findings import all_findings
from specs.shown import counted
from submission.package import folder_name
from submission.writable import writable
from validation.explanations import explained
from validation.failures import validate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd
    from rich.console import Console

    from specs.cache import Cache
    from specs.model import Dataset
    from specs.tables import Table

SHOWN: Final = 10
"""How many findings and changed values are listed."""

_WIDEST: Final = 32
"""How many characters of a value are shown."""


@dataclass(frozen=True)
class Preview:
    """A dataset as texts, qualifiers of SUPP-- beside its variables, and what was found in it.

    `changes` is None where there is no dataset of the last package to compare with.
    """

    dataset: Dataset
    rows: pd.DataFrame
    findings: pd.DataFrame
    package: Path
    changes: Changes | None = None

    @property
    def clean(self) -> bool:
        """Whether nothing was found that is not explained."""
        unexplained = self.findings["explanation"].isna()
        return not (unexplained & self.findings["severity"].isin(["error", "warning"])).any()


def previewed(
    folder: Path,
    name: str,
    out: Path,
    *,
    raw: Path | None = None,
    study_code: bool = True,
    cache: Cache = NO_CACHE,
) -> Preview:
    """Make a dataset of a study with what it needs; nothing is written.

    Its findings are those of making it and of its own specification; the checks of datasets against
    each other are made by a build. CdisckitError as a build.
    """
    study = study_to_run(folder, study_code=study_code, cache=cache)
    if not study.has(name):
        raise SpecError(
            f"the study has no dataset {name}",
            where=str(folder),
            remedy=did_you_mean(name, [dataset.name for dataset in study.datasets]),
        )
    dataset = study.dataset(name)
    data = collected(study, raw or folder, cache)
    analysis = dataset.standard == "ADaMIG"
    names = None if analysis else {name, dataset.parent}
    tables, findings = sdtm_tables(study, data, cache, names)
    if analysis:
        tables, findings = build_adam(study, tables, cache=cache)
    table = tables[name]
    of_dataset = findings[findings["dataset"].eq(name)]
    all_of_them = all_findings([of_dataset, validate(table, dataset, study)])
    package = out / folder_name(study.id)
    before = delivered(package, study.id, dataset)
    after = as_texts(writable(study, {name: table})[name].frame)
    return Preview(
        dataset,
        _with_qualifiers(table),
        explained(all_of_them, study).iloc[: len(all_of_them)],
        package,
        None if before is None else compared(before, after, dataset.keys),
    )


def print_preview(
    preview: Preview, console: Console, *, subject: str = "", rows: int = SHOWN, diff: bool = False
) -> None:
    """The first rows, or those of a subject, the findings, and what changed."""
    dataset, shown, findings = preview.dataset, preview.rows, preview.findings
    say(console, (dataset.name, "bold"), f"  {dataset.label}: {counted(len(shown), 'record')}")
    if subject:
        shown = _of_subject(shown, subject)
        findings = findings[findings["subject"].fillna("").str.endswith(subject)]
    for grid in _grids(shown.head(rows), dataset, console.width):
        console.print(grid)
    if len(shown) > rows:
        say(console, f"and {len(shown) - rows:,} more")
    _print_findings(findings, console)
    _print_changes(preview, console, listed=diff)


def _with_qualifiers(table: Table) -> pd.DataFrame:
    rows = as_texts(table.frame)
    return rows if table.supplemental is None else rows.join(as_texts(table.supplemental))


def _of_subject(rows: pd.DataFrame, subject: str) -> pd.DataFrame:
    """The rows of a subject, whose identifier may be given by its end."""
    if "USUBJID" not in rows:
        return rows
    return rows[rows["USUBJID"].str.endswith(subject)]


def _grids(rows: pd.DataFrame, dataset: Dataset, width: int) -> Iterator[Grid | Text]:
    """The rows in as many tables as the width demands, each led by what tells them apart."""
    columns = [str(name) for name in rows]
    empty = [name for name in columns if rows[name].eq("").all()] if len(rows) else []
    numbers = ("ASEQ", f"{dataset.domain}SEQ")
    lead = [n for n in ("USUBJID", *numbers) if n in columns][:2]
    rest = [n for n in columns if n not in (*lead, *empty, "STUDYID", "DOMAIN")]
    sizes = {n: min(_WIDEST, max([len(n), *rows[n].str.len()])) + 3 for n in (*lead, *rest)}
    while rest or lead:
        names, used = list(lead), sum(sizes[n] for n in lead) + 1
        while rest and (used + sizes[rest[0]] <= width or names == lead):
            used += sizes[rest[0]]
            names.append(rest.pop(0))
        grid = Grid(*names)
        for row in rows[names].itertuples(index=False):
            grid.add_row(*(Text(_shortened(value)) for value in row))
        yield grid
        if not rest:
            break
    if empty:
        yield Text(f"Without a value here: {', '.join(empty)}")


def _print_findings(findings: pd.DataFrame, console: Console) -> None:
    """The findings that nothing explains, and how many are explained."""
    open_ = findings[findings["explanation"].isna()]
    counts = f": {len(open_):,} open, {len(findings) - len(open_):,} explained"
    say(console, ("Findings", "bold"), counts)
    for _, one in open_.head(SHOWN).fillna("").iterrows():
        where = " ".join(filter(None, (one["subject"], one["seq"], one["variable"])))
        say(console, f"  {one['severity']} {one['rule']} {where}: {one['message']}")
    if len(open_) > SHOWN:
        say(console, f"  and {len(open_) - SHOWN:,} more")


def _print_changes(preview: Preview, console: Console, *, listed: bool) -> None:
    changes, package = preview.changes, preview.package
    if changes is None:
        say(console, f"{package} has no {preview.dataset.name} to compare with")
        return
    if not changes:
        say(console, ("As in", "bold"), f" {package}")
        return
    counts = [
        f"{counted(len(changes.added), 'record')} new",
        f"{len(changes.removed):,} gone",
        f"{counted(len(changes.values), 'value')} changed",
    ]
    of = ", ".join(f"{name} {count:,}" for name, count in changes.counts().items())
    say(
        console,
        ("Against", "bold"),
        f" {package}: {', '.join(counts)}" + (f" ({of})" if of else ""),
    )
    if changes.variables:
        say(console, f"  variables: {', '.join(changes.variables)}")
    if listed:
        for sign, records in (("+", changes.added), ("-", changes.removed)):
            for row in records.head(SHOWN).itertuples(index=False):
                say(console, f"  {sign} {_of_key(map(str, row))}")
        for row in changes.values.head(SHOWN).itertuples(index=False):
            *keys_, variable, before, after = map(str, row)
            say(
                console,
                f"  {' '.join(filter(None, keys_[1:]))} {variable}: {before!r} to {after!r}",
            )
        if len(changes.values) > SHOWN:
            say(console, f"  and {len(changes.values) - SHOWN:,} more")


def _of_key(values: Iterable[str]) -> str:
    """The values of keys that tell records apart; the study is the same in all."""
    return " ".join(value for value in list(values)[1:] if value)


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."
