# ruff: noqa: E501 - a table of cases reads best with one case per line
"""What a build ends with for a specification, `check-spec` tells before there are any data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from adam.build import build_adam
from cdisckit.main import app
from cdisckit.spec import check_spec, open_study
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.errors import CdisckitError
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "study.yaml": STUDY.replace('{SDTMIG: "3.4"}', '{SDTMIG: "3.4", ADaMIG: "1.3"}')
    + "      dm: {file: dm.csv, subject: subject}\n"
    + "      ae: {file: ae.csv, subject: subject, dates: DMY}\n"
    + "      vs: {file: vs.csv, subject: subject}\n"
    + "tables:\n  codes:\n    - [code, name]\n    - [a, Rash]\n",
    "dm.csv": "subject,sex\n1,F\n",
    "ae.csv": "subject,term,start,sev,code\n1,Rash,1/2/2020,2,a\n",
    "vs.csv": "subject,temp,unit\n1,37,C\n",
    "sdtm/dm.yaml": """
        dataset: DM
        records: {from: dm}
        keys: [STUDYID, USUBJID]
        variables:
          SUBJID: {collected: "@subject"}
          SITEID: {assigned: {constant: "01"}}
          SEX: {collected: sex}
          COUNTRY: {assigned: {constant: USA}}
          RFSTDTC: {derived: earliest, from: AE.AESTDTC, where: [{AETERM: {NE: ""}}]}
          AGEU: {assigned: {constant: YEARS}}
        """,
    "sdtm/ae.yaml": """
        dataset: AE
        records: {from: ae, where: [{term: {NE: ""}}], join: {person: {from: dm, by: subject}}}
        keys: [STUDYID, USUBJID, AETERM]
        variables:
          AETERM: {collected: term}
          AEDECOD: {collected: code}
          AESTDTC: {collected: start, when: [{sev: {NE: ""}}]}
        supplemental:
          SEVN: {label: Severity, collected: sev}
          SEX: {label: Sex, collected: person.sex}
        """,
    "sdtm/vs.yaml": """
        dataset: VS
        records: {from: vs}
        tests:
          - [VSTESTCD, VSORRESU, result]
          - [TEMP, C, temp]
        keys: [STUDYID, USUBJID, VSTESTCD]
        variables:
          VSORRES: {collected: result}
        """,
    "adam/adae.yaml": """
        dataset: ADAE
        class: OCCURRENCE DATA STRUCTURE
        label: Adverse Events
        records: {from: AE, where: [{AETERM: {NE: ""}}]}
        keys: [STUDYID, USUBJID, AETERM]
        variables:
          STUDYID: {predecessor: AE.STUDYID}
          USUBJID: {predecessor: AE.USUBJID}
          AETERM: {predecessor: AE.AETERM}
          ASTDT: {label: Start, type: Num, format: DATE9., derived: analysis_date, from: AE.AESTDTC}
          AOCCFL:
            {label: First, derived: first_flag, from: [USUBJID, AETERM],
             with: {within: 1, descending: [AETERM]}, when: [{AETERM: {NE: ""}}]}
          TRTEMFL: {assigned: {constant: Y}, codelist: NY}
          SEENDT: {label: Seen, type: Num, format: DATE9., derived: analysis_date, from: AE.AESTDTC}
        """,
    "adam/advs.yaml": """
        dataset: ADVS
        class: BASIC DATA STRUCTURE
        label: Vital Signs
        records: {from: VS}
        keys: [STUDYID, USUBJID, PARAMCD]
        parameters:
          TEMP: {label: Temperature, where: [{VSTESTCD: {EQ: TEMP}}]}
          TEMP2: {label: Twice, derived: as_it_is, from: TEMP.AVALC, per: [USUBJID]}
        variables:
          STUDYID: {predecessor: VS.STUDYID}
          USUBJID: {predecessor: VS.USUBJID}
          PARAMCD: {}
          PARAM: {}
          AVALC: {predecessor: VS.VSORRES}
        """,
}


def test_a_specification_without_fault_is_clean_and_can_be_built(tmp_path: Path) -> None:
    folder = write_study(tmp_path, FILES)
    checked = check_spec(folder)
    assert (checked.problems, checked.unchecked, checked.clean) == ((), (), True)
    assert checked.summary == "0 problems"
    build(folder)


def build(folder: Path) -> None:
    study = open_study(folder)
    built = build_sdtm(study, read_raw(study, folder))
    build_adam(study, built.tables)


# fmt: off
@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("sdtm/ae.yaml", "{sev: {NE", "{sevv: {NE", "ae.yaml line 8: sevv is not a variable of AE and not a field of its forms; did you mean sev?"),
        ("sdtm/ae.yaml", "collected: start", "collected: strt", "ae.yaml line 8: strt is not a variable of AE"),
        ("sdtm/ae.yaml", "[{term: {NE", "[{trem: {NE", "ae.yaml line 3: form ae has no field trem; did you mean term?"),
        ("sdtm/ae.yaml", "by: subject", "by: subjct", "ae.yaml line 3: form ae has no field subjct"),
        ("sdtm/ae.yaml", "by: subject", "{by: subject", "ae.yaml line 3: "),
        ("sdtm/ae.yaml", "person.sex", "person.sx", "ae.yaml line 3: form dm has no field sx; did you mean sex?"),
        ("sdtm/ae.yaml", "USUBJID, AETERM]", "USUBJID, AETRM]", "ae.yaml: key AETRM is not a variable of AE; did you mean AETERM"),
        ("sdtm/ae.yaml", "{collected: term}", "{colected: term}", "ae.yaml line 6: variables.AETERM.colected: is not known here; did you mean collected?"),
        ("sdtm/dm.yaml", "AETERM: {NE", "AETRM: {NE", 'dm.yaml line 10: AETRM NE "": AE has no AETRM; did you mean AETERM'),
        ("sdtm/dm.yaml", "AE.AESTDTC", "AE.AESTDT", "dm.yaml line 10: AE.AESTDT: AE has no AESTDT; did you mean AESTDTC"),
        ("sdtm/dm.yaml", "derived: earliest", "derived: earlyest", "dm.yaml line 10: there is no derivation earlyest; did you mean earliest"),
        ("sdtm/dm.yaml", "constant: YEARS", "constant: YEARZ", "dm.yaml line 11: AGEU is YEARZ, which is not a term of AGEU; did you mean YEARS?"),
        ("sdtm/vs.yaml", "[TEMP, C,", "[TEMPP, C,", "vs.yaml line 6: VSTESTCD is TEMPP, which is not a term of VSTESTCD; did you mean TEMPPB or TEMP or TEMPCB?; a term of your own goes under extend: of VSTESTCD"),
        ("sdtm/vs.yaml", "[TEMP, C,", "[TEMP, furlong,", "vs.yaml line 6: VSORRESU is furlong, which is not a term of VSRESU"),
        ("adam/adae.yaml", "when: [{AETERM", "when: [{AETRM", 'adae.yaml line 12: when AETRM NE "": ADAE has no AETRM; did you mean AETERM'),
        ("adam/adae.yaml", "where: [{AETERM", "where: [{AETRM", "adae.yaml line 5: AE was built without AETRM; did you mean AETERM"),
        ("adam/adae.yaml", "descending: [AETERM]", "descending: [AESEV]", "adae.yaml line 12: constant descending of first_flag names AESEV, which is not a source of the rule"),
        ("adam/adae.yaml", "from: [USUBJID, AETERM]", "from: [USUBJID, AETRM]", "adae.yaml line 12: constant descending"),
        ("adam/adae.yaml", "from: AE.AESTDTC", "from: AESTDTX", "adae.yaml line 11: ADAE has no AESTDTX"),
        ("adam/adae.yaml", "predecessor: AE.AETERM", "predecessor: AE.AETRM", "adae.yaml line 10: AE.AETRM: AE has no AETRM"),
        ("adam/adae.yaml", "Seen, type: Num, format: DATE9., ", "Seen, ", "adae.yaml line 16: SEENDT is text, its rule gives dates; declare type: Num"),
        ("adam/adae.yaml", "format: DATE9., ", "", "adae.yaml line 11: ASTDT is numeric, its rule gives dates; give it a format"),
        ("adam/adae.yaml", "Seen, type: Num, format: DATE9., derived: analysis_date, from: AE.AESTDTC", "Seen, derived: days_of, from: [ASTDT, ASTDT]", "adae.yaml line 16: SEENDT is text, as no type is said, and its rule gives numbers; declare type: Num, or type: Char"),
        ("adam/adae.yaml", "Seen, type: Num, format: DATE9., derived: analysis_date, from: AE.AESTDTC", "Seen, assigned: {constant: 5}", "adae.yaml line 16: SEENDT is text, as no type is said, and its rule gives numbers"),
        ("adam/adae.yaml", "constant: Y}", "constant: X}", "adae.yaml line 15: TRTEMFL is X, which is not a term of NY"),
        ("adam/advs.yaml", "[{VSTESTCD", "[{VSTESTC", "advs.yaml line 8: VS was built without VSTESTC; did you mean VSTESTCD"),
        ("adam/advs.yaml", "from: TEMP.AVALC", "from: TEM.AVALC", "advs.yaml line 9: TEM.AVALC: there is no dataset or parameter TEM; did you mean TEMP"),
        ("adam/advs.yaml", "from: TEMP.AVALC", "from: TEMP.AVAL", "advs.yaml line 9: TEMP.AVAL: ADVS has no AVAL; did you mean AVALC?"),
        ("adam/advs.yaml", "per: [USUBJID]", "per: [USUBJD]", "advs.yaml line 9: per names USUBJD"),
        ("adam/advs.yaml", "per: [USUBJID]}", "per: [USUBJID], when: [{AVALC: {EQ: x}}]}", "advs.yaml line 9: when: the records that the parameter is derived for have no AVALC"),
    ],
)
def test_what_ends_a_build_is_told_by_check_spec(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    assert old in FILES[file]
    folder = write_study(tmp_path, {**FILES, file: FILES[file].replace(old, new, 1)})
    with pytest.raises(CdisckitError) as error:
        build(folder)
    assert message in str(error.value)
    assert any(message in problem for problem in check_spec(folder).problems)
# fmt: on


def test_a_format_that_does_not_fit_its_type_is_told(tmp_path: Path) -> None:
    changed = FILES["adam/adae.yaml"].replace("Seen, type: Num", "Seen")
    problems = check_spec(write_study(tmp_path, {**FILES, "adam/adae.yaml": changed})).problems
    assert "adae.yaml line 16: SEENDT is Char, and its format is DATE9." in "\n".join(problems)


def test_raw_data_that_cannot_be_read_are_a_problem(tmp_path: Path) -> None:
    text = FILES["study.yaml"].replace("vs.csv, subject: subject", "vs.csv, subject: sbject")
    checked = check_spec(write_study(tmp_path, {**FILES, "study.yaml": text}))
    assert "vs.csv line 1: has no column sbject" in checked.problems[0]
    assert checked.summary == "1 problem, 1 part not checked"


def test_what_follows_from_a_file_that_is_left_out_is_not_told(tmp_path: Path) -> None:
    wrong = FILES["sdtm/ae.yaml"].replace(
        "records: {from", "parameters: {}\n        records: {from"
    )
    checked = check_spec(write_study(tmp_path, {**FILES, "sdtm/ae.yaml": wrong}))
    assert [problem.partition(":")[0] for problem in checked.problems] == ["ae.yaml line 3"]
    assert checked.unchecked == ("what needs all files of datasets to be right",)


def test_what_is_not_checked_is_counted_and_does_not_end_clean(tmp_path: Path) -> None:
    folder = write_study(tmp_path, FILES)
    (folder / "vs.csv").unlink()
    ran = CliRunner().invoke(app, ["check-spec", str(folder)])
    assert ran.exit_code == 1
    assert "0 problems, 1 part not checked" in ran.output


ANALYSES = """analyses:
  - id: FLAGGED
    title: Events after treatment
    dataset: ADAE
    where: [{TRTEMFL: {EQ: Y}}]
    variable: TRTEMFL
    event: Y
  - id: TEMPS
    title: Temperatures
    method: summary
    dataset: ADVS
    where: [{PARAMCD: {EQ: TEMP}}]
    variable: AVALC
    by: PARAM
