"""Validation of a whole package: every table against its schema, then the conformance checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.distinct import as_plain
from specs.findings import all_findings, findings
from specs.tables import Table, no_trace
from validation.check import Built
from validation.checks import all_checks
from validation.define import check_package
from validation.failures import validate
from validation.scopes import OF_STUDY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from specs.model import Study


def validate_all(study: Study, tables: Mapping[str, Table]) -> pd.DataFrame:
    """Findings of all tables, unexplained, in the order of datasets, then of checks.

    Explanations cover the findings of the build too, so `validation.explanations.explained` is
    called once, on all of them together.
    """
    return all_findings((*_against_schemas(study, tables), *_against_checks(study, tables)))


def validate_group(study: Study, tables: Mapping[str, Table]) -> pd.DataFrame:
    """What can be found in the rows of a group of subjects; see `validation.scopes`."""
    data = Built(study, tables)
    checks = (check(data) for check in all_checks() if check.id not in OF_STUDY)
    return all_findings((*_against_schemas(study, tables), *checks))


def kept_of_group(
    study: Study, tables: Mapping[str, Table]
) -> Mapping[str, Mapping[str, pd.DataFrame]]:
    """By check and dataset, the rows of a group that checks of the whole study need to see.

    Their index is their position in the group.
    """
    datasets = [study.dataset(name) for name in tables if study.has(name)]
    return {
        id_: {
            dataset.name: rows.apply(as_plain)
            for dataset in datasets
            if (rows := kept(dataset, tables[dataset.name].frame, study)) is not None
        }
        for id_, kept in OF_STUDY.items()
    }


def validate_study(
    study: Study, kept: Mapping[str, Mapping[str, pd.DataFrame]], sizes: Mapping[str, int]
) -> pd.DataFrame:
    """What the checks of the whole study find in the rows kept of all groups, in their order.

    `sizes` are the numbers of records of all datasets.
    """
    finding_tables = []
    for check in all_checks():
        if check.id in OF_STUDY:
            frames = kept[check.id]
            tables = {name: Table(name, frame, no_trace()) for name, frame in frames.items()}
            finding_tables.append(check(Built(study, tables, sizes)))
    return all_findings(finding_tables)


def validate_package(folder: Path) -> pd.DataFrame:
    """Findings of the files of a written package: every define.xml, and the data beside it.

    Unexplained, as those of `validate_all`; `file` is the path of the define.xml in the folder.
    """
    return check_package(folder)


def _against_schemas(study: Study, tables: Mapping[str, Table]) -> Iterator[pd.DataFrame]:
    for dataset in study.datasets:
        if dataset.name in tables:
            yield validate(tables[dataset.name], dataset, study)
    for name in tables:
        if not study.has(name):
            yield findings(
                severity="error",
                rule="CK-DATASET",
                dataset=name,
                message="the specification has no such dataset",
            )


def _against_checks(study: Study, tables: Mapping[str, Table]) -> Iterator[pd.DataFrame]:
    data = Built(study, tables)
    for check in all_checks():
        yield check(data)
