"""What we write, as R's haven reads it; skipped where R or haven is absent."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from submission.xpt import Column, special_missing, write_xpt

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    Column("USUBJID", "Unique Subject Identifier", "Char", 20),
    Column("AVAL", "Analysis Value", "Num", 8, "8.2"),
    Column("ADT", "Analysis Date", "Num", 8, "DATE9."),
    Column("AVALC", "Analysis Value (C)", "Char", 200),
)
# Numbers as hexadecimal digits and missing values by their letters, so that nothing is rounded.
READ = r"""
args <- commandArgs(trailingOnly = TRUE)
frame <- haven::read_xpt(args[1])
shown <- function(values) {
  if (is.character(values)) return(values)
  values <- as.numeric(unclass(values))
  tags <- haven::na_tag(values)
  ifelse(is.na(values), ifelse(is.na(tags), ".", paste0(".", toupper(tags))), sprintf("%a", values))
}
cat(names(frame), sep = "\t"); cat("\n")
cat(sapply(frame, function(v) attr(v, "label")), sep = "\t"); cat("\n")
rows <- do.call(cbind, lapply(frame, shown))
for (i in seq_len(nrow(rows))) { cat(rows[i, ], sep = "\t"); cat("\n") }
"""


@pytest.fixture(scope="module")
def rscript() -> str:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not here (Debian: r-cran-haven)")
    known = subprocess.run([program, "-e", "library(haven)"], capture_output=True, check=False)
    if known.returncode:
        pytest.skip("R has no package haven (Debian: r-cran-haven)")
    return program


def test_haven_reads_what_was_written(rscript: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = 500
    values = rng.normal(size=rows) * 2.0 ** rng.integers(-200, 200, rows)
    values[:5] = [np.nan, special_missing("A"), special_missing("Z"), 0.1, 0]
    days = rng.integers(-4000, 30_000, rows)
    frame = pd.DataFrame(
        {
            "USUBJID": [f"S-{number:04d}" for number in range(rows)],
            "AVAL": values,
            "ADT": pd.Series(np.datetime64("1960-01-01", "s") + days.astype("m8[D]")),
            "AVALC": rng.choice(["", "a b", "x" * 200, "'quoted'"], rows),
        }
    )
    path = tmp_path / "adxx.xpt"
    write_xpt(
        frame, path, name="ADXX", label="Made Up", columns=COLUMNS, created=datetime(2024, 1, 1)
    )
    script = tmp_path / "read.R"
    script.write_text(READ)
    run = subprocess.run(
        [rscript, str(script), str(path)], capture_output=True, text=True, check=True
    )
    names, labels, *lines = (line.split("\t") for line in run.stdout.splitlines())
    assert names == [column.name for column in COLUMNS]
    assert labels == [column.label for column in COLUMNS]
    read = list(zip(*lines, strict=True))
    assert list(read[0]) == frame["USUBJID"].tolist()
    assert read[1][:3] == (".", ".A", ".Z")
    assert [float.fromhex(text) for text in read[1][3:]] == values[3:].tolist()
    days_of_r = (days - 3653).tolist()  # from 1970, as R counts dates
    assert [float.fromhex(text) for text in read[2]] == days_of_r
    assert list(read[3]) == frame["AVALC"].tolist()
