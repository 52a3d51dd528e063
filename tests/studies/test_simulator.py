from __future__ import annotations

import csv
import importlib.util
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from specs.errors import CdisckitError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

SCHEDULED = ["screening_arm_1", "day_1_arm_1", "week_24_arm_1"]
SLEDAI_WEIGHTS = [8] * 8 + [4] * 6 + [2] * 7 + [1] * 3
SYSTEMS = ["con", "muc", "neu", "msk", "car", "gas", "oph", "ren", "hae"]
MISSING_CODES = {"NASK", "UNK", "ND", "NA"}
RESPONDERS = ["1", "2", "4", "5", "6"]


@pytest.fixture(scope="module")
def study(root: Path) -> Path:
    return root / "studies" / "nct03171194"


@pytest.fixture(scope="module")
def simulator(study: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "nct03171194_simulator", study / "simulator" / "__init__.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def dictionary(study: Path) -> pd.DataFrame:
    return read(study / "raw" / "dictionary.csv").set_index("Variable / Field Name")


@pytest.fixture(scope="module")
def six(study: Path) -> pd.DataFrame:
    return read(study / "raw" / "data.csv")


@pytest.fixture(scope="module")
def hundred(simulator: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    out = tmp_path_factory.mktemp("hundred")
    simulator.simulate(out, 100, 7)
    return read(out / "data.csv")


def read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype="str", keep_default_na=False)


def form(data: pd.DataFrame, name: str) -> pd.DataFrame:
    return data[data["redcap_repeat_instrument"] == name].set_index("record_id")


def event(data: pd.DataFrame, name: str) -> pd.DataFrame:
    return data[data["redcap_event_name"] == name].set_index("record_id")


def outside_code_lists(data: pd.DataFrame, dictionary: pd.DataFrame) -> set[tuple[str, str]]:
    found = set()
    choices = dictionary["Choices, Calculations, OR Slider Labels"]
    for field, kind in dictionary["Field Type"].items():
        if kind not in ("radio", "dropdown", "yesno"):
            continue
        name = str(field)
        codes = {choice.split(",")[0].strip() for choice in choices[name].split("|")}
        codes = {"0", "1"} if kind == "yesno" else codes
        used = set(data[name]) - codes - MISSING_CODES - {""}
        found |= {(name, value) for value in used}
    return found


def test_the_dictionary_has_the_18_columns_of_the_designer(study: Path) -> None:
    with (study / "raw" / "dictionary.csv").open(encoding="utf-8", newline="") as lines:
        assert next(csv.reader(lines)) == [
            "Variable / Field Name",
            "Form Name",
            "Section Header",
            "Field Type",
            "Field Label",
            "Choices, Calculations, OR Slider Labels",
            "Field Note",
            "Text Validation Type OR Show Slider Number",
            "Text Validation Min",
            "Text Validation Max",
            "Identifier?",
            "Branching Logic (Show field only if...)",
            "Required Field?",
            "Custom Alignment",
            "Question Number (surveys only)",
            "Matrix Group Name",
            "Matrix Ranking?",
            "Field Annotation",
        ]


def test_field_names_are_short_lower_case_and_unique(dictionary: pd.DataFrame) -> None:
    assert dictionary.index[0] == "record_id"
    assert dictionary.index.is_unique
    assert dictionary.index.str.fullmatch("[a-z][a-z0-9_]{0,25}").all()
    assert (dictionary["Field Annotation"] == "").all()


def test_every_data_column_is_a_field_an_option_or_a_form_status(
    six: pd.DataFrame, dictionary: pd.DataFrame
) -> None:
    ticks = {f"race___{code}" for code in range(1, 7)}
    status = {f"{name}_complete" for name in dictionary["Form Name"]}
    repeat = {"redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"}
    fields = set(dictionary.index) - {"race"}
    assert set(six.columns) == fields | ticks | status | repeat


def test_every_event_and_form_is_declared(study: Path, dictionary: pd.DataFrame) -> None:
    events = read(study / "raw" / "events.csv")
    mapping = read(study / "raw" / "event_forms.csv")
    assert set(mapping["unique_event_name"]) == set(events["unique_event_name"])
    assert set(mapping["form"]) == set(dictionary["Form Name"])


def test_six_subjects_with_the_default_seed_are_the_committed_ones(
    simulator: ModuleType, study: Path, tmp_path: Path
) -> None:
    simulator.simulate(tmp_path, 6, simulator.DEFAULT_SEED)
    for name in ("data.csv", "dictionary.csv", "events.csv", "arms.csv", "event_forms.csv"):
        assert (tmp_path / name).read_bytes() == (study / "raw" / name).read_bytes()


def test_non_serious_events_by_subject_and_grade_are_those_of_table_1(six: pd.DataFrame) -> None:
    events = form(six, "adverse_events")
    counts = events[events["aeser"] == "0"].groupby(["record_id", "aegrade"]).size().to_dict()
    assert counts == {
        ("1", "1"): 3,
        ("1", "2"): 5,
        ("2", "2"): 2,
        ("3", "1"): 2,
        ("3", "2"): 2,
        ("4", "2"): 3,
        ("5", "1"): 1,
        ("5", "2"): 1,
        ("6", "1"): 1,
        ("6", "2"): 1,
    }


def test_the_four_possibly_related_events_are_those_published_and_resolved(
    six: pd.DataFrame,
) -> None:
    events = form(six, "adverse_events").reset_index()
    related = events[events["aerel"] == "3"]
    assert sorted(related[["record_id", "aedecod", "aegrade"]].itertuples(index=False)) == [
        ("1", "Nausea", "2"),
        ("3", "Flushing", "1"),
        ("3", "Paraesthesia", "1"),
        ("4", "Tachycardia", "2"),
    ]
    assert set(related["aeout"]) == {"1"}
    assert set(events["aerel"]) <= {"1", "2", "3", ""}


def test_the_one_serious_event_follows_rituximab_after_subject_3_has_left(
    six: pd.DataFrame,
) -> None:
    events, medications = form(six, "adverse_events"), form(six, "medications")
    serious = events[events["aeser"] == "1"]
    assert serious.index.tolist() == ["3"]
    assert serious["aedecod"].tolist() == ["Anaphylactic reaction"]
    assert serious["aegrade"].tolist() == ["UNK"]
    prohibited = medications[medications["cmprohib"] == "1"]
    assert prohibited.index.tolist() == ["3"]
    assert prohibited["cmdecod"].tolist() == ["RITUXIMAB"]
    assert serious["aestdat"].tolist() == prohibited["cmstdat"].tolist() == ["18-OCT-2017"]
    ends = six[six["dscomp"] != ""].set_index("record_id")
    assert ends["dscomp"].to_dict() == {"1": "1", "2": "1", "3": "0", "4": "1", "5": "1", "6": "1"}
    assert ends.loc["3", "dsstdat"] == "2017-10-02"
    assert event(six, "week_8_arm_1").loc["3", "visdat"] == "2017-09-27"
    assert "3" not in event(six, "week_12_arm_1").index


def test_six_women_of_18_to_65_get_one_million_cells_per_kilogram_once(six: pd.DataFrame) -> None:
    screened, infused = event(six, "screening_arm_1"), event(six, "day_1_arm_1")
    assert screened["sex"].tolist() == ["1"] * 6
    assert screened["age"].astype(int).between(18, 65).all()
    assert (six["inf_yn"] == "1").sum() == 6
    assert infused["inf_kgdose"].tolist() == ["1"] * 6
    assert infused["inf_total"].tolist() == infused["inf_weight"].tolist()
    assert infused["inf_weight"].tolist() == ["71.4", "63.8", "82.1", "67.5", "88.6", "59.2"]


def test_the_next_infusion_waits_for_week_2_of_the_previous_subject(six: pd.DataFrame) -> None:
    infused = pd.to_datetime(event(six, "day_1_arm_1")["inf_stdtc"].str[:10])
    assert (infused.diff().dropna() >= pd.Timedelta(days=15)).all()
    week_2 = pd.to_datetime(event(six, "week_2_arm_1")["visdat"])
    assert (infused.to_numpy()[1:] > week_2.to_numpy()[:-1]).all()


def test_week_24_of_subject_6_and_the_last_date_are_as_published(
    six: pd.DataFrame, dictionary: pd.DataFrame
) -> None:
    assert event(six, "week_24_arm_1").loc["6", "visdat"] == "2018-04-11"
    kind = dictionary["Text Validation Type OR Show Slider Number"]
    fields = dictionary.index[kind.isin(["date_ymd", "datetime_ymd"])]
    dates = {str(value) for value in six[fields].to_numpy().ravel()}
    assert max(dates - MISSING_CODES) == "2018-10-24"


def test_visits_are_inside_their_windows_and_one_was_missed(six: pd.DataFrame, study: Path) -> None:
    windows = read(study / "raw" / "events.csv").set_index("unique_event_name")
    windows = windows[windows["day_offset"] != ""][["day_offset", "offset_min", "offset_max"]]
    visits = six[six["visyn"] != ""].join(windows.astype(float), on="redcap_event_name")
    missed = visits[visits["visyn"] == "0"]
    assert missed[["record_id", "redcap_event_name"]].to_numpy().tolist() == [
        ["4", "week_16_arm_1"]
    ]
    assert missed["sledai_complete"].tolist() == ["0"]
    planned = visits[(visits["visyn"] == "1") & visits["day_offset"].notna()]
    infused = event(six, "day_1_arm_1")["inf_stdtc"].str[:10].rename("infused")
    planned = planned.join(infused, on="record_id")
    days = (pd.to_datetime(planned["visdat"]) - pd.to_datetime(planned["infused"])).dt.days
    off = days + (days >= 0) - planned["day_offset"]
    assert (off >= -planned["offset_min"]).all()
    assert (off <= planned["offset_max"]).all()


def test_sledai_bilag_and_pga_at_baseline_and_week_24_are_as_designed(six: pd.DataFrame) -> None:
    items = six[[f"sled{item:02d}" for item in range(1, 25)]]
    total = (items == "1").to_numpy() @ SLEDAI_WEIGHTS
    shown = six.assign(total=total, bilag=six[[f"bilag_{name}" for name in SYSTEMS]].sum(axis=1))
    shown = shown[shown["redcap_event_name"].isin(SCHEDULED)].set_index("record_id")
    assert shown["sled_total"].astype(int).tolist() == shown["total"].tolist()
    rows = shown[["redcap_event_name", "total", "bilag", "pga_scale", "pga_value"]]
    assert list(rows.itertuples(name=None)) == [
        ("1", "screening_arm_1", 10, "DBEBDEEDD", "1", "2.1"),
        ("1", "day_1_arm_1", 10, "DBEBDEEDD", "1", "2.0"),
        ("1", "week_24_arm_1", 4, "DDECDEEDD", "1", "0.8"),
        ("2", "screening_arm_1", 8, "ECEBEEEED", "1", "1.6"),
        ("2", "day_1_arm_1", 8, "ECEBEEEED", "1", "1.5"),
        ("2", "week_24_arm_1", 4, "ECECEEEED", "2", "35"),
        ("3", "screening_arm_1", 10, "DBEBDEEED", "1", "2.2"),
        ("3", "day_1_arm_1", 10, "DBEBDEEED", "1", "2.2"),
        ("4", "screening_arm_1", 12, "DDEBEEEAD", "1", "2.1"),
        ("4", "day_1_arm_1", 12, "DDEBEEEAD", "1", "2.1"),
        ("4", "week_24_arm_1", 4, "DDECEEECD", "1", "1.0"),
        ("5", "screening_arm_1", 8, "EBEBDEEED", "1", "1.3"),
        ("5", "day_1_arm_1", 8, "EBEBDEEED", "1", "1.2"),
        ("5", "week_24_arm_1", 4, "ECEDBEEED", "1", "1.5"),
        ("6", "screening_arm_1", 11, "DBEBEEEDC", "1", "1.9"),
        ("6", "day_1_arm_1", 11, "DBEBEEEDC", "1", "1.7"),
        ("6", "week_24_arm_1", 5, "DDECEEEDC", "1", "0.6"),
    ]


@pytest.mark.parametrize(
    ("field", "rises"),
    [
        ("cp_bdn", False),
        ("cp_bmsw", False),
        ("cp_bnact", False),
        ("cp_btrans", True),
        ("garp_val", True),
    ],
)
def test_cells_and_garp_move_as_published_in_the_five_responders(
    six: pd.DataFrame, field: str, rises: bool
) -> None:
    change = event(six, "week_24_arm_1")[field].astype(float) - event(six, "day_1_arm_1")[
        field
    ].astype(float)
    assert ((change[RESPONDERS] > 0) == rises).all()


def test_helios_treg_rises_by_a_tenth_or_more_in_two_subjects(six: pd.DataFrame) -> None:
    before = event(six, "day_1_arm_1")["cp_helios"].astype(float)
    ratio = event(six, "week_24_arm_1")["cp_helios"].astype(float) / before
    assert ratio[ratio >= 1.1].index.tolist() == ["1", "4"]
    assert (ratio[["2", "5", "6"]] < 1.01).all()


def test_what_was_planted_stands_in_the_data_and_in_the_readme(
    six: pd.DataFrame, study: Path
) -> None:
    planted = read(study / "simulator" / "told" / "planted.csv")
    told = (study / "raw" / "README.md").read_text(encoding="utf-8")
    assert told.startswith("# SYNTHETIC DATA")
    cells = six[six["redcap_repeat_instrument"] == ""].set_index(["record_id", "redcap_event_name"])
    for record, at, field, value, why in planted.itertuples(index=False, name=None):
        assert cells.loc[(record, at), field] == value
        explained = str(why).startswith(("proteinuria", "another unit", "a time before"))
        assert explained or f"`{field}`" in told


def test_the_repeat_that_was_emptied_keeps_only_its_status(six: pd.DataFrame) -> None:
    last = form(six, "adverse_events").loc["4"].iloc[-1]
    assert last["redcap_repeat_instance"] == "4"
    assert last["adverse_events_complete"] == "0"
    asked = [name for name in six.columns if name.startswith("ae")]
    assert set(last[asked]) == {""}


def test_one_code_of_the_six_is_outside_its_list_and_none_of_the_drawn(
    six: pd.DataFrame, hundred: pd.DataFrame, dictionary: pd.DataFrame
) -> None:
    assert outside_code_lists(six, dictionary) == {("aeout", "9")}
    assert outside_code_lists(hundred, dictionary) == set()


def test_a_hundred_subjects_have_drop_outs_missed_visits_and_partial_dates(
    hundred: pd.DataFrame,
) -> None:
    assert hundred["record_id"].drop_duplicates().tolist() == [str(n) for n in range(1, 101)]
    assert 3 <= (hundred["dscomp"] == "0").sum() <= 35
    assert (hundred["visyn"] == "0").sum() > 5
    assert hundred["aestdat"].str.startswith("UN-").any()
    assert (event(hundred, "screening_arm_1")["sled_total"].astype(int) > 6).all()


def test_the_same_number_and_seed_give_the_same_bytes(
    simulator: ModuleType, tmp_path: Path
) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        simulator.simulate(tmp_path / name, 30, seed)
    one, again, other = (
        (tmp_path / name / "data.csv").read_bytes() for name in ("one", "again", "other")
    )
    assert one == again
    assert one != other


def test_records_are_numbered_on_across_blocks(
    simulator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator, "BLOCK", 8)
    simulator.simulate(tmp_path, 20, 3)
    records = read(tmp_path / "data.csv")["record_id"].drop_duplicates()
    assert records.tolist() == [str(number) for number in range(1, 21)]


def test_drawn_subjects_never_replace_the_committed_ones(
    simulator: ModuleType, study: Path
) -> None:
    committed = (study / "raw" / "data.csv").read_bytes()
    with pytest.raises(CdisckitError, match="holds the committed export"):
        simulator.simulate(study / "raw", 2, 1)
    assert (study / "raw" / "data.csv").read_bytes() == committed


def test_no_subjects_cannot_be_simulated(simulator: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(CdisckitError, match="cannot simulate 0 subjects"):
        simulator.simulate(tmp_path, 0, 1)


def test_drawn_subjects_end_before_the_data_cut(hundred: pd.DataFrame) -> None:
    for field in ("visdat", "dsstdat", "dslcdat", "inf_stdtc"):
        assert hundred[field].max() < "2018-10-25", field


def test_drawn_subjects_flare_and_differ_by_the_readings_of_the_pga(hundred: pd.DataFrame) -> None:
    """A musculoskeletal A after another grade on Day 1; at Week 24 a PGA 0.3 above Day 1."""
    by_event = {name: rows.set_index("record_id") for name, rows in visits(hundred).items()}
    first, week_24 = by_event["day_1_arm_1"], by_event["week_24_arm_1"]
    late = by_event["week_36_arm_1"]
    grade = late["bilag_msk"].eq("A") & first["bilag_msk"].reindex(late.index).ne("A")
    assert grade.any()
    new_b = late["bilag_muc"].eq("B") & first["bilag_muc"].reindex(late.index).isin(["C", "D", "E"])
    assert new_b.any()
    given = week_24["pga_value"].ne("") & week_24["pga_scale"].eq("1")
    tenths = (week_24.loc[given, "pga_value"].astype(float) * 10).round()
    before = (first["pga_value"].astype(float) * 10).round().reindex(tenths.index)
    assert (tenths - before).eq(3).any()


def visits(export: pd.DataFrame) -> dict[str, pd.DataFrame]:
    own = export[export["redcap_repeat_instrument"].eq("")]
    return {str(name): rows for name, rows in own.groupby("redcap_event_name")}


def test_drawn_steroids_have_every_route_and_dates_of_every_kind(hundred: pd.DataFrame) -> None:
    log = hundred[hundred["redcap_repeat_instrument"].eq("prednisone")]
    assert set(log["predroute"]) >= {str(code) for code in range(1, 12)}
    assert {"0", "1"} == set(log["predprn"])
    assert log["preddose"].eq("").any()
    assert log["predendat"].str.startswith("UN-UNK").any()
    complete = log[
        ~log["predstdat"].str.contains("U") & log["predendat"].str.match(r"\d\d-[A-Z]{3}-")
    ]
    start, end = (
        pd.to_datetime(complete[name], format="%d-%b-%Y") for name in ("predstdat", "predendat")
    )
    assert end.lt(start).any()
    assert hundred["cmdecod"].eq("PREDNISONE").any()


def test_drawn_forms_have_dates_in_part_items_not_done_and_further_assessments(
    hundred: pd.DataFrame,
) -> None:
    for field in ("sledatd", "bilagdat", "pgadat", "lbdat"):
        assert hundred[field].str.fullmatch(r"\d{4}-\d\d").any(), field
    items = hundred[[f"sled{number:02d}" for number in range(1, 25)]].eq("ND").sum(axis=1)
    assert {1, 24} <= set(items)
    assert {"1", "2"} <= set(hundred["sled_version"])
    assert hundred["sled_tpt"].eq("2").any()
    assert (hundred["bilag_gas"].eq("B") & hundred["bilag_oph"].eq("B")).any()
    more = event(hundred, "unscheduled_arm_1")["visdat"]
    week_8 = event(hundred, "week_8_arm_1")["visdat"].reindex(more.index)
    assert more.eq(week_8).any()


def test_some_drawn_subjects_die_and_some_are_seen_after_they_left(hundred: pd.DataFrame) -> None:
    dead = hundred["dsdth"].eq("1")
    assert dead.any()
    assert set(hundred.loc[dead, "dsdecod"]) == {"2"}
    assert hundred.loc[dead, "dsdthdat"].ne("").all()
    assert hundred.loc[~dead, "dsdthdat"].eq("").all()
    end = hundred[hundred["dscomp"].eq("0")].set_index("record_id")["dsstdat"]
    last = hundred.groupby("record_id")["visdat"].max().reindex(end.index)
    assert last.gt(end).any()
    assert end.str.fullmatch(r"\d{4}-\d\d").any()


def test_drawn_steroids_are_undated_or_reversed_by_routes_that_count(hundred: pd.DataFrame) -> None:
    log = hundred[hundred["redcap_repeat_instrument"].eq("prednisone")]
    oral = log[log["predroute"].eq("1")]
    assert oral["predstdat"].eq("").any()
    start, end = (
        pd.to_datetime(oral[name], format="%d-%b-%Y", errors="coerce")
        for name in ("predstdat", "predendat")
    )
    assert end.lt(start).any()
