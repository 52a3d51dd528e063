"""Schemas made from the specification, and what a dataset's rows lack against them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaErrorReason, SchemaErrors

from specs.findings import all_findings, findings, no_findings
from specs.standards import standard
from validation.places import as_text, at_rows
from validation.rules import (
    RowRule,
    ValueRule,
    both_or_neither,
    coded_by,
    decoded_by,
    in_codelist,
    iso_8601,
    iso_8601_duration,
    one_of,
    unique,
    within_length,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pandera.errors import SchemaError

    from specs.model import Dataset, Study, Variable
    from specs.standards import StandardVariable
    from specs.tables import Table

# Names of dates and datetimes by the suffixes of ADaMIG 1.3; PxxSwSDM is short for SDTM.
_DATE_NAME: Final = re.compile(r"DTM?$|^P\d\dS\d+[SE]DM$")
_KINDS: Final = {"Char": "texts (str)", "Num": "numbers (float64)"}


def schema(dataset: Dataset, study: Study) -> pandera.DataFrameSchema:
    """The pandera schema of a dataset: what its specification and the guide demand of its rows.

    Columns in order, types, required values, codelists, lengths, keys, ISO 8601 texts, sequence
    numbers, and values by parameter or qualifier. The names of its checks are rule ids.
    """
    guide = _guide_variables(dataset, study)
    columns = {
        variable.name: pandera.Column(
            None if _is_date(dataset, variable) else _dtype(variable),
            [
                *(_value_check(rule) for rule in _value_rules(dataset, study, variable, guide)),
                *([_dates_only()] if _is_date(dataset, variable) else []),
            ],
            nullable=not variable.mandatory,
        )
        for variable in dataset.variables
    }
    expected = {
        known.variable: pandera.Column(None, nullable=True)
        for known in guide.values()
        if known.core in ("Req", "Exp") and known.variable not in columns
    }
    return pandera.DataFrameSchema(
        {**columns, **expected},
        checks=[
            _in_order(tuple(columns)),
            *(_row_check(rule) for rule in _row_rules(dataset, study)),
        ],
        strict=True,
        unique=[key for key in dataset.keys if key in columns] or None,
        report_duplicates="exclude_first",
        name=dataset.name,
    )


def validate(table: Table, dataset: Dataset, study: Study) -> pd.DataFrame:
    """Findings of a table against the schema of its dataset, in the order of the schema."""
    frame = _numbers_as_float(table.frame.reset_index(drop=True))
    demanded = schema(dataset, study)
    if not {*(demanded.unique or ())} <= set(frame):
        demanded.unique = None  # a missing key is a finding itself; pandera would stop at it
    try:
        demanded.validate(frame, lazy=True)
    except SchemaErrors as errors:
        failures = _Failures(dataset, study, frame)
        return all_findings(
            found for error in errors.schema_errors for found in failures.read(error)
        )
    return no_findings()


# what is demanded


def _dtype(variable: Variable) -> str:
    return "float64" if variable.type == "Num" else "str"


def _is_date(dataset: Dataset, variable: Variable) -> bool:
    """Whether the values are dates of ADaM, which are datetime64 until they are written."""
    return (
        dataset.purpose == "Analysis"
        and variable.type == "Num"
        and _DATE_NAME.search(variable.name) is not None
    )


def _guide_variables(dataset: Dataset, study: Study) -> Mapping[str, StandardVariable]:
    """What the guide says of the variables it names in full for this dataset."""
    version = study.standards.get(dataset.standard)
    if version is None:
        return {}
    guide = standard(dataset.standard, version)
    owner = dataset.name if dataset.parent else dataset.domain
    if dataset.purpose == "Analysis":
        owners = [known.name for known in guide.datasets.values() if known.class_ == dataset.class_]
        owner = owners[0] if owners else ""
    known = [guide.variable(owner, v.variable) for v in guide.variables(owner)]
    own = [guide.variable(owner, v.name) for v in dataset.variables]
    return {v.variable: v for v in (*known, *own) if v is not None}


def _value_rules(
    dataset: Dataset, study: Study, variable: Variable, guide: Mapping[str, StandardVariable]
) -> Iterator[ValueRule]:
    used = study.codelists.get(variable.codelist)
    if used is not None:
        yield in_codelist(variable.codelist, used, number=variable.type == "Num")
    if variable.type == "Num":
        return
    yield within_length(variable.length)
    if variable.is_date:
        yield iso_8601()
    elif variable.value_domain.startswith("ISO 8601 duration"):
        yield iso_8601_duration(or_interval="interval" in variable.value_domain)
    known = guide.get(variable.name)
    if known is not None and known.values and used is None:
        yield one_of("CK-VALUE", known.values, f"a value the guide allows for {variable.name}")
    declared = _declared(dataset, study).get(variable.name)
    if declared:
        id_, values, of = declared
        yield one_of(id_, values, of)


def _declared(dataset: Dataset, study: Study) -> Mapping[str, tuple[str, Collection[str], str]]:
    """Variables whose values the specification of the dataset lists, by name."""
    code = f"{dataset.domain}TESTCD"
    tests = {str(block.assign[code]) for block in dataset.blocks if code in block.assign}
    whole = bool(tests) and all(code in block.assign for block in dataset.blocks)
    declared: dict[str, tuple[str, Collection[str], str]] = {
        "DOMAIN": ("CK-DOMAIN", (dataset.domain,), "the code of this domain"),
        "PARAMCD": ("CK-PARAMCD", {p.code for p in dataset.parameters}, "a declared parameter"),
        code: ("CK-TESTCD", tests if whole else (), "a declared test"),
    }
    if dataset.parent:
        parent = study.dataset(dataset.parent) if study.has(dataset.parent) else None
        names = {v.name for v in parent.variables} if parent else ()
        declared |= {
            "RDOMAIN": ("CK-RDOMAIN", (dataset.domain,), "the domain these qualifiers belong to"),
            "IDVAR": ("CK-IDVAR", names, f"a variable of {dataset.parent}"),
            "QNAM": ("CK-QNAM", {v.name for v in dataset.supplemental}, "a declared qualifier"),
        }
    return declared


def _row_rules(dataset: Dataset, study: Study) -> Iterator[RowRule]:
    for variable in (f"{dataset.domain}SEQ", "ASEQ"):
        if dataset.has(variable) and dataset.has("USUBJID"):
            yield unique("CK-SEQ", variable, "USUBJID")
    for code, name, value, parts in (
        ("PARAMCD", "PARAM", "AVALC", [(p.code, p.label, p.codelist) for p in dataset.parameters]),
        ("QNAM", "QLABEL", "QVAL", [(v.name, v.label, v.codelist) for v in dataset.supplemental]),
    ):
        if not parts or not dataset.has(code):
            continue
        decoded = {key: label for key, label, _ in parts}
        lists = {
            key: (codelist, study.codelists[codelist])
            for key, _, codelist in parts
            if codelist in study.codelists
        }
        yield decoded_by("CK-DECODE", code, name, decoded)
        if lists:
            yield coded_by(code, value, lists)
    if dataset.parent:
        yield both_or_neither("CK-IDVAR", "IDVAR", "IDVARVAL")


# as pandera checks


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


def _numbers_as_float(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with whole numbers as float64, which is what every number is in the package."""
    whole = [name for name in frame if pd.api.types.is_integer_dtype(frame[name])]
    return frame.astype(dict.fromkeys(whole, "float64"))


