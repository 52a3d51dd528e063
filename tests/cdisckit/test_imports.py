from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys
from typer.testing import CliRunner
from cdisckit.main import app

for arguments in (["--version"], ["--help"], ["build", "--help"], ["cache", "info"]):
    assert CliRunner().invoke(app, arguments).exit_code == 0, arguments
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_verbs_that_read_no_table_load_neither_pandas_nor_what_reads_files(tmp_path: Path) -> None:
    environment = {**os.environ, "CDISCKIT_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "cdisckit" in loaded
    assert not loaded & {"pandas", "pandera", "scipy", "lxml", "matplotlib", "ruamel"}


def test_a_build_of_the_package_needs_no_schema_of_pandera_and_no_figures() -> None:
    program = "import sys, cdisckit.building; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "pandas" in loaded
    assert not loaded & {"pandera", "scipy.stats", "matplotlib", "xmlschema", "hypothesis"}
