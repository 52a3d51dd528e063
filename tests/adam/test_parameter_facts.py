# ruff: noqa: E501 - cases read best with one per line
"""What follows of parameters from their sources, in a study of a few rows."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from adam.build import build_adam
from cdisckit.building import open_study
from cdisckit.spec import check_spec
from specs.errors import SpecError
from specs.tables import Table, no_trace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STUDY = """
study: TINY
title: Tiny
description: Tiny
protocol: TINY
usubjid: "{subject}"
standards: {SDTMIG: "3.4", ADaMIG: "1.3"}
terminology: {SDTM: "2025-03-28", ADaM: "2025-03-28"}
data_cut: "2025-01-01"
raw: []
tables:
  windows:
    - [AVISIT, AVISITN, VISIT, AWTARGET, AWLO, AWHI]
    - [Baseline, 0, null, -1, -28, -1]
    - [Week 1, 1, null, 1, 1, 14]
    - [Week 4, 4, null, 29, 15, 42]
    - [Week 8, 8, null, 57, 43, 70]
shared:
  subject:
    STUDYID: {predecessor: ADSL.STUDYID}
    USUBJID: {predecessor: ADSL.USUBJID}
    ASEQ:    standard
  first_dose:
    TRTSDT:  {predecessor: ADSL.TRTSDT}
"""

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  STUDYID: {collected: STUDYID, codelist: ""}
  USUBJID: {collected: USUBJID, codelist: ""}
  RFSTDTC: {collected: RFSTDTC, codelist: ""}
  AGE: {collected: AGE, codelist: ""}
"""

VS = """
dataset: VS
records: {from: vs}
keys: [STUDYID, USUBJID, VSTESTCD, VSDTC]
variables:
  STUDYID: {collected: STUDYID, codelist: ""}
  USUBJID: {collected: USUBJID, codelist: ""}
  VSSEQ: {collected: VSSEQ, codelist: ""}
  VSTESTCD: {collected: VSTESTCD, codelist: ""}
  VSSTRESN: {collected: VSSTRESN, codelist: ""}
  VSDTC: {collected: VSDTC, codelist: ""}
"""

ADSL = """
dataset: ADSL
records: {from: DM}
keys: [STUDYID, USUBJID]
variables:
  STUDYID: {predecessor: DM.STUDYID}
  USUBJID: {predecessor: DM.USUBJID}
  YEARS:   {predecessor: DM.AGE}
  TRTSDT:  {derived: analysis_date, from: DM.RFSTDTC, format: DATE9.}
"""

ADVS = """
dataset: ADVS
class: BASIC DATA STRUCTURE
records: {from: VS}
keys: [STUDYID, USUBJID, PARAMCD, ADT]
parameters:
  PULSE:  {label: Pulse Rate (beats/min), number: 1, where: [{VSTESTCD: {EQ: PULSE}}]}
  WEIGHT: {label: Weight (kg), number: 2, where: [{VSTESTCD: {EQ: WEIGHT}}]}
variables:
  subject: shared
  TRTSDT:  shared
  PARAMCD: {}
  PARAMN:  {}
  ADT:     {format: DATE9.}
  ADY:     standard
  AVISIT:  {derived: visit_of_day, from: ADY, with: {windows: "@windows"}}
  AVAL:    {predecessor: VS.VSSTRESN}
  ANL01FL: {assigned: {constant: Y}}
  SRCDOM:  {}
  SRCVAR:  {}
  SRCSEQ:  {}
"""

ADRS = """
dataset: ADRS
class: BASIC DATA STRUCTURE
records:
  - {derived: visit_grid, from: ADSL.USUBJID, with: {windows: "@windows", through: 8}}
keys: [STUDYID, USUBJID, PARAMCD, AVISITN]
parameters:
  HEAVY: {label: Heavy, number: 10, derived: stated, from: WEIGHT.AVAL, with: {text: Y}}
  QUICK: {label: Quick, number: 20, derived: stated, from: PULSE.AVAL, with: {text: Y}}
  BOTH:  {label: Both, number: 30, derived: all_stated, from: [HEAVY.AVALC, QUICK.AVALC]}
variables:
  subject:  shared
  PARAMCD:  {}
  PARAMN:   {}
  PARAMTYP: {label: Parameter Type}
  AVISIT:   {}
  AVISITN:  {}
  ADT:      {format: DATE9.}
  AVALC:    {}
  SRCDOM:   {}
  SRCVAR:   {}
  SRCSEQ:   {}
"""

