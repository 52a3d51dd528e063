"""Records taken over once more, as functions of Series and as rows of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from adam.build import build_adam
from adam.derivations import copies as functions_of_copies
from adam.derivations.copies import first_flag_with_copies, last_records
from adam.derivations.windows import visit_of_day
from cdisckit.building import open_study
from specs.tables import Table, no_trace
from tests.adam.series import numbers, texts, values_of

carried_forward = values_of(functions_of_copies.carried_forward)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WINDOWS = (
    {"AVISIT": "Baseline", "AVISITN": 0, "AWLO": None, "AWHI": 1},
    {"AVISIT": "Week 8", "AVISITN": 8, "AWLO": 2, "AWHI": 84},
    {"AVISIT": "Week 16", "AVISITN": 16, "AWLO": 85, "AWHI": 140},
    {"AVISIT": "Week 24", "AVISITN": 24, "AWLO": 141, "AWHI": None},
)


def carried(day: pd.Series[Any], value: pd.Series[Any]) -> list[tuple[int, str]]:
    one, order = texts(*["S"] * len(day)), pd.Series(range(len(day)), dtype="float64")
    copies = carried_forward(one, one, day, value, order, windows=WINDOWS)
    return list(zip(copies.record, copies.rows["AVISIT"], strict=True))


def test_the_last_record_of_each_group_is_copied() -> None:
    subject = texts("A", "A", "B", "A")
    copies = last_records(subject, texts("P", "P", "P", "Q"), numbers(5, 4, 4, 4), within=2)
    assert copies.record.tolist() == [0, 2, 3]


def test_a_missing_order_comes_first() -> None:
    assert last_records(texts("A", "A"), numbers(None, 1), within=1).record.tolist() == [1]


def test_of_no_records_nothing_is_copied() -> None:
    assert not len(last_records(texts(), numbers(), within=1).record)
    assert carried(numbers(), numbers()) == []


def test_a_day_is_in_the_window_whose_ends_include_it_and_windows_may_be_open() -> None:
    visits = visit_of_day(numbers(-30, 1, 2, 84, 85, 141, 900, None), windows=WINDOWS)
    expected = ["Baseline", "Baseline", "Week 8", "Week 8", "Week 16", "Week 24", "Week 24", ""]
    assert visits.fillna("").tolist() == expected


def test_a_day_between_windows_has_no_visit() -> None:
    assert visit_of_day(numbers(50), windows=(WINDOWS[0], WINDOWS[2])).isna().all()


def test_the_last_value_is_carried_forward_to_each_window_without_one() -> None:
    assert carried(numbers(1, 50), numbers(7, 8)) == [(1, "Week 16"), (1, "Week 24")]


def test_a_value_before_a_gap_is_carried_into_the_gap_only() -> None:
    assert carried(numbers(1, 50, 150), numbers(7, 8, 9)) == [(1, "Week 16")]


def test_the_baseline_is_carried_forward_where_nothing_follows() -> None:
    visits = [(0, "Week 8"), (0, "Week 16"), (0, "Week 24")]
    assert carried(numbers(1), numbers(7)) == visits


def test_a_record_without_value_neither_fills_a_window_nor_is_carried() -> None:
    visits = [(0, "Week 8"), (0, "Week 16"), (0, "Week 24")]
    assert carried(numbers(1, 50), numbers(7, None)) == visits


def test_where_nothing_is_before_a_window_nothing_is_carried_into_it() -> None:
    assert carried(numbers(100), numbers(7)) == [(0, "Week 24")]


def test_of_one_day_the_record_highest_in_order_is_carried() -> None:
    assert carried(numbers(150, 100, 100), numbers(9, 7, 8)) == []
    assert carried(numbers(100, 100), numbers(7, 8)) == [(1, "Week 24")]


def test_the_first_record_and_its_copies_are_flagged() -> None:
    value = numbers(3, 9, 9, 9, None).rename("VALUE")
    visit = numbers(1, 2, 2, 3, 4).rename("VISITNUM")
    flag = first_flag_with_copies(texts(*"SSSSS"), value, visit, within=1, descending=("VALUE",))
    assert flag.values.fillna("").tolist() == ["", "Y", "Y", "", ""]


FILES = {
    "study.yaml": """
