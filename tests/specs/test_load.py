# ruff: noqa: E501 - a table of cases reads best with one case per line
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.errors import CdisckitError, SpecError
from specs.model import Origin
from tests.specs.conftest import AE, STUDY

if TYPE_CHECKING:
    from tests.specs.conftest import Load

LB = """
dataset: LB
records: {from: labs, bind: {date: lbdat}}
tests:
  - [LBTESTCD, LBSPEC, result]
  - [ALT, SERUM, lb_alt]
  - [HGB, BLOOD, lb_hgb]
keys: [STUDYID, USUBJID, LBTESTCD]
variables:
  LBORRES: {collected: result}
  LBDTC: {collected: date}
"""


def refused(load: Load, files: dict[str, str]) -> str:
    with pytest.raises(CdisckitError) as error:
        load(files)
    return str(error.value)


def ae(*lines: str) -> dict[str, str]:
    return {"sdtm/ae.yaml": AE + "".join(f"{line}\n" for line in lines)}


# what is filled in


def test_label_type_role_core_and_codelist_come_from_the_standard(load: Load) -> None:
    dataset = load(ae("  AESEV: {collected: sev}")).dataset("AE")
    severity = dataset.variable("AESEV")
    assert (severity.label, severity.type, severity.codelist) == (
        "Severity/Intensity",
        "Char",
        "AESEV",
    )
    assert (severity.core, severity.mandatory) == ("Perm", False)
    assert dataset.label == "Adverse Events"
    assert dataset.class_.upper() == "EVENTS"


def test_identifiers_need_not_be_listed_and_the_order_is_the_standards(load: Load) -> None:
    dataset = load(ae("  AESTDTC: {collected: start}", "  AEDECOD: {assigned: pt}")).dataset("AE")
    assert [v.name for v in dataset.variables if not v.blank] == [
        "STUDYID", "DOMAIN", "USUBJID", "AESEQ", "AETERM", "AEDECOD", "AESTDTC",
    ]  # fmt: skip


def test_the_sequence_number_follows_the_keys(load: Load) -> None:
    rule = load(ae("  AESTDTC: {collected: start}")).dataset("AE").variable("AESEQ").rules[0]
    assert rule.sources == ("USUBJID", "AETERM")


def test_a_rule_keeps_its_verb_constants_and_line(load: Load) -> None:
    study = load(ae("  AECAT: {derived: characters, from: term, with: {first: 1, last: 3}}"))
    rule = study.dataset("AE").variable("AECAT").rules[0]
    assert rule.origin is Origin.DERIVED
    assert dict(rule.arguments) == {"first": 1, "last": 3}
    assert rule.place == "ae.yaml line 7"
    assert rule.method_text() == "The characters 1 to 3 of term; missing where it is missing."


def test_a_variable_of_its_class_that_the_domain_does_not_list_is_known(load: Load) -> None:
    assert load(ae("  AELOC: {collected: site}")).dataset("AE").variable("AELOC").standard


def test_qualifiers_make_a_supplemental_dataset(load: Load) -> None:
    files = ae("supplemental:", "  AEWHY: {collected: why, label: Why}")
    qualifiers = load(files).dataset("SUPPAE")
    assert qualifiers.parent == "AE"
    assert qualifiers.keys == ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
    assert [v.name for v in qualifiers.supplemental] == ["AEWHY"]


def test_a_test_is_a_block_with_its_name_from_the_terminology(load: Load) -> None:
    blocks = load({"sdtm/lb.yaml": LB}).dataset("LB").blocks
    assert [dict(block.assign) for block in blocks] == [
        {"LBTESTCD": "ALT", "LBSPEC": "SERUM", "LBTEST": "Alanine Aminotransferase"},
        {"LBTESTCD": "HGB", "LBSPEC": "BLOOD", "LBTEST": "Hemoglobin"},
    ]
    assert dict(blocks[1].bind) == {"date": "lbdat", "result": "lb_hgb"}
    assert blocks[1].place == "lb.yaml line 7"


