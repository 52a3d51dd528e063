"""The summary of a build that was made just now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdisckit.final import DEIDENTIFIED, unsettled
from cdisckit.summary import Summary
from specs.findings import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from cdisckit.building import Build
    from specs.model import Study

SHOWN = 12
"""How many kinds of findings the terminal lists; the report has all."""


def summary_of(build: Build) -> Summary:
    """The summary of a build."""
    study, findings = build.study, build.findings
    kinds = list(_kinds(build.unexplained))
    return Summary(
        study.id,
        study.title,
        study.synthetic.strip(),
        bool((findings["rule"] == DEIDENTIFIED).any()),
        tuple(_datasets(build)),
        tuple(kinds[:SHOWN]),
        max(0, len(kinds) - SHOWN),
        _counts(findings),
        _records(build),
        tuple((result.title, str(result)) for result in build.results),
        _refusal(findings) if build.folder is None else "",
    )


def _refusal(findings: pd.DataFrame) -> str:
    """Why a final package is refused: how many findings of which kind it may not hold."""
    waiting = findings["status"].eq("open").sum()
    errors = int(unsettled(findings).sum()) - waiting
    return (
        f"a final package may hold no unexplained error (here {errors:,}) and no finding whose"
        f" explanation is open (here {waiting:,}); settle them, and give their explanations the"
        " status accepted."
    )


def _datasets(build: Build) -> Iterator[tuple[str, str, str, str]]:
    for dataset in build.study.datasets:
        rows = build.records.get(dataset.name, 0)
        yield dataset.name, dataset.label, f"{rows:,}", str(len(dataset.variables))


def _kinds(findings: pd.DataFrame) -> Iterator[tuple[str, str, str, str, str]]:
    """The kinds of findings, errors first: severity, rule, where, count, first message."""
    owner = findings["dataset"].fillna(findings["form"]).fillna("study")
    kinds = [
        (str(severity), str(rule), str(where), str(len(rows)), str(rows["message"].iloc[0]))
        for (severity, rule, where), rows in findings.groupby(
            [findings["severity"], findings["rule"], owner], sort=False
        )
    ]
    yield from sorted(kinds, key=lambda kind: SEVERITIES.index(kind[0]))


def _counts(findings: pd.DataFrame) -> str:
    return ", ".join(
        f"{(findings['severity'] == name).sum()} {name}s"
        f" ({(findings['explanation'].notna() & (findings['severity'] == name)).sum()} explained)"
        for name in SEVERITIES
    )


def _records(build: Build) -> str:
    forms = build.sdtm.ledger.forms
    return (
        f"{forms['records'].sum():,} read,"
        f" {forms['records used'].sum():,} used,"
        f" {forms['records left out'].sum():,} left out by a where clause,"
        f" {forms['records not submitted'].sum():,} not submitted,"
        f" {forms['records unaccounted'].sum():,} unaccounted"
    )


def reads_elsewhere(study: Study) -> bool:
    """Whether a study names files that are not in its folder: dictionaries may be anywhere."""
    root = study.folder.resolve()
    named = [(root / d.files).resolve() for d in study.dictionaries if d.files]
    return not all(path.is_relative_to(root) for path in named)
