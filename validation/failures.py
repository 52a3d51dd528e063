"""Pandera's failures of one frame, read as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaErrorReason

from specs.findings import findings
from validation.demands import dtype, is_date, row_rules, value_rules
from validation.places import as_text, at_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pandera.errors import SchemaError

    from specs.model import Dataset, Study

_KINDS: Final = {"Char": "texts (str)", "Num": "numbers (float64)"}


class Failures:
    """Reads pandera's failures of one frame as findings."""

    def __init__(self, dataset: Dataset, study: Study, frame: pd.DataFrame) -> None:
        self._dataset = dataset
        self._frame = frame
        self._values = {v.name: tuple(value_rules(dataset, study, v)) for v in dataset.variables}
        self._rows = tuple(row_rules(dataset, study))

    def read(self, error: SchemaError) -> Iterator[pd.DataFrame]:
        """The findings of one failure of a check."""
        reason, failing = error.reason_code, error.failure_cases
        name = getattr(error.schema, "name", "")
        if reason is SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
            yield self._missing(str(failing))
        elif reason is SchemaErrorReason.COLUMN_NOT_IN_SCHEMA:
            yield self._whole("CK-COLUMN", str(failing), "the specification has no such variable")
        elif reason is SchemaErrorReason.WRONG_DATATYPE:
            yield self._mistyped(name)
        elif reason is SchemaErrorReason.SERIES_CONTAINS_NULLS:
            rows = self._frame.loc[failing["index"]]
            message = f"{name} is required in every record of {self._dataset.name}"
            yield self._at("CK-REQUIRED", name, rows, message)
        elif reason is SchemaErrorReason.DUPLICATES:
            yield self._repeated(pd.Index(failing["index"].unique()))
        elif reason is SchemaErrorReason.DATAFRAME_CHECK:
            yield from self._checked(error, name)
        elif not any(map(self._has_wrong_type, self._needed(error, name))):
            raise error

    def _needed(self, error: SchemaError, name: str) -> tuple[str, ...]:
        """The variables a check reads that could not be run."""
        if isinstance(error.schema, pandera.DataFrameSchema) and error.check_index:
            return self._rows[int(error.check_index) - 1].needs
        return (name,)

    def _checked(self, error: SchemaError, name: str) -> Iterator[pd.DataFrame]:
        position = int(error.check_index)
        if isinstance(error.schema, pandera.DataFrameSchema):
            if position == 0:
                yield self._whole(
                    "CK-ORDER", "", "the variables are not in the order of the specification"
                )
                return
            rule = self._rows[position - 1]
            rows = self._frame[~rule.holds(self._frame).astype(bool)]
            yield self._at(rule.id, rule.variable, rows, rule.message(rows))
        elif position == len(self._values[name]):
            yield self._mistyped(name)
        elif not self._has_wrong_type(name):
            cell = self._values[name][position]
            rows = self._frame.loc[error.failure_cases["index"]]
            texts = as_text(rows[name])
            distinct = texts.unique().tolist()
            messages = texts.map(dict(zip(distinct, cell.messages(distinct), strict=True)))
            yield self._at(cell.id, name, rows, messages)

    def _at(
        self, rule: str, variable: str, rows: pd.DataFrame, message: pd.Series | str
    ) -> pd.DataFrame:
        return at_rows(
            self._dataset,
            rows,
            severity="error",
            rule=rule,
            variable=variable,
            value=rows[variable],
            message=message,
        )

    def _repeated(self, index: pd.Index) -> pd.DataFrame:
        keys = [key for key in self._dataset.keys if key in self._frame]
        rows = self._frame.loc[index]
        values = as_text(rows[keys[0]]).fillna("")
        for key in keys[1:]:
            values = values + ", " + as_text(rows[key]).fillna("")
        return at_rows(
            self._dataset,
            rows,
            severity="error",
            rule="CK-KEY",
            variable=" ".join(keys),
            value=values,
            message="an earlier record has the same key",
        )

    def _missing(self, name: str) -> pd.DataFrame:
        if self._dataset.has(name):
            return self._whole("CK-COLUMN", name, "the variable is specified, but not in the data")
        message = "the guide expects the variable, and the specification does not have it"
        return self._whole("CK-EXPECTED", name, message, severity="warning")

    def _mistyped(self, name: str) -> pd.DataFrame:
        variable, dtype = self._dataset.variable(name), self._frame[name].dtype
        wanted = "dates" if is_date(self._dataset, variable) else _KINDS[variable.type]
        return self._whole("CK-TYPE", name, f"the values are {dtype}; expected are {wanted}")

    def _has_wrong_type(self, name: str) -> bool:
        if name not in self._frame or not self._dataset.has(name):
            return False
        return str(self._frame[name].dtype) != dtype(self._dataset.variable(name))

    def _whole(
        self, rule: str, variable: str, message: str, severity: str = "error"
    ) -> pd.DataFrame:
        return findings(
            severity=severity,
            rule=rule,
            dataset=self._dataset.name,
            variable=variable or None,
            message=message,
        )
