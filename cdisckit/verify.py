"""`cdisckit verify`: derive a delivered package's variables again and compare.

The methods of a define.xml that cdisckit wrote name the function that derived a variable, with its
sources and constants, as a FormalExpression. What such a call needs is in the package itself, so
whoever receives it can repeat the derivation.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

import adam.derivations
import sdtm.derivations
from specs.derivation import Derivation, Outcome, derivations_of
from specs.errors import CdisckitError
from specs.references import split_source
from submission.define import read_define
from submission.define.pools import CALL_CONTEXT
from submission.xpt import read_xpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from submission.define.document import Document, Item, ItemGroup, ItemReference

COLUMNS = ("dataset", "variable", "function", "verdict", "rows", "differ", "reason")

EQUAL, DIFFERS, NOT_DERIVED = "equal", "differs", "not derived again"

_SAS_EPOCH = pd.Timestamp("1960-01-01")


class _NotRepeatableError(Exception):
    """A derivation that cannot be repeated from the package alone; the text says why."""


@dataclass(frozen=True)
class Call:
    """A derivation with its sources and constants, as a method states it."""

    function: str
    sources: tuple[str, ...]
    constants: Mapping[str, Any]


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
    function = ""
    try:
        call = _call(document, reference, item)
        function = call.function
        delivered = tables.column(group.name, item.name)
        made = _derived(known.get(function), call, group.name, tables)
    except _NotRepeatableError as reason:
        yield group.name, item.name, function, NOT_DERIVED, 0, 0, str(reason)
        return
    differ = int((~_same(delivered, made)).sum())
    verdict = DIFFERS if differ else EQUAL
    yield group.name, item.name, function, verdict, len(delivered), differ, ""


def _call(document: Document, reference: ItemReference, item: Item) -> Call:
    if len(item.origins) > 1:
        raise _NotRepeatableError("it has other origins beside")
    method = document.method.get(reference.method)
    found = [e.code for e in method.expressions if e.context == CALL_CONTEXT] if method else []
    if not found:
        raise _NotRepeatableError("its method names no function")
    return parsed_call(found[0])


def parsed_call(text: str) -> Call:
    """A call with literal arguments; nothing in it is run.

    >>> parsed_call('study_day("AESTDTC", "DM.RFSTDTC")').sources
    ('AESTDTC', 'DM.RFSTDTC')
    """
    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise _NotRepeatableError("its method is no call of a function")
        sources = tuple(str(ast.literal_eval(argument)) for argument in call.args)
        constants = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
    except (SyntaxError, ValueError):
        raise _NotRepeatableError("its method is no call of a function") from None
    return Call(call.func.id, sources, constants)


def _derived(derivation: Derivation | None, call: Call, dataset: str, tables: _Tables) -> pd.Series:
    """The values that the call gives for the rows of a dataset."""
    if derivation is None:
        raise _NotRepeatableError("no function of this name is known")
    subjects = tables.column(dataset, "USUBJID")
    try:
        if derivation.scope == "record":
            columns = [tables.beside(dataset, source) for source in call.sources]
            made = derivation.function(*columns, **call.constants)
        elif derivation.scope == "subject":
            owners = {split_source(source)[0] for source in call.sources}
            if len(owners) != 1 or "" in owners:
                raise _NotRepeatableError("it reads several datasets")
            (owner,) = owners
            columns = [tables.dated(owner, split_source(s)[1]) for s in call.sources]
            made = derivation.function(*columns, tables.column(owner, "USUBJID"), **call.constants)
        else:
            raise _NotRepeatableError(f"a function of scope {derivation.scope} is not repeated")
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise _NotRepeatableError(f"it cannot read what was delivered ({error})") from error
    values = made.values if isinstance(made, Outcome) else made
    if not isinstance(values, pd.Series):
        raise _NotRepeatableError("it makes records")
    return subjects.map(values) if derivation.scope == "subject" else values


def _same(delivered: pd.Series, made: pd.Series) -> pd.Series:
    """True where both are missing or equal; numbers as far as a transport file holds them."""
    if pd.api.types.is_datetime64_any_dtype(made):
        unit = (
            pd.Timedelta(days=1)
            if (made.dropna() == made.dropna().dt.normalize()).all()
            else (pd.Timedelta(seconds=1))
        )
        made = (made - _SAS_EPOCH) / unit
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
            group.name: path.parent / group.leaf.href
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
            self._frames[dataset], member = read_xpt(path)
            self._formats[dataset] = {
                column.name: "s" if column.format.startswith("DATETIME") else "D"
                for column in member.columns
                if column.format.startswith("DATE")
            }
        return self._frames[dataset]
