"""The three datasets built from the pilot's raw forms, against the published ones.

The differences are those counted in an independent reproduction (README.md of the test data).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import sdtm.derivations
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.derivation import derivations_of
from specs.load import load_study
from tests import beside
from tests.processes import cdisckit

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.build import SdtmBuild
    from specs.tables import Table

PILOT = beside.data("pilot")
# Data rows, counted from 1, of ae_raw.csv with a start date of which only the year is known.
YEARS = {43, 82, 205, 206, 256, 288, 289, 293, 744, 745, 1164}
# Those whose year and month the raw form lost.
LOST = {72, 101, 102, 126, 127, 437, 438, 688, 853, 1028, 1029, 1035, 1036, 1049, 1085}


@pytest.fixture(scope="module")
def pilot(root: Path) -> SdtmBuild:
    study = load_study(root / "studies" / "cdiscpilot01", derivations_of(sdtm.derivations))
    return build_sdtm(study, read_raw(study, PILOT / "raw"))


def published(name: str) -> pd.DataFrame:
    return pd.read_csv(PILOT / "expected" / f"{name}.csv", dtype="str")


def differences(built: pd.DataFrame, expected: pd.DataFrame) -> dict[str, int]:
    """The number of rows that differ, for each variable of either in which any do."""
    names = built.columns.union(expected.columns, sort=False)
    counted = {}
    for name in names:
        ours, theirs = (
            t.get(name, pd.Series(index=t.index, dtype="str")) for t in (built, expected)
        )
        if pd.api.types.is_numeric_dtype(ours):
            theirs = theirs.astype("float64")
        counted[name] = int((~((ours == theirs) | (ours.isna() & theirs.isna()))).sum())
    return {name: count for name, count in counted.items() if count}


def by_keys(frame: pd.DataFrame, *keys: str) -> pd.DataFrame:
    return frame.sort_values(list(keys), kind="stable", ignore_index=True)


def in_raw_order(table: Table) -> pd.DataFrame:
    rows = table.trace.query("source == 'ae_raw'").sort_values("record")["row"]
    return table.frame.loc[rows].reset_index(drop=True)


def test_dm_differs_only_in_what_other_forms_say(pilot: SdtmBuild) -> None:
    built = by_keys(pilot.tables["DM"].frame, "USUBJID")
    expected = by_keys(published("dm"), "USUBJID")
    assert len(built) == 306
    assert differences(built, expected) == {
        "RFENDTC": 133,
        "RFICDTC": 254,
        "RFPENDTC": 306,
        "DTHDTC": 1,
        "BRTHDTC": 306,
    }
    assert expected["RFICDTC"].isna().all()
    died = built["DTHDTC"] != expected["DTHDTC"]
    died &= expected["DTHDTC"].notna()
    assert built.loc[died, ["USUBJID", "DTHDTC"]].to_numpy().tolist() == [
        ["01-704-1445", "2014-10-31"]
    ]


def test_ae_differs_only_in_what_the_form_lost(pilot: SdtmBuild) -> None:
    built, expected = in_raw_order(pilot.tables["AE"]), published("ae")
    assert len(built) == 1191
    found = differences(built.drop(columns="AESEQ"), expected.drop(columns="AESEQ"))
    assert found == {"AESPID": 1191, "AESTDTC": 15, "AESTDY": 1}
    lost = built["AESTDTC"].isna() & expected["AESTDTC"].notna()
    assert {int(row) + 1 for row in built.index[lost]} == LOST
    day = built["AESTDY"] != expected["AESTDY"].astype("float64")
    day &= built["AESTDY"].notna()
    assert built.loc[day, ["USUBJID", "AETERM", "AESTDY"]].to_numpy().tolist() == [
        ["01-716-1063", "HYPERHIDROSIS", 1.0]
    ]


def test_a_year_alone_is_kept_as_it_was_collected(pilot: SdtmBuild) -> None:
    built, expected = in_raw_order(pilot.tables["AE"]), published("ae")
    years = built["AESTDTC"].str.fullmatch("[0-9]{4}").fillna(value=False)
    assert {int(row) + 1 for row in built.index[years]} == YEARS
    assert (built.loc[years, "AESTDTC"] == expected.loc[years, "AESTDTC"]).all()
    assert built.loc[years, "AESTDY"].isna().all()


def test_ae_is_numbered_from_one_within_each_subject(pilot: SdtmBuild) -> None:
    numbers = pilot.tables["AE"].frame.groupby("USUBJID")["AESEQ"]
    assert numbers.ngroups == 225
    assert (numbers.min() == 1).all()
    assert (numbers.max() == numbers.size()).all()
    assert (numbers.nunique() == numbers.size()).all()


def test_ex_agrees_in_every_value(pilot: SdtmBuild) -> None:
    built = by_keys(pilot.tables["EX"].frame, "USUBJID", "EXSTDTC")
    expected = by_keys(published("ex"), "USUBJID", "EXSTDTC")
    assert built.shape == (591, 17)
    assert differences(built, expected) == {}


def test_nothing_is_found_and_every_record_and_field_is_accounted_for(pilot: SdtmBuild) -> None:
    assert len(pilot.findings) == 0
    account = pilot.ledger.forms.set_index("form")
    assert account["records used"].to_dict() == {"dm_raw": 306, "ae_raw": 1191, "ec_raw": 591}
    assert account[["records unaccounted", "fields unaccounted"]].to_numpy().sum() == 0


def test_the_pilot_builds_from_raw_files_elsewhere(root: Path, tmp_path: Path) -> None:
    run = cdisckit(
        "build",
        root / "studies" / "cdiscpilot01",
        "--out",
        tmp_path,
        CDISCKIT_RAW=str(PILOT / "raw"),
    )
    assert run.code in (0, 1), run.err
    folder = tmp_path / "cdiscpilot01" / "m5" / "datasets" / "cdiscpilot01"
    names = {path.name for path in folder.rglob("*.xpt")}
    assert names == {"dm.xpt", "ae.xpt", "ex.xpt"}
