"""Numbers from the file to the dataset: decimal signs, units and decimals of the study, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import adam.derivations
import sdtm.derivations
from adam.build import build_adam
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.derivation import derivations_of
from specs.errors import SpecError
from specs.load import load_study
from tests.sdtm.conftest import STUDY, write_study
from tests.sdtm.test_redcap import HEAD, field

if TYPE_CHECKING:
    from pathlib import Path

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
"""

LB = """
dataset: LB
records: {from: lb, bind: {date: day}}
tests:
  - [LBTESTCD, LBSTRESU, result, unit, low, high]
  - [GLUC, mmol/L, gluc, gluc_u, lo, hi]
keys: [STUDYID, USUBJID, LBTESTCD, LBDTC]
variables:
  LBORRES:  {collected: result}
  LBORRESU: {collected: unit}
  LBORNRLO: {collected: low}
  LBORNRHI: {collected: high}
  LBSTRESC: {derived: standard_result, from: [LBORRES, LBORRESU, LBSTRESU, LBTESTCD], codelist: ""}
  LBSTRESN: {derived: numeric_result, from: LBSTRESC}
  LBSTNRLO: {derived: standard_limit, from: [LBORNRLO, LBORRESU, LBSTRESU, LBTESTCD]}
  LBSTNRHI: {derived: standard_limit, from: [LBORNRHI, LBORRESU, LBSTRESU, LBTESTCD]}
  LBNRIND:  {derived: reference_range_indicator, from: [LBSTRESN, LBSTNRLO, LBSTNRHI]}
  LBDTC:    {collected: date}
"""

SHOWN = ("LBORRES", "LBSTRESC", "LBSTRESN", "LBSTNRLO", "LBSTNRHI", "LBNRIND")


class Made:
    """What a study of DM and LB gives, its rows of one date each."""

    def __init__(self, folder: Path, lab: str, options: str = "", **files: str) -> None:
        forms = f"""\
      dm: {{file: dm.csv, subject: subject}}
      lb: {{file: lab.txt, subject: subject, dates: DMY{options}}}
"""
        given = {"sdtm/dm.yaml": DM, "sdtm/lb.yaml": LB, **files}
        study = STUDY.replace('SDTMIG: "3.4"', 'SDTMIG: "3.4", ADaMIG: "1.3"')
        study = study.replace('SDTM: "2025-03-28"', 'SDTM: "2025-03-28", ADaM: "2025-03-28"')
        content = {"study.yaml": study + forms, "dm.csv": "subject\n1\n", "lab.txt": lab, **given}
        write_study(folder, content)
        known = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
        self.study = load_study(folder, known)
        raw = read_raw(self.study, folder)
        made = build_sdtm(self.study, raw)
        self.tables = dict(made.tables)
        self.lb = self.tables["LB"].frame
        of_fields = made.findings["rule"].isin(["CK-LEDGER-FIELD", "CK-LEDGER-ANSWER"])
        self.findings = made.findings[~of_fields]

    def row(self, number: int = 0, names: tuple[str, ...] = SHOWN) -> list[Any]:
        row = self.lb.loc[number, list(names)].astype(object)
        return row.where(row.notna(), None).tolist()

    def found(self) -> list[list[Any]]:
        columns = ["rule", "variable", "value", "file", "line"]
        return self.findings[columns].drop_duplicates().to_numpy().tolist()


def with_comma(tmp_path: Path, *rows: str) -> Made:
    """Results in a file with semicolons and decimal commas."""
    lines = [f"1;0{day}.02.2020;{row}" for day, row in enumerate(rows, start=1)]
    head = "subject;day;gluc;gluc_u;lo;hi\n"
    options = ', decimal: ",", delimiter: ";"'
    return Made(tmp_path, head + "\n".join(lines) + "\n", options)


