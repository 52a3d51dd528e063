"""Unscheduled visits: a number for each, in the order of time, the same in every dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from specs.errors import CdisckitError
from tests.sdtm.conftest import STUDY

if TYPE_CHECKING:
    from sdtm.build import SdtmBuild
    from tests.sdtm.conftest import Build

PLAN = """
visits:
  - [event, visitnum, visit, visitdy]
  - [V1, 1, VISIT 1, 1]
  - [UNS, 90, UNSCHEDULED, null]
"""
IN_TIME = """
unscheduled:
  UNS: {sv: day, vs: [day, time]}
"""
REPEATS = ", event_repeat: repeat"
SV = """
dataset: SV
records: {from: sv}
keys: [STUDYID, USUBJID, VISITNUM]
variables:
  VISITNUM: standard
  VISIT: standard
  SVSTDTC: {collected: day}
"""
VS = """
dataset: VS
records: {from: vs}
tests:
  - [VSTESTCD, result]
  - [PULSE, pulse]
keys: [STUDYID, USUBJID, VSTESTCD, VISITNUM, VSDTC]
variables:
  VSORRES: {collected: result}
  VISITNUM: standard
  VISIT: standard
  VSDTC: {collected: [day, time]}
"""


def study(repeats: str = "", plan: str = PLAN + IN_TIME) -> str:
    return STUDY + "".join(
        f"      {form}: {{file: {form}.csv, subject: s, event: e, dates: DMY{repeats}}}\n"
        for form in ("sv", "vs")
    ) + plan  # fmt: skip


def made(build: Build, sv: str, vs: str, spec: str) -> SdtmBuild:
    return build(
        {"study.yaml": spec, "sdtm/sv.yaml": SV, "sdtm/vs.yaml": VS, "sv.csv": sv, "vs.csv": vs}
    )


def visits(built: SdtmBuild, name: str) -> list[tuple[str, float, str, str]]:
    dtc = "SVSTDTC" if name == "SV" else "VSDTC"
    frame: pd.DataFrame = built.tables[name].frame[["USUBJID", "VISITNUM", "VISIT", dtc]]
    return list(frame.astype("object").where(frame.notna(), "").itertuples(index=False, name=None))


def test_visits_of_different_days_are_numbered_in_time_and_alike_in_all_datasets(
    build: Build,
) -> None:
    built = made(
        build,
        "s,e,day\n1,UNS,20/03/2020\n1,V1,01/02/2020\n1,UNS,05/03/2020\n2,UNS,07/03/2020\n",
        "s,e,day,time,pulse\n"
        "1,UNS,20/03/2020,08:00,70\n1,UNS,20/03/2020,17:00,75\n1,UNS,12/03/2020,09:00,80\n",
        study(),
    )
    assert visits(built, "SV") == [
        ("S1-1", 1, "VISIT 1", "2020-02-01"),
        ("S1-1", 90.01, "UNSCHEDULED 1", "2020-03-05"),
        ("S1-1", 90.03, "UNSCHEDULED 3", "2020-03-20"),
        ("S1-2", 90.01, "UNSCHEDULED 1", "2020-03-07"),
    ]
    assert visits(built, "VS") == [
        ("S1-1", 90.02, "UNSCHEDULED 2", "2020-03-12T09:00"),
        ("S1-1", 90.03, "UNSCHEDULED 3", "2020-03-20T08:00"),
        ("S1-1", 90.03, "UNSCHEDULED 3", "2020-03-20T17:00"),
    ]


def test_two_visits_of_one_day_are_told_by_the_repeat_and_ordered_by_their_times(
    build: Build,
) -> None:
    built = made(
        build,
        "s,e,repeat,day\n1,UNS,1,20/03/2020\n1,UNS,2,20/03/2020\n1,UNS,3,05/03/2020\n",
        "s,e,repeat,day,time,pulse\n1,UNS,1,20/03/2020,17:00,70\n1,UNS,2,20/03/2020,08:00,75\n",
        study(REPEATS),
    )
    assert visits(built, "SV") == [
        ("S1-1", 90.01, "UNSCHEDULED 1", "2020-03-05"),
        ("S1-1", 90.02, "UNSCHEDULED 2", "2020-03-20"),
        ("S1-1", 90.03, "UNSCHEDULED 3", "2020-03-20"),
    ]
    assert visits(built, "VS") == [
        ("S1-1", 90.02, "UNSCHEDULED 2", "2020-03-20T08:00"),
        ("S1-1", 90.03, "UNSCHEDULED 3", "2020-03-20T17:00"),
    ]


def test_a_visit_is_as_early_as_its_first_record(build: Build) -> None:
    built = made(
        build,
        "s,e,repeat,day\n1,UNS,7,06/03/2020\n1,UNS,9,\n",
        "s,e,repeat,day,time,pulse\n1,UNS,9,05/03/2020,,70\n",
        study(REPEATS),
    )
    assert visits(built, "SV") == [
        ("S1-1", 90.01, "UNSCHEDULED 1", ""),
        ("S1-1", 90.02, "UNSCHEDULED 2", "2020-03-06"),
    ]


def test_a_record_without_a_complete_date_has_no_number_and_is_found(build: Build) -> None:
    built = made(
        build,
        "s,e,day\n1,UNS,UN/03/2020\n1,UNS,05/03/2020\n",
        "s,e,day,time,pulse\n",
        study(),
    )
    assert sorted(visits(built, "SV"), key=str) == [
        ("S1-1", "", "UNSCHEDULED", "2020-03"),
        ("S1-1", 90.01, "UNSCHEDULED 1", "2020-03-05"),
    ]
    found = built.findings.query("rule == 'CK-VISIT-ORDER'")
    assert found[["subject", "form", "variable", "value", "line"]].to_numpy().tolist() == [
        ["1", "sv", "day", "UN/03/2020", "2"]
    ]
    assert built.findings.query("rule == 'CK-VISIT-EVENT'").empty


def test_a_form_whose_date_is_not_told_is_found_where_no_repeat_tells_the_visit(
    build: Build,
) -> None:
    plan = PLAN + "unscheduled: {UNS: {sv: day}}\n"
    vs = "s,e,day,time,pulse\n1,UNS,05/03/2020,,70\n"
    built = made(build, "s,e,day\n1,UNS,05/03/2020\n", vs, study(plan=plan))
    (message,) = built.findings.query("rule == 'CK-VISIT-ORDER'")["message"]
    assert "study.yaml names none of form vs under unscheduled" in message


@pytest.mark.parametrize(
    ("repeat", "number"), [("", 90), ("0", 90), ("1", 90.01), ("12", 90.12), ("99", 90.99)]
)
def test_without_an_order_in_time_the_repeat_is_the_number(
    build: Build, repeat: str, number: float
) -> None:
    sv = f"s,e,repeat,day\n1,UNS,{repeat},05/03/2020\n"
    built = made(build, sv, "s,e,repeat,day,time,pulse\n", study(REPEATS, PLAN))
    assert built.tables["SV"].frame["VISITNUM"].tolist() == [number]


@pytest.mark.parametrize("repeat", ["100", "A"])
def test_a_repeat_that_two_decimals_do_not_hold_is_found(build: Build, repeat: str) -> None:
    sv = f"s,e,repeat,day\n1,UNS,{repeat},05/03/2020\n"
    built = made(build, sv, "s,e,repeat,day,time,pulse\n", study(REPEATS, PLAN))
    assert built.tables["SV"].frame["VISITNUM"].isna().all()
    (message,) = built.findings.query("rule == 'CK-VISIT-EVENT'")["message"]
    assert message == f"the repeat {repeat} of the event is not a number from 0 to 99"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("{UNX: {sv: day}}", "UNX is not an event of visits; did you mean UNS"),
        ("{UNS: {sw: day}}", "have no form sw"),
        ("{UNS: {sv: dat}}", "form sv has no field dat"),
        ("{UNS: {sv: [day, time, zone]}}", "name the field of a date"),
    ],
)
def test_what_is_not_there_is_an_error(build: Build, told: str, message: str) -> None:
    with pytest.raises(CdisckitError, match=message):
        made(
            build, "s,e,day\n", "s,e,day,time,pulse\n", study(plan=PLAN + f"unscheduled: {told}\n")
        )
