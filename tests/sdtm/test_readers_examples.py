"""The sets in raw-examples, with the counts that their README states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from cdisckit.exports import export_of
from sdtm.raw import CONTEXT, TIDY
from sdtm.readers import read_source, redcap, secutrial, table
from specs.errors import RawDataError
from specs.model import RawSource
from tests import beside

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.raw import RawData

EXAMPLES = beside.data("raw-examples")
LONGITUDINAL = {  # form: dictionary fields, columns, form records, values
    "demographics": (24, 45, 3, 126),
    "contact_info": (6, 7, 5, 5),
    "baseline_data": (8, 9, 3, 27),
    "visit_lab_data": (5, 6, 4, 24),
    "patient_morale_questionnaire": (4, 5, 10, 50),
    "visit_blood_workup": (9, 10, 4, 40),
    "visit_observed_behavior": (14, 15, 6, 70),
    "completion_data": (12, 13, 2, 26),
    "completion_project_questionnaire": (13, 14, 3, 35),
}
REPEATING = {"demographics": (8, 9, 2, 16), "bp": (3, 4, 4, 16)}
ODM_1_1, ODM_2_0 = (
    "odm-1.1-transactional/odm1_1_0_example.xml",
    "odm-2.0/Demographics_RACE_check_all_that_apply.xml",
)
CSV = {"data": "data.csv", "dictionary": "dictionary.csv"}
PREFIXES = {"event": "SE.", "form": "FO.", "group": "IG.", "item": "IT."}


def read_redcap(folder: Path, **given: object) -> RawData:
    return read_source(RawSource("edc", "redcap", given), folder)


def read_odm(folder: Path, **given: object) -> RawData:
    return read_source(RawSource("edc", "odm", given), folder)


def counts(raw: RawData) -> dict[str, tuple[int, ...]]:
    return {row[0]: tuple(map(int, row[1:])) for row in raw.counts().itertuples(index=False)}


@pytest.mark.parametrize("given", [{**CSV, "events": "event.csv"}, {"data": "project.xml"}])
def test_longitudinal_redcap(given: dict[str, str]) -> None:
    raw = read_redcap(EXAMPLES / "redcap-longitudinal", **given)
    # the record id is a field of the dictionary, and of no form
    expected = {
        form: (fields - (form == "demographics"), columns, records, values)
        for form, (fields, columns, records, values) in LONGITUDINAL.items()
    }
    assert counts(raw) == expected
    assert raw.counts()[["records", "values"]].sum().tolist() == [40, 403]
    assert raw.counts()["columns"].sum() == 124
    assert sorted(raw.records()["subject"].unique()) == ["100", "220", "304"]


@pytest.mark.parametrize("given", [CSV, {"data": "project.xml"}])
def test_repeating_redcap(given: dict[str, str]) -> None:
    raw = read_redcap(EXAMPLES / "redcap-repeating", **given)
    expected = {
        form: (fields - (form == "demographics"), *rest)
        for form, (fields, *rest) in REPEATING.items()
    }
    assert counts(raw) == expected
    assert raw.forms["bp"].frame["@form_repeat"].tolist() == ["1", "2", "3", "1"]
    assert raw.forms["demographics"].frame["@form_repeat"].isna().all()


@pytest.mark.parametrize(
    ("folder", "in_white_space"), [("redcap-longitudinal", 11), ("redcap-repeating", 0)]
)
def test_xml_and_csv_of_one_project_are_the_same_model(folder: str, in_white_space: int) -> None:
    place = EXAMPLES / folder
    flat, project = read_redcap(place, **CSV), read_redcap(place, data="project.xml")
    assert list(flat.forms) == list(project.forms)
    differ = 0
    for name, form in flat.forms.items():
        other = project.forms[name]
        assert list(form.fields) == list(other.fields)
        for field, told in form.fields.items():
            assert other.fields[field].kind == told.kind
            assert dict(other.fields[field].choices) == dict(told.choices)
            assert other.fields[field].label == told.label
        for column in form.frame.columns:
            if column in ("@file", "@line"):
                continue
            one, two = (f.frame[column].astype("str") for f in (form, other))
            assert one.isna().equals(two.isna()), column
            strange = (one != two) & one.notna()
            differ += int(strange.sum())
            assert one[strange].str.split().tolist() == two[strange].str.split().tolist()
    assert differ == in_white_space


def test_a_photograph_in_the_xml_is_the_name_that_the_csv_has() -> None:
    folder = EXAMPLES / "redcap-longitudinal"
    for given in (CSV, {"data": "project.xml"}):
        documents = read_redcap(folder, **given).forms["demographics"].frame["patient_document"]
        assert documents.dropna().tolist() == ["levon_and_barry.jpg"]


def test_transactional_odm_1_1() -> None:
    raw = read_odm(EXAMPLES, data=ODM_1_1)
    tidy = raw.tidy()
    where = ["subject", "event", "form", "group_repeat"]
    sizes = tidy.fillna("").groupby(where).size()
    of_subject = {
        ("VISIT_1", "PAGE_1.DEMOG", "1"): 7,
        ("VISIT_1", "PAGE_1.VITALS", ""): 6,
        ("VISIT_2", "PAGE_2.VITALS", "1"): 6,
        ("VISIT_2", "PAGE_2.VITALS", "2"): 6,
        ("VISIT_2", "PAGE_2.VITALS", "3"): 6,
    }
    expected = {(s, *place): n for s in ("P001", "P027") for place, n in of_subject.items()}
    assert sizes.to_dict() == expected
    assert len(tidy) == 62
    assert len(raw.superseded) == 1  # 63 values in the file: the update is not applied
    found = raw.findings[["rule", "subject", "variable", "value", "line"]].fillna("")
    assert found.to_numpy().tolist() == [
        ["CK-ODM-STAMP", "", "", "2001-05-31-T10:08:40-05:00", "142"],
        ["CK-ODM-STAMP", "", "", "2001-05-31T9:06:45-05:00", "180"],
        ["CK-ODM-TARGET", "P001", "SBP", "130", "233"],
        ["CK-ODM-STAMP", "", "", "2001-05-31-T10:08:40-05:00", "246"],
        ["CK-ODM-STAMP", "", "", "2001-05-31T9:06:45-05:00", "284"],
        ["CK-ODM-UNUSED", "", "", "", "88"],
    ]


def test_odm_2_0() -> None:
    raw = read_odm(EXAMPLES, data=ODM_2_0, without=PREFIXES)
    assert counts(raw) == {"DEMOGRAPHICS": (3, 3, 3, 9), "DEMOGRAPHICS.RACE": (3, 3, 18, 37)}
    by_subject = raw.forms["DEMOGRAPHICS.RACE"].tidy().groupby("subject").size()
    assert by_subject.to_dict() == {"001": 12, "002": 12, "003": 13}
    assert len(raw.tidy()) == 46
    found = raw.findings[["rule", "subject", "value"]].fillna("")
    assert found.to_numpy().tolist() == [
        ["CK-ODM-GRANULARITY", "", ""],
        ["CK-RAW-TYPE", "002", "1"],
        ["CK-RAW-DATE", "002", "1975-01-31>"],
        ["CK-RAW-TYPE", "001", "4"],
    ]
    sex = raw.forms["DEMOGRAPHICS"].fields["SEX"]
    assert (sex.label, dict(sex.choices)) == ("Sex", {"1": "Male", "2": "Female"})


def test_the_tidy_view_has_every_value_of_the_wide_frames() -> None:
    raw = read_odm(EXAMPLES, data=ODM_2_0)
    tidy = raw.tidy()
    assert tuple(tidy.columns) == TIDY
    for name, form in raw.forms.items():
        wide = form.frame.drop(columns=list(CONTEXT)).astype("str")
        back = tidy[tidy["form"] == name].pivot_table(
            index="record", columns="item", values="text", aggfunc="first"
        )
        assert (
            back.reindex(columns=wide.columns)
            .astype("str")
            .equals(wide.set_axis(back.index).rename_axis(columns="item"))
        )
    assert isinstance(tidy["line"].iloc[0], (int, pd.Int64Dtype().type))


def test_a_project_cut_short_is_named(tmp_path: Path) -> None:
    project = EXAMPLES / "redcap-longitudinal" / "project.xml"
    (tmp_path / "project.xml").write_bytes(project.read_bytes()[:120_000])
    with pytest.raises(RawDataError, match=r"project\.xml line \d+: is not whole"):
        redcap.read(RawSource("edc", "redcap", {"data": "project.xml"}), tmp_path)


def test_a_view_of_vital_signs() -> None:
    given = {
        "file": "vitals_raw_data.csv", "subject": "PATNUM", "event": "INSTANCE",
        "group": "RECPOS", "dates": "DMY", "century": "1930-2029",
    }  # fmt: skip
    source = RawSource("edc", "table", {"forms": {"vs": given}})
    raw = table.read(source, EXAMPLES / "edc-view")
    form = raw.forms["vs"]
    assert (len(form.frame), len(form.fields)) == (6, 26)
    assert form.frame[list(form.fields)].notna().sum(axis=1).tolist() == [26, 26, 25, 11, 26, 26]
    assert form.frame["@subject"].value_counts().to_dict() == {"375": 3, "376": 3}
    dates = form.fields["VTLD"].iso(form.frame["VTLD"])
    assert dates.dropna().tolist() == [
        "2015-05-16", "2015-05-16", "2018-05-06", "2008-10-23", "2008-10-23",
    ]  # fmt: skip


SECUTRIAL = {  # table: rows, data fields, values
    "mnpctu05baseline": (17, 35, 291),
    "mnpctu05outcome": (13, 3, 17),
    "mnpctu05treatment": (11, 1, 11),
    "mnpctu05allmedi": (17, 3, 23),
    "mnpctu05studyterminat": (10, 3, 30),
    "mnpctu05ae": (1, 15, 12),
    "mnpctu05sae": (2, 14, 28),
    "emnpctu05surgeries": (18, 2, 4),
}


def test_a_secutrial_export() -> None:
    folder = EXAMPLES / "secutrial-csv"
    (file,) = folder.glob("*.zip")
    raw = secutrial.read(RawSource("edc", "secutrial", {"data": file.name}), folder)
    counts = raw.counts().set_index("form")
    found = {
        name: (int(row["records"]), int(row["columns"]), int(row["values"]))
        for name, row in counts.iterrows()
        if name != "casenodes"
    }
    assert found == SECUTRIAL
    cases = raw.forms["casenodes"].frame
    assert len(cases) == 11
    assert cases["mnpctrname"].nunique() == 3
    assert raw.findings[["form", "message"]].to_numpy().tolist() == [
        ["mnpctu05outcome", "5 rows of the audit trail are not read"],
        ["mnpctu05allmedi", "2 rows of the audit trail are not read"],
        ["mnpctu05studyterminat", "1 rows of the audit trail are not read"],
    ]
    baseline = raw.forms["mnpctu05baseline"]
    assert dict(baseline.fields["gender"].choices) == {"1": "male", "2": "female"}
    assert set(baseline.frame["@event"]) == {
        "Baseline and Treatment", "Screeningvisit (9830)", "Screeningvisit (9832)",
    } & set(baseline.frame["@event"])  # fmt: skip
    # three forms at one visit of one subject: the visit was repeated
    outcome = raw.forms["mnpctu05outcome"].frame
    second = outcome[outcome["@subject"] == "RPACK-CBE-002"]
    assert second["@event_repeat"].tolist() == ["1", "2", "3"]
    assert set(second["@event"]) == {"Follow-up"}


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("redcap-repeating/project.xml", "redcap"),
        ("odm-2.0", "odm"),
        ("secutrial-csv", "secutrial"),
        ("edc-view", "table"),
    ],
)
def test_an_export_tells_its_reader(name: str, reader: str) -> None:
    sources = export_of(EXAMPLES / name).sources
    assert [source.reader for source in sources] == [reader]