displays:
  - {id: T1, kind: table, title: Both, shows: proportions, analyses: [FLAGGED]}
"""


# fmt: off
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dataset: ADAE", "dataset: ADEA", "analyses.yaml line 2: there is no dataset ADEA; did you mean ADAE"),
        ("variable: TRTEMFL", "variable: TRTEM", "analyses.yaml line 2: ADAE has no TRTEM; did you mean TRTEMFL?"),
        ("[{TRTEMFL", "[{TRTEMLF", "analyses.yaml line 2: ADAE has no TRTEMLF; did you mean TRTEMFL?"),
        ("{EQ: Y}", "{EQ: YES}", "analyses.yaml line 2: TRTEMFL is asked for YES, which is not a term of NY"),
        ("event: Y", 'event: "Yes"', "analyses.yaml line 2: TRTEMFL is asked for Yes, which is not a term of NY"),
        ("method: summary", "method: sumary", "analyses.yaml line 8: analysis TEMPS: there is no method sumary; did you mean summary?"),
        ("{EQ: TEMP}", "{IN: [TEMP, TMP]}", "analyses.yaml line 8: PARAMCD is asked for TMP, which is not a parameter of ADVS; did you mean TEMP"),
        ("by: PARAM", "by: PARM", "analyses.yaml line 8: ADVS has no PARM; did you mean PARAM"),
        ("shows: proportions", "shows: proportion", "analyses.yaml line 16: T1: there is no table proportion; did you mean proportions?"),
    ],
)
def test_what_analyses_name_must_be_there(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in ANALYSES
    right, wrong = ({**FILES, "analyses.yaml": text} for text in (ANALYSES, ANALYSES.replace(old, new, 1)))
    assert check_spec(write_study(tmp_path / "right", right)).problems == ()
    problems = check_spec(write_study(tmp_path / "wrong", wrong)).problems
    assert any(message in problem for problem in problems)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("adam/adae.yaml", "when: [{AETERM: {NE: ", "when: [{TRTEMFL: {EQ: YES}}, {AETERM: {NE: ", "adae.yaml line 12: TRTEMFL is asked for YES, which is not a term of NY"),
        ("adam/advs.yaml", "{VSTESTCD: {EQ: TEMP}}", "{VSTESTCD: {EQ: TMP}}", "advs.yaml line 8: VSTESTCD is asked for TMP, which is not a term of VSTESTCD"),
        ("sdtm/dm.yaml", "collected: sex}", "collected: sex, when: [{AGEU: {EQ: YEAR}}]}", "dm.yaml line 8: AGEU is asked for YEAR, which is not a term of AGEU; did you mean YEARS?"),
    ],
)
def test_a_condition_asks_for_what_can_be(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    assert old in FILES[file]
    folder = write_study(tmp_path, {**FILES, file: FILES[file].replace(old, new, 1)})
    assert any(message in problem for problem in check_spec(folder).problems)
# fmt: on