def test_a_constant_may_name_a_table_of_the_study(load: Load) -> None:
    tables = "tables:\n  t:\n    - [code, term]\n    - [a, ALPHA]\n"
    files = ae("  AECAT: {derived: ticked_choices, from: term, with: {choices: '@t'}}")
    study = load({**files, "study.yaml": STUDY + tables})
    rule = study.dataset("AE").variable("AECAT").rules[0]
    assert [dict(row) for row in rule.arguments["choices"]] == [{"code": "a", "term": "ALPHA"}]


def test_visits_are_read(load: Load) -> None:
    visits = "visits:\n  - [event, visitnum, visit, visitdy]\n  - [v1, 1, ONE, ~]\n"
    (visit,) = load({"study.yaml": STUDY + visits}).visits
    assert (visit.event, visit.visitnum, visit.visit, visit.visitdy) == ("v1", 1.0, "ONE", None)


# what is refused


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("  AESEVV: {collected: sev}", "ae.yaml line 7: AE has no AESEVV in SDTMIG; did you mean AESEV"),
        ("  AESEV: {collectd: sev}", "ae.yaml line 7: variables.AESEV"),
        ("  AESEV: {collectd: sev}", "ae.yaml line 7: variables.AESEV.collectd: is not known here; did you mean collected?"),
        ("  AESEV: {collected: sev, assigned: x}", "a rule has one verb"),
        ("  AESEV: {collected: sev, lable: x}", "variables.AESEV.lable: is not known here; did you mean label?"),
        ("  AESEV: sev", "ae.yaml line 7: variables.AESEV: "),
        ("  AESEV:", "ae.yaml line 7: variables.AESEV: "),
        ("  AESEV: {collected: []}", "collected: names no source and no constant"),
        ("  AESEV: {assigned: {constant: ~}}", "assigned: names no source and no constant"),
        ("  AESEV: {assigned: {const: A}}", "assigned: takes a source or {constant: value}"),
        ("  AESEV: {collected: sev, from: x}", "collected names its source itself"),
        ("  AESEV: {collected: sev, with: {first: 1}}", "with goes with derived, not with collected"),
        ("  AESEV: {collected: sev, where: [{A: {EQ: b}}]}", "where goes with derived"),
        ("  AESEV: {collected: [sev, other]}", "ae.yaml line 7: AESEV is collected from sev, other; give it one source"),
        ("  AESTDTC: {collected: [a, b, c]}", "AESTDTC is collected from a, b, c; give it one source"),
        ("  AESEV: {derived: upper_cas, from: sev}", "ae.yaml line 7: there is no derivation upper_cas; did you mean upper_case?"),
        ("  AESEV: {derived: upper_case}", "ae.yaml line 7: upper_case takes the sources (text), and 0 are given"),
        ("  AESEV: {derived: upper_case, from: [a, b]}", "upper_case takes the sources (text), and 2 are given"),
        ("  AESEV: {derived: characters, from: a, with: {first: 1, lst: 3}}", "characters has no constant lst; did you mean last?"),
        ("  AESEV: {derived: characters, from: a, with: {first: 1}}", "characters needs the constant last; give it under with"),
        ("  AESEV: {derived: ticked_choices, from: a, with: {choices: '@t'}}", "study.yaml has no table t"),
        ("  AESEV: {collected: sev, codelist: SEVV}", "ae.yaml line 7: "),
        ("  AESEV: {collected: sev, when: [{A: {IS: b}}]}", "ae.yaml line 7: variables.AESEV.when.0.comparator"),
        ("  AESEV: {collected: sev, when: [{A: b}]}", "a condition is {VARIABLE: {COMPARATOR: value}}"),
        ("  AESEV: {collected: sev, when: [{A: {EQ: [b, c]}}]}", "EQ takes one value; several need IN or NOTIN"),
        ("  AESEV: {collected: sev, when: [{A: {LT: b}}]}", "LT compares numbers or complete dates; b is neither"),
        ("  AESEV: {collected: sev, length: 400}", "ae.yaml line 7: variables.AESEV.length: Input should be less than or equal to 200"),
        ("  AESEV: standard", "the guide has no rule of its own for AESEV; give it a verb"),
        ("  AESTDY: {assigned: {constant: soon}}", "ae.yaml line 7: AESTDY is numeric, its constant soon is not"),
        ("  AESEV: {assigned: {constant: MILDD}}", "ae.yaml line 7: AESEV is MILDD, which is not a term of AESEV; did you mean MILD?"),
        ("  AESTDY: {derived: study_day, from: [AETERM, DM.RFSTDTC]}\n  DM: x", "ae.yaml line 8"),
        ("supplemental:\n  AEWHY: {collected: why}", "ae.yaml line 8: AEWHY has no label and is not in the standard; give it a label"),
        ("labels: x", "ae.yaml line 7: labels: is not known here; did you mean label?"),
        ("not_submitted: [a]", "ae.yaml line 7: not_submitted: is not a mapping of names to values"),
        ("tests: 5", "ae.yaml line 7: tests: "),
    ],
)  # fmt: skip
def test_what_a_dataset_cannot_say_names_line_and_remedy(
    load: Load, line: str, message: str
) -> None:
    assert message in refused(load, ae(*line.split("\n")))


