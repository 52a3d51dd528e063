"""The law of partition: whatever the groups of subjects, the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sdtm.derivations
from sdtm.build import SdtmBuild, build_sdtm
from sdtm.groups import in_groups, of_subjects, together
from sdtm.readers import read_raw
from specs.derivation import derivations_of
from specs.load import load_study
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sdtm.raw import RawData
    from specs.model import Study
    from specs.tables import Table

SUBJECTS = ("03", "1", "2", "10", "a")

FILES = {
    "study.yaml": STUDY
    + "".join(
        f"      {name}: {{file: {name}.csv, subject: subject, dates: DMY}}\n"
        for name in ("dm", "ex", "ae", "vs")
    )
    + "tables:\n  elements:\n    - [ETCD, ELEMENT, TESTRL]\n    - [TRT, Treatment, First dose]\n",
    "sdtm/dm.yaml": """
        dataset: DM
        records: {from: dm}
        keys: [STUDYID, USUBJID]
        variables:
          SUBJID: {collected: "@subject"}
          RFSTDTC: {derived: earliest, from: EX.EXSTDTC}
          RFENDTC: {derived: latest, from: EX.EXSTDTC}
          SEX: {collected: sex}
        supplemental:
          NOTE: {collected: note, label: Note}
        """,
    "sdtm/ex.yaml": """
        dataset: EX
        records: {from: ex}
        keys: [STUDYID, USUBJID, EXTRT, EXSTDTC]
        variables:
          EXTRT: {collected: drug}
          EXSTDTC: {collected: start}
          EXSTDY: standard
        """,
    "sdtm/ae.yaml": """
        dataset: AE
        records: {from: ae, distinct: ["@subject", term, start], keep: last}
        keys: [STUDYID, USUBJID, AETERM, AESTDTC]
        variables:
          AETERM: {collected: term}
          AESTDTC: {collected: start}
          AESTDY: standard
          EPOCH: standard
        supplemental:
          NOTE: {collected: note, label: Note}
        """,
    "sdtm/se.yaml": """
        dataset: SE
        records: {from: DM, where: [{RFSTDTC: {NE: ""}}], assign: {ETCD: TRT, EPOCH: TREATMENT}}
        keys: [STUDYID, USUBJID, ETCD]
        variables:
          ETCD: {}
          EPOCH: {}
          SESTDTC: {derived: as_it_is, from: RFSTDTC}
          SEENDTC: {derived: as_it_is, from: RFENDTC}
        """,
    "sdtm/vs.yaml": """
        dataset: VS
        records: {from: vs}
        tests:
          - [VSTESTCD, VSSTRESU, result, unit]
          - [WEIGHT, kg, weight, unit]
          - [TEMP, C, temp, tunit]
        keys: [STUDYID, USUBJID, VSTESTCD, VSDTC]
        variables:
          VSORRES: {collected: result}
          VSORRESU: {collected: unit}
          VSSTRESC: {derived: standard_result, from: [VSORRES, VSORRESU, VSSTRESU, VSTESTCD]}
          VSLOBXFL: {derived: last_before_exposure,
                     from: [VSSTRESC, VSDTC, DM.RFSTDTC, USUBJID, VSTESTCD]}
          VSDTC: {collected: date}
          VSDY: standard
        """,
    "sdtm/te.yaml": """
        dataset: TE
        records: {from: "@elements"}
        keys: [STUDYID, ETCD]
        variables:
          ETCD: {protocol: ETCD}
          ELEMENT: {protocol: ELEMENT}
          TESTRL: {protocol: TESTRL}
        """,
}


def collected() -> Mapping[str, str]:
    """Raw files in which subjects stand in no order and differ in all that can differ."""
    dm, ex = ["subject,sex,note"], ["subject,drug,start"]
    ae, vs = ["subject,term,start,note"], ["subject,date,weight,unit,temp,tunit"]
    for place, name in enumerate(SUBJECTS):
        dm.append(f"{name},{'MF'[place % 2]},{'' if place % 3 else 'seen'}")
        for day in range(place):
            ex.append(f"{name},{'XY'[day % 2]},0{day + 3}/2/2020")
            ae.append(f"{name},{['Rash', 'Pain'][day % 2]},0{day + 2}/2/2020,{day or ''}")
            ae.append(f"{name},Rash,0{day % 2 + 2}/2/2020,again")
        vs.append(f"{name},01/2/2020,{60 + place},kg,36.{place},C")
        vs.append(f"{name},02/2/2020,{130 + place},LB,9{place}.5,F")
        vs.append(f"{name},09/2/2020,{60 + place}.5,{'' if place % 2 else 'kg'},x,C")
    mixed = {"dm": dm, "ex": ex, "ae": ae, "vs": vs}
    return {f"{n}.csv": "\n".join([r[0], *reversed(r[1:])]) + "\n" for n, r in mixed.items()}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, RawData]:
    folder: Path = write_study(tmp_path_factory.mktemp("groups"), {**FILES, **collected()})
    study = load_study(folder, derivations_of(sdtm.derivations))
    return study, read_raw(study, folder)


@pytest.fixture(scope="module")
def whole(read: tuple[Study, RawData]) -> SdtmBuild:
    return build_sdtm(*read)


def as_bytes(tables: Mapping[str, Table]) -> dict[str, bytes]:
    parts = {}
    for name, table in sorted(tables.items()):
        parts[name] = table.frame.to_csv().encode() + repr(list(table.frame.dtypes)).encode()
        parts[f"{name} trace"] = table.trace.to_csv(index=False).encode()
        if table.supplemental is not None:
            parts[f"{name} qualifiers"] = table.supplemental.to_csv().encode()
    return parts


def subjects_in(raw: RawData) -> list[str]:
    return list(raw.records()["subject"].dropna().unique())


@given(groups=st.lists(st.integers(0, 2), min_size=len(SUBJECTS), max_size=len(SUBJECTS)))
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
def test_any_grouping_of_subjects_gives_the_same_bytes(
    read: tuple[Study, RawData], whole: SdtmBuild, groups: list[int]
) -> None:
    study, raw = read
    members = [[s for s, g in zip(SUBJECTS, groups, strict=True) if g == n] for n in range(3)]
    built = [dict(build_sdtm(study, of_subjects(raw, group)).tables) for group in members if group]
    assert as_bytes(together(study, built)) == as_bytes(whole.tables)


@pytest.mark.parametrize("size", [1, 4, 9, 20])
def test_building_a_few_records_at_a_time_changes_nothing(
    read: tuple[Study, RawData], whole: SdtmBuild, size: int
) -> None:
    study, raw = read
    assert len(list(in_groups(study, raw, size))) > 1
    few = build_sdtm(study, raw, size)
    assert as_bytes(few.tables) == as_bytes(whole.tables)
    assert few.ledger.forms.equals(whole.ledger.forms)
    assert few.ledger.left_out.equals(whole.ledger.left_out)
    found = [made.findings.fillna("").to_numpy().tolist() for made in (few, whole)]
    assert sorted(found[0]) == sorted(found[1])


@pytest.mark.parametrize("added", SUBJECTS)
def test_adding_a_subject_changes_no_other_subjects_rows(
    read: tuple[Study, RawData], whole: SdtmBuild, added: str
) -> None:
    study, raw = read
    others = [subject for subject in subjects_in(raw) if subject != added]
    before = build_sdtm(study, of_subjects(raw, others)).tables
    after = whole.tables
    for name, table in before.items():
        frame = after[name].frame
        if "USUBJID" in frame:
            frame = frame[frame["USUBJID"] != f"S1-{added}"]
        assert frame.reset_index(drop=True).to_csv() == table.frame.to_csv()


def test_the_subjects_of_the_raw_data_are_told_once(read: tuple[Study, RawData]) -> None:
    assert sorted(subjects_in(read[1])) == sorted(SUBJECTS)