DERIVATIONS = '''
import pandas as pd

from specs.derivation import derivation


@derivation
def all_stated(*several: pd.Series) -> pd.Series:
    """Y where all of {several} are Y; missing otherwise."""
    met = pd.concat(several, axis=1).eq("Y").all(axis=1)
    return pd.Series("Y", index=met.index, dtype="str").where(met)
'''

FILES = {
    "study.yaml": STUDY,
    "sdtm/dm.yaml": DM,
    "sdtm/vs.yaml": VS,
    "adam/adsl.yaml": ADSL,
    "adam/advs.yaml": ADVS,
    "adam/adrs.yaml": ADRS,
    "derivations.py": DERIVATIONS,
}

RECORDS = [
    ("1", 1, "PULSE", 70.0, "2024-01-01"),
    ("1", 2, "PULSE", 80.0, "2024-01-30"),
    ("1", 3, "WEIGHT", 60.0, "2024-01-01"),
    ("1", 4, "WEIGHT", 62.0, "2024-02-02"),
]


def written(folder: Path, **changed: str) -> Path:
    files = {name: changed.get(name.split("/")[-1].split(".")[0], c) for name, c in FILES.items()}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def built(folder: Path, **changed: str) -> Mapping[str, Table]:
    return with_findings(folder, **changed)[0]


def with_findings(folder: Path, **changed: str) -> tuple[Mapping[str, Table], pd.DataFrame]:
    dm = pd.DataFrame(
        {"STUDYID": ["TINY"], "USUBJID": ["1"], "RFSTDTC": ["2024-01-01"], "AGE": [40.0]}
    )
    vs = pd.DataFrame(RECORDS, columns=["USUBJID", "VSSEQ", "VSTESTCD", "VSSTRESN", "VSDTC"])
    vs = vs.assign(STUDYID="TINY", DOMAIN="VS").astype({"VSSEQ": "float64"})
    texts = dict.fromkeys(("STUDYID", "USUBJID", "VSTESTCD", "VSDTC", "DOMAIN"), "str")
    sdtm = {
        "DM": Table(
            "DM", dm.astype(dict.fromkeys(("STUDYID", "USUBJID", "RFSTDTC"), "str")), no_trace()
        ),
        "VS": Table("VS", vs.astype(texts), no_trace()),
    }
    return build_adam(open_study(written(folder, **changed), run_code=True), sdtm)


def shown(table: Table, code: str, *names: str) -> list[list[Any]]:
    rows = table.frame[table.frame["PARAMCD"].eq(code)]
    plain = {
        name: rows[name].dt.strftime("%m-%d") if name == "ADT" else rows[name] for name in names
    }
    frame = pd.DataFrame(plain).astype(object)
    return frame.where(frame.notna(), None).to_numpy().tolist()


def refused(folder: Path, **changed: str) -> str:
    with pytest.raises(SpecError) as error:
        open_study(written(folder, **changed))
    return str(error.value)


def test_a_parameter_made_of_one_record_has_its_date_and_names_it(tmp_path: Path) -> None:
    adrs = built(tmp_path)["ADRS"]
    assert shown(adrs, "QUICK", "AVISIT", "ADT", "SRCDOM", "SRCVAR", "SRCSEQ") == [
        ["Week 1", "01-01", "ADVS", "AVAL", 1.0],
        ["Week 4", "01-30", "ADVS", "AVAL", 2.0],
        ["Week 8", None, "ADVS", "AVAL", None],
    ]


def test_a_parameter_made_of_others_has_their_latest_date_and_no_single_record(
    tmp_path: Path,
) -> None:
    adrs = built(tmp_path)["ADRS"]
    assert shown(adrs, "BOTH", "AVISIT", "ADT", "SRCDOM", "SRCVAR", "SRCSEQ") == [
        ["Week 1", "01-01", "ADRS", "AVALC", None],
        ["Week 4", "02-02", "ADRS", "AVALC", None],
        ["Week 8", None, "ADRS", "AVALC", None],
    ]


def test_records_taken_over_have_date_and_source_of_their_record(tmp_path: Path) -> None:
    assert shown(built(tmp_path)["ADVS"], "WEIGHT", "ADT", "SRCDOM", "SRCVAR", "SRCSEQ") == [
        ["01-01", "VS", "VSSTRESN", 3.0],
        ["02-02", "VS", "VSSTRESN", 4.0],
    ]


