"""One target under atheris: `program.py TARGET CORPUS [options of libFuzzer]`.

Anything that is no error of cdisckit ends the run, with the input in a file crash-*.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

READ_BY = ["specs", "engine", "sdtm", "submission", "validation", "cdisckit"]

with atheris.instrument_imports(include=READ_BY):
    from tests.fuzz.targets import TARGETS, tried


def fuzz(name: str, corpus: Path, options: list[str]) -> None:
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "seeds").mkdir()
        for number, seed in enumerate(target.seeds(folder / "seeds")):
            (corpus / str(number)).write_bytes(seed)

        def mutated(data: bytes, most: int, seed: int) -> bytes:
            draw = random.Random(seed)
            if draw.random() < 0.2:
                return bytes(atheris.Mutate(data, most))
            return target.mutated(data, draw)[:most]

        atheris.Setup(
            [sys.argv[0], str(corpus), *options],
            lambda data: tried(name, data, folder / "case"),
            custom_mutator=mutated,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    fuzz(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
