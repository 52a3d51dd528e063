from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from adam.analysis import results
from specs.analyses import Analysis
from specs.errors import MappingError
from specs.tables import Table, no_trace


class Declared:
    """A study as far as results need it."""

    def __init__(self, *given: dict[str, Any]) -> None:
        self.analyses = tuple(Analysis.model_validate(one) for one in given)


def tables() -> dict[str, Table]:
    rs = pd.DataFrame(
        {
            "USUBJID": pd.Series(["A", "A", "B", "B"], dtype="str"),
            "AVISIT": pd.Series(["Week 4", "Week 8", "Week 4", "Week 8"], dtype="str"),
            "AVISITN": [4.0, 8.0, 4.0, 8.0],
            "AVALC": pd.Series(["N", "Y", "N", None], dtype="str"),
            "CHG": [-1.0, -4.0, 2.0, 0.0],
        }
    )
    return {"ADRS": Table("ADRS", rs, no_trace())}


def run(**given: Any) -> pd.DataFrame:
    declared = {"id": "A1", "title": "Shares", "dataset": "ADRS", "variable": "AVALC"} | given
    study: Any = Declared(declared)
    return results(study, tables())


def test_a_result_is_computed_for_each_group_in_the_order_it_comes() -> None:
    found = run(event="Y", by="AVISIT")
    events = found[found["statistic"].eq("EVENTS")]
    assert events["value1"].tolist() == ["Week 4", "Week 8"]
    assert events["value"].tolist() == [0, 1]
    assert events["shown"].tolist() == ["0", "1"]
    assert found["group1"].unique().tolist() == ["AVISIT"]
    assert found["group2"].unique().tolist() == [""]


def test_a_group_without_a_value_is_kept_as_empty_and_numbers_have_no_decimals() -> None:
    found = run(method="counts", variable="USUBJID", by=["AVISITN", "AVALC"])
    pairs = found[found["statistic"].eq("EVENTS")][["value1", "value2"]].to_numpy().tolist()
    assert pairs == [["4", "N"], ["8", "Y"], ["8", ""]]


def test_a_second_value_is_taken_by_subject() -> None:
    week = {"where": [{"AVISIT": {"EQ": "Week 4"}}]}
    against = {"dataset": "ADRS", "where": [{"AVISIT": {"EQ": "Week 8"}}], "variable": "AVALC"}
    found = run(method="mcnemar", event="Y", against=against, **week).set_index("statistic")
    assert found["value"].to_dict() == {
        "BOTH": 0, "FIRST": 0, "SECOND": 1, "NEITHER": 0, "P": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dataset": "ADRX"}, "ADRX is not built"),
        ({"variable": "AVALX"}, "ADRS has no AVALX"),
        ({"method": "proportions"}, "there is no method proportions"),
        ({"where": [{"AVISIT": {"EQ": "Week 99"}}]}, "no record of ADRS"),
        ({"by": ["AVISITX"]}, "cannot be grouped by AVISITX"),
        ({"against": {"dataset": "ADRS", "variable": "AVALC"}}, "several records to compare"),
    ],
)
def test_what_cannot_be_computed_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingError, match=message):
        run(event="Y", **given)


def test_what_an_analysis_says_goes_together() -> None:
    one = {"id": "A1", "title": "t", "dataset": "ADRS", "variable": "AVALC"}
    with pytest.raises(ValueError, match="summary goes with one proportion"):
        Analysis.model_validate({**one, "summary": True, "by": "AVISIT"})
    with pytest.raises(ValueError, match="reason and purpose go together"):
        Analysis.model_validate({**one, "reason": "DATA DRIVEN"})
