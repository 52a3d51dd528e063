from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cdisckit.building import build, known_derivations, open_study, simulator, time_stamp
from specs.errors import CdisckitError, SpecError

if TYPE_CHECKING:
    from pathlib import Path

STUDY = SimpleNamespace(data_cut=date(2018, 10, 25))


def test_the_time_stamp_is_the_data_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert time_stamp(STUDY) == datetime(2018, 10, 25)  # type: ignore[arg-type]


def test_source_date_epoch_goes_before_the_data_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert time_stamp(STUDY) == datetime(1970, 1, 2)  # type: ignore[arg-type]


def test_a_source_date_epoch_that_is_no_number_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(CdisckitError, match="SOURCE_DATE_EPOCH is yesterday"):
        time_stamp(STUDY)  # type: ignore[arg-type]


def test_a_folder_without_study_yaml_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"has no study\.yaml"):
        open_study(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no such folder"):
        open_study(tmp_path / "nowhere")


def test_a_study_without_raw_data_is_told_so(root: Path, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"study\.yaml: CDISCPILOT01 names no raw data, so there"):
        build(root / "studies" / "cdiscpilot01-adam", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_study_adds_its_own_derivations(tmp_path: Path) -> None:
    (tmp_path / "derivations.py").write_text(
        "from specs.derivation import derivation\n\n"
        "@derivation\ndef doubled(value):\n    '''Twice {value}.'''\n    return value * 2\n"
    )
    assert known_derivations(tmp_path)["doubled"].method_text(["AGE"], {}) == "Twice AGE."


def test_a_study_may_not_replace_a_derivation(tmp_path: Path) -> None:
    (tmp_path / "derivations.py").write_text(
        "from specs.derivation import derivation\n\n"
        "@derivation\ndef study_day(value):\n    '''{value}.'''\n    return value\n"
    )
    with pytest.raises(SpecError, match="two derivations study_day"):
        known_derivations(tmp_path)


def test_a_study_without_simulator_says_so(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no simulator"):
        simulator(tmp_path)


def test_every_derivation_has_a_method_text_in_ascii(root: Path) -> None:
    for name, derivation in known_derivations(root / "studies" / "nct03171194").items():
        assert derivation.paragraph.isascii(), name
        assert derivation.paragraph.rstrip().endswith((".", "}")), name
        sources = [p.name for p in derivation.sources]
        constants = {p.name: "0" for p in derivation.constants}
        assert "{" not in derivation.method_text(sources, constants), name