def with_point(tmp_path: Path, *rows: str) -> Made:
    """Results in a file with commas and decimal points."""
    lines = [f"1,0{day}.02.2020,{row}" for day, row in enumerate(rows, start=1)]
    return Made(tmp_path, "subject,day,gluc,gluc_u,lo,hi\n" + "\n".join(lines) + "\n")


def test_a_declared_decimal_comma_counts_for_results_and_limits(tmp_path: Path) -> None:
    made = with_comma(
        tmp_path, "5,5;mmol/L;3,9;6,1", "<0,5;mmol/L;3,9;6,1", "1,2E2;mg/dL;70;110", "5;mmol/L;;6,1"
    )
    assert made.row(0) == ["5.5", "5.5", 5.5, 3.9, 6.1, "NORMAL"]
    assert made.row(1) == ["<0.5", "<0.5", None, 3.9, 6.1, None]
    # 120 and 110 mg/dL are 6.66089... and 6.10582... mmol/L, 70 mg/dL 3.88552...
    assert made.row(2) == ["1.2E2", "6.661", 6.661, 3.886, 6.106, "HIGH"]
    assert made.row(3) == ["5", "5", 5, None, 6.1, "NORMAL"]
    assert made.found() == []


@pytest.mark.parametrize("result", ["1234.5", "1.234", "<5.5", "-5.0"])
def test_a_point_where_a_comma_is_declared_is_never_taken_for_it(
    tmp_path: Path, result: str
) -> None:
    made = with_comma(tmp_path, f"{result};mmol/L;3.9;6,1")
    assert made.row() == [result, None, None, None, 6.1, None]
    raw = ["CK-RAW-DECIMAL", "gluc", result, "lab.txt", "2"]
    assert raw in made.found()
    assert ["CK-RAW-DECIMAL", "lo", "3.9", "lab.txt", "2"] in made.found()
    assert ["CK-STANDARD-RESULT", "LBSTRESC", result, "lab.txt", "2"] in made.found()
    assert ["CK-STANDARD-LIMIT", "LBSTNRLO", "3.9", "lab.txt", "2"] in made.found()


def test_points_of_dates_and_subjects_are_no_decimal_signs(tmp_path: Path) -> None:
    lab = "subject;day;gluc;gluc_u;lo;hi\n1.5;02.2020;5,5;mmol/L;;\n"
    made = Made(tmp_path, lab, ', decimal: ",", delimiter: ";"', **{"dm.csv": "subject\n1.5\n"})
    assert made.row(0, ("USUBJID", "LBDTC", "LBSTRESN")) == ["S1-1.5", "2020-02", 5.5]
    assert made.found() == []


def test_conditions_read_the_declared_decimal_comma_too(tmp_path: Path) -> None:
    lb = LB.replace("bind: {date: day}}", "bind: {date: day}, where: [{gluc: {GT: 5.4}}]}")
    lb += "  LBFAST: {assigned: {constant: Y}, when: [{lo: {LT: 4}}]}\n"
    lab = "subject;day;gluc;gluc_u;lo;hi\n1;01.02.2020;5,5;mmol/L;3,9;\n1;02.02.2020;5,3;mmol/L;;\n"
    options = ', decimal: ",", delimiter: ";"'
    made = Made(tmp_path, lab, options, **{"sdtm/lb.yaml": lb})
    assert made.lb[["LBORRES", "LBFAST"]].to_numpy().tolist() == [["5.5", "Y"]]


@pytest.mark.parametrize(
    "result",
    ['"1,200"', "1 200", "120-130", "120*", "120 H", "120 mg/dL", "1:80", "120/80", "Inf", "NaN",
     "1e400", "<LLOQ", "1.2 E3", '"5,5"', '"1.234,5"', "\uff11\uff12", "\u22125", "--120"],
)  # fmt: skip
def test_a_result_that_is_no_number_is_a_finding_with_its_line(tmp_path: Path, result: str) -> None:
    made = with_point(tmp_path, f"{result},mg/dL,70,110")
    text = result.strip('"')
    assert made.row() == [text, None, None, 3.886, 6.106, None]
    found = [["CK-STANDARD-RESULT", "LBSTRESC", text, "lab.txt", "2"]]
    assert [row for row in made.found() if row[0] != "CK-RAW-CHARACTER"] == found


