from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.readers._unread import unread

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("SUBJID,RES\n001,5\n", encoding="utf-8")


def test_every_file_beside_those_that_were_read_is_found_or_named(tmp_path: Path) -> None:
    write(tmp_path, "raw/lab.csv", "raw/forgotten.csv", "raw/old/lab.csv", "raw/a.pdf", "raw/.x")
    found = unread(tmp_path, [tmp_path / "raw" / "lab.csv"], ["raw/*.pdf"])
    assert found[["severity", "rule", "file"]].to_numpy().tolist() == [
        ["warning", "CK-RAW-UNREAD", "raw/forgotten.csv"],
        ["warning", "CK-RAW-UNREAD", "raw/old/"],
    ]


def test_the_files_of_a_study_are_no_raw_data(tmp_path: Path) -> None:
    write(tmp_path, "study.yaml", "lab.csv", "more.csv", "sdtm/dm.yaml", "notes.md", "windows.csv")
    found = unread(tmp_path, [tmp_path / "lab.csv"], ["windows.csv"])
    assert found["file"].tolist() == ["more.csv"]