def test_everything_that_is_wrong_in_the_files_is_told_at_once(load: Load) -> None:
    files = ae("  AESEVV: {collected: x}") | {
        "sdtm/cm.yaml": AE.replace("AE", "CM").replace("CMTERM", "CMTRTT")
    }
    told = refused(load, files)
    assert "ae.yaml line 7: AE has no AESEVV" in told
    assert "cm.yaml line 6: CM has no CMTRTT" in told


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (AE.replace("records: {from: ae}\n", ""), "ae.yaml line 2: AE has no records; name the form"),
        (AE.replace("keys: [STUDYID, USUBJID, AETERM]\n", ""), "keys: is missing"),
        (AE.replace("dataset: AE", "dataset: AX"), "AX is not a dataset of the guide; give a custom domain a label and a class"),
        (AE.replace("{from: ae}", "{from: ae, assign: {AECATT: X}}"), "AECATT is assigned a value, and is not a variable of the dataset"),
        (AE.replace("{from: ae}", "{from: ae, assign: {AESEQ: first}}"), "AESEQ is numeric, its constant first is not"),
        (AE.replace("{from: ae}", "{form: [ae]}"), "ae.yaml line 3: records.0.from: is missing"),
        (AE.replace("{from: ae}", "{from: ae, were: []}"), "records.0.were: is not known here; did you mean where?"),
    ],
)  # fmt: skip
def test_a_dataset_that_cannot_be_made_names_line_and_remedy(
    load: Load, file: str, message: str
) -> None:
    assert message in refused(load, {"sdtm/ae.yaml": file})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[HGB, BLOOD, lb_hgb]", "[HGB, BLOOD]", "lb.yaml line 7: the row has 2 cells, the head of the table has 3"),
        ("[LBTESTCD, LBSPEC, result]", "[LBTESTCD, LBSPEC, LBSPEC]", "lb.yaml line 5: two columns of the table are named LBSPEC"),
        ("[LBTESTCD, LBSPEC, result]", "[LBTESTCD, LBSPEC, Result]", "lb.yaml line 5: the table of tests has a column Result"),
        ("[LBTESTCD, LBSPEC, result]", "[LBTESTCD, LBSPECC, result]", "LB has no LBSPECC in SDTMIG; did you mean LBSPEC"),
        ("[HGB, BLOOD", "[HGB, [BLOOD]", "lb.yaml line 7: LBSPEC is ['BLOOD'], a cell of a table holds one value"),
        ("[HGB, BLOOD", "[HGXYZ, BLOOD", "lb.yaml line 7: LBTESTCD is HGXYZ, which is not a term of LBTESTCD; did you mean"),
        ("records: {from: labs, bind: {date: lbdat}}", "records: [labs, chem]", "lb.yaml line 6: the test is collected in form None, which records does not list; "),
        ("records: {from: labs, bind: {date: lbdat}}", "records: [labs, labs]", "lb.yaml line 3: records lists a form twice"),
        ("[LBTESTCD, LBSPEC, result]", "[LBTESTCD, form, result]", "lb.yaml line 6: the test is collected in form SERUM, which records does not list; known names: labs"),
    ],
)  # fmt: skip
def test_a_table_of_tests_that_cannot_be_read_names_its_row(
    load: Load, old: str, new: str, message: str
) -> None:
    assert old in LB
    assert message in refused(load, {"sdtm/lb.yaml": LB.replace(old, new)})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("study: S1\n", "", "study: is missing"),
        ("2020-12-31", "2020-13-31", "study.yaml"),
        ("2020-12-31", "soon", "study.yaml line 8: data_cut: Input should be a valid date"),
        ('standards: {SDTMIG: "3.4"}', "standards: 3.4", "study.yaml line 6: standards: is not a mapping of names to values"),
        ('standards: {SDTMIG: "3.4"}', "standards: {ADaMIG: 1.3}", "ae.yaml: study.yaml names no version of SDTMIG; add it under standards:"),
        ('{SDTMIG: "3.4"}', "{SDTM: 3.4}", "name ADaMIG and SDTMIG with a version each"),
        ('{SDTMIG: "3.4"}', "{SDTMIG: 9.9}", "study.yaml line 6: the standard SDTMIG 9.9 is not known; known versions: SDTMIG 3.4"),
        ("title: A study", 'usubjid: "{study}-{subj}"\ntitle: A study', "study.yaml line 3: usubjid: {subj} is not known; write a pattern such as {study}-{subject}"),
        ("title: A study", 'usubjid: "{study}"\ntitle: A study', "study.yaml line 3: usubjid: {subject} is missing"),
        ("raw:", "visits: [[event, visitnum, visit], [v1, 1, ONE], [v2, 1, TWO]]\nraw:", "study.yaml line 9: visit number 1 is ONE and TWO; give each visit its own number"),
        ('terminology: {SDTM: "2025-03-28"}', "terminology: [SDTM]", "study.yaml line 7: terminology: is not a mapping of names to values"),
        ('{SDTM: "2025-03-28"}', "{SDTM: 2001-01-01}", "2001-01-01"),
        ("raw:", "visits: [[event, visitnum, visit], [v1, one, ONE]]\nraw:", "study.yaml line 9: visits: visitnum: Input should be a valid number"),
        ("raw:", "visits: [[event, visitnum, visits], [v1, 1, ONE]]\nraw:", "the columns are event, visitnum, visit, visitdy"),
        ("raw:", "visits: [[event, visitnum, visit], [v1, 1, ONE], [v1, 2, TWO]]\nraw:", "event v1 has two visits"),
        ("raw:", "visits: [[event, visitnum, visit], [v1, 1]]\nraw:", "the row has 2 cells, the head of the table has 3"),
        ("raw:", "tables: {t: [[a, b], [1]]}\nraw:", "study.yaml line 9: the row has 1 cells, the head of the table has 2"),
        ("raw:", "not_submitted: 5\nraw:", "study.yaml line 9: not_submitted: is not a mapping of names to values"),
        ("reader: table", "raeder: table", "study.yaml line 10: raw.0.reader: is missing"),
    ],
)  # fmt: skip
def test_what_a_study_cannot_say_names_line_and_remedy(
    load: Load, old: str, new: str, message: str
) -> None:
    assert old in STUDY
    assert message in refused(load, {"study.yaml": STUDY.replace(old, new)})