def test_blanks_at_the_ends_of_a_result_mean_nothing(tmp_path: Path) -> None:
    made = with_point(tmp_path, " +5.50\u2009, mmol/L ,3.9,6.1")
    assert made.row() == ["+5.50", "5.5", 5.5, 3.9, 6.1, "NORMAL"]


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [
        ("70-110", "", [None, None]),
        ("", "<110", [None, None]),
        (">70", "110", [None, 6.106]),
        ("70", "~110", [3.886, None]),
        ("70", "Inf", [3.886, None]),
    ],
)
def test_no_indicator_is_computed_from_a_limit_that_cannot_be_read(
    tmp_path: Path, low: str, high: str, limits: list[float | None]
) -> None:
    """100 mg/dL are 5.55074... mmol/L, 400 are 22.20297...; both ends that can be read are wide."""
    made = with_point(tmp_path, f"100,mg/dL,{low},{high}", f"400,mg/dL,{low},{high}")
    assert made.row(0) == ["100", "5.551", 5.551, *limits, None]
    assert made.row(1) == ["400", "22.203", 22.203, *limits, None]
    assert set(made.findings["rule"]) == {"CK-STANDARD-LIMIT"}
    assert len(made.findings) == 2 * [low, high].count("70-110") + 2 * (low != "70-110")


def test_a_limit_that_was_not_collected_leaves_the_other_to_decide(tmp_path: Path) -> None:
    made = with_point(tmp_path, "100,mg/dL,,110", "100,mg/dL,110,", "100,mg/dL,,")
    assert [made.row(n)[-1] for n in range(3)] == ["NORMAL", "LOW", None]
    assert made.found() == []


def test_equal_results_and_limits_are_within_however_they_are_written(tmp_path: Path) -> None:
    made = with_point(tmp_path, "70.0,mg/dL,70,110", "1.1E2,mg/dL,70,110.00", "70,mg/dL,7.0E1,110")
    assert made.lb["LBNRIND"].tolist() == ["NORMAL"] * 3


# decimals and units of the study


def test_the_table_of_tests_declares_the_decimals_of_converted_results(tmp_path: Path) -> None:
    lb = LB.replace("low, high]", "low, high, decimals]").replace("lo, hi]", "lo, hi, 1]")
    lab = (
        "subject,day,gluc,gluc_u,lo,hi\n1,01.02.2020,120,mg/dL,70,110\n1,02.02.2020,5.55,mmol/L,,\n"
    )
    made = Made(tmp_path, lab, **{"sdtm/lb.yaml": lb})
    assert made.row(0) == ["120", "6.7", 6.7, 3.9, 6.1, "HIGH"]
    assert made.row(1)[1:3] == ["5.55", 5.55]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("-1", "decimals is -1; write a whole number from 0 to 15"),
        ("1.5", "decimals is 1.5; write a whole number from 0 to 15"),
        ("true", "decimals is True; write a whole number from 0 to 15"),
        ("16", "decimals is 16; write a whole number from 0 to 15"),
        ("two", "decimals is two; write a whole number from 0 to 15"),
    ],
)
def test_decimals_that_are_none_are_an_error(tmp_path: Path, cell: str, message: str) -> None:
    lb = LB.replace("low, high]", "low, high, decimals]").replace("lo, hi]", f"lo, hi, {cell}]")
    with pytest.raises(SpecError) as refused:
        Made(tmp_path, "subject,day,gluc,gluc_u,lo,hi\n", **{"sdtm/lb.yaml": lb})
    assert f"lb.yaml line 6: {message}" in str(refused.value)


