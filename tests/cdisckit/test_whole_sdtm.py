"""The SDTM of the worked study, whole: what is there, that it resolves, that nothing is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdisckit.building import open_study
from sdtm.build import build_sdtm
from sdtm.dates.timing import first_day, imputed_part
from sdtm.readers import read_raw
from specs.findings import all_findings
from validation.explanations import explained
from validation.run import validate_all

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from sdtm.build import SdtmBuild
    from specs.model import Study

# every criterion was met, no comment was collected, no reason of a missed visit was another
EMPTY = {"CO", "IE", "SUPPSV"}
DATASETS = {
    *("AE", "CM", "CO", "CP", "DM", "DS", "EC", "EX", "IE", "IS", "LB", "MH", "QS", "RS", "SE"),
    *("SV", "VS", "TA", "TE", "TI", "TS", "TV", "RELREC"),
    *("SUPPCM", "SUPPDM", "SUPPDS", "SUPPEC", "SUPPMH", "SUPPQS", "SUPPRS", "SUPPSV"),
}


@pytest.fixture(scope="module")
def study(root: Path) -> Study:
    return open_study(root / "studies" / "nct03171194")


@pytest.fixture(scope="module")
def made(study: Study) -> SdtmBuild:
    return build_sdtm(study, read_raw(study, study.folder))


def frame(made: SdtmBuild, name: str) -> pd.DataFrame:
    return made.tables[name].frame


def test_every_dataset_of_the_trial_is_there(made: SdtmBuild) -> None:
    assert set(made.tables) == DATASETS
    assert {name for name, table in made.tables.items() if not len(table.frame)} == EMPTY


def test_every_raw_record_and_field_is_accounted_for(made: SdtmBuild) -> None:
    forms = made.ledger.forms
    assert forms[["records unaccounted", "fields unaccounted"]].to_numpy().sum() == 0


def test_pandera_and_the_checks_find_nothing_unexplained(study: Study, made: SdtmBuild) -> None:
    of_sdtm = validate_all(study, made.tables)
    of_sdtm = of_sdtm[of_sdtm["dataset"].isin(list(made.tables))]
    found = explained(all_findings([made.findings, of_sdtm]), study)
    open_ = found[found["severity"].isin(["error", "warning"]) & found["explanation"].isna()]
    assert open_[["rule", "dataset", "variable", "message"]].to_numpy().tolist() == []


def test_keys_are_unique_in_every_dataset(study: Study, made: SdtmBuild) -> None:
    for name, table in made.tables.items():
        keys = [key for key in study.dataset(name).keys if key in table.frame]
        assert not table.frame.duplicated(keys).any(), name


def test_every_date_is_iso_8601(study: Study, made: SdtmBuild) -> None:
    for name, table in made.tables.items():
        for variable in study.dataset(name).variables:
            if variable.is_date:
                dates = table.frame[variable.name].dropna()
                real = first_day(dates).notna() | imputed_part(dates).eq("Y")  # -----T08:25
                assert real.all(), f"{name}.{variable.name}"


def test_qualifiers_and_relations_resolve(made: SdtmBuild) -> None:
    for name in (n for n in made.tables if n.startswith("SUPP")):
        rows = frame(made, name)
        parent = frame(made, name.removeprefix("SUPP"))
        for idvar, part in rows.groupby("IDVAR", dropna=False):
            if not isinstance(idvar, str):
                assert part["USUBJID"].isin(parent["USUBJID"]).all()
                continue
            known = set(zip(parent["USUBJID"], parent[idvar].map("{:.0f}".format), strict=True))
            assert set(zip(part["USUBJID"], part["IDVARVAL"], strict=True)) <= known, name
    relations = frame(made, "RELREC")
    for row in relations.itertuples():
        assert frame(made, str(row.RDOMAIN))[str(row.IDVAR)].notna().all()
    ec, ex = (frame(made, n) for n in ("EC", "EX"))
    assert (
        ec[["USUBJID", "ECLNKID"]].to_numpy().tolist()
        == ex[["USUBJID", "EXLNKID"]].to_numpy().tolist()
    )


def test_visits_missed_and_unscheduled_are_in_sv(made: SdtmBuild) -> None:
    visits = frame(made, "SV").set_index(["USUBJID", "VISIT"])
    missed = visits.loc[("NCT03171194-SYN-4", "WEEK 16")]
    assert (missed["SVPRESP"], missed["SVOCCUR"], missed["SVREASOC"]) == (
        "Y", "N", "Subject unavailable",
    )  # fmt: skip
    extra = visits.loc[("NCT03171194-SYN-1", "UNSCHEDULED 1")]
    assert extra["VISITNUM"] == pytest.approx(90.01)
    assert extra[["SVPRESP", "SVOCCUR", "VISITDY"]].isna().all()
    assert extra["SVUPDES"] == "Joint pain and swelling"


def test_temperatures_and_weights_are_in_standard_units(made: SdtmBuild) -> None:
    vitals = frame(made, "VS")
    fahrenheit = vitals[(vitals["VSTESTCD"] == "TEMP") & (vitals["VSORRESU"] == "F")]
    assert len(fahrenheit) == 12
    assert fahrenheit.loc[fahrenheit["VSORRES"] == "97.7", "VSSTRESC"].isin(["36.5"]).all()
    assert fahrenheit["VSSTRESN"].between(36, 38).all()
    pounds = vitals[vitals["VSORRESU"] == "LB"]
    assert len(pounds) > 0
    kilograms = 0.45359237 * pounds["VSORRES"].astype("float64")
    assert (pounds["VSSTRESN"] - kilograms).abs().le(0.005001).all()


def test_one_result_is_flagged_for_each_subject_and_test_before_exposure(made: SdtmBuild) -> None:
    antibodies = frame(made, "IS")
    flagged = antibodies[antibodies["ISLOBXFL"] == "Y"]
    assert not flagged.duplicated(["USUBJID", "ISTESTCD", "ISBDAGNT"]).any()
    assert len(flagged) == 6 * 7


def test_elements_follow_each_other_and_name_the_epochs(made: SdtmBuild) -> None:
    elements = frame(made, "SE")
    assert elements["EPOCH"].tolist() == ["SCREENING", "TREATMENT", "FOLLOW-UP"] * 6
    ends = elements["SEENDTC"].tolist()
    starts = elements["SESTDTC"].tolist()
    assert all(ends[i] == starts[i + 1] for i in range(17) if i % 3 != 2)
    assert set(frame(made, "EX")["EPOCH"]) == {"TREATMENT"}
    flagged = frame(made, "VS").query("VSLOBXFL == 'Y'")
    assert set(flagged["EPOCH"]) == {"SCREENING"}


def test_races_ticked_beside_multiple_are_numbered(made: SdtmBuild) -> None:
    races = frame(made, "DM").set_index("USUBJID")["RACE"]
    assert races[races.eq("MULTIPLE")].index.tolist() == ["NCT03171194-SYN-4"]
    rows = frame(made, "SUPPDM")
    assert rows[["USUBJID", "QNAM", "QLABEL", "QVAL", "QORIG"]].to_numpy().tolist() == [
        ["NCT03171194-SYN-4", "RACE1", "Race 1", "BLACK OR AFRICAN AMERICAN", "Derived"],
        ["NCT03171194-SYN-4", "RACE2", "Race 2", "WHITE", "Derived"],
    ]


def test_before_and_after_the_infusion_are_time_points(made: SdtmBuild) -> None:
    points = ["VISIT", "QSTPT", "QSTPTNUM", "QSTPTREF"]
    found = frame(made, "QS")[points].drop_duplicates().dropna().sort_values("QSTPTNUM")
    assert found.to_numpy().tolist() == [
        ["DAY 1", "BEFORE INFUSION", 1, "INFUSION"],
        ["DAY 1", "AFTER INFUSION", 2, "INFUSION"],
    ]
    assert frame(made, "RS").query("RSTPT.notna()")["VISIT"].unique().tolist() == ["DAY 1"]


def test_what_was_not_done_has_a_reason_that_is_none_of_the_codes(made: SdtmBuild) -> None:
    for name in ("CP", "IS", "LB", "QS", "RS", "VS"):
        rows = frame(made, name)
        undone = rows[rows[f"{name}STAT"].eq("NOT DONE")]
        assert undone[f"{name}REASND"].notna().all(), name
        assert not undone[f"{name}REASND"].isin(["NOT DONE", "ND", "NASK", "UNK", "NA"]).any(), name
        assert rows.loc[rows[f"{name}STAT"].isna(), f"{name}REASND"].isna().all(), name
    assert frame(made, "RS")["RSREASND"].dropna().tolist() == [
        "White cells in urine were not counted",
        "Eyes were not examined",
    ]
    assert frame(made, "LB")["LBREASND"].dropna().tolist() == [
        "Urine was not collected for 24 hours"
    ]


def test_the_volume_of_an_infusion_has_its_unit(made: SdtmBuild) -> None:
    given = frame(made, "EC")[["ECVAMT", "ECVAMTU"]]
    assert given.to_numpy().tolist() == [
        [100, "mL"], [150, "mL"], [100, "mL"], [100, "mL"], [150, "mL"], [100, "mL"],
    ]  # fmt: skip


def test_methods_are_told_for_cytometry_and_antibodies(made: SdtmBuild) -> None:
    assert set(frame(made, "CP")["CPMETHOD"]) == {"FLOW CYTOMETRY"}
    methods = frame(made, "IS").groupby("ISBDAGNT")["ISMETHOD"].unique().map(list).to_dict()
    assert methods.pop("NUCLEAR AUTOANTIGENS") == ["INDIRECT IMMUNOFLUORESCENCE"]
    assert list(methods.values()) == [["ELISA"]] * 6
    garp = frame(made, "LB").dropna(subset="LBMETHOD")
    assert garp[["LBTESTCD", "LBMETHOD"]].drop_duplicates().to_numpy().tolist() == [
        ["GARPTGFB", "ELISA"]
    ]


def test_history_with_whole_dates_has_study_days(made: SdtmBuild) -> None:
    history = frame(made, "MH")
    whole = history["MHSTDTC"].str.len().eq(10)
    assert history["MHSTDY"].notna().equals(whole)
    removed = history.set_index("MHTERM").loc["Wisdom teeth removed"]
    assert (removed["MHSTDY"], removed["MHENDY"]) == (-1814, -1814)  # 2012-07-17 to 2017-07-05


def test_codes_of_ts_have_their_dictionary_and_its_version(made: SdtmBuild) -> None:
    summary = frame(made, "TS")
    unversioned = summary.query("TSVCDREF.notna() and TSVCDVER.isna()")
    assert unversioned["TSPARMCD"].tolist() == ["PCLAS", "REGID"]
    dates = summary["TSVAL"].str.fullmatch(r"P\d+[YW]|\d{4}-\d\d-\d\d", na=False)
    assert set(summary.loc[dates, "TSVCDREF"]) == {"ISO 8601"}
    groups = summary.dropna(subset="TSGRPID").groupby("TSGRPID")["TSPARMCD"].agg(list).to_dict()
    assert groups == {
        "DCUT": ["DCUTDESC", "DCUTDTC"],
        "UCMSC": ["DOSE", "DOSFRM", "DOSFRQ", "DOSU", "INTTYPE", "PCLAS", "ROUTE", "TRT"],
    }


def test_outcomes_of_analyses_are_outcomes_of_ts(study: Study, made: SdtmBuild) -> None:
    purposes = {"OUTMSPRI": "PRIMARY", "OUTMSSEC": "SECONDARY", "OUTMSEXP": "EXPLORATORY"}
    of_ts = {purposes[code] for code in frame(made, "TS")["TSPARMCD"] if code in purposes}
    of_analyses = {a.id: a.purpose.split()[0] for a in study.analyses if a.purpose}
    assert set(of_analyses.values()) == of_ts
    assert of_analyses["SRI4W24"] == "SECONDARY"


def test_the_scale_of_each_global_assessment_is_kept(made: SdtmBuild) -> None:
    rows = frame(made, "SUPPQS").query("QNAM == 'QSSCALE'")
    assert len(rows) == len(frame(made, "QS"))
    assert rows["QVAL"].value_counts().to_dict() == {"0 TO 3 RATING": 53, "VAS 100 MM": 1}
