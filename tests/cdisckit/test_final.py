from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdisckit.final import as_final, open_proposals, unsettled
from specs.errors import SpecError
from specs.findings import findings

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "dataset,variable,form,field,why,reviewed\n"


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ("CK-LEDGER-FIELD", "error"),
        ("CK-LEDGER-RECORD", "error"),
        ("CK-RAW-DEIDENTIFIED", "error"),
        ("CK-INIT-PROPOSAL", "error"),
        ("CK-RAW-EVENT-FORM", "warning"),
    ],
)
def test_what_a_draft_warns_of_is_an_error_when_final(rule: str, severity: str) -> None:
    assert as_final(findings(severity="warning", rule=rule))["severity"].tolist() == [severity]


def test_a_proposal_is_found_until_somebody_reviewed_it(tmp_path: Path) -> None:
    (tmp_path / "proposals.csv").write_text(
        HEAD + "AE,AETERM,ae,aeterm,its name,\nAE,AEOUT,ae,aeout,its name,KL 2020-01-02\n",
        encoding="utf-8",
    )
    found = open_proposals(tmp_path)
    assert found[["rule", "dataset", "variable", "line"]].to_numpy().tolist() == [
        ["CK-INIT-PROPOSAL", "AE", "AETERM", "2"]
    ]


def test_a_study_without_proposals_has_none_open(tmp_path: Path) -> None:
    assert open_proposals(tmp_path).empty


def test_proposals_that_lost_a_column_are_named(tmp_path: Path) -> None:
    (tmp_path / "proposals.csv").write_text("dataset,variable\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"proposals\.csv line 1: does not have the columns"):
        open_proposals(tmp_path)


def test_a_final_package_holds_no_error_unexplained_and_nothing_explained_for_the_time_being() -> (
    None
):
    found = findings(
        severity=["error", "error", "error", "warning", "warning"],
        explanation=[None, "known", "asked", None, "asked"],
        status=[None, "accepted", "open", None, "open"],
    )
    assert unsettled(found).tolist() == [True, False, True, False, True]
