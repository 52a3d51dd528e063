"""An instrument is moved to another domain by one word, and the analysis does not change."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from adam.build import build_adam
from cdisckit.building import open_study
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from validation.run import validate_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from specs.model import Study
    from specs.tables import Table

    Built = tuple[Study, Mapping[str, Table]]


def built(folder: Path, root: Path, file: str = "", old: str = "", new: str = "") -> Built:
    shutil.copytree(
        root / "studies" / "nct03171194", folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    if file:
        path = folder / "sdtm" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(f"dataset: {old}\n") == 1
        path.write_text(text.replace(f"dataset: {old}\n", f"dataset: {new}\n"), encoding="utf-8")
    study = open_study(folder)
    sdtm = build_sdtm(study, read_raw(study, folder))
    adam, _ = build_adam(study, sdtm.tables)
    return study, {**sdtm.tables, **adam}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Built:
    return built(tmp_path_factory.mktemp("usual") / "study", root)


@pytest.fixture(scope="module", params=[("pga.yaml", "QS", "RS"), ("sledai.yaml", "RS", "QS")])
def moved(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, root: Path
) -> tuple[Built, str, str]:
    file, old, new = request.param
    folder = tmp_path_factory.mktemp("moved") / "study"
    return built(folder, root, file, old, new), old, new


def renamed(frame: pd.DataFrame, old: str, new: str) -> pd.DataFrame:
    """The frame with the names, domains and variables of one domain called as in the other."""
    frame = frame.rename(columns=lambda name: new + name[2:] if name.startswith(old) else name)
    for name in ("DOMAIN", "SRCDOM", "SRCVAR"):
        if name in frame:
            frame[name] = frame[name].str.replace(f"^{old}", new, regex=True)
    return frame.drop(columns=["SRCSEQ", f"{new}SEQ"], errors="ignore")


def test_the_records_are_those_of_the_other_domain(
    usual: Built, moved: tuple[Built, str, str]
) -> None:
    before, ((_, after), old, new) = usual[1], moved
    category = "PGA" if old == "QS" else "SLEDAI-2K"
    was, now = before[old].frame, after[new].frame
    was, now = was[was[f"{old}CAT"] == category], now[now[f"{new}CAT"] == category]
    assert len(was) > 0
    expected = renamed(was, old, new).reset_index(drop=True)
    assert not set(expected) - set(now)
    pd.testing.assert_frame_equal(
        now[list(expected)].reset_index(drop=True), expected, check_like=True
    )
    if old == "QS":
        assert "QS" not in after
        assert "SUPPQS" not in after
    assert f"{new}RATER" in set(after[f"SUPP{new}"].frame["QNAM"])


def test_the_analysis_is_the_same_but_for_the_names(
    usual: Built, moved: tuple[Built, str, str]
) -> None:
    before, ((_, after), old, new) = usual[1], moved
    for name in ("ADPGA", "ADSLEDAI", "ADBILAG", "ADRS", "ADSL"):
        was, now = before[name].frame, after[name].frame
        own = name == ("ADPGA" if old == "QS" else "ADSLEDAI")
        expected = renamed(was, old, new) if own else was
        now = renamed(now, new, new) if own else now
        left = [n for n in expected if n != "SRCSEQ"]
        pd.testing.assert_frame_equal(now[left], expected[left], obj=name)


def test_nothing_is_found_that_was_not_before(usual: Built, moved: tuple[Built, str, str]) -> None:
    def kinds(study: Study, tables: Mapping[str, Table]) -> set[tuple[str, str]]:
        found = validate_all(study, tables)
        return set(found[["rule", "variable"]].astype(object).itertuples(index=False, name=None))

    assert kinds(*moved[0]) <= kinds(*usual)
