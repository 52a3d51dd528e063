"""Schemas of pandera made from the specification, for frames that were made elsewhere, too.

A build asks the same of its datasets by `validation.failures`; a test holds that both agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pandera

from validation.demands import dtype, expected_variables, is_date, row_rules, value_rules

if TYPE_CHECKING:
    from specs.model import Dataset, Study
    from validation.rules import RowRule, ValueRule


def schema(dataset: Dataset, study: Study) -> pandera.DataFrameSchema:
    """The pandera schema of a dataset: what its specification and the guide demand of its rows.

    Columns in order, types, required values, codelists, lengths, keys, ISO 8601 texts, sequence
    numbers, and values by parameter or qualifier. The names of its checks are rule ids.
    """
    columns = {
        variable.name: pandera.Column(
            None if is_date(dataset, variable) else dtype(variable),
            [
                *(_value_check(rule) for rule in value_rules(dataset, study, variable)),
                *([_dates_only()] if is_date(dataset, variable) else []),
            ],
            nullable=not variable.mandatory,
        )
        for variable in dataset.variables
    }
    expected = {
        name: pandera.Column(None, nullable=True)
        for name in expected_variables(dataset, study)
        if name not in columns
    }
    return pandera.DataFrameSchema(
        {**columns, **expected},
        checks=[
            _in_order(tuple(columns)),
            *(_row_check(rule) for rule in row_rules(dataset, study)),
        ],
        strict=True,
        unique=[key for key in dataset.keys if key in columns] or None,
        report_duplicates="exclude_first",
        name=dataset.name,
    )


def _value_check(rule: ValueRule) -> pandera.Check:
    return pandera.Check(rule.holds, name=rule.id)


def _row_check(rule: RowRule) -> pandera.Check:
    # One answer for the whole frame: pandera copies whole rows for failures of a frame's check.
    def all_hold(frame: pd.DataFrame) -> bool:
        return not set(rule.needs) <= set(frame) or bool(rule.holds(frame).all())

    return pandera.Check(all_hold, name=rule.id)


def _dates_only() -> pandera.Check:
    return pandera.Check(
        lambda values: bool(pd.api.types.is_datetime64_any_dtype(values)), name="CK-TYPE"
    )


def _in_order(names: tuple[str, ...]) -> pandera.Check:
    def in_order(frame: pd.DataFrame) -> bool:
        present = [name for name in frame.columns if name in names]
        return present == [name for name in names if name in present]

    return pandera.Check(in_order, name="CK-ORDER")
