"""Each reader of raw data under atheris for some seconds: no crash, no hang, bounded memory.

`CDISCKIT_FUZZ_SECONDS` sets how long each of them runs.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.fuzz.seeds import ODM, ODM_2, REDCAP, SECUTRIAL

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not installed"
)
SECONDS = int(os.environ.get("CDISCKIT_FUZZ_SECONDS", "2"))
TARGET = Path(__file__).with_name("raw_target.py")
TABLE = pd.DataFrame({"a": ["1", "2"], "b": ["x", None], "c": [1.5, None]})


def texts(*seeds: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        for number, seed in enumerate(seeds):
            (folder / str(number)).write_text(seed, encoding="utf-8")

    return write


def xlsx(folder: Path) -> None:
    pytest.importorskip("python_calamine")
    writer = pytest.importorskip("xlsxwriter")
    with writer.Workbook(folder / "x.xlsx") as book:
        sheet = book.add_worksheet("x")
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, ["1", 2.5])


def xpt(folder: Path) -> None:
    pytest.importorskip("pyreadstat").write_xport(TABLE, folder / "x.xpt", file_format_version=5)


def secutrial(folder: Path) -> None:
    with zipfile.ZipFile(folder / "x.zip", "w") as packed:
        for name, text in SECUTRIAL.items():
            packed.writestr(name, text)


SEEDS: dict[str, Callable[[Path], None]] = {
    "odm": texts(ODM, ODM_2),
    "redcap_xml": texts(REDCAP),
    "redcap": texts("id,sex,race___1,race____2,dm_complete,aeterm,ae_complete\n1,1,0,1,2,x,2\n"),
    "dictionary": texts("field_name,form_name,field_type\nid,dm,text\n"),
    "table": texts("a,b\n1,2\n", 'a;b\n1;"x\ny"\n'),
    "xlsx": xlsx,
    "parquet": lambda folder: TABLE.to_parquet(folder / "x.parquet"),
    "xpt": xpt,
    "secutrial": secutrial,
}


@pytest.mark.parametrize("reader", SEEDS)
def test_a_reader_reads_or_refuses_whatever_it_is_given(reader: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    SEEDS[reader](corpus)
    limits = [f"-max_total_time={SECONDS}", "-timeout=20", "-rss_limit_mb=2000", "-max_len=8192"]
    run = subprocess.run(
        [sys.executable, str(TARGET), reader, str(corpus), *limits, "-seed=1"],
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:].decode(errors="replace")