def test_the_baseline_of_a_visit_without_a_record_is_that_of_the_subject(tmp_path: Path) -> None:
    """WEIGHT: 60 on Day 1, 62 at Week 4, none at Week 8, where 60 is still the baseline."""
    advs = ADVS + (
        '  ABLFL:   {assigned: {constant: Y}, when: [{ADY: {EQ: "1"}}]}\n'
        "  BASE:    {derived: baseline_value, from: [AVAL, ABLFL, USUBJID, PARAMCD]}\n"
    )
    adrs = ADRS.replace("stated, from: WEIGHT.AVAL", "shown, from: [WEIGHT.AVAL, WEIGHT.BASE]")
    function = '''

@derivation
def shown(now: pd.Series, base: pd.Series, *, text: str) -> pd.Series:
    """{now} and {base} ({text})."""
    return now.astype("str").fillna("none") + " after " + base.astype("str").fillna("none")
'''
    made = built(tmp_path, advs=advs, adrs=adrs, derivations=DERIVATIONS + function)["ADRS"]
    assert shown(made, "HEAVY", "AVISIT", "AVALC") == [
        ["Week 1", "60.0 after 60.0"],
        ["Week 4", "62.0 after 60.0"],
        ["Week 8", "none after 60.0"],
    ]


def test_derived_parameters_are_of_type_derived(tmp_path: Path) -> None:
    assert set(built(tmp_path)["ADRS"].frame["PARAMTYP"]) == {"DERIVED"}


def test_what_a_parameter_says_itself_counts_for_its_records_alone(tmp_path: Path) -> None:
    said = "with: {text: Y}, variables: {ADT: none, SRCVAR: {assigned: {constant: CHG}}}}"
    adrs = ADRS.replace("from: PULSE.AVAL, with: {text: Y}}", f"from: PULSE.AVAL, {said}")
    table = built(tmp_path, adrs=adrs)["ADRS"]
    assert shown(table, "QUICK", "ADT", "SRCVAR", "SRCDOM") == [[None, "CHG", "ADVS"]] * 3
    assert shown(table, "HEAVY", "ADT", "SRCVAR") == [
        ["01-01", "AVAL"],
        ["02-02", "AVAL"],
        [None, "AVAL"],
    ]
    assert shown(table, "BOTH", "ADT") == [["01-01"], ["02-02"], [None]]


def test_what_a_dataset_says_of_all_is_not_said_of_a_parameter_that_says_otherwise(
    tmp_path: Path,
) -> None:
    advs = ADVS.replace(
        "WEIGHT: {label: Weight (kg), number: 2,",
        "WEIGHT: {label: Weight (kg), number: 2, variables: {AVAL: none},",
    )
    table = built(tmp_path, advs=advs)["ADVS"]
    assert shown(table, "WEIGHT", "AVAL") == [[None], [None]]
    assert shown(table, "PULSE", "AVAL") == [[70.0], [80.0]]


def test_a_rule_that_forgets_a_parameter_leaves_it_what_follows_from_its_sources(
    tmp_path: Path,
) -> None:
    rules = "[{predecessor: WEIGHT.ADT, when: [{PARAMCD: {IN: [HEAVY, BOTH]}}]}]"
    adrs = ADRS.replace("ADT:      {format: DATE9.}", f"ADT: {{format: DATE9., rules: {rules}}}")
    table = built(tmp_path, adrs=adrs)["ADRS"]
    assert shown(table, "QUICK", "ADT") == [["01-01"], ["01-30"], [None]]
    assert shown(table, "BOTH", "ADT") == [["01-01"], ["02-02"], [None]]


def test_a_parameter_without_a_date_is_an_error_unless_it_says_so(tmp_path: Path) -> None:
    adrs = ADRS.replace("from: PULSE.AVAL", "from: ADSL.YEARS")
    message = refused(tmp_path, adrs=adrs)
    assert message.startswith("adrs.yaml line 9: QUICK has no date")
    assert "variables: {ADT: none}" in message
    said = adrs.replace(
        "ADSL.YEARS, with: {text: Y}", "ADSL.YEARS, with: {text: Y}, variables: {ADT: none}"
    )
    assert (
        shown(built(tmp_path, adrs=said)["ADRS"], "QUICK", "ADT", "SRCDOM", "SRCVAR")
        == [[None, "ADSL", "YEARS"]] * 3
    )


def test_records_made_without_a_date_are_an_error_of_check_spec(tmp_path: Path) -> None:
    advs = ADVS.replace(
        "records: {from: VS}",
        """records:
  - derived: last_records
    from: [VS.USUBJID, VS.VSTESTCD, VS.VSSEQ]
    with: {within: 2}
    assign: {PARAMCD: PULSE}""",
    ).replace(", where: [{VSTESTCD: {EQ: PULSE}}]", "")
    told = check_spec(written(tmp_path, advs=advs)).problems
    assert any("PULSE has no date: its records are made without ADT" in line for line in told)


