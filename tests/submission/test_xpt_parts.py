"""One file written by several, read in pieces, or split for an agency."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from specs.errors import RawDataError, TransportError
from submission.xpt import (
    Column,
    iter_xpt,
    read_member,
    read_xpt,
    split_xpt,
    write_xpt,
    write_xpt_parts,
)

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    Column("USUBJID", "Unique Subject Identifier", "Char", 7),
    Column("LBSEQ", "Sequence Number", "Num", 8),
)
PLAN: dict[str, Any] = {
    "name": "LB",
    "label": "Laboratory Test Results",
    "columns": COLUMNS,
    "created": datetime(2024, 5, 6, 7, 8, 9),
}


def made_up(subjects: int, records: int) -> pd.DataFrame:
    """So many records of each subject, the subjects one after the other."""
    rows = np.arange(subjects * records)
    return pd.DataFrame(
        {
            "USUBJID": pd.Series([f"S-{row // records:04d}" for row in rows], dtype="str"),
            "LBSEQ": (rows % records + 1).astype("float64"),
        }
    )


def loaded(span: tuple[int, int]) -> pd.DataFrame:
    if span[0] == 666:
        return made_up(1, 4).assign(USUBJID="far too long")
    return made_up(60, 10).iloc[span[0] : span[1]]


SPANS = [(0, 1), (1, 250), (250, 250), (250, 600)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lb.xpt"


def test_two_processes_write_the_bytes_of_one(path: Path) -> None:
    whole = write_xpt(made_up(60, 10), path, **PLAN)
    expected = path.read_bytes()
    path.unlink()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        member = write_xpt_parts(
            SPANS, path, load=loaded, rows=[b - a for a, b in SPANS], executor=pool, **PLAN
        )
    assert path.read_bytes() == expected
    assert member == whole


def test_parts_in_any_number_give_the_same_bytes(path: Path) -> None:
    write_xpt(made_up(60, 10), path, **PLAN)
    expected = path.read_bytes()
    for cuts in ([0, 600], [0, 599, 600], list(range(0, 601, 40))):
        spans = list(pairwise(cuts))
        with ThreadPoolExecutor(3) as pool:
            write_xpt_parts(
                spans, path, load=loaded, rows=[b - a for a, b in spans], executor=pool, **PLAN
            )
        assert path.read_bytes() == expected


def test_no_parts_are_a_dataset_without_rows(path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        write_xpt_parts([], path, load=loaded, rows=[], executor=pool, **PLAN)
    assert read_xpt(path)[1].rows == 0


@pytest.mark.parametrize(
    ("spans", "rows", "message"),
    [
        ([(0, 10), (666, 0)], [10, 4], "LB row 11, USUBJID: 'far too long' has 12 bytes"),
        ([(0, 10), (10, 20)], [10, 11], r"LB: \(10, 20\) has 10 rows, 11 were announced"),
    ],
)
def test_an_error_of_a_part_leaves_the_old_file(
    path: Path, spans: list[tuple[int, int]], rows: list[int], message: str
) -> None:
    path.write_bytes(b"before")
    with ThreadPoolExecutor(2) as pool, pytest.raises(TransportError, match=message):
        write_xpt_parts(spans, path, load=loaded, rows=rows, executor=pool, **PLAN)
    assert [file.name for file in path.parent.iterdir()] == ["lb.xpt"]
    assert path.read_bytes() == b"before"


def test_frames_of_some_rows_follow_each_other(path: Path) -> None:
    whole = made_up(5, 10)
    write_xpt(whole, path, **PLAN)
    frames = list(iter_xpt(path, at_once=20))
    assert [len(frame) for frame in frames] == [20, 20, 10]
    pd.testing.assert_frame_equal(pd.concat(frames, ignore_index=True), whole)
    frames = list(iter_xpt(path, columns=["LBSEQ"], rows=range(9, 12), at_once=2))
    assert [frame["LBSEQ"].tolist() for frame in frames] == [[10, 1], [2]]
    write_xpt(whole.iloc[:0], path, **PLAN)
    assert [frame.shape for frame in iter_xpt(path)] == [(0, 2)]


def test_a_second_dataset_is_found_across_blocks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_xpt(made_up(2, 11), path, **PLAN)
    first = path.read_bytes()
    path.write_bytes(first + first[240:])
    monkeypatch.setattr("submission.xpt.reader.BLOCK_ROWS", 3)
    monkeypatch.setattr("submission.xpt.description.SCANNED", 160)
    for read in (read_xpt, read_member, lambda path: list(iter_xpt(path, at_once=5))):
        with pytest.raises(RawDataError, match=f"byte {len(first)}: a second dataset begins"):
            read(path)


# 1040 bytes come before the rows; a part of 1,360 bytes holds 21 rows of 15 bytes.


def test_a_file_is_split_between_subjects(path: Path) -> None:
    write_xpt(made_up(7, 8), path, **PLAN)
    parts = split_xpt(path, limit=1360)
    assert [part.relative_to(path.parent).as_posix() for part in parts] == [
        "split/lb1.xpt",
        "split/lb2.xpt",
        "split/lb3.xpt",
        "split/lb4.xpt",
    ]
    read = [read_xpt(part) for part in parts]
    assert [member.name for _, member in read] == ["LB1", "LB2", "LB3", "LB4"]
    assert [member.rows for _, member in read] == [16, 16, 16, 8]
    assert all(member.columns == COLUMNS for _, member in read)
    assert all(part.stat().st_size <= 1360 for part in parts)
    together = pd.concat([frame for frame, _ in read], ignore_index=True)
    pd.testing.assert_frame_equal(together, made_up(7, 8))


def test_parts_of_an_earlier_split_do_not_stay(path: Path) -> None:
    write_xpt(made_up(7, 8), path, **PLAN)
    split_xpt(path, limit=1360)
    other = path.parent / "split" / "lbx1.xpt"
    other.write_bytes(b"")
    assert len(split_xpt(path, limit=1600)) == 2
    names = sorted(file.name for file in (path.parent / "split").iterdir())
    assert names == ["lb1.xpt", "lb2.xpt", "lbx1.xpt"]


def test_a_file_within_the_limit_is_not_split(path: Path) -> None:
    write_xpt(made_up(7, 8), path, **PLAN)
    assert split_xpt(path, limit=path.stat().st_size) == ()
    assert not (path.parent / "split").exists()


def test_what_cannot_be_split_by_the_rule_is_refused(path: Path) -> None:
    write_xpt(made_up(2, 30), path, **PLAN)
    with pytest.raises(TransportError, match="30 rows have one value, at most 21 fit in a part"):
        split_xpt(path, limit=1360)
    mixed = made_up(3, 10).sort_values("LBSEQ", kind="stable")
    write_xpt(mixed, path, **PLAN)
    with pytest.raises(TransportError, match=r"row 4, USUBJID: the rows of 'S-0000' are not tog"):
        split_xpt(path, limit=1360)
