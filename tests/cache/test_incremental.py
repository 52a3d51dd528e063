"""What is taken from the cache is what would be made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specs.cache import Cache, opened
from tests.cache.edited import EDITS, made, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return opened(tmp_path / "cache")


@settings(
    max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
@given(
    edits=st.lists(st.frozensets(st.integers(0, len(EDITS) - 1), max_size=4), max_size=3),
    size=st.sampled_from([2, 1_000_000]),
)
def test_after_any_edits_a_build_with_the_cache_is_one_without(
    edits: list[frozenset[int]], size: int, cache: Cache, tmp_path: Path
) -> None:
    for chosen in (frozenset[int](), *edits):
        folder = written(tmp_path / "study", chosen)
        assert made(folder, cache, size) == made(folder, size=size)


def test_the_study_that_is_edited_builds(tmp_path: Path) -> None:
    assert {"AE", "SUPPAE", "ADAE"} < set(made(written(tmp_path / "study")))


def _kept(cache: Cache, kind: str) -> set[str]:
    assert cache.folder is not None
    return {path.name for path in (cache.folder / "1" / kind).rglob("*") if path.is_file()}


def test_an_edit_of_one_dataset_makes_no_other_anew(cache: Cache, tmp_path: Path) -> None:
    made(written(tmp_path / "study"), cache)
    sdtm, adam = _kept(cache, "sdtm"), _kept(cache, "adam")
    made(written(tmp_path / "study", frozenset({0})), cache)  # AETERM from another field
    assert len(_kept(cache, "sdtm") - sdtm) == 1
    assert len(_kept(cache, "adam") - adam) == 2  # both could have read AE


def test_an_edit_of_an_analysis_dataset_leaves_those_before_it(
    cache: Cache, tmp_path: Path
) -> None:
    made(written(tmp_path / "study"), cache)
    sdtm, adam = _kept(cache, "sdtm"), _kept(cache, "adam")
    made(written(tmp_path / "study", frozenset({10})), cache)  # ADAE.AETERM from elsewhere
    assert len(_kept(cache, "sdtm") - sdtm) == 0
    assert len(_kept(cache, "adam") - adam) == 1


def test_a_remark_in_a_file_makes_nothing_anew(cache: Cache, tmp_path: Path) -> None:
    made(written(tmp_path / "study"), cache)
    before = _kept(cache, "sdtm"), _kept(cache, "adam")
    made(written(tmp_path / "study", frozenset({2})), cache)
    assert (_kept(cache, "sdtm"), _kept(cache, "adam")) == before


def test_a_changed_value_comes_to_datasets_that_read_it_in_a_circle(
    cache: Cache, tmp_path: Path
) -> None:
    before = made(written(tmp_path / "study"), cache)
    after = made(written(tmp_path / "study", frozenset({12})), cache)  # a later first dose
    changed = {name for name in before if before[name] != after[name]}
    assert {"DM", "EX", "AE"} <= changed  # study days of AE count from RFSTDTC
    assert "ADSL" not in changed
