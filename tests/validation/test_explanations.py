from __future__ import annotations

from typing import Any

import pandas as pd

from specs.findings import findings
from specs.model import Explanation
from validation.explanations import explained


def found() -> pd.DataFrame:
    return findings(
        severity=["error", "error", "notice"],
        rule=["CK-CODELIST", "CK-CODELIST", "CK-NOTE"],
        dataset=["AE", "LB", "AE"],
        variable=["AESEV", "LBSPEC", None],
    )


def test_an_explanation_matches_where_all_it_gives_is_equal(make: Any) -> None:
    reason = Explanation({"rule": "CK-CODELIST", "dataset": "AE"}, "the site has left")
    result = explained(found(), make.study(explanations=(reason,)))
    assert result["explanation"].fillna("").tolist() == ["the site has left", "", ""]


def test_an_empty_value_matches_a_missing_one(make: Any) -> None:
    reason = Explanation({"variable": ""}, "no variable is meant")
    result = explained(found(), make.study(explanations=(reason,)))
    assert result["explanation"].fillna("").tolist() == ["", "", "no variable is meant"]


def test_the_first_explanation_that_matches_counts(make: Any) -> None:
    given = (Explanation({"dataset": "AE"}, "first"), Explanation({"rule": "CK-CODELIST"}, "then"))
    result = explained(found(), make.study(explanations=given))
    assert result["explanation"].tolist() == ["first", "then", "first"]


def test_findings_have_the_status_of_what_explains_them(make: Any) -> None:
    asked = Explanation({"dataset": "AE", "variable": "AESEV"}, "the site is asked")
    settled = Explanation({"dataset": "AE"}, "no variable is meant", "accepted")
    result = explained(found(), make.study(explanations=(asked, settled)))
    assert result["status"].fillna("").tolist() == ["open", "", "accepted"]


def test_an_explanation_that_matches_nothing_is_a_notice(make: Any) -> None:
    place = "explanations.yaml line 4"
    idle = Explanation({"rule": "CK-KEY", "dataset": "CM"}, "gone", place=place)
    result = explained(found(), make.study(explanations=(idle,)))
    assert len(result) == 4
    last = result.iloc[3]
    assert last[["severity", "rule", "dataset", "file", "line"]].tolist() == [
        "notice",
        "CK-EXPLANATION",
        "CM",
        "explanations.yaml",
        "4",
    ]
    assert last["message"].startswith("no finding has rule CK-KEY, dataset CM;")
