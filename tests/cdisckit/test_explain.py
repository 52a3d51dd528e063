"""A small study is built, and its cells are traced back to its CSV files."""

from __future__ import annotations

import shutil
from io import StringIO
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from rich.console import Console

from cdisckit.building import build
from cdisckit.compare import Settings, compared
from cdisckit.compare.lineage import with_lineage
from cdisckit.explain import drawn, explained, raw_values
from specs.errors import CdisckitError
from submission.xpt import read_xpt, write_xpt

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "study.yaml": """
study: S1
title: A study
description: A study of tests
protocol: S1
standards: {SDTMIG: "3.4", ADaMIG: "1.3"}
terminology: {SDTM: "2025-03-28"}
data_cut: 2020-12-31
raw:
  - name: forms
    reader: table
    forms:
      dm: {file: dm.csv, subject: subject, dates: DMY}
      vitals: {file: vitals.csv, subject: subject, dates: DMY}
""",
    "dm.csv": "subject,birth\n7,01/02/1970\n8,03/02/1980\n",
    "vitals.csv": "subject,day,sys,dia\n"
    "7,01/03/2020,120,80\n8,01/03/2020,130,85\n7,02/03/2020,125,\n7,09/03/2020,118,79\n",
    "sdtm/dm.yaml": """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
  BRTHDTC: {collected: birth}
""",
    "sdtm/vs.yaml": """
dataset: VS
records: {from: vitals}
tests:
  - [VSTESTCD, VSTEST, result]
  - [SYSBP, Systolic Blood Pressure, sys]
  - [DIABP, Diastolic Blood Pressure, dia]
keys: [STUDYID, USUBJID, VSTESTCD, VSDTC]
variables:
  VSORRES: {collected: result}
  VSSTRESC: {derived: as_it_is, from: VSORRES}
  VSSTRESN: {derived: numeric_result, from: VSSTRESC}
  VSDTC: {collected: day}
""",
    "adam/adsl.yaml": """
dataset: ADSL
records: {from: DM}
keys: [STUDYID, USUBJID]
variables:
  STUDYID: {predecessor: DM.STUDYID}
  USUBJID: {predecessor: DM.USUBJID}
  LASTDT: {label: Last Day, type: Num, format: DATE9., derived: last_date, from: VS.VSDTC}
  ANYFL:
    label: Any Measurement Flag
    type: Char
    rules:
      - {assigned: {constant: "Y"}, when: [{LASTDT: {NE: ""}}]}
      - {assigned: {constant: "N"}}
""",
    "adam/advs.yaml": """
dataset: ADVS
label: Vital Signs Analysis Dataset
class: BASIC DATA STRUCTURE
records: {from: VS}
keys: [STUDYID, USUBJID, PARAMCD, VSDTC]
parameters:
  SYSBP: {label: Systolic, where: [{VSTESTCD: {EQ: SYSBP}}]}
  DIABP: {label: Diastolic, where: [{VSTESTCD: {EQ: DIABP}}]}
  BPSUM:
    label: Sum of Both
    derived: total_of_scores
    from: ["*BP.AVAL"]
    per: [USUBJID, VSDTC]
variables:
  STUDYID: {predecessor: ADSL.STUDYID}
  USUBJID: {predecessor: ADSL.USUBJID}
  PARAM: {}
  PARAMCD: {}
  VSDTC: {predecessor: VS.VSDTC, label: Day}
  AVAL: {predecessor: VS.VSSTRESN}
  ABLFL: {assigned: {constant: "Y"}, when: [{VSDTC: {EQ: "2020-03-01"}}]}
  BASE: {derived: baseline_value, from: [AVAL, ABLFL, USUBJID, PARAMCD]}
  FIRSTFL:
    {label: First, type: Char, derived: first_flag, from: [USUBJID, PARAMCD, VSDTC],
     with: {within: 2}}
""",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def package(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = build(study, tmp_path_factory.mktemp("out"))
    assert built.folder is not None
    return built.folder


def told(package: Path, cell: str, *where: str, depth: int = 8, most: int = 3) -> list[str]:
    console = Console(file=StringIO(), width=300)
    console.print(drawn(explained(package, cell, where, depth=depth, most=most)))
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_collected_value_comes_from_file_and_line_of_its_form(package: Path) -> None:
    found = explained(package, "VS.VSORRES", ["USUBJID=S1-7", "VSTESTCD=DIABP", "VSDTC=2020-03-09"])
    (field,) = found.sources[0].inputs
    assert found.value == "79"
    assert (field.form, field.name, field.file, field.line) == ("vitals", "dia", "vitals.csv", "5")  # type: ignore[union-attr]


def test_a_derived_parameter_is_traced_through_its_items_to_the_forms(package: Path) -> None:
    assert told(package, "ADVS.AVAL", "USUBJID=S1-8", "PARAMCD=BPSUM") == [
        "ADVS.AVAL = 215  USUBJID S1-8, PARAMCD BPSUM, VSDTC 2020-03-01  Derived",
        "├── The sum of SYSBP.AVAL and DIABP.AVAL; missing where one of them is missing.",
        "└── *BP.AVAL: 2 records",
        "    ├── ADVS.AVAL = 85  PARAMCD DIABP  Predecessor",
        "    │   └── VS.VSSTRESN = 85  VSTESTCD DIABP  Derived",
        "    │       ├── VSSTRESC as a number; missing where it is text or has a qualifier"
        " (<, >, <=, >=, ~).",
        "    │       └── VS.VSSTRESC = 85  Derived",
        "    │           ├── The value of VSORRES.",
        "    │           └── VS.VSORRES = 85  Collected",
        "    │               └── form vitals field dia  subject 8, vitals.csv line 3",
        "    └── ADVS.AVAL = 130  PARAMCD SYSBP  Predecessor  ...",
    ]


def test_a_baseline_comes_from_the_flagged_row(package: Path) -> None:
    where = ("USUBJID=S1-7", "PARAMCD=SYSBP", "VSDTC=2020-03-09")
    assert told(package, "ADVS.BASE", *where, depth=2) == [
        "ADVS.BASE = 120  USUBJID S1-7, PARAMCD SYSBP, VSDTC 2020-03-09  Derived",
        '├── AVAL of the record with ABLFL EQ "Y" and the same USUBJID and PARAMCD, of several'
        " the first in the order of the records; missing where there is none.",
        "└── ADVS.AVAL = 120  VSDTC 2020-03-01  Predecessor  of the record taken",
        "    └── VS.VSSTRESN = 120  VSTESTCD SYSBP  Derived  ...",
    ]


def test_of_a_record_that_was_chosen_the_others_are_told_and_why_they_lost(package: Path) -> None:
    where = ["USUBJID=S1-7", "PARAMCD=SYSBP"]
    first = explained(package, "ADVS.FIRSTFL", [*where, "VSDTC=2020-03-01"])
    assert first.choice == (
        "chosen of 3 records",
        "lost: VSDTC 2020-03-02 because another is lower in VSDTC",
        "lost: VSDTC 2020-03-09 because another is lower in VSDTC",
    )
    second = explained(package, "ADVS.FIRSTFL", [*where, "VSDTC=2020-03-09"])
    assert (second.value, second.choice) == (
        "",
        (
            "not chosen of 3 records, because another is lower in VSDTC",
            "lost: VSDTC 2020-03-02 because another is lower in VSDTC",
        ),
    )


def test_many_records_are_listed_up_to_a_number(package: Path) -> None:
    assert told(package, "ADSL.LASTDT", "USUBJID=S1-7", depth=1, most=2)[2:] == [
        "└── VS.VSDTC: 5 records",
        "    ├── VS.VSDTC = 2020-03-01  VSTESTCD DIABP, VSDTC 2020-03-01  Collected  ...",
        "    ├── VS.VSDTC = 2020-03-09  VSTESTCD DIABP, VSDTC 2020-03-09  Collected  ...",
        "    └── and 3 more",
    ]


def test_a_constant_comes_from_what_decides_that_it_counts(package: Path) -> None:
    assert told(package, "ADSL.ANYFL", "USUBJID=S1-8", depth=1) == [
        "ADSL.ANYFL = Y  USUBJID S1-8  Derived",
        '├── The first of these that gives a value: (1) Where LASTDT is not missing: The text "Y".'
        ' (2) The text "N".',
        "└── ADSL.LASTDT = 2020-03-01  Derived  ...",
    ]


def test_the_lineage_tells_which_of_several_rules_gave_each_value(package: Path) -> None:
    fired = pd.read_parquet(package / "lineage" / "rules.parquet")
    fired = fired[fired["dataset"].eq("ADSL")]
    told_of = fired[["variable", "row", "rule"]].to_numpy().tolist()
    assert told_of == [["ANYFL", 0, 1], ["ANYFL", 1, 1]]


def test_what_is_common_to_the_rows_of_an_assessment_comes_from_them(package: Path) -> None:
    lines = told(package, "ADVS.VSDTC", "USUBJID=S1-8", "PARAMCD=BPSUM", depth=1)
    assert lines[1] == "└── ADVS.VSDTC: 2 records  common to the rows it was made of"


def test_with_the_study_the_raw_value_is_shown(package: Path, study: Path) -> None:
    value = raw_values(study)
    found = explained(package, "DM.BRTHDTC", ["USUBJID=S1-8"], raw_value=value)
    (field,) = found.sources[0].inputs
    assert (found.value, field.value) == ("1980-02-03", "03/02/1980")


def test_other_raw_data_than_those_of_the_package_are_refused(
    package: Path, study: Path, tmp_path: Path
) -> None:
    shutil.copytree(study, tmp_path / "other")
    (tmp_path / "other" / "dm.csv").write_text("subject,birth\n8,03/02/1980\n", encoding="utf-8")
    value = raw_values(study, tmp_path / "other")
    with pytest.raises(CdisckitError, match="not the raw data that the package was built from"):
        explained(package, "VS.VSORRES", ["VSTESTCD=SYSBP", "USUBJID=S1-8"], raw_value=value)


@pytest.mark.parametrize(
    ("cell", "where", "message"),
    [
        ("ADSV.AVAL", (), "no dataset ADSV; did you mean ADVS"),
        ("ADVS.AVLA", (), "ADVS: there is no variable AVLA; did you mean AVAL"),
        ("AVAL", (), "write DATASET.VARIABLE"),
        ("ADVS.AVAL", ("PARAMCD",), "'PARAMCD' is not a condition; write VARIABLE=value"),
        ("ADVS.AVAL", ("PARAM_CD=SYSBP",), "no variable PARAM_CD; did you mean PARAMCD"),
        ("ADVS.AVAL", ("PARAMCD=SYSPB",), "no row has PARAMCD=SYSPB; the nearest values are SYSBP"),
        ("ADVS.AVAL", ("USUBJID=S1-8", "AVAL=84"), "AVAL=84 among .* nearest values are 85, 130"),
        ("ADVS.AVAL", ("USUBJID=S1-8", "PARAMCD=BPSUM", "AVAL="), "no row has AVAL="),
        (
            "ADVS.AVAL",
            ("USUBJID=S1-8", "VSDTC=2020-03-01"),
            "3 rows meet this; ask .*\n  USUBJID=S1-8 PARAMCD=BPSUM VSDTC=2020-03-01\n",
        ),
    ],
)
def test_what_is_not_there_is_named_with_a_remedy(
    package: Path, cell: str, where: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CdisckitError, match=message):
        explained(package, cell, where)


def test_a_folder_without_lineage_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(CdisckitError, match="has no lineage"):
        explained(tmp_path, "DM.SEX")
    with pytest.raises(CdisckitError, match="no such package"):
        explained(tmp_path / "nowhere", "DM.SEX")


def test_a_lineage_of_an_older_build_is_refused(package: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(package, tmp_path / "old")
    (copy / "lineage" / "variables.csv").write_text("dataset,variable,source\n", encoding="utf-8")
    with pytest.raises(CdisckitError, match="build the package again"):
        explained(copy, "DM.BRTHDTC", ["USUBJID=S1-8"])


def test_a_difference_from_a_package_names_rule_source_and_raw_field(
    package: Path, tmp_path: Path
) -> None:
    base = next(package.rglob("vs.xpt"))
    frame, member = read_xpt(base)
    last = len(frame) - 1
    frame.loc[last, "VSSTRESN"] += 1
    other = tmp_path / "vs.xpt"
    write_xpt(
        frame, other, name="VS", label=member.label, columns=member.columns, created=member.created
    )
    result = compared(base, other, Settings())
    told = with_lineage(result.comparisons["VS"].values, result)
    (row,) = told[["variable", "sources", "raw"]].to_dict("records")
    assert row == {
        "variable": "VSSTRESN",
        "sources": "VS.VSSTRESC",
        "raw": "vitals.sys (vitals.csv line 3)",
    }
    assert told["rule"].str.startswith("Derived: ").all()
