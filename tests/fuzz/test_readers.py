"""Each reader under atheris for some seconds: no crash, no hang, no unbounded memory.

`CDISCKIT_FUZZ_SECONDS` sets how long each of them runs.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from submission.dataset_json import json_of_xpt, write_dataset_json
from submission.xpt import Column, special_missing, write_xpt

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not installed"
)
SECONDS = int(os.environ.get("CDISCKIT_FUZZ_SECONDS", "5"))
TARGET = Path(__file__).with_name("target.py")
COLUMNS = (
    Column("TEXT", "A Text", "Char", 3, "$3."),
    Column("NUM", "A Number", "Num", 8, "8.2"),
    Column("SHORT", "", "Num", 3),
    Column("DAY", "A Day", "Num", 8, "DATE9."),
)


def seeds(folder: Path, suffix: str) -> None:
    for rows in (0, 1, 9):
        frame = pd.DataFrame(
            {
                "TEXT": pd.Series((["ab", None, "],["] * 3)[:rows], dtype="str"),
                "NUM": ([0.1, -2.0, special_missing("A")] * 3)[:rows],
                "SHORT": pd.Series([1.0] * rows),
                "DAY": pd.Series([20_000.0] * rows),
            }
        )
        path = folder / f"{rows}.xpt"
        write_xpt(frame, path, name="XX", label="L", columns=COLUMNS, created=datetime(2024, 1, 1))
        if suffix != "xpt":
            dataset, _ = json_of_xpt(path)
            write_dataset_json(frame, folder / f"{rows}.{suffix}", dataset, special_missing="null")
            path.unlink()


@pytest.mark.parametrize("reader", ["xpt", "json", "ndjson", "dsjc"])
def test_a_reader_reads_or_refuses_whatever_it_is_given(reader: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    seeds(corpus, reader)
    limits = [f"-max_total_time={SECONDS}", "-timeout=10", "-rss_limit_mb=1500", "-max_len=4096"]
    run = subprocess.run(
        [sys.executable, str(TARGET), reader, str(corpus), *limits, "-seed=1"],
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:].decode(errors="replace")
