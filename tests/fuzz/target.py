"""A fuzzing target for one reader: `target.py READER CORPUS [options of libFuzzer]`.

A file is read, or refused with one error of cdisckit; anything else ends the run.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["submission"]):
    from specs.errors import CdisckitError
    from submission.dataset_json import read_dataset_json
    from submission.xpt import read_member, read_xpt

FOLDER = Path(tempfile.mkdtemp())


def xpt(octets: bytes) -> None:
    path = FOLDER / "file.xpt"
    path.write_bytes(octets)
    with suppress(CdisckitError):
        member = read_member(path)
        assert member.rows <= len(octets)
    for encoding in ("ascii", "cp1252"):
        with suppress(CdisckitError):
            frame, member = read_xpt(path, encoding=encoding)
            assert len(frame) == member.rows
            read_xpt(path, encoding=encoding, rows=range(1, 3), columns=list(frame)[::2])


def json(octets: bytes, suffix: str) -> None:
    path = FOLDER / f"file{suffix}"
    path.write_bytes(octets)
    with suppress(CdisckitError):
        frame, dataset = read_dataset_json(path)
        assert len(frame) == dataset.records


READERS = {
    "xpt": xpt,
    "json": lambda octets: json(octets, ".json"),
    "ndjson": lambda octets: json(octets, ".ndjson"),
    "dsjc": lambda octets: json(octets, ".dsjc"),
}


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], READERS[sys.argv[1]])
    atheris.Fuzz()
