"""What one edit of a study costs: builds, a preview and a plan after it, in CPU seconds.

    python benchmarks/loop.py [--rounds 5] [--study studies/nct03171194]

Every figure is the median of the rounds, each in a process of its own, its children included. A
copy of the study is edited, so that nothing of it changes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).parent / "cdisckit"


def replaced(file: str, old: str, new: str) -> Callable[[Path, int], None]:
    """An edit that is another one in every round."""

    def edit(study: Path, number: int) -> None:
        path = study / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, (file, old)
        path.write_text(text.replace(old, new.format(number=number), 1), encoding="utf-8")

    return edit


EDITS = {
    "one line of ae.yaml": replaced(
        "sdtm/ae.yaml", "{assigned: aellt}", "{{assigned: {{constant: Term {number}}}}}"
    ),
    "one line of adrs.yaml": replaced("adam/adrs.yaml", "Response", "Response {number}"),
    "one line of terminology.yaml": replaced(
        "terminology.yaml",
        "      Not related:",
        "      Answer {number}: NOT RELATED\n      Not related:",
    ),
    "one raw value": replaced("raw/data.csv", ",165,71.4,1,", ",165,7{number}.4,1,"),
}


def seconds(*arguments: str | Path) -> float:
    """CPU seconds of the command and its children."""
    before = os.times()
    done = subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    after = os.times()
    if done.returncode not in (0, 1):
        raise SystemExit(f"{arguments}: {done.stderr}")
    spent = after.children_user + after.children_system
    return spent - before.children_user - before.children_system


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--study", type=Path, default=ROOT / "studies" / "nct03171194")
    given = parser.parse_args()
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as place:
        for number in range(given.rounds):
            for name, spent in one_round(given.study, Path(place) / str(number), number):
                figures.setdefault(name, []).append(spent)
                print(f"  {name}: {spent:.2f}", file=sys.stderr, flush=True)
    whole = median(figures["cold"])
    print(f"| | CPU s | of a cold build |\n|---|---|---|\n| import alone | {imports():.2f} | |")
    for name, spent in figures.items():
        print(f"| {name} | {median(spent):.2f} | {median(spent) / whole:.0%} |")


def one_round(source: Path, place: Path, number: int) -> list[tuple[str, float]]:
    """What each thing costs, from an empty cache on."""
    study, kept = place / "study", ("--out", place / "out", "--cache", place / "cache")
    edits = iter(range(10 * number, 10 * number + 10))

    def edited(name: str) -> None:
        shutil.rmtree(study)
        shutil.copytree(source, study)
        EDITS[name](study, next(edits))

    shutil.copytree(source, study)
    spent = [
        ("cold", seconds("build", study, *kept)),
        ("no change", seconds("build", study, *kept)),
    ]
    edited("one line of ae.yaml")
    spent.append(("preview after one line of ae.yaml", seconds("preview", study, "AE", *kept)))
    edited("one line of ae.yaml")
    spent.append(("plan after one line of ae.yaml", seconds("plan", study, *kept)))
    for name in EDITS:
        edited(name)
        spent.append((f"build after {name}", seconds("build", study, *kept)))
    return spent


def imports() -> float:
    """CPU seconds of starting Python with what a build imports."""
    before = os.times().children_user
    subprocess.run([sys.executable, "-c", "import cdisckit.building"], cwd=ROOT, check=True)
    return os.times().children_user - before


if __name__ == "__main__":
    main()
