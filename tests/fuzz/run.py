"""All targets for some seconds each: `run.py SECONDS [TARGET ...]`; cases, seconds and faults.

Ends with 1 where there was a fault; its input and traceback are kept in the folder told.
"""

# ruff: noqa: T201 - it tells its figures on the terminal

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMITS = ("-timeout=10", "-rss_limit_mb=1400", "-malloc_limit_mb=1000", "-max_len=65536")
"""Of the 1,400 MB some 400 are cdisckit and its libraries, loaded and instrumented."""


def ran(name: str, seconds: int, kept: Path) -> tuple[int, float, bool]:
    """The cases of a target, its seconds, and whether there was a fault."""
    place = kept / re.sub(r"\W+", "_", name)
    (place / "corpus").mkdir(parents=True)
    started = time.monotonic()
    command = [sys.executable, str(Path(__file__).with_name("program.py")), name,
               str(place / "corpus"), f"-max_total_time={seconds}", *LIMITS]  # fmt: skip
    run = subprocess.run(command, capture_output=True, cwd=place, check=False, text=True,
                         errors="replace")  # fmt: skip
    (place / "log.txt").write_text(run.stdout + run.stderr, encoding="utf-8")
    told = re.findall(r"^#(\d+)", run.stderr, flags=re.MULTILINE)
    return int(told[-1]) if told else 0, time.monotonic() - started, run.returncode != 0


def main(seconds: int, names: list[str]) -> int:
    sys.path.insert(0, str(ROOT))
    from tests.fuzz.targets import TARGETS

    kept = Path(tempfile.mkdtemp(prefix="cdisckit-fuzz-"))
    totals = [0, 0.0, 0]
    print(f"{'target':28}{'cases':>10}{'seconds':>10}{'faults':>8}")
    for name in names or TARGETS:
        found = ran(name, seconds, kept)
        print(f"{name:28}{found[0]:>10,}{found[1]:>10.0f}{found[2]:>8}", flush=True)
        totals = [total + one for total, one in zip(totals, found, strict=True)]
    print(f"{'all':28}{totals[0]:>10,}{totals[1]:>10.0f}{totals[2]:>8}")
    if totals[2]:
        print(f"inputs and logs: {kept}")
    return 1 if totals[2] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
