"""Validation of a whole package: every table against its schema, then the conformance checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.findings import all_findings, findings
from validation.check import Built
from validation.checks import all_checks
from validation.define import check_package
from validation.failures import validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from specs.model import Study
    from specs.tables import Table


def validate_all(study: Study, tables: Mapping[str, Table]) -> pd.DataFrame:
    """Findings of all tables, unexplained, in the order of datasets, then of checks.

    Explanations cover the findings of the build too, so `validation.explanations.explained` is
    called once, on all of them together.
    """
    return all_findings((*_against_schemas(study, tables), *_against_checks(study, tables)))


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
