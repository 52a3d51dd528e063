"""What checks find subject by subject, and in the rows kept for the study, is all that there is.

The tables are those of every check's own cases.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from specs.findings import all_findings, in_order
from specs.tables import Table, no_trace
from tests.validation.test_checks import BY_MODULE, MODULES, built, case
from validation.check import Built
from validation.run import kept_of_group, validate_study
from validation.scopes import OF_STUDY

BY_ID = {check.id: check for check in BY_MODULE.values()}


def subjects_of(data: Built) -> list[str]:
    columns = [t.frame["USUBJID"] for t in data.tables.values() if "USUBJID" in t.frame]
    return sorted({str(subject) for column in columns for subject in column.dropna()})


def mixed(data: Built) -> bool:
    """Whether a table has rows of subjects and rows of none, so that it is not divided."""
    columns = [t.frame["USUBJID"] for t in data.tables.values() if "USUBJID" in t.frame]
    return any(column.isna().any() and column.notna().any() for column in columns)


def of_subject(data: Built, subject: str) -> dict[str, pd.DataFrame]:
    """The rows of a subject, and the tables that are about none; on their index in the whole."""
    return {
        name: table.frame[table.frame["USUBJID"].eq(subject)]
        if "USUBJID" in table.frame and table.frame["USUBJID"].notna().any()
        else table.frame
        for name, table in data.tables.items()
    }


def found_apart(data: Built, id_: str) -> pd.DataFrame:
    tables, parts = [], []
    kept: dict[str, dict[str, list[pd.DataFrame]]] = {check: {} for check in OF_STUDY}
    for subject in subjects_of(data):
        rows = of_subject(data, subject)
        group = {n: Table(n, f.reset_index(drop=True), no_trace()) for n, f in rows.items()}
        if id_ not in OF_STUDY:
            tables.append(BY_ID[id_](Built(data.study, group)))
        for check, of_check in kept_of_group(data.study, group).items():
            for name, frame in of_check.items():
                places = rows[name].index[frame.index.to_numpy()]
                kept[check].setdefault(name, []).append(frame.set_axis(places))
    for check, of_check in kept.items():
        parts.append((check, {n: pd.concat(f).sort_index() for n, f in of_check.items()}))
    whole = {
        check: {n: f[~f.index.duplicated()].reset_index(drop=True) for n, f in of_check.items()}
        for check, of_check in parts
    }
    sizes = {name: len(table.frame) for name, table in data.tables.items()}
    of_study = validate_study(data.study, whole, sizes)
    return all_findings([*tables, of_study[of_study["rule"].eq(id_)]])


@pytest.mark.parametrize("module", MODULES)
def test_a_check_finds_by_groups_what_it_finds_at_once(make: Any, module: str) -> None:
    check = BY_MODULE[module]
    for outcome in ("passes", "fails"):
        data = built(make, case(module)[outcome])
        if not subjects_of(data) or mixed(data):
            continue
        whole, apart = in_order(check(data)), in_order(found_apart(data, check.id))
        assert apart.fillna("").to_numpy().tolist() == whole.fillna("").to_numpy().tolist()


def test_every_check_of_the_study_is_there() -> None:
    assert set(OF_STUDY) <= set(BY_ID)