# as findings


class _Failures:
    """Reads pandera's failures of one frame as findings."""

    def __init__(self, dataset: Dataset, study: Study, frame: pd.DataFrame) -> None:
        self._dataset = dataset
        self._frame = frame
        guide = _guide_variables(dataset, study)
        self._values = {
            v.name: tuple(_value_rules(dataset, study, v, guide)) for v in dataset.variables
        }
        self._rows = tuple(_row_rules(dataset, study))

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
            said = f"{name} is required in every record of {self._dataset.name}"
            yield self._at("CK-REQUIRED", name, rows, said)
        elif reason is SchemaErrorReason.DUPLICATES:
            yield self._repeated(pd.Index(failing["index"].unique()))
        elif reason is SchemaErrorReason.DATAFRAME_CHECK:
            yield from self._checked(error, name)
        elif not self._has_wrong_type(name):
            raise error

    def _checked(self, error: SchemaError, name: str) -> Iterator[pd.DataFrame]:
        place = int(error.check_index)
        if isinstance(error.schema, pandera.DataFrameSchema):
            if place == 0:
                yield self._whole(
                    "CK-ORDER", "", "the variables are not in the order of the specification"
                )
                return
            rule = self._rows[place - 1]
            rows = self._frame[~rule.holds(self._frame).astype(bool)]
            yield self._at(rule.id, rule.variable, rows, rule.message(rows))
        elif place == len(self._values[name]):
            yield self._mistyped(name)
        elif not self._has_wrong_type(name):
            cell = self._values[name][place]
            rows = self._frame.loc[error.failure_cases["index"]]
            texts = as_text(rows[name])
            distinct = texts.unique().tolist()
            said = texts.map(dict(zip(distinct, cell.messages(distinct), strict=True)))
            yield self._at(cell.id, name, rows, said)

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
        said = "the guide expects the variable, and the specification does not have it"
        return self._whole("CK-EXPECTED", name, said, severity="warning")

    def _mistyped(self, name: str) -> pd.DataFrame:
        variable, found = self._dataset.variable(name), self._frame[name].dtype
        wanted = "dates" if _is_date(self._dataset, variable) else _KINDS[variable.type]
        return self._whole("CK-TYPE", name, f"the values are {found}; expected are {wanted}")

    def _has_wrong_type(self, name: str) -> bool:
        if name not in self._frame or not self._dataset.has(name):
            return False
        return str(self._frame[name].dtype) != _dtype(self._dataset.variable(name))

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
