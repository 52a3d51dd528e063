"""The reference cases of SRI-4, each a synthetic subject, through the worked study's own specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.adam.sri4_answers import COMPONENTS, RESPONSES, answers, at_week_24, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specs.model import Study
    from specs.tables import Table

VARIANTS = ("SRI5", "SRI6", "SRI7", "SRI8", "SRI4WC", "BICLA", "LLDAS", "DORIS")


@pytest.fixture(scope="module")
def week_24(case_adam: Any) -> Mapping[str, pd.DataFrame]:
    return at_week_24(case_adam[0])


@pytest.mark.parametrize("case", range(1, 64))
def test_the_case_has_the_expected_response(
    case: int, week_24: Mapping[str, pd.DataFrame], expected: Any
) -> None:
    assert answers(week_24, f"C{case:03d}") == told(expected[case])


def test_every_subject_has_every_parameter_at_every_visit(case_adam: Any, study: Study) -> None:
    rows = case_adam[0]["ADRS"].frame
    parameters = [parameter.code for parameter in study.dataset("ADRS").parameters]
    assert {*COMPONENTS, *RESPONSES.values(), *VARIANTS} < set(parameters)
    assert sorted(rows["PARAMCD"].unique()) == sorted(parameters)
    assert rows["AVISIT"].unique().tolist() == [f"Week {week}" for week in (4, 8, 12, 16, 20, 24)]
    assert len(rows) == 63 * len(parameters) * 6
    responses = rows[rows["PARAMCD"].isin([*RESPONSES.values(), *VARIANTS])]
    assert responses["AVALC"].isin(["Y", "N"]).all()


def test_an_imputed_non_response_is_marked_and_an_observed_one_is_not(
    week_24: Mapping[str, pd.DataFrame],
) -> None:
    rows = week_24["ADRS"]
    imputed, observed = rows.loc[("C037", "SRI4")], rows.loc[("C003", "SRI4")]
    assert (imputed["AVALC"], imputed["AVAL"], imputed["DTYPE"]) == ("N", 0, "NRI")
    assert (observed["AVALC"], observed["AVAL"]) == ("N", 0)
    assert pd.isna(observed["DTYPE"])


def test_a_component_is_traced_to_the_record_it_was_taken_from(case_adam: Any) -> None:
    tables: Mapping[str, Table] = case_adam[0]
    response = tables["ADRS"].frame
    row = response[
        response["USUBJID"].eq("C020")
        & response["PARAMCD"].eq("SRI4SLE")
        & response["AVISITN"].eq(24)
    ]
    assert row[["SRCDOM", "SRCVAR"]].iloc[0].tolist() == ["ADSLEDAI", "CHG"]
    trace = tables["ADRS"].trace
    record = trace[trace["row"].eq(row.index[0]) & trace["source"].eq("ADSLEDAI")]["record"]
    source = tables["ADSLEDAI"].frame.iloc[record.item()]
    assert source["ASEQ"] == row["SRCSEQ"].item()
    assert (source["PARAMCD"], source["ADY"], source["AVAL"]) == ("SLEDTOT", 171, 8)


def test_no_day_before_day_141_is_tested_at_an_early_visit(case_adam: Any) -> None:
    """Case 1 takes 20 mg until Day 60: the taper does not fail her at Week 4."""
    rows = case_adam[0]["ADRS"].frame
    early = rows[rows["USUBJID"].eq("C001") & rows["PARAMCD"].eq("SRI4PRD")]
    assert early["AVALC"].tolist() == ["Y"] * 6
