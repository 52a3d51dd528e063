"""A change to the raw data of the worked study shows in the ledger and the findings."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from cdisckit.building import open_study
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.errors import RawDataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sdtm.build import SdtmBuild
    from specs.model import Study

    Edit = Callable[[list[str]], list[str]]


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "studies" / "nct03171194"


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    return open_study(folder)


@pytest.fixture(scope="module")
def before(study: Study, folder: Path) -> SdtmBuild:
    return build_sdtm(study, read_raw(study, folder))


def edited(study: Study, folder: Path, out: Path, edit: Edit) -> SdtmBuild:
    """The build with an edited data.csv; the edit is given its lines."""
    shutil.copytree(folder / "raw", out / "raw")
    data = out / "raw" / "data.csv"
    lines = data.read_text(encoding="utf-8").splitlines()
    data.write_text("\n".join(edit(lines)) + "\n", encoding="utf-8")
    return build_sdtm(study, read_raw(study, out))


def found(built: SdtmBuild) -> set[tuple[str, ...]]:
    columns = ["rule", "form", "subject", "variable", "value", "line"]
    rows = built.findings[columns].fillna("").astype(str)
    return set(rows.itertuples(index=False, name=None))


def balance(built: SdtmBuild) -> pd.DataFrame:
    return built.ledger.forms.set_index("form")


def row_of(lines: list[str], start: str) -> int:
    return next(n for n, line in enumerate(lines) if line.startswith(start))


def test_a_deleted_line_is_missing_in_the_ledger(
    study: Study, folder: Path, before: SdtmBuild, tmp_path: Path
) -> None:
    def edit(lines: list[str]) -> list[str]:
        del lines[row_of(lines, "1,running_arm_1,adverse_events,2,")]
        return lines

    after = edited(study, folder, tmp_path, edit)
    change = (balance(after)["records"] - balance(before)["records"]).loc["adverse_events"]
    assert change == -1
    assert len(after.tables["AE"].frame) == len(before.tables["AE"].frame) - 1
    assert found(after) != found(before)  # the numbers of the lines below are others


def test_a_deleted_visit_is_missing_in_every_form_of_it(
    study: Study, folder: Path, before: SdtmBuild, tmp_path: Path
) -> None:
    def edit(lines: list[str]) -> list[str]:
        del lines[row_of(lines, "2,week_24_arm_1,")]
        return lines

    after = edited(study, folder, tmp_path, edit)
    lost = balance(before)["records"] - balance(after)["records"]
    assert lost[["visit", "vital_signs", "sledai", "bilag", "pga", "labs"]].tolist() == [1] * 6
    assert lost["adverse_events"] == 0


def swapped(one: str, other: str) -> Edit:
    def edit(lines: list[str]) -> list[str]:
        head = lines[0].split(",")
        a, b = head.index(one), head.index(other)
        head[a], head[b] = head[b], head[a]
        return [",".join(head), *lines[1:]]

    return edit


@pytest.mark.parametrize(
    ("one", "other"), [("sex", "race___1"), ("aeout", "aeterm"), ("sled01", "sled02")]
)
def test_two_heads_swapped_are_found(
    study: Study, folder: Path, before: SdtmBuild, tmp_path: Path, one: str, other: str
) -> None:
    after = edited(study, folder, tmp_path, swapped(one, other))
    new = [row for row in found(after) - found(before) if row[0] == "CK-RAW-ORDER"]
    assert [set(row[4].split(", ")) for row in new] == [{one, other}]


def test_dates_under_the_head_of_a_text_are_found_each(
    study: Study, folder: Path, before: SdtmBuild, tmp_path: Path
) -> None:
    after = edited(study, folder, tmp_path, swapped("aestdat", "aeterm"))
    new = found(after) - found(before)
    dates = [row for row in new if row[0] == "CK-RAW-DATE" and row[3] == "aestdat"]
    assert len(dates) == len(before.tables["AE"].frame)


def test_a_box_that_holds_a_code_is_an_error(study: Study, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RawDataError, match=r"data\.csv line \d+: race___6 is "):
        edited(study, folder, tmp_path, swapped("ethnic", "race___6"))


def test_a_new_code_is_found_and_stays(
    study: Study, folder: Path, before: SdtmBuild, tmp_path: Path
) -> None:
    def edit(lines: list[str]) -> list[str]:
        head = lines[0].split(",")
        place = row_of(lines, "1,screening_arm_1,")
        cells = lines[place].split(",")
        assert len(cells) == len(head), "a quoted comma stands in the row"
        cells[head.index("ethnic")] = "7"
        lines[place] = ",".join(cells)
        return lines

    after = edited(study, folder, tmp_path, edit)
    new = {row[:5] for row in found(after) - found(before)}
    assert ("CK-RAW-CODE", "demographics", "1", "ethnic", "7") in new
    assert "7" in set(after.tables["DM"].frame["ETHNIC"])


def test_a_column_that_is_gone_is_found(
    study: Study, folder: Path, before: SdtmBuild, tmp_path: Path
) -> None:
    def edit(lines: list[str]) -> list[str]:
        head = lines[0].split(",")
        assert head[-1] == "disposition_complete"
        return lines

    after = edited(study, folder, tmp_path, edit)
    assert found(after) == found(before)
    dictionary = (tmp_path / "raw" / "dictionary.csv").read_text(encoding="utf-8")
    more = "new_field,disposition,,text,New,,,,,,,,,,,,,\n"
    (tmp_path / "raw" / "dictionary.csv").write_text(dictionary + more, encoding="utf-8")
    wider = build_sdtm(study, read_raw(study, tmp_path))
    assert {row[:4] for row in found(wider) - found(before)} == {
        ("CK-RAW-ABSENT", "disposition", "", "new_field")
    }
