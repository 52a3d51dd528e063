"""What the rows of a dataset lack against its specification and the guide, as findings.

It asks what the schema of pandera asks (`validation.schemas`), of the same rules: each distinct
value once, and without a frame of failures for each of a thousand columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd

from specs.findings import all_findings, findings
from validation.demands import dtype, expected_variables, is_date, row_rules, value_rules
from validation.places import as_text, at_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.model import Dataset, Study, Variable
    from specs.tables import Table
    from validation.rules import ValueRule

_KINDS: Final = {"Char": "texts (str)", "Num": "numbers (float64)"}


def validate(table: Table, dataset: Dataset, study: Study) -> pd.DataFrame:
    """Findings of a table against what its dataset demands: columns, keys, values, then rows."""
    frame = _numbers_as_float(table.frame.reset_index(drop=True))
    return all_findings(_Failures(dataset, study, frame).findings())


@dataclass(frozen=True)
class _Failures:
    """The failures of one frame, whose index counts its rows."""

    dataset: Dataset
    study: Study
    frame: pd.DataFrame

    def findings(self) -> Iterator[pd.DataFrame]:
        """All of them, those of columns first."""
        yield from self._columns()
        yield from self._repeated()
        for variable in self.dataset.variables:
            if variable.name in self.frame:
                yield from self._values(variable)
        yield from self._rows()

    def _columns(self) -> Iterator[pd.DataFrame]:
        specified = [variable.name for variable in self.dataset.variables]
        expected = expected_variables(self.dataset, self.study)
        for name in self.frame:
            if name not in specified and name not in expected:
                message = "the specification has no such variable"
                yield self._whole("CK-COLUMN", str(name), message)
        for name in specified:
            if name not in self.frame:
                message = "the variable is specified, but not in the data"
                yield self._whole("CK-COLUMN", name, message)
        for name in expected:
            if name not in self.frame and name not in specified:
                message = "the guide expects the variable, and the specification does not have it"
                yield self._whole("CK-EXPECTED", name, message, severity="warning")

    def _repeated(self) -> Iterator[pd.DataFrame]:
        """Records whose key an earlier one has; none where a part of the key is missing."""
        keys = [key for key in self.dataset.keys if self.dataset.has(key)]
        if not keys or not set(keys) <= set(self.frame):
            return
        again = self.frame.duplicated(keys)
        if not again.any():
            return
        rows = self.frame[again]
        values = as_text(rows[keys[0]]).fillna("")
        for key in keys[1:]:
            values = values + ", " + as_text(rows[key]).fillna("")
        yield at_rows(
            self.dataset,
            rows,
            severity="error",
            rule="CK-KEY",
            variable=" ".join(keys),
            value=values,
            message="an earlier record has the same key",
        )

    def _values(self, variable: Variable) -> Iterator[pd.DataFrame]:
        name, values = variable.name, self.frame[variable.name]
        distinct_values = pd.Series(values.unique(), name=name)
        missing = distinct_values.isna()
        if missing.any():
            distinct_values = distinct_values[~missing]
        if variable.mandatory and missing.any():
            message = f"{name} is required in every record of {self.dataset.name}"
            yield self._at("CK-REQUIRED", name, self.frame[values.isna()], message)
        if name in self._mistyped:
            wanted = "dates" if is_date(self.dataset, variable) else _KINDS[variable.type]
            message = f"the values are {values.dtype}, expected {wanted}"
            yield self._whole("CK-TYPE", name, message)
        elif not is_date(self.dataset, variable):
            for rule in value_rules(self.dataset, self.study, variable):
                yield from self._failing(rule, distinct_values)

    def _failing(self, rule: ValueRule, distinct_values: pd.Series) -> Iterator[pd.DataFrame]:
        """What a rule says of the distinct values of a variable, at their rows."""
        holds = rule.holds(distinct_values)
        if holds.all():
            return
        name = str(distinct_values.name)
        rows = self.frame[self.frame[name].isin(distinct_values[~holds.astype(bool)])]
        texts = as_text(rows[name])
        distinct = texts.unique().tolist()
        messages = texts.map(dict(zip(distinct, rule.messages(distinct), strict=True)))
        yield self._at(rule.id, name, rows, messages)

    def _rows(self) -> Iterator[pd.DataFrame]:
        names = [variable.name for variable in self.dataset.variables]
        present = [name for name in self.frame if name in names]
        if present != [name for name in names if name in present]:
            message = "the variables are not in the order of the specification"
            yield self._whole("CK-ORDER", "", message)
        for rule in row_rules(self.dataset, self.study):
            needs = set(rule.needs)
            if not needs <= set(self.frame) or needs & self._mistyped:
                continue
            holds = rule.holds(self.frame)
            if not holds.all():
                rows = self.frame[~holds.astype(bool)]
                yield self._at(rule.id, rule.variable, rows, rule.message(rows))

    @cached_property
    def _mistyped(self) -> frozenset[str]:
        """The variables whose values are of another type than specified."""
        return frozenset(
            variable.name
            for variable in self.dataset.variables
            if variable.name in self.frame
            and not _is_typed(self.frame[variable.name], self.dataset, variable)
        )

    def _at(
        self, rule: str, variable: str, rows: pd.DataFrame, message: pd.Series | str
    ) -> pd.DataFrame:
        return at_rows(
            self.dataset,
            rows,
            severity="error",
            rule=rule,
            variable=variable,
            value=rows[variable],
            message=message,
        )

    def _whole(
        self, rule: str, variable: str, message: str, severity: str = "error"
    ) -> pd.DataFrame:
        return findings(
            severity=severity,
            rule=rule,
            dataset=self.dataset.name,
            variable=variable or None,
            message=message,
        )


def _is_typed(values: pd.Series, dataset: Dataset, variable: Variable) -> bool:
    if is_date(dataset, variable):
        return values.dtype.kind == "M"
    return str(values.dtype) == dtype(variable)


def _numbers_as_float(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with whole numbers as float64, which is what every number is in the package."""
    whole = [name for name, kind in frame.dtypes.items() if kind.kind in "iu"]
    return frame.astype(dict.fromkeys(whole, "float64")) if whole else frame
