# ruff: noqa: E501 - a table of cases reads best with one case per line
"""Names with `--`, ids, and several files for one dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.errors import SpecError
from specs.limits import spec_problems

if TYPE_CHECKING:
    from tests.specs.conftest import Load

A = """
dataset: QS
id: A
records: {from: fa, assign: {--CAT: A}}
tests:
  - [--TESTCD, --TEST, result]
  - [A1, First, one]
keys: [STUDYID, USUBJID, --CAT, --TESTCD, --DTC]
variables:
  --TESTCD: {codelist: ""}
  --TEST:   {codelist: ""}
  --CAT:    {codelist: ""}
  --ORRES:  {collected: result}
  --STRESC: {derived: as_it_is, from: --ORRES}
  --DTC:    {collected: date}
supplemental:
  --RATER:  {collected: rater, label: Rater}
"""
B = (
    A.replace("id: A", "id: B")
    .replace("fa", "fb")
    .replace("--CAT: A}", "--CAT: B}")
    .replace("A1, First, one", "B1, Second, two")
    .replace("derived: as_it_is", "derived: upper_case")
)
ONE = {"sdtm/a.yaml": A}
TWO = {"sdtm/a.yaml": A, "sdtm/b.yaml": B}


def test_dashes_stand_for_the_domain_in_names_keys_sources_and_tests(load: Load) -> None:
    dataset = load(ONE).dataset("QS")
    assert dataset.keys == ("STUDYID", "USUBJID", "QSCAT", "QSTESTCD", "QSDTC")
    assert dataset.variable("QSSTRESC").rules[0].sources == ("QSORRES",)
    assert dict(dataset.blocks[0].assign) == {"QSCAT": "A", "QSTESTCD": "A1", "QSTEST": "First"}
    assert [q.name for q in dataset.supplemental] == ["QSRATER"]


def test_another_domain_is_a_change_of_one_word(load: Load) -> None:
    study = load({"sdtm/a.yaml": A.replace("dataset: QS", "dataset: FT")})
    dataset = study.dataset("FT")
    assert dataset.label == "Functional Tests"
    assert dataset.variable("FTCAT").label == "Category"
    assert study.has("SUPPFT")
    assert not study.has("QS")


def test_two_files_of_one_dataset_keep_their_rules_for_their_own_records(load: Load) -> None:
    dataset = load(TWO).dataset("QS")
    assert [block.form for block in dataset.blocks] == ["fa", "fb"]
    rules = dataset.variable("QSSTRESC").rules
    assert [(r.derivation.name if r.derivation else "", [*map(str, r.when)]) for r in rules] == [
        ("as_it_is", ['QSCAT EQ "A"']),
        ("upper_case", ['QSCAT EQ "B"']),
    ]
    assert [str(r.when) for r in dataset.variable("QSORRES").rules] == ["()"]
    assert [len(q.rules) for q in dataset.supplemental] == [1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("--CAT: B}", "--CAT: A}", None),
        ("[STUDYID, USUBJID, --CAT, --TESTCD, --DTC]", "[STUDYID, USUBJID, --DTC]", "different keys"),
        ("id: B", "id: A", "two files have the id A"),
        ("id: B", "id: QS", "QS is the name of a dataset and an id"),
        ("--ORRES:  {collected: result}", "--ORRES:  {collected: result, label: X}", "QSORRES is described in two ways"),
    ],
)  # fmt: skip
def test_files_that_contradict_each_other_are_refused(
    load: Load, old: str, new: str, message: str | None
) -> None:
    files = {"sdtm/a.yaml": A, "sdtm/b.yaml": B.replace(old, new)}
    if message is None:  # the test codes still tell the records apart
        rules = load(files).dataset("QS").variable("QSSTRESC").rules
        assert [str(rule.when[0]) for rule in rules] == ['QSTESTCD EQ "A1"', 'QSTESTCD EQ "B1"']
        return
    with pytest.raises(SpecError, match=message):
        load(files)


def test_records_that_nothing_tells_apart_are_refused(load: Load) -> None:
    b = B.replace("--CAT: B}", "--CAT: A}").replace("B1, Second", "A1, First")
    with pytest.raises(SpecError, match="nothing they assign to all their records tells them"):
        load({"sdtm/a.yaml": A, "sdtm/b.yaml": b})


def test_lines_of_errors_are_those_of_the_names_as_written(load: Load) -> None:
    wrong = A.replace("  --DTC:    {collected: date}", "  --DTC:    {colected: date}")
    with pytest.raises(SpecError, match=r"a.yaml line 15: .*QSDTC"):
        load({"sdtm/a.yaml": wrong})


def test_texts_over_their_limits_and_what_the_guide_requires_are_told(load: Load) -> None:
    long = "A name of a test that is much longer than forty bytes are"
    ae = "dataset: AE\nrecords: {from: ae}\nkeys: [STUDYID]\nvariables:\n  AETERM: {collected: t}\n"
    study = load(
        {"sdtm/a.yaml": A.replace("A1, First", f"TOOLONGCODE, {long}"), "sdtm/ae.yaml": ae}
    )
    told = "\n".join(map(str, spec_problems(study)))
    assert "a.yaml line 7: TOOLONGCODE is not a QSTESTCD" in told
    assert f"the value of QSTEST has 57 bytes, at most 40 are possible: {long}" in told
    assert "AE lacks AEDECOD, which the guide requires" in told
