"""The folder of the cache: checked, bounded, private, and no way to run code."""

from __future__ import annotations

import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import run

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from specs.cache import Cache, opened
from specs.cache.digests import digest_of
from specs.errors import OutputError
from specs.findings import findings
from specs.model import Origin, Rule
from specs.tables import Table, no_trace


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return opened(tmp_path / "cache")


def _only_file(cache: Cache) -> Path:
    assert cache.folder is not None
    (path,) = (path for path in cache.folder.rglob("*") if path.is_file())
    return path


def test_what_is_kept_is_read_back_with_its_types(cache: Cache) -> None:
    frame = pd.DataFrame(
        {
            "text": pd.Series(["a", None], dtype="str"),
            "category": pd.Series(["b", "c"], dtype="category"),
            "number": [1.5, None],
            "day": pd.Series(["2020-01-01", None]).astype("datetime64[s]"),
        }
    )
    cache.put("kind", "0a", Table("AE", frame, no_trace()))
    read = cache.get("kind", "0a")
    assert_frame_equal(read.frame, frame)
    assert read.frame.dtypes.equals(frame.dtypes)
    assert cache.get("kind", "0b") is None
    assert cache.get("other", "0a") is None


@pytest.mark.parametrize("damaged", [b"", b"x" * 20, b"x" * 400])
def test_a_damaged_file_is_as_good_as_none(cache: Cache, damaged: bytes) -> None:
    cache.put("kind", "0a", {"a": 1})
    _only_file(cache).write_bytes(damaged)
    assert cache.get("kind", "0a") is None


def test_a_file_in_the_place_of_another_is_not_taken_for_it(cache: Cache) -> None:
    cache.put("kind", "0a", {"a": 1})
    path = _only_file(cache)
    path.rename(path.with_name("0b"))
    assert cache.get("kind", "0b") is None


class Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)


def test_a_file_that_names_a_function_is_not_run(cache: Cache) -> None:
    cache.write("kind", "0a", pickle.dumps(Runs()))
    assert cache.get("kind", "0a") is None
    cache.write("kind", "0b", pickle.dumps(digest_of))
    assert cache.get("kind", "0b") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_folder_that_others_may_write_into_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(OutputError, match="others can write into it"):
        opened(folder)


def test_a_new_folder_is_for_its_owner_alone(cache: Cache) -> None:
    assert cache.folder is not None
    assert cache.folder.stat().st_mode & 0o077 == 0 or sys.platform == "win32"


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be the folder of the cache"):
        opened(tmp_path / "cache")


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = opened(tmp_path / "cache", limit=10_000)
    for number in range(8):
        cache.write("kind", f"0{number}", b"x" * 2000)
        os.utime(_path(cache, f"0{number}"), (1000 + number, 1000 + number))
    cache.read("kind", "00")  # used now
    cache.trim()
    left = [number for number in range(8) if cache.read("kind", f"0{number}")]
    assert left == [0, 6, 7]
    assert cache.contents().size <= 10_000


def _path(cache: Cache, key: str) -> Path:
    assert cache.folder is not None
    return next(cache.folder.rglob(key))


def test_a_file_that_a_dead_process_left_goes_and_one_being_written_stays(cache: Cache) -> None:
    cache.write("kind", "0a", b"x")
    place = _path(cache, "0a").parent
    (place / ".dead").write_bytes(b"half")
    os.utime(place / ".dead", (1, 1))
    (place / ".writing").write_bytes(b"half")
    cache.trim()
    assert {path.name for path in place.iterdir()} == {"0a", ".writing"}


def test_what_two_write_at_once_is_read_whole(cache: Cache) -> None:
    values = [b"a" * 200_000, b"b" * 200_000]
    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(cache.write, "kind", "0a", values[n % 2]) for n in range(60)]
        read = [cache.read("kind", "0a") for _ in range(60)]
    assert all(done.exception() is None for done in writing)
    assert set(read) <= {None, *values}
    assert cache.read("kind", "0a") in values
    assert cache.contents().files == 1


def test_clearing_removes_all(cache: Cache) -> None:
    cache.put("kind", "0a", {"a": 1})
    assert cache.clear().files == 1
    assert cache.contents().files == 0
    cache.put("kind", "0a", {"a": 1})
    assert cache.get("kind", "0a") == {"a": 1}


def test_a_digest_does_not_depend_on_the_place_in_a_file_nor_on_sharing() -> None:
    text = "".join(["a", "b"])
    one = Rule(Origin.COLLECTED, (text, text), place="ae.yaml line 1")
    other = Rule(Origin.COLLECTED, ("ab", "".join(["a", "b"])), place="ae.yaml line 9")
    assert digest_of(one) == digest_of(other)
    assert digest_of(one) != digest_of(Rule(Origin.DERIVED, ("ab", "ab")))


def test_a_digest_is_the_same_with_any_hash_seed() -> None:
    code = (
        "from specs.cache.digests import digest_of; from specs.model import StudyCodelist;"
        "print(digest_of(StudyCodelist('A', None, extended=frozenset('abcdefgh'))))"
    )
    told = {
        run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.Series([1.0, 2.0]), pd.Series([1.0, 3.0])),
        (pd.Series(["a", None]), pd.Series(["a", ""])),
        (pd.Series(["a", "b"]), pd.Series(["a", "b"], dtype="category")),
        (pd.Series([1, 2]), pd.Series([1.0, 2.0])),
        (pd.Series([1.0], index=[0]), pd.Series([1.0], index=[1])),
        (findings(rule=["A"]), findings(rule=["B"])),
    ],
)
def test_a_digest_tells_values_types_and_labels_apart(one: object, other: object) -> None:
    assert digest_of(one) != digest_of(other)