ANALYSES = """
analyses:
  - {id: A, title: One, dataset: LB, variable: LBORRES}
  - {id: B, title: Two, dataset: LB, variable: LBORRES}
displays:
  - {id: T1, kind: table, title: Both, shows: changes, analyses: [A]}
"""


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("terminology.yaml", "codelists:\n  SEX:\n    only: [F, X]\n", "terminology.yaml line 3: SEX has no X"),
        ("terminology.yaml", "codelists:\n  OWN:\n    terms: [YES]\n    collected:\n      ja: JA\n", "terminology.yaml line 5: OWN: ja is collected as JA, which is not a term of the list"),
        ("terminology.yaml", "codelists:\n  OWN:\n    extend: [YES]\n", "terminology.yaml line 2: OWN is not a codelist of the standard and has no terms"),
        ("terminology.yaml", "codelists:\n  SEX:\n    extend: [X]\n", "terminology.yaml line 3: the codelist SEX (C66731) is not extensible"),
        ("explanations.yaml", "explanations:\n  - match: {rul: CK-CODE}\n    reason: Known\n", "explanations.yaml line 2: findings have no column rul; did you mean rule?"),
        ("explanations.yaml", "explanations:\n  - match: {}\n    reason: Known\n", "explanations.yaml line 2: an explanation of everything explains nothing"),
        ("analyses.yaml", ANALYSES.replace("id: B", "id: A"), "analyses.yaml line 3: A is declared twice"),
        ("analyses.yaml", ANALYSES.replace("id: T1", "id: A"), "analyses.yaml line 5: A is declared twice"),
        ("analyses.yaml", ANALYSES.replace("id: T1", "id: ARS"), "analyses.yaml line 5: two files of the results would be named ars"),
        ("analyses.yaml", ANALYSES.replace("[A]", "[A1]"), "analyses.yaml line 5: T1 shows A1, which is not declared"),
    ],
)  # fmt: skip
def test_what_other_files_cannot_say_names_the_line(
    load: Load, file: str, text: str, message: str
) -> None:
    assert message in refused(load, {file: text.lstrip("\n")})


