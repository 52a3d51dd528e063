"""Install cdisckit with the lowest and with the newest versions of what it needs, and compare.

The lowest are those that pyproject.toml states, with the lowest Python; the newest are what pip
finds, with every Python from 3.11 on that is at hand: `python3.12` on the PATH or under
~/.pyenv/versions. Each is an environment of its own, in which the worked study is built; what goes
to an agency (m5/) must be the same, byte for byte. The lineage is not compared: Parquet files name
the version that wrote them. It takes some minutes and needs a package index.

    make versions
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUDY = ROOT / "studies" / "nct03171194"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def interpreter(version: str) -> str | None:
    """The Python of that version which is at hand."""
    found = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    return str(found[-1]) if found else shutil.which(f"python{version}")


def lowest() -> list[str]:
    """The lower bounds of pyproject.toml as constraints of pip."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = [re.match(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)$", d) for d in project["dependencies"]]
    lacking = [d for d, b in zip(project["dependencies"], bounds, strict=True) if b is None]
    if lacking:
        raise SystemExit(f"no lower bound is stated for {', '.join(lacking)}")
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


def package(python: str, constraints: list[str], folder: Path) -> str:
    """The hash of what the worked study gives an agency, built in an environment of its own."""
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(*command: str | Path, codes: tuple[int, ...] = (0,)) -> None:
        done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True)
        if done.returncode not in codes:
            raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")

    folder.mkdir()
    (folder / "constraints.txt").write_text("\n".join(constraints) + "\n", encoding="utf-8")
    run(python, "-m", "venv", "venv")
    own = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(own / "python", "-m", "pip", "install", "-q", "-c", "constraints.txt", ROOT)
    run(own / "cdisckit", "build", STUDY, "--out", "out", codes=(0, 1))
    content = hashlib.sha256()
    for file in sorted(path for path in (folder / "out").glob("*/m5/**/*") if path.is_file()):
        content.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return content.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pythons", default=",".join(PYTHONS), help="versions, with commas")
    parser.add_argument("--only", choices=["lowest", "newest"])
    chosen = parser.parse_args()
    versions = chosen.pythons.split(",")
    cases = [] if chosen.only == "newest" else [(versions[0], "lowest", lowest())]
    if chosen.only != "lowest":
        cases += [(version, "newest", []) for version in versions]
    told: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for number, (version, which, constraints) in enumerate(cases):
            name = f"Python {version}, {which}"
            python = interpreter(version)
            if python is None:
                print(f"{name}: skipped, there is no python{version}", flush=True)
                continue
            try:
                told[name] = package(python, constraints, Path(scratch) / str(number))
            except RuntimeError as error:
                told[name] = f"failed\n{error}"
            print(f"{name}: {told[name]}", flush=True)
    same = len(set(told.values())) == 1 and not any(v.startswith("failed") for v in told.values())
    print("the same bytes" if same else "not the same bytes")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
