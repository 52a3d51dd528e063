# ruff: noqa: E501 - a table of cases reads best with one case per line
"""Working values: what rules read of each other and what is not submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import sdtm.derivations
from specs.derivation import derivations_of
from specs.errors import SpecError
from specs.limits import spec_problems
from specs.lineage import variable_lineage
from specs.load import load_study
from tests.sdtm.test_build import rows

if TYPE_CHECKING:
    from specs.model import Study
    from tests.sdtm.conftest import Build, Files, Write

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
working:
  FIRST: {derived: characters, from: name, with: {first: 1, last: 1}}
  BOTH: {derived: joined_text, from: [FIRST, site], with: {separator: "/"}}
  KNOWN: {derived: matches, from: name, with: {pattern: "^A"}}
variables:
  SUBJID: {derived: upper_case, from: BOTH}
  SITEID: {collected: site}
supplemental:
  NAMED: {label: Known by Name, assigned: {constant: "Y"}, when: [{KNOWN: {EQ: "Y"}}]}
"""
FILES = {"sdtm/dm.yaml": DM, "dm.csv": "subject,name,site\n1,Ann,x\n2,ben,y\n3,,\n"}


def loaded(write: Write, files: Files = FILES) -> Study:
    return load_study(write(files), derivations_of(sdtm.derivations))


def test_rules_read_working_values_which_are_in_no_dataset(build: Build) -> None:
    tables = build(FILES).tables
    assert rows(tables["DM"].frame, "USUBJID", "SUBJID") == [
        ("S1-1", "A/X"),
        ("S1-2", "B/Y"),
        ("S1-3", None),
    ]
    names = list(tables["DM"].frame)
    assert not {"FIRST", "BOTH", "KNOWN"} & set(names)
    assert tables["SUPPDM"].frame["QNAM"].tolist() == ["NAMED"]


def test_a_method_tells_what_its_working_values_are(write: Write) -> None:
    dataset = loaded(write).dataset("DM")
    (rule,) = dataset.variable("SUBJID").rules
    assert rule.method_text() == (
        "Intermediate value 1 in capital letters."
        ' Intermediate value 1: The texts intermediate value 2 and site in this order, with "/"'
        " between them; missing ones are left out, and it is missing where all are."
        " Intermediate value 2: The characters 1 to 1 of name; missing where it is missing."
    )
    (rule,) = dataset.supplemental[0].rules
    assert rule.condition_text() == 'the intermediate value EQ "Y"'


def test_the_lineage_goes_through_working_values_to_their_sources(write: Write) -> None:
    lineage = variable_lineage(loaded(write))
    own = lineage[lineage["variable"].eq("SUBJID")]
    assert rows(own, "dataset", "derivation", "source") == [
        ("DM", "upper_case", "dm.name"),
        ("DM", "upper_case", "dm.site"),
    ]
    assert not lineage["variable"].isin(["FIRST", "BOTH", "KNOWN"]).any()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  FIRST:", "  SITEID:", "line 6: SITEID is a variable of DM and a working value"),
        ("from: name, with: {first", "from: BOTH, with: {first", "form a circle: "),
        ("  FIRST: {derived: characters", "  FIRST: {derived: charaters", "line 6: there is no"),
        ("  KNOWN: {", '  "K N": {', "line 8: K N is not a name of a working value"),
        ("  KNOWN: {derived: matches, from: name, with: {pattern: \"^A\"}}", "  KNOWN: {}", "KNOWN has no rule"),
        ("collected: site}", 'values: [{when: [{KNOWN: {EQ: "Y"}}], collected: site}]}', "value level has the condition KNOWN, which is not submitted"),
    ],
)  # fmt: skip
def test_a_working_value_that_means_nothing_is_an_error(
    write: Write, old: str, new: str, message: str
) -> None:
    changed = DM.replace(old, new)
    assert changed != DM
    with pytest.raises(SpecError, match=message):
        loaded(write, {**FILES, "sdtm/dm.yaml": changed})


def test_a_working_value_that_nothing_reads_is_told(write: Write) -> None:
    study = loaded(
        write,
        {
            **FILES,
            "sdtm/dm.yaml": DM.replace('{EQ: "Y"}}]', '{EQ: "Y"}}]').replace(
                "KNOWN: {EQ", "SITEID: {EQ"
            ),
        },
    )
    told = [str(problem) for problem in spec_problems(study)]
    assert any("dm.yaml line 8: no rule reads the working value KNOWN" in t for t in told), told
