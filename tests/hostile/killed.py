"""Builds that are killed at drawn moments, and what is then to be found.

`CDISCKIT_KILLS=100 pytest tests/hostile/test_kills.py` asks for that many.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.tiny import hashes

COMMAND = Path(sys.executable).parent / "cdisckit"
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Outcome:
    """What was found after the kills: how often the old and the new package, and what was wrong."""

    found: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def start(study: Path, out: Path) -> subprocess.Popen[str]:
    command = [str(COMMAND), "build", str(study), "--out", str(out)]
    return subprocess.Popen(command, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def built(study: Path, out: Path) -> tuple[dict[str, str], float]:
    """Build once without disturbance: all that is under `out` then, and the seconds it took."""
    began = time.monotonic()
    process = start(study, out)
    _, told = process.communicate()
    assert process.returncode in (0, 1), told
    return hashes(out), time.monotonic() - began


def kill_builds(studies: tuple[Path, Path], out: Path, kills: int, seed: int) -> Outcome:
    """Kill builds that replace the package of one study by that of the other, and look.

    One that had finished before its signal does not count.
    """
    drawn = random.Random(seed)
    outcome = Outcome()
    known = {}
    for study in reversed(studies):
        known[study], seconds = built(study, out)
    packages = {study: _package(found) for study, found in known.items()}
    old, new = studies
    before: set[str] = set()
    number = 0
    while number < kills:
        what = SIGNALS[number % len(SIGNALS)]
        process = start(new, out)
        moment = drawn.uniform(0.3, 1.1) * seconds
        time.sleep(moment)
        process.send_signal(what)
        _, told = process.communicate()
        finished = process.returncode in (0, 1)
        seconds *= 0.8 if finished else 1.02  # a machine is not as fast at all times
        number += not finished
        there = hashes(out)
        label = f"{what.name} after {moment:.2f} s, code {process.returncode}"
        package = _package(there)
        if package in (packages[new], packages[old]):
            outcome.found["new" if package == packages[new] else "old"] += not finished
        else:
            outcome.wrong.append(f"{label}: neither the old nor the new package")
        fitting = {"", f"Stopped by {what.name}"} if what != signal.SIGKILL else {""}
        if told.strip() not in fitting or not (
            finished or process.returncode in (-what, 128 + what)
        ):
            outcome.wrong.append(f"{label}: {told}")
        outcome.found[f"{what.name} {process.returncode}"] += 1
        left = {name for name in there if name.startswith(".")}
        outcome.found["with left-overs"] += bool(left) and not finished
        if what != signal.SIGKILL and left - before:
            outcome.wrong.append(f"{label}: left-overs {sorted(left - before)}")
        before = left
        if package == packages[new]:
            old, new = new, old
    if built(new, out)[0] != known[new]:
        outcome.wrong.append("something is left over after a good build")
    return outcome


def _package(found: dict[str, str]) -> dict[str, str]:
    return {name: told for name, told in found.items() if not name.startswith(".")}