def test_two_rows_of_a_test_cannot_have_other_decimals(tmp_path: Path) -> None:
    lb = LB.replace("low, high]", "low, high, decimals]").replace(
        "lo, hi]", "lo, hi, 1]\n  - [GLUC, mmol/L, gluc, gluc_u, lo, hi, 2]"
    )
    with pytest.raises(SpecError, match=r"lb\.yaml line 7: GLUC has 1 decimals in another row"):
        Made(tmp_path, "subject,day,gluc,gluc_u,lo,hi\n", **{"sdtm/lb.yaml": lb})


LAB = "subject,day,gluc,gluc_u,lo,hi\n1,01.02.2020,120,mg%,70,110\n"


def test_a_study_adds_units_in_a_file_of_its_own(tmp_path: Path) -> None:
    """1 mg% is 1 mg/dL; from there on the product's table knows the way."""
    lb = LB.replace("{collected: unit}", '{collected: unit, codelist: ""}')
    units = "unit,to,test,factor,offset,molar_mass\nmg%,mg/dL,,1,0,\n"
    made = Made(tmp_path, LAB, **{"sdtm/lb.yaml": lb, "units.csv": units})
    assert made.row() == ["120", "6.661", 6.661, 3.886, 6.106, "HIGH"]
    assert made.found() == []


def test_without_the_file_the_unit_is_a_finding(tmp_path: Path) -> None:
    lb = LB.replace("{collected: unit}", '{collected: unit, codelist: ""}')
    made = Made(tmp_path, LAB, **{"sdtm/lb.yaml": lb})
    assert made.row() == ["120", None, None, None, None, None]
    assert made.found() == [["CK-STANDARD-RESULT", "LBSTRESC", "120", "lab.txt", "2"]]


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ("unit,to\nmg%,mg/dL\n", "units.csv: has no column factor; the columns are unit, to, test"),
        ("unit,to,factor,note\n", "units.csv: has a column note; the columns are unit, to, test"),
        ("unit,to,factor\n,g,1\n", "units.csv line 2: the row has no unit; write the unit"),
        ("unit,to,factor\na,b,x\n", "units.csv line 2: the factor is x, which is not a number"),
        ("unit,to,factor\na,b,\n", "units.csv line 2: the factor is blank, which is not a number"),
        ('unit,to,factor\na,b,"0,5"\n', "the factor is 0,5, which is not a number; write a number"),
        ("unit,to,factor\na,b,0\n", "units.csv line 2: the factor is 0; write a number above 0"),
        ("unit,to,factor\na,b,-1\n", "units.csv line 2: the factor is -1; write a number above 0"),
        ("unit,to,factor,offset\na,b,1,x\n", "line 2: the offset is x, which is not a number"),
        ("unit,to,factor\na,b,1\na,b,2\n", "units.csv line 3: a to b is on line 2 too; keep one"),
        ("unit,to,factor\na,b,1\nb,a,2\n", "units.csv line 3: b to a is on line 2 too; keep one"),
    ],
)
def test_what_is_wrong_in_the_table_of_units_is_told_with_its_line(
    tmp_path: Path, units: str, message: str
) -> None:
    with pytest.raises(SpecError) as refused:
        Made(tmp_path, LAB, **{"units.csv": units})
    assert message in str(refused.value)


# what decides in an analysis dataset


ADLB = """
dataset: ADLB
class: BASIC DATA STRUCTURE
label: Laboratory
records: {from: LB}
keys: [STUDYID, USUBJID, PARAMCD, LBSEQ]
parameters:
  GLUC: {label: Glucose, where: [{LBTESTCD: {EQ: GLUC}}]}
variables:
  STUDYID: {predecessor: LB.STUDYID}
  USUBJID: {predecessor: LB.USUBJID}
  PARAM:   {}
  PARAMCD: {}
  LBSEQ:   {predecessor: LB.LBSEQ, label: Sequence, type: Num}
  AVAL:    {predecessor: LB.LBSTRESN}
  ANRHI:   {predecessor: LB.LBSTNRHI}
  ABLFL:   {assigned: {constant: Y}, when: [{LBSEQ: {EQ: 1}}]}
  BASE:    {derived: baseline_value, from: [AVAL, ABLFL, USUBJID]}
  CHG:     {derived: difference, from: [AVAL, BASE]}
  PCHG:    {derived: percent_change, from: [CHG, BASE]}
  R2ANRHI: {derived: share_of, from: [AVAL, ANRHI], label: Ratio to ANRHI, type: Num}
  CRIT1FL: {assigned: {constant: Y}, when: [{R2ANRHI: {GT: 3}}]}
  CRIT2FL: {assigned: {constant: Y}, when: [{CHG: {GE: 0.2}}], label: Rise, codelist: NY}
  CRIT3FL: {assigned: {constant: Y}, when: [{PCHG: {GE: 200}}], label: Rise, codelist: NY}
"""


