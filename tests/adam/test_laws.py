"""Laws of the ADaM build on raw data in which every ADaM dataset has records.

Any grouping of the subjects gives the same rows, traces and findings; a subject more changes
nobody else's; neither the order of the raw file nor the hash seed changes anything.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adam.build import build_adam
from cdisckit.building import open_study, simulator
from sdtm.build import build_sdtm
from sdtm.groups import together
from sdtm.readers import read_raw
from specs.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.model import Study

    Tables = Mapping[str, Table]

ROOT = Path(__file__).resolve().parent.parent.parent
DATASETS = {
    *("ADSL", "ADAE", "ADBILAG", "ADCM", "ADCP", "ADIS", "ADLB", "ADPGA", "ADPRED", "ADRS"),
    *("ADSLEDAI", "ADTTE", "ADVS"),
}
# Of 40 drawn subjects: never on steroids (8, 26), left early (15, 20, 26, 27), a global assessment
# in mm (20, 27), a visit missed (10, 20), an unscheduled visit (27). The six told by hand besides.
DRAWN = ("8", "10", "15", "20", "26", "27")
SUBJECTS = (*(str(number) for number in range(1, 7)), *DRAWN)
SEED = 7


def export(out: Path) -> Path:
    """One export of the six subjects of the study and of some its simulator draws."""
    folder = ROOT / "studies" / "nct03171194"
    shutil.copytree(folder / "raw", out / "raw")
    simulator(folder)(out / "drawn", 40, SEED)
    told, drawn = (
        (place / "data.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        for place in (out / "raw", out / "drawn")
    )
    assert told[0] == drawn[0]
    more = [line for line in drawn[1:] if line.partition(",")[0] in DRAWN]
    (out / "raw" / "data.csv").write_text("".join([*told, *more]), encoding="utf-8")
    return out


def digest(tables: Tables) -> str:
    parts = hashlib.sha256()
    for name, table in sorted(tables.items()):
        parts.update(name.encode() + table.frame.to_csv().encode())
        parts.update(repr(list(table.frame.dtypes)).encode())
    return parts.hexdigest()


class World:
    """The study, its SDTM tables, and the ADaM datasets of groups of subjects, built once each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.study: Study = open_study(ROOT / "studies" / "nct03171194")
        self.sdtm: Tables = build_sdtm(self.study, read_raw(self.study, folder)).tables
        self._built: dict[frozenset[str], tuple[Tables, pd.DataFrame]] = {}

    def named(self, subjects: Iterable[str]) -> frozenset[str]:
        return frozenset(f"{self.study.id}-{subject}" for subject in subjects)

    def tabulated(self, subjects: Iterable[str]) -> Tables:
        chosen = self.named(subjects)
        return {
            name: _of(table, table.frame["USUBJID"].isin(chosen))
            if "USUBJID" in table.frame
            else table
            for name, table in self.sdtm.items()
        }

    def analysed(self, subjects: Iterable[str]) -> tuple[Tables, pd.DataFrame]:
        group = frozenset(subjects)
        if group not in self._built:
            self._built[group] = build_adam(self.study, self.tabulated(group))
        return self._built[group]

    def records(self, subjects: Iterable[str]) -> dict[str, pd.DataFrame]:
        """For each dataset its trace, records named by their subject and place within it."""
        known = {**self.tabulated(subjects), **self.analysed(subjects)[0]}
        return {
            name: _named_records(table, known) for name, table in known.items() if name in DATASETS
        }


def _of(table: Table, rows: pd.Series) -> Table:
    more = table.supplemental
    return replace(
        table,
        frame=table.frame[rows].reset_index(drop=True),
        supplemental=None if more is None else more[rows].reset_index(drop=True),
    )