def test_only_tabulations_have_qualifiers(load: Load) -> None:
    analysis = """
    dataset: ADX
    class: ADAM OTHER
    keys: [USUBJID]
    variables:
      USUBJID: {predecessor: AE.USUBJID}
    supplemental:
      WHY: {collected: why, label: Why}
    """
    standards = STUDY.replace('SDTMIG: "3.4"', 'SDTMIG: "3.4", ADaMIG: "1.3"')
    message = refused(load, {"study.yaml": standards, "adam/adx.yaml": analysis})
    assert "adx.yaml line 7: supplemental: is not known here" in message


def test_a_folder_without_study_is_refused(load: Load, tmp_path: object) -> None:
    from pathlib import Path

    from specs.load import load_study

    with pytest.raises(SpecError, match=r"nowhere/study\.yaml: there is no such file; check"):
        load_study(Path(str(tmp_path)) / "nowhere", {})


def test_a_table_of_the_study_names_tests_that_the_terminology_does_not_have(load: Load) -> None:
    study = (
        STUDY + "tables:\n  criteria:\n    - [IETESTCD, IETEST]\n    - [INCL01, Aged 18 or more]\n"
    )
    ie = """
dataset: IE
records: {from: ie, assign: {IECAT: INCLUSION}}
tests:
  - [IETESTCD, result]
  - [CODE, field]
keys: [STUDYID, USUBJID, IETESTCD]
variables:
  IECAT: {}
  IEORRES: {collected: result}
"""
    given = {"study.yaml": study, "sdtm/ie.yaml": ie.replace("CODE", "INCL01")}
    (block,) = load(given).dataset("IE").blocks
    assert block.assign["IETEST"] == "Aged 18 or more"
    other = refused(load, {**given, "sdtm/ie.yaml": ie.replace("CODE", "INCL02")})
    assert "INCL02 is not a test of the terminology, so its name is not known" in other