def test_a_parameter_may_be_for_some_visits(tmp_path: Path) -> None:
    adrs = ADRS.replace("from: PULSE.AVAL,", "from: PULSE.AVAL, when: [{AVISITN: {IN: [4, 8]}}],")
    tables = built(tmp_path, adrs=adrs)
    assert shown(tables["ADRS"], "QUICK", "AVISIT") == [["Week 4"], ["Week 8"]]
    assert shown(tables["ADRS"], "HEAVY", "AVISIT") == [["Week 1"], ["Week 4"], ["Week 8"]]


def test_a_condition_on_what_the_grid_lacks_names_what_is_near(tmp_path: Path) -> None:
    adrs = ADRS.replace("from: PULSE.AVAL,", "from: PULSE.AVAL, when: [{AVISITX: {EQ: 4}}],")
    told = check_spec(written(tmp_path, adrs=adrs)).problems
    assert any("adrs.yaml line 9" in line and "did you mean AVISIT" in line for line in told)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("number: 20, ", "", "adrs.yaml line 9: QUICK has no number, which is PARAMN; write number: 31"),
        ("number: 20", "number: 10", "adrs.yaml line 9: QUICK has the number 10 of HEAVY; give it another, such as 31"),
        ("PULSE.AVAL, ", "PULSE.AVAL, variables: {SRCVRA: none}, ", "adrs.yaml line 9: QUICK says what SRCVRA is, which is not a variable of ADRS; did you mean SRCVAR"),
        ("PULSE.AVAL, ", "PULSE.AVAL, variables: {ADT: {predecesor: PULSE.ADT}}, ", "adrs.yaml line 9: parameters.QUICK.variables.ADT"),
        ("PULSE.AVAL, ", "PULSE.AVAL, visits: [4], ", "adrs.yaml line 9: parameters.QUICK.visits: is not known here"),
        ("subject:  shared", "subjct:   shared", "adrs.yaml line 12: study.yaml shares no subjct; did you mean subject"),
        ("subject:  shared", "TRTSTD:   shared", "adrs.yaml line 12: study.yaml shares no TRTSTD; did you mean TRTSDT"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_line_and_what_is_near(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in ADRS
    assert message in refused(tmp_path, adrs=ADRS.replace(old, new))


def test_a_dataset_without_any_number_is_one_error(tmp_path: Path) -> None:
    message = refused(tmp_path, adrs=re.sub(r"number: \d+, ", "", ADRS))
    assert message.startswith("adrs.yaml line 8: the parameters of ADRS have no number")
    assert "\n" not in message


def test_a_mistake_in_a_shared_variable_is_told_where_it_is_written(tmp_path: Path) -> None:
    study = STUDY.replace("{predecessor: ADSL.TRTSDT}", "{predecesor: ADSL.TRTSDT}")
    message = refused(tmp_path, study=study)
    assert "study.yaml line 24: shared.first_dose.TRTSDT.predecesor: is not known here" in message
    assert "did you mean predecessor" in message


def test_what_a_file_says_of_a_shared_variable_counts_in_its_place(tmp_path: Path) -> None:
    advs = ADVS.replace(
        "  PARAMCD: {}", "  ASEQ:    {derived: analysis_sequence, from: USUBJID}\n  PARAMCD: {}"
    )
    study = open_study(written(tmp_path, advs=advs))
    names = [v.name for v in study.dataset("ADVS").variables]
    assert names[:4] == ["STUDYID", "USUBJID", "ASEQ", "TRTSDT"]
    assert study.dataset("ADVS").variable("ASEQ").rules[0].sources == ("USUBJID",)
    assert study.dataset("ADRS").variable("ASEQ").rules[0].sources == (
        "USUBJID", "PARAMCD", "AVISITN",
    )  # fmt: skip


def test_datasets_of_sdtm_share_variables_too(tmp_path: Path) -> None:
    same = """  STUDYID: {collected: STUDYID, codelist: ""}
  USUBJID: {collected: USUBJID, codelist: ""}
"""
    group = "  record:\n" + same.replace("  ", "    ")
    taken = {
        name: text.replace(same, "  record: shared\n") for name, text in (("dm", DM), ("vs", VS))
    }
    apart = open_study(written(tmp_path / "apart"))
    shared = open_study(written(tmp_path / "shared", study=STUDY + group, **taken))
    for name in ("DM", "VS"):
        for one, other in zip(
            apart.dataset(name).variables, shared.dataset(name).variables, strict=True
        ):
            assert [r.sources for r in one.rules] == [r.sources for r in other.rules]
            assert (one.name, one.label, one.type) == (other.name, other.label, other.type)


def test_a_predecessor_is_described_by_its_source(tmp_path: Path) -> None:
    study = open_study(written(tmp_path))
    years = study.dataset("ADSL").variable("YEARS")
    assert (years.label, years.type) == ("Age", "Num")
    trtsdt = study.dataset("ADVS").variable("TRTSDT")
    assert (trtsdt.type, trtsdt.format) == ("Num", "DATE9.")


def test_a_label_of_its_own_leaves_a_predecessor_the_type_of_its_source(tmp_path: Path) -> None:
    adsl = ADSL.replace("{predecessor: DM.AGE}", "{predecessor: DM.AGE, label: Years Lived}")
    years = open_study(written(tmp_path, adsl=adsl)).dataset("ADSL").variable("YEARS")
    assert (years.label, years.type) == ("Years Lived", "Num")


def test_a_component_more_is_one_line_in_one_file(root: Path, tmp_path: Path) -> None:
    """In a copy of the trial, where a list of each of these named every parameter before."""
    folder = tmp_path / "study"
    ignored = shutil.ignore_patterns("raw", "__pycache__")
    shutil.copytree(root / "studies" / "nct03171194", folder, ignore=ignored)
    path = folder / "adam" / "adrs.yaml"
    line = (
        "  GASNONE: {label: No GI Activity Ever, number: 900, derived: grade_among,"
        " from: BILG6.AVALC, with: {grades: [E]}}\n"
    )
    before = path.read_text(encoding="utf-8")
    after = re.sub(r"(?m)^parameters:.*\n", lambda m: m[0] + line, before, count=1)
    path.write_text(after, encoding="utf-8")
    assert after.count("\n") == before.count("\n") + 1
    adrs = open_study(folder).dataset("ADRS")
    made = {
        name: [
            (str(r.origin), r.sources, r.constant)
            for r in adrs.variable(name).rules
            if all(w.holds(pd.Series(["GASNONE"])).all() for w in r.when)
        ]
        for name in ("ADT", "SRCDOM", "SRCVAR", "SRCSEQ")
    }
    assert made == {
        "ADT": [("predecessor", ("BILG6.ADT",), None)],
        "SRCDOM": [("assigned", (), "ADBILAG")],
        "SRCVAR": [("assigned", (), "AVALC")],
        "SRCSEQ": [("predecessor", ("BILG6.ASEQ",), None)],
    }
    was = {p.code: p.number for p in load_numbers(root)}
    assert {p.code: p.number for p in adrs.parameters if p.code != "GASNONE"} == was


def load_numbers(root: Path) -> tuple[Any, ...]:
    return open_study(root / "studies" / "nct03171194").dataset("ADRS").parameters


HEAVIEST = (
    "  WEIGHT: {label: Weight (kg), number: 2, where: [{VSTESTCD: {EQ: WEIGHT}}]}\n"
    "  OVER61: {label: Weight above 61 (kg), number: 3, where: [{VSSTRESN: {GT: 61}}]}\n"
)


def test_a_record_that_meets_several_parameters_is_found(tmp_path: Path) -> None:
    advs = ADVS.replace(HEAVIEST.splitlines(keepends=True)[0], HEAVIEST)
    tables, found = with_findings(tmp_path, advs=advs)
    assert shown(tables["ADVS"], "WEIGHT", "AVAL") == [[60], [62]]  # of 62 the first counts
    found = found[found["rule"].eq("CK-SEVERAL-PARAMETERS")]
    assert (
        found[["severity", "dataset", "subject", "variable"]].to_numpy().tolist()
        == [["error", "ADVS", "1", "PARAMCD"]] * 3
    )
    assert sorted(message.split(";")[0] for message in found["message"]) == [
        "a record of VS meets PULSE, OVER61",
        "a record of VS meets PULSE, OVER61",
        "a record of VS meets WEIGHT, OVER61",
    ]


def test_a_dataset_that_says_that_the_first_counts_has_no_finding(tmp_path: Path) -> None:
    advs = ADVS.replace(HEAVIEST.splitlines(keepends=True)[0], HEAVIEST)
    advs = advs.replace("parameters:\n", "of_several_parameters: first\nparameters:\n")
    tables, found = with_findings(tmp_path, advs=advs)
    assert shown(tables["ADVS"], "WEIGHT", "AVAL") == [[60], [62]]
    assert not found["rule"].eq("CK-SEVERAL-PARAMETERS").any()