def _named_records(table: Table, known: Tables) -> pd.DataFrame:
    """The trace by subject: the nth row of a subject comes from the mth record of that subject."""
    dtypes = {"subject": "str", "row": "int64", "source": "str", "of": "str", "record": "int64"}
    columns = list(dtypes)
    parts = [pd.DataFrame(columns=columns)]
    place, subject = _place(table.frame), table.frame["USUBJID"]
    for source, rows in table.trace.groupby("source"):
        theirs = known[str(source)].frame
        row, record = rows["row"].to_numpy(), rows["record"].to_numpy()
        of = (place[row], [source] * len(rows), theirs["USUBJID"].to_numpy()[record])
        values = (subject.to_numpy()[row], *of, _place(theirs)[record])
        parts.append(pd.DataFrame(dict(zip(columns, values, strict=True))))
    named = pd.concat(parts[1:] or parts).astype(dtypes)
    assert named["subject"].eq(named["of"]).all()
    return named.sort_values(columns, ignore_index=True)


def _place(frame: pd.DataFrame) -> pd.Series:
    return frame.groupby("USUBJID").cumcount().to_numpy()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(export(tmp_path_factory.mktemp("laws")))


def same(left: Tables, right: Tables) -> None:
    assert set(left) == set(right) == DATASETS
    for name, table in right.items():
        pd.testing.assert_frame_equal(left[name].frame, table.frame, check_exact=True, obj=name)


def lines(found: pd.DataFrame) -> list[str]:
    return sorted(found.to_csv(index=False, header=False).splitlines())


def test_every_dataset_of_the_study_is_filled_by_most_subjects(world: World) -> None:
    tables, _ = world.analysed(SUBJECTS)
    assert set(tables) == DATASETS == {dataset.name for dataset in world.study.of("ADaMIG")}
    for name, table in tables.items():
        assert table.frame["USUBJID"].nunique() >= 11, name  # one had no adverse event
    rows = tables["ADRS"].frame
    assert set(rows["PARAMCD"]) == {p.code for p in world.study.dataset("ADRS").parameters}
    assert set(rows.loc[rows["PARAMCD"].eq("SRI4"), "AVALC"]) == {"Y", "N"}


PARTS = st.lists(st.integers(0, 2), min_size=len(SUBJECTS), max_size=len(SUBJECTS))


@given(groups=PARTS.filter(lambda parts: len(set(parts)) > 1))
@example(groups=[0, 1, 2] * 4)
@settings(deadline=None, max_examples=1, suppress_health_check=list(HealthCheck))
def test_any_grouping_of_subjects_gives_the_same_rows_traces_and_findings(
    world: World, groups: list[int]
) -> None:
    members = [[s for s, g in zip(SUBJECTS, groups, strict=True) if g == n] for n in range(3)]
    members = [group for group in members if group]
    whole, found = world.analysed(SUBJECTS)
    parts = [world.analysed(group) for group in members]
    same(together(world.study, [dict(tables) for tables, _ in parts]), whole)
    assert sorted(line for _, part in parts for line in lines(part)) == lines(found)
    records = world.records(SUBJECTS)
    for name in DATASETS:
        joined = pd.concat([world.records(group)[name] for group in members])
        joined = joined.sort_values(list(joined.columns), ignore_index=True)
        pd.testing.assert_frame_equal(joined, records[name], obj=name)


@pytest.mark.parametrize("added", ["3", "27"])
def test_adding_a_subject_changes_no_other_subjects_rows(world: World, added: str) -> None:
    before, _ = world.analysed([subject for subject in SUBJECTS if subject != added])
    after, _ = world.analysed(SUBJECTS)
    others = {
        name: _of(table, ~table.frame["USUBJID"].isin(world.named([added])))
        for name, table in after.items()
    }
    same(others, before)


def test_the_order_of_the_rows_of_the_raw_file_does_not_matter(
    world: World, tmp_path: Path
) -> None:
    shutil.copytree(world.folder / "raw", tmp_path / "raw")
    data = tmp_path / "raw" / "data.csv"
    head, *rest = data.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(SEED).shuffle(rest)
    data.write_text("".join([head, *rest]), encoding="utf-8")
    shuffled = build_sdtm(world.study, read_raw(world.study, tmp_path)).tables
    same(build_adam(world.study, shuffled)[0], world.analysed(SUBJECTS)[0])


def test_the_hash_seed_does_not_matter(world: World) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.adam import test_laws as laws;"
        " world = laws.World(Path(sys.argv[1]));"
        " print(laws.digest(world.analysed(laws.SUBJECTS)[0]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(world.folder)],
        capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.strip() == digest(world.analysed(SUBJECTS)[0])
