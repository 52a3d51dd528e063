"""`cdisckit verify`: derive a delivered package's variables again and compare.

The methods of a define.xml that cdisckit wrote name the function that derived a variable, with its
sources and constants, as a FormalExpression. What such a call needs is in the package itself, so
whoever receives it can repeat the derivation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import numpy as np
import pandas as pd

import adam.derivations
import sdtm.derivations
from specs.calls import UNUSABLE
from specs.derivation import Outcome, derivations_of
from specs.errors import CdisckitError
from specs.paths import IN_PACKAGE, inside
from specs.references import split_source
from specs.where import all_hold, variables_of
from submission.define import read_define
from submission.define.calls import CONSTANT, CONTEXT, TAKEN, Call, read_calls
from submission.xpt import read_delivered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from specs.derivation import Derivation
    from specs.where import Where
    from submission.define.document import Document, ItemGroup, ItemReference

COLUMNS = ("dataset", "variable", "function", "verdict", "rows", "differ", "reason")

EQUAL, DIFFERS, NOT_DERIVED = "equal", "differs", "not derived again"

_SAS_EPOCH = pd.Timestamp("1960-01-01")


class _NotRepeatableError(Exception):
    """A derivation that cannot be repeated from the package alone; the text says why."""


def verify(package: Path) -> pd.DataFrame:
    """One row per derived variable: COLUMNS, whether deriving it again gives the same values.

    CdisckitError where there is no define.xml.
    """
    defines = sorted(package.rglob("define.xml")) if package.is_dir() else [package]
    if not defines or not defines[0].exists():
        raise CdisckitError(
            "there is no define.xml", where=str(package), remedy="name the folder of a package"
        )
    documents = [(path, read_define(path)) for path in defines]
    tables = _Tables(documents)
    known = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
    rows = [
        row
        for _, document in documents
        for group in document.groups
        for reference in group.references
        for row in _verified(document, group, reference, tables, known)
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _verified(
    document: Document,
    group: ItemGroup,
    reference: ItemReference,
    tables: _Tables,
    known: Mapping[str, Derivation],
) -> Iterator[tuple[str, str, str, str, int, int, str]]:
    item = document.item.get(reference.item)
    if item is None or "Derived" not in {origin.type for origin in item.origins}:
        return
    functions = ""
    try:
        calls = _calls(document, reference)
        functions = ", ".join(dict.fromkeys(call.function for call in calls))
        delivered = tables.column(group.name, item.name)
        made = pd.Series(np.nan, index=delivered.index, dtype="object")
        for call in calls:
            given = _values(call, group.name, tables, known).reindex(delivered.index)
            made = made.where(made.notna(), given.astype("object"))
    except _NotRepeatableError as reason:
        yield group.name, item.name, functions, NOT_DERIVED, 0, 0, str(reason)
        return
    differ = int((~_same(delivered, made.infer_objects())).sum())
    verdict = DIFFERS if differ else EQUAL
    yield group.name, item.name, functions, verdict, len(delivered), differ, ""


def _calls(document: Document, reference: ItemReference) -> tuple[Call, ...]:
    method = document.method.get(reference.method)
    found = [e.code for e in method.expressions if e.context == CONTEXT] if method else []
    if not found:
        raise _NotRepeatableError("its method names no function")
    try:
        return read_calls(found[0])
    except ValueError:
        raise _NotRepeatableError("its method is no call of a function") from None


def _values(
    call: Call, dataset: str, tables: _Tables, known: Mapping[str, Derivation]
) -> pd.Series:
    """The values that a call gives for those rows of a dataset that meet its conditions."""
    subjects = tables.column(dataset, "USUBJID")
    rows = subjects.index[tables.meets(dataset, call.when)]
    if call.function == CONSTANT:
        (constant,) = call.sources
        return pd.Series(constant, index=rows)
    if call.function == TAKEN:
        return tables.beside(dataset, call.sources[0])[rows]
    derivation = known.get(call.function)
    if derivation is None:
        raise _NotRepeatableError("no function of this name is known")
    try:
        if derivation.scope in ("value", "record") and not call.where:
            columns = [tables.beside(dataset, source)[rows] for source in call.sources]
            made = derivation.function(*columns, **call.constants)
        elif derivation.scope == "subject":
            made = _of_subjects(derivation, call, tables)
        else:
            raise _NotRepeatableError(f"a function of scope {derivation.scope} is not repeated")
    except UNUSABLE as error:
        raise _NotRepeatableError(f"it cannot read what was delivered ({error})") from error
    values = made.values if isinstance(made, Outcome) else made
    if not isinstance(values, pd.Series):
        raise _NotRepeatableError("it makes records")
    if derivation.scope == "subject":
        values = subjects[rows].map(values)
    return _as_delivered(values)


def _of_subjects(derivation: Derivation, call: Call, tables: _Tables) -> Any:
    """What a function makes of many records of each subject."""
    owners = {split_source(source)[0] for source in call.sources}
    if len(owners) != 1 or "" in owners:
        raise _NotRepeatableError("it reads several datasets")
    (owner,) = owners
    kept = tables.meets(owner, call.where)
    columns = [tables.dated(owner, split_source(source)[1])[kept] for source in call.sources]
    return derivation.function(*columns, tables.column(owner, "USUBJID")[kept], **call.constants)


def _as_delivered(values: pd.Series) -> pd.Series:
    """Datetimes as the numbers of SAS: days where none has a time of day, else seconds."""
    if not pd.api.types.is_datetime64_any_dtype(values):
        return values
    known = values.dropna()
    unit = pd.Timedelta(days=1) if known.eq(known.dt.normalize()).all() else pd.Timedelta(seconds=1)
    return (values - _SAS_EPOCH) / unit


def _same(delivered: pd.Series, made: pd.Series) -> pd.Series:
    """True where both are missing or equal; numbers as far as a transport file holds them."""
    none = delivered.isna() & made.isna()
    if pd.api.types.is_numeric_dtype(delivered):
        numbers = pd.to_numeric(made, errors="coerce").to_numpy("float64")
        close = np.isclose(delivered.to_numpy("float64"), numbers, rtol=1e-12, atol=0)
        return none | pd.Series(close, index=delivered.index)
    return none | delivered.astype("str").eq(made.astype("str"))


class _Tables:
    """The delivered datasets, each read when it is first needed."""

    def __init__(self, documents: list[tuple[Path, Document]]) -> None:
        self._paths = {
            group.name: inside(path.parent, unquote(group.leaf.href), str(path), IN_PACKAGE)
            for path, document in documents
            for group in document.groups
            if group.leaf is not None
        }
        self._frames: dict[str, pd.DataFrame] = {}
        self._formats: dict[str, dict[str, Literal["s", "D"]]] = {}

    def column(self, dataset: str, name: str) -> pd.Series:
        """A column as it was delivered, dates of SAS as numbers."""
        frame = self._frame(dataset)
        if name not in frame:
            raise _NotRepeatableError("it reads what the package does not hold")
        return frame[name]

    def meets(self, dataset: str, conditions: tuple[Where, ...]) -> pd.Series:
        """True for the rows of a dataset that meet conditions."""
        for name in variables_of(conditions):
            self.column(dataset, name)
        return all_hold(conditions, self._frame(dataset))

    def beside(self, dataset: str, source: str) -> pd.Series:
        """A source for each row of a dataset: its own variable, or one of the row's subject."""
        owner, name = split_source(source)
        if not owner or owner == dataset:
            return self.dated(dataset, name or source)
        values = self.dated(owner, name)
        subjects = self.column(owner, "USUBJID")
        if subjects.duplicated().any():
            raise _NotRepeatableError(f"{owner} has several records per subject")
        return self.column(dataset, "USUBJID").map(values.set_axis(subjects))

    def dated(self, dataset: str, name: str) -> pd.Series:
        """A column with the dates of SAS, which its format tells, as datetimes."""
        values = self.column(dataset, name)
        unit = self._formats[dataset].get(name)
        return values if unit is None else _SAS_EPOCH + pd.to_timedelta(values, unit=unit)

    def _frame(self, dataset: str) -> pd.DataFrame:
        if dataset not in self._frames:
            path = self._paths.get(dataset)
            if path is None or not path.exists():
                raise _NotRepeatableError(f"{dataset} is not in the package")
            self._frames[dataset], member = read_delivered(path)
            self._formats[dataset] = {
                column.name: "s" if column.holds == "datetimes" else "D"
                for column in member.columns
                if column.holds in ("dates", "datetimes")
            }
        return self._frames[dataset]