study: TINY
title: Tiny
description: Two visits
protocol: TINY
usubjid: "{subject}"
standards: {SDTMIG: "3.4", ADaMIG: "1.3"}
terminology: {SDTM: "2025-03-28", ADaM: "2025-03-28"}
data_cut: "2015-03-05"
raw: []
""",
    "sdtm/vs.yaml": """
dataset: VS
records: {from: vs}
keys: [STUDYID, USUBJID, VSSEQ]
variables:
  STUDYID: {collected: STUDYID, codelist: ""}
  USUBJID: {collected: USUBJID, codelist: ""}
  VSSEQ: {collected: VSSEQ, codelist: ""}
  VSTESTCD: {collected: VSTESTCD, codelist: ""}
  VSSTRESN: {collected: VSSTRESN, codelist: ""}
  VISITNUM: {collected: VISITNUM, codelist: ""}
""",
    "adam/advs.yaml": """
dataset: ADVS
label: Vital Signs
class: BASIC DATA STRUCTURE
records:
  - {from: VS}
  - derived: last_records
    from: [VS.USUBJID, VS.VSTESTCD, VS.VISITNUM]
    with: {within: 2}
    where: [{VISITNUM: {GT: 1}}]
    assign: {AVISIT: End of Treatment}
keys: [USUBJID, PARAMCD, VISITNUM, AVISIT]
parameters:
  TEMP: {label: Temperature (C), number: 6, where: [{VSTESTCD: {EQ: TEMP}}]}
  PULSE: {label: Pulse Rate (beats/min), number: 2, where: [{VSTESTCD: {EQ: PULSE}}]}
variables:
  USUBJID: {predecessor: VS.USUBJID}
  PARAMCD: {}
  PARAMN: {}
  AVISIT: {assigned: {constant: Visit}}
  AVAL: {predecessor: VS.VSSTRESN}
  VISITNUM: {predecessor: VS.VISITNUM, label: Visit Number, type: Num}
""",
}


@pytest.fixture
def vital_signs(tmp_path: Path) -> Mapping[str, Table]:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    rows = [
        ("1", "PULSE", 70.0, 1.0),
        ("1", "PULSE", 72.0, 2.0),
        ("1", "PULSE", 74.0, 3.0),
        ("2", "TEMP", 36.5, 1.0),
        ("2", "TEMP", 36.7, 2.0),
    ]
    frame = pd.DataFrame(rows, columns=["USUBJID", "VSTESTCD", "VSSTRESN", "VISITNUM"])
    frame = frame.astype({"USUBJID": "str", "VSTESTCD": "str"})
    frame = frame.assign(STUDYID="TINY", VSSEQ=range(5))
    return build_adam(open_study(tmp_path), {"VS": Table("VS", frame, no_trace())})[0]


def test_a_copy_has_the_parameter_and_the_values_of_its_record(
    vital_signs: Mapping[str, Table],
) -> None:
    frame = vital_signs["ADVS"].frame
    copies = frame[frame["AVISIT"].eq("End of Treatment")]
    assert copies[["USUBJID", "PARAMCD", "AVAL", "VISITNUM"]].to_numpy().tolist() == [
        ["1", "PULSE", 74.0, 3.0],
        ["2", "TEMP", 36.7, 2.0],
    ]
    assert len(frame) == 7


def test_a_copy_is_traced_to_its_record(vital_signs: Mapping[str, Table]) -> None:
    trace = vital_signs["ADVS"].trace
    assert trace[["row", "record"]].to_numpy().tolist() == [
        [0, 0],
        [1, 1],
        [2, 2],
        [3, 2],
        [4, 3],
        [5, 4],
        [6, 4],
    ]


def test_a_parameter_has_the_number_that_it_declares(
    vital_signs: Mapping[str, Table],
) -> None:
    frame = vital_signs["ADVS"].frame
    assert frame.groupby("PARAMCD")["PARAMN"].first().to_dict() == {"PULSE": 2.0, "TEMP": 6.0}