def test_criteria_are_decided_by_the_exact_numbers(tmp_path: Path) -> None:
    """0.1, 0.3 and 2.1 with the limit 0.7: changes 0.2 (200 %) and 2, a ratio of 3 at most."""
    lab = "subject,day,gluc,gluc_u,lo,hi\n" + "".join(
        f"1,0{day}.02.2020,{value},mmol/L,,0.7\n"
        for day, value in enumerate(("0.1", "0.3", "2.1"), 1)
    )
    made = Made(tmp_path, lab, **{"adam/adlb.yaml": ADLB})
    adlb = build_adam(made.study, made.tables)[0]["ADLB"].frame
    columns = ["CHG", "PCHG", "R2ANRHI", "CRIT1FL", "CRIT2FL", "CRIT3FL"]
    assert adlb[columns].astype(object).fillna("").to_numpy().tolist() == [
        [0, 0, 1 / 7, "", "", ""],
        [0.2, 200, 3 / 7, "", "Y", "Y"],
        [2, 2000, 3, "", "Y", "Y"],
    ]  # fmt: skip


def test_the_validation_type_of_redcap_declares_the_decimal_comma(tmp_path: Path) -> None:
    """1 has 70,5 and 2 a point, which the form refuses; the variable keeps it as it was entered."""
    study = STUDY[: STUDY.index("raw:")] + (
        "raw:\n  - {name: edc, reader: redcap, data: data.csv, dictionary: dictionary.csv}\n"
    )
    dictionary = [
        HEAD,
        field("record_id", "vitals", "text"),
        field("weight", "vitals", "text", "Weight", valid="number_comma_decimal"),
    ]
    vs = """
dataset: VS
records: {from: vitals}
tests:
  - [VSTESTCD, VSSTRESU, result]
  - [WEIGHT, kg, weight]
keys: [STUDYID, USUBJID, VSTESTCD]
variables:
  VSORRES:  {collected: result}
  VSORRESU: {assigned: {constant: LB}}
  VSSTRESC: {derived: standard_result, from: [VSORRES, VSORRESU, VSSTRESU, VSTESTCD]}
  VSSTRESN: {derived: numeric_result, from: VSSTRESC}
"""
    write_study(tmp_path, {
        "study.yaml": study, "dictionary.csv": "\n".join(dictionary) + "\n",
        "data.csv": 'record_id,weight,vitals_complete\n1,"155,4",2\n2,155.4,2\n',
        "sdtm/dm.yaml": DM.replace("from: dm", "from: vitals"), "sdtm/vs.yaml": vs,
    })  # fmt: skip
    loaded = load_study(tmp_path, derivations_of(sdtm.derivations))
    raw = read_raw(loaded, tmp_path)
    frame = build_sdtm(loaded, raw).tables["VS"].frame
    assert frame["VSORRES"].tolist() == ["155.4", "155.4"]
    assert frame["VSSTRESN"].fillna(-1).tolist() == [70.49, -1]
    refused = raw.findings[raw.findings["variable"] == "weight"]
    assert refused[["rule", "value", "line"]].to_numpy().tolist() == [["CK-RAW-TYPE", "155.4", "3"]]
