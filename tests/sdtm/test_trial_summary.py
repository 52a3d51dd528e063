"""TS numbers the values of a parameter, as there are no subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sdtm.conftest import STUDY

if TYPE_CHECKING:
    from tests.sdtm.conftest import Build

SUMMARY = """
tables:
  summary:
    - [code, name, text, number]
    - [TITLE, Trial Title, A trial, 1]
    - [OBJSEC, Trial Secondary Objective, Second, 2]
    - [OBJSEC, Trial Secondary Objective, First, 1]
"""
TS = """
dataset: TS
records: {from: "@summary"}
keys: [STUDYID, TSPARMCD, TSSEQ]
variables:
  TSPARMCD: {protocol: code}
  TSPARM: {protocol: name}
  TSVAL: {protocol: text}
"""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", [("OBJSEC", 1, "Second"), ("OBJSEC", 2, "First"), ("TITLE", 1, "A trial")]),
        (
            "  TSSEQ: {protocol: number}\n",
            [("OBJSEC", 1, "First"), ("OBJSEC", 2, "Second"), ("TITLE", 1, "A trial")],
        ),
    ],
)
def test_values_of_a_parameter_are_numbered(
    build: Build, rule: str, expected: list[tuple[str, int, str]]
) -> None:
    forms = "      dm: {file: dm.csv, subject: subject}\n"
    dm = "dataset: DM\nrecords: {from: dm}\nkeys: [USUBJID]\nvariables:\n  SEX: {collected: sex}\n"
    files = {
        "study.yaml": STUDY + forms + SUMMARY,
        "sdtm/ts.yaml": TS + rule,
        "sdtm/dm.yaml": dm,
        "dm.csv": "subject,sex\n1,F\n",
    }
    frame = build(files).tables["TS"].frame[["TSPARMCD", "TSSEQ", "TSVAL"]]
    assert list(frame.itertuples(index=False, name=None)) == expected
