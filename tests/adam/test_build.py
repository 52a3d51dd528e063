"""Laws of the ADaM build, on the reference cases."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from adam.build import build_adam, built
from adam.groups import in_groups
from adam.order import build_order
from specs.errors import MappingError
from specs.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specs.model import Study

ASSESSED = ("ADSLEDAI", "ADBILAG", "ADPGA")


def with_rows(table: Table, rows: Any) -> Table:
    supplemental = table.supplemental
    return replace(
        table,
        frame=table.frame.loc[rows].reset_index(drop=True),
        supplemental=None
        if supplemental is None
        else supplemental.loc[rows].reset_index(drop=True),
    )


def test_datasets_are_built_after_those_they_take_values_from(study: Study) -> None:
    order = [dataset.name for dataset in build_order(study)]
    for earlier, later in (
        ("ADSL", "ADCM"),
        ("ADCM", "ADPRED"),
        ("ADSLEDAI", "ADPRED"),
        ("ADPRED", "ADRS"),
    ):
        assert order.index(earlier) < order.index(later)


def test_groups_of_subjects_give_what_the_whole_gives(
    study: Study, case_tables: Mapping[str, Table], case_adam: Any
) -> None:
    size = sum(len(table.frame) for table in case_tables.values()) // 4
    assert len(list(in_groups(case_tables, size))) == 5
    tables, found = build_adam(study, case_tables, size)
    assert list(tables) == list(case_adam[0])
    for name, whole in case_adam[0].items():
        for part in ("frame", "trace", "rules"):
            made, expected = getattr(tables[name], part), getattr(whole, part)
            pd.testing.assert_frame_equal(made, expected, obj=f"{part} of {name}")
    pd.testing.assert_frame_equal(found, case_adam[1])


def test_a_group_of_subjects_is_built_in_another_process(
    study: Study, case_tables: Mapping[str, Table]
) -> None:
    group = next(in_groups(case_tables, 1))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        there = workers.submit(built, study, group).result()
    for name, table in built(study, group).tables.items():
        pd.testing.assert_frame_equal(there.tables[name].frame, table.frame, obj=name)


def test_the_order_of_the_rows_of_sdtm_does_not_matter(
    study: Study, case_tables: Mapping[str, Table], case_adam: Any
) -> None:
    random = np.random.default_rng(7)
    shuffled = {
        name: with_rows(table, random.permutation(len(table.frame)))
        for name, table in case_tables.items()
    }
    for name, table in build_adam(study, shuffled)[0].items():
        pd.testing.assert_frame_equal(table.frame, case_adam[0][name].frame, obj=name)


def test_every_row_knows_the_rows_it_was_made_from(
    case_tables: Mapping[str, Table], case_adam: Any
) -> None:
    tables = case_adam[0]
    known = {**case_tables, **tables}
    for name, table in tables.items():
        assert set(table.trace["row"]) == set(table.frame.index), name
    for table in tables.values():
        for source, records in table.trace.groupby("source")["record"]:
            assert records.between(0, len(known[source].frame) - 1).all()
            rows = table.trace.loc[records.index, "row"]
            mine = table.frame["USUBJID"].iloc[rows].tolist()
            theirs = known[source].frame["USUBJID"].iloc[records].tolist()
            assert mine == theirs


@pytest.mark.parametrize("name", ASSESSED)
def test_one_baseline_and_one_chosen_record_per_subject_parameter_and_visit(
    name: str, case_adam: Any
) -> None:
    frame = case_adam[0][name].frame
    baseline = frame[frame["ABLFL"].eq("Y")]
    chosen = frame[frame["ANL01FL"].eq("Y")]
    assert not baseline.duplicated(["USUBJID", "PARAMCD"]).any()
    assert not chosen.duplicated(["USUBJID", "PARAMCD", "AVISIT"]).any()
    assert baseline["AVISIT"].eq("Baseline").all()
    assert not frame["ADY"].eq(0).any()


def test_records_are_numbered_within_the_subject_in_their_order(case_adam: Any) -> None:
    for table in case_adam[0].values():
        if "ASEQ" in table.frame:
            number = table.frame.groupby("USUBJID").cumcount() + 1
            assert table.frame["ASEQ"].eq(number).all()


def test_flags_of_populations_are_never_missing(
    study: Study, case_tables: Mapping[str, Table]
) -> None:
    not_infused = case_tables["EX"].frame["USUBJID"].ne("C002")
    tables = {**case_tables, "EX": with_rows(case_tables["EX"], not_infused)}
    built = build_adam(study, tables)[0]
    frame = built["ADSL"].frame.set_index("USUBJID")
    assert frame.loc["C002", ["SAFFL", "FASFL"]].tolist() == ["N", "N"]
    assert frame["FASFL"].isin(["Y", "N"]).all()
    assert "C002" not in set(built["ADRS"].frame["USUBJID"])


@pytest.mark.parametrize("empty", ["RS", "QS", "CM", "DS", "EX"])
def test_a_domain_without_records_is_no_obstacle(
    empty: str, study: Study, case_tables: Mapping[str, Table]
) -> None:
    tables = {**case_tables, empty: with_rows(case_tables[empty], [])}
    response = build_adam(study, tables)[0]["ADRS"].frame
    answers = response.loc[response["PARAMCD"].eq("SRI4"), "AVALC"]
    if empty == "EX":
        assert not len(response)
    elif empty in ("RS", "QS"):
        assert answers.eq("N").all()
    else:
        assert answers.isin(["Y", "N"]).all()


def test_what_cannot_be_used_is_a_finding(case_adam: Any) -> None:
    found = case_adam[1].set_index("subject")
    assert "dose is missing" in found.at["C049", "message"]
    assert found.at["C050", "message"] == "3.2 is not a number from 0 to 3"
    assert "SELENA-SLEDAI" in found.at["C035", "message"]


def test_dates_and_texts_have_the_types_of_adam(case_adam: Any, study: Study) -> None:
    for name, table in case_adam[0].items():
        for variable in study.dataset(name).variables:
            column = table.frame[variable.name]
            if variable.type == "Char":
                assert isinstance(column.dtype, pd.StringDtype), (name, variable.name)
            elif variable.format in ("DATE9.", "DATETIME20."):
                assert column.dtype == "datetime64[s]", (name, variable.name)
            else:
                assert pd.api.types.is_numeric_dtype(column), (name, variable.name)


def test_what_numbers_a_text_is_a_number(study: Study) -> None:
    for dataset in study.of("ADaMIG"):
        for variable in dataset.variables:
            if variable.name.endswith("N") and dataset.has(variable.name[:-1]):
                assert variable.type == "Num", (dataset.name, variable.name)


def test_a_missing_dataset_is_named_with_the_place_of_the_rule(
    study: Study, case_tables: Mapping[str, Table]
) -> None:
    without = {name: table for name, table in case_tables.items() if name != "EX"}
    with pytest.raises(MappingError, match=r"adsl.yaml line \d+: EX is not there"):
        build_adam(study, without)


def test_every_derivation_of_the_study_states_its_method_in_ascii(study: Study) -> None:
    for dataset in study.of("ADaMIG"):
        rules = [rule for variable in dataset.variables for rule in variable.rules]
        rules += [parameter.rule for parameter in dataset.parameters if parameter.rule]
        for rule in rules:
            if rule.derivation is not None:
                method = rule.method_text()
                assert method.endswith("."), method
                assert method.isascii(), method
