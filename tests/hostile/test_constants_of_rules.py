"""A wrong constant in a rule is told with file and line, by check-spec and by build alike."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.commandline import cdisckit
from tests.sdtm.conftest import EX

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hostile.conftest import Study


@pytest.mark.parametrize("command", ["check-spec", "build"])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'with: {limit: "10"}',
            "with: {limit: ten}",
            "adrs.yaml line 53: constant limit of dose_at_most"
            ' is the text "ten", expected a number in quotes, such as "0.3"',
        ),
        (
            '"@efficacy_windows", through: 24',
            '"@pga_scales", through: 24',
            "adrs.yaml line 5: constant windows of visit_grid is a table with the columns scale,"
            " factor, expected a table with the columns AVISIT, AWLO, AWHI, AVISITN",
        ),
        (
            '"@efficacy_windows", through: 24',
            '"@windows", through: 24',
            "adrs.yaml line 5: study.yaml has no table windows; did you mean",
        ),
        ("with: {points: 4}", "with: {points: abc}", 'is the text "abc", expected a whole number'),
        ("with: {points: 4}", "with: {points: [4]}", "is [4], expected a whole number"),
        ("after: [B, C, D, E]", "after: B", "expected a list [..., ...], of each text"),
        (
            'with: {limit: "10"}',
            'with: {limit: "10"}\n    when: [{PARAMC: {EQ: SRI4SLEW}}]',
            'when PARAMC EQ "SRI4SLEW": ADRS has no PARAMC; did you mean PARAMCD',
        ),
        ("missing: strict", "missing: lax", 'is the text "lax", expected strict or lenient'),
    ],
)
def test_a_constant_of_an_analysis_rule(
    root: Path, tmp_path: Path, old: str, new: str, message: str, command: str
) -> None:
    study = shutil.copytree(root / "studies" / "nct03171194", tmp_path / "study")
    file = study / "adam" / "adrs.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    run = cdisckit(command, study, *(["--out", tmp_path] if command == "build" else []))
    assert message in run.said
    assert run.code == (1 if command == "check-spec" else 2)


@pytest.mark.parametrize("command", ["check-spec", "build"])
@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("characters, from: drug, with: {first: a, last: 2}", "constant first of characters"),
        ("rescaled, from: [drug, dose], with: {scales: 5}", "constant scales of rescaled is 5"),
        ("reason_not_done, from: drug, with: {reasons: '@visits'}", "is a table without rows"),
        ("completion_status, from: drug, with: {not_done: [1]}", "has a value that is 1"),
        ("upper_case", "upper_case takes the sources (text), and 0 are given"),
    ],
)
def test_a_constant_of_a_tabulation_rule(
    study: Study, rule: str, message: str, command: str
) -> None:
    folder = study({"sdtm/ex.yaml": EX.replace("{collected: drug}", f"{{derived: {rule}}}")})
    run = cdisckit(command, folder)
    assert "ex.yaml line 6: " in run.said
    assert message in run.said
    assert run.code == (1 if command == "check-spec" else 2)
