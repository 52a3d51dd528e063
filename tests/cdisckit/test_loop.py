"""The commands of the loop of an edit, over a study of two subjects."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from typer.testing import CliRunner

from cdisckit.changes import compared, delivered
from cdisckit.main import app
from cdisckit.watch import dataset_of, saves
from specs.errors import CdisckitError
from specs.model import Dataset
from submission.package import dataset_file
from submission.xpt import Column, write_xpt
from tests.cache.edited import written
from tests.hostile.tiny import hashes

if TYPE_CHECKING:
    from pathlib import Path


class Loop:
    """A study, its package and its cache, and the commands on them."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.study = written(place / "study")

    def run(self, *words: str) -> tuple[int, str]:
        verb, *more = words
        kept = ["--out", str(self.place / "out"), "--cache", str(self.place / "cache")]
        done = CliRunner(env={"COLUMNS": "200"}).invoke(app, [verb, str(self.study), *more, *kept])
        if isinstance(done.exception, CdisckitError):
            return 2, str(done.exception)  # as `main` ends
        return done.exit_code, done.output

    def edit(self, *edits: int) -> None:
        shutil.rmtree(self.study)
        written(self.study, frozenset(edits))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Loop:
    loop = Loop(tmp_path_factory.mktemp("loop"))
    code, told = loop.run("build")
    assert code == 1, told
    return loop


@pytest.fixture
def loop(built: Loop) -> Loop:
    built.edit()
    return built


def test_a_build_without_a_change_leaves_the_package_and_tells_the_same(loop: Loop) -> None:
    package = loop.place / "out" / "s1"
    before = (package / "findings.html").stat().st_ino
    _, told = loop.run("build", "--no-cache")
    code, again = loop.run("build")
    assert code == 1
    assert (package / "findings.html").stat().st_ino != before  # --no-cache wrote it anew
    assert "Nothing has changed since this package was built: it stays as it is." in again
    assert told.split("Datasets")[1].split("Findings:")[0] in again


def test_a_final_build_takes_nothing_from_the_cache_and_keeps_nothing(tmp_path: Path) -> None:
    loop = Loop(tmp_path)
    assert "Nothing has changed" not in loop.run("build", "--final")[1]
    assert "Nothing has changed" not in loop.run("build", "--final")[1]
    assert not any((tmp_path / "cache").rglob("*"))


def test_a_package_that_somebody_changed_is_not_taken_for_what_was_built(loop: Loop) -> None:
    loop.run("build")
    report = loop.place / "out" / "s1" / "findings.html"
    kept = report.read_bytes()
    report.write_bytes(b"mine")
    code, told = loop.run("build")
    report.write_bytes(kept)
    assert code == 2
    assert "changed since cdisckit wrote them" in told


def test_a_preview_shows_rows_and_what_an_edit_changed_and_writes_nothing(loop: Loop) -> None:
    loop.run("build")
    before = hashes(loop.place / "out")
    code, told = loop.run("preview", "AE")
    assert "AE  Adverse Events: 3 records" in told
    assert "As in" in told
    loop.edit(6)  # EXTRT is Y for all
    code, told = loop.run("preview", "EX", "--diff", "--subject", "-2")
    assert code == 0
    assert "2 records new, 2 gone, 0 values changed" in told  # EXTRT is a key
    assert "+ S1-2 Y 2020-03-01" in told
    assert hashes(loop.place / "out") == before


def test_a_preview_of_a_dataset_that_is_not_there_names_those_that_are(loop: Loop) -> None:
    code, told = loop.run("preview", "AF")
    assert code == 2
    assert "the study has no dataset AF" in told


def test_a_plan_tells_what_a_build_would_change_and_changes_nothing(loop: Loop) -> None:
    loop.run("build")
    before = hashes(loop.place / "out")
    assert loop.run("plan") == (0, f"Against {loop.place / 'out' / 's1'}\nNothing would change.\n")
    loop.edit(16)  # subject 1 is a man
    code, told = loop.run("plan")
    assert code == 1
    assert "DM: 1 value changed (SEX 1)" in told
    assert "ADSL: 1 value changed (SEX 1)" in told
    assert "ADAE: 2 values changed (SEX 2)" in told
    assert "AE:" not in told.replace("ADAE:", "")
    assert hashes(loop.place / "out") == before


def test_a_plan_tells_of_variables_methods_and_findings(loop: Loop) -> None:
    loop.run("build")
    loop.edit(1)  # without AESTDY
    _, told = loop.run("plan")
    assert "AE: 0 values changed, variables -AESTDY" in told
    assert "removed variable AE.AESTDY" in told


def test_a_plan_without_a_package_says_so(tmp_path: Path) -> None:
    code, told = Loop(tmp_path).run("plan")
    assert code == 2
    assert "there is no package to compare with" in told


def test_records_are_compared_by_their_keys_and_repeats_by_their_order() -> None:
    before = pd.DataFrame({"ID": ["1", "2", "2"], "A": ["a", "b", "c"]})
    after = pd.DataFrame({"ID": ["2", "2", "3"], "A": ["b", "d", "e"], "B": ["", "", ""]})
    changes = compared(before, after, ["ID"])
    assert changes.added.to_numpy().tolist() == [["3"]]
    assert changes.removed.to_numpy().tolist() == [["1"]]
    assert changes.values.to_numpy().tolist() == [["2", "A", "c", "d"]]
    assert changes.variables == ("+B",)
    assert changes.counts() == {"A": 1}


@pytest.mark.parametrize(
    ("display", "number", "text"),
    [
        ("DATE9.", 59.0, "1960-02-29"),
        ("E8601DA10.", 59.0, "1960-02-29"),
        ("YYMMDD10.", 59.0, "1960-02-29"),
        ("E8601DT19.", 61.0, "1960-01-01T00:01:01"),
    ],
)
def test_dates_of_any_format_and_texts_of_any_encoding_are_read_from_the_last_package(
    tmp_path: Path, display: str, number: float, text: str
) -> None:
    dataset = Dataset("ADXX", "ADXX", "X", "", "", "Analysis", "ADaMIG", (), (), ())
    columns = [Column("DAY", "Day", "Num", 8, display), Column("NAME", "Name", "Char", 8)]
    path = dataset_file(tmp_path, "S1", dataset)
    path.parent.mkdir(parents=True)
    frame = pd.DataFrame({"DAY": [number, float("nan")], "NAME": ["Köln", "b"]})
    write_xpt(
        frame,
        path,
        name="ADXX",
        label="X",
        columns=columns,
        created=datetime(2024, 1, 1),
        encoding="utf-8",
    )
    rows = delivered(tmp_path, "S1", dataset)
    assert rows is not None
    assert rows.to_numpy().tolist() == [[text, "Köln"], ["", "b"]]


def test_saves_in_several_steps_come_once_and_name_their_dataset(tmp_path: Path) -> None:
    study = written(tmp_path / "study")
    steps = iter(["a: 1", "a: 22", None, None])

    def pause(_: float) -> None:
        text = next(steps)
        if text is not None:
            (study / "sdtm" / "ae.yaml").write_text(text, encoding="utf-8")

    (saved,) = next(saves([study], pause))
    assert dataset_of(saved, study) == "AE"
    assert dataset_of(study / "study.yaml", study) == ""
