"""`cdisckit verify`: derive and copy a delivered package's variables again, and compare.

The methods of a define.xml that cdisckit wrote name the function that derived a variable, with its
sources and constants, as a FormalExpression. What such a call needs is in the package itself, so
whoever receives it can repeat the derivation.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import adam.derivations
import sdtm.derivations
from adam.records import Records
from cdisckit.delivered import SAS_EPOCH, Delivered, NotRepeatableError
from specs.calls import UNUSABLE
from specs.derivation import Outcome, derivations_of
from specs.errors import CdisckitError
from specs.references import split_source
from specs.where import Where
from submission.define import read_define
from submission.define.calls import CONSTANT, CONTEXT, TAKEN, Call, read_calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from specs.derivation import Derivation
    from submission.define.document import Document, Item, ItemGroup, ItemReference

COLUMNS = ("dataset", "variable", "function", "verdict", "rows", "differ", "reason")

_OF_FORMS = ("Collected", "Assigned")
"""Origins of values that no rule of a package gives."""

_ALWAYS = re.compile(r'Always "?([^"]*?)"?\.$')
"""The comment on a constant."""

EQUAL, DIFFERS, NOT_DERIVED = "equal", "differs", "not derived again"
ABSENT = "absent"
"""The verdict on a dataset whose file is not where define.xml says."""

_REPEATED = ("Derived", "Predecessor")
"""Origins of values that the package itself can give again."""

_SOURCE = re.compile(r"[A-Z][A-Z0-9]*\.[A-Z][A-Z0-9_]*")


def verify(package: Path) -> pd.DataFrame:
    """One row per derived or copied variable: COLUMNS, whether doing it again gives the same.

    A dataset whose file is not there is a row of its own, without a variable. CdisckitError where
    there is no define.xml.
    """
    defines = sorted(package.rglob("define.xml")) if package.is_dir() else [package]
    if not defines or not defines[0].exists():
        raise CdisckitError(
            "there is no define.xml", where=str(package), remedy="name the folder of a package"
        )
    documents = [(path, read_define(path)) for path in defines]
    tables = Delivered(documents)
    derivations = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
    absent = [
        (name, "", "", ABSENT, 0, 0, f"{path.name} is not in the package")
        for name, path in tables.absent().items()
    ]
    rows = absent + [
        row
        for _, document in documents
        for group in document.groups
        if not group.no_data and group.name not in tables.absent()
        for reference in group.references
        for row in _verified(document, group, reference, tables, derivations)
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _verified(
    document: Document,
    group: ItemGroup,
    reference: ItemReference,
    tables: Delivered,
    derivations: Mapping[str, Derivation],
) -> Iterator[tuple[str, str, str, str, int, int, str]]:
    """The row of a derived or copied variable; none for any other."""
    item = document.item.get(reference.item)
    if item is None or not _is_repeated(document, reference):
        return
    functions = ""
    try:
        calls = _calls(document, reference)
        functions = ", ".join(dict.fromkeys(call.function for call in calls))
        delivered = tables.column(group.name, item.name)
        values = pd.Series(np.nan, index=delivered.index, dtype="object")
        for call in calls:
            of_call = _values(call, group.name, item.name, tables, derivations).reindex(
                delivered.index
            )
            values = values.where(values.notna(), of_call.astype("object"))
    except NotRepeatableError as error:
        yield group.name, item.name, functions, NOT_DERIVED, 0, 0, str(error)
        return
    same = _same(delivered, values.infer_objects())
    reason = ""
    if [origin.type for origin in item.origins] == ["Predecessor"]:
        equal, reason = _copied(document, group, item, tables)
        same |= ~equal
    differ = int((~same).sum())
    verdict = DIFFERS if differ else EQUAL
    yield group.name, item.name, functions, verdict, len(delivered), differ, reason


def _copied(
    document: Document, group: ItemGroup, item: Item, tables: Delivered
) -> tuple[pd.Series, str]:
    """The rows of a predecessor that can be compared, and why not all of them.

    A comment tells in words which records it is copied into, so an empty value may be right; a
    derived record of a parameter takes what its sources have in common.
    """
    delivered = tables.column(group.name, item.name)
    compared = pd.Series(data=True, index=delivered.index)
    comment = document.comment_by_oid.get(item.comment)
    reasons = []
    if comment is not None and comment.text.startswith("Where "):
        compared &= delivered.notna()
        reasons.append("where it is filled")
    if tables.has(group.name, "PARAMTYP"):
        derived = tables.column(group.name, "PARAMTYP").eq("DERIVED")
        if derived.any():
            compared &= ~derived
            reasons.append("in records that are not derived")
    return compared, f"compared {' and '.join(reasons)}" if reasons else ""


def _is_repeated(document: Document, reference: ItemReference) -> bool:
    """Whether values of a variable can be given again, all of them or those under a condition."""
    item = document.item.get(reference.item)
    if item is None:
        return False
    if any(origin.type in _REPEATED for origin in item.origins):
        return True
    values = document.value_list.get(item.value_list)
    return any(_is_repeated(document, value) for value in (values.references if values else ()))


def _calls(document: Document, reference: ItemReference) -> tuple[Call, ...]:
    """The calls that give the values of a variable, those of its value level among them."""
    item = document.item[reference.item]
    values = document.value_list.get(item.value_list)
    if values is None or "Derived" in {origin.type for origin in item.origins}:
        return _own_calls(document, reference)
    all_calls: list[Call] = []
    for value in values.references:
        for under in value.where:
            when = _conditions(document, under)
            calls = _own_calls(document, value)
            all_calls += [replace(call, when=(*when, *call.when)) for call in calls]
    return tuple(all_calls)


def _conditions(document: Document, oid: str) -> tuple[Where, ...]:
    clause = document.where_clause.get(oid)
    return tuple(
        Where.model_validate(
            {
                "variable": document.item[check.item].name,
                "comparator": check.comparator,
                "values": check.values,
            }
        )
        for check in (clause.checks if clause else ())
    )


def _own_calls(document: Document, reference: ItemReference) -> tuple[Call, ...]:
    """The calls that a variable's method, origin or comment states."""
    method = document.method.get(reference.method)
    codes = [e.code for e in method.expressions if e.context == CONTEXT] if method else []
    if not codes:
        origins = document.item[reference.item].origins
        if len(origins) == 1 and origins[0].type == "Predecessor":
            if not _SOURCE.fullmatch(origins[0].description):
                raise NotRepeatableError("its predecessor is not a variable of a dataset")
            return (Call(TAKEN, (origins[0].description,), {}),)
        comment = document.comment_by_oid.get(document.item[reference.item].comment)
        if len(origins) == 1 and origins[0].type == "Assigned" and comment:
            constant = _ALWAYS.match(comment.text)
            if constant:
                return (Call(CONSTANT, (constant[1],), {}),)
        if any(origin.type in _OF_FORMS for origin in origins):
            raise NotRepeatableError("it reads collected values, which the package does not hold")
        raise NotRepeatableError("its method names no function")
    try:
        return read_calls(codes[0])
    except ValueError:
        raise NotRepeatableError("its method is not a call of a function") from None


def _values(
    call: Call,
    dataset: str,
    variable: str,
    tables: Delivered,
    derivations: Mapping[str, Derivation],
) -> pd.Series:
    """The values that a call gives for those rows of a dataset that meet its conditions."""
    subjects = tables.column(dataset, "USUBJID")
    rows = subjects.index[tables.meets(dataset, call.when)]
    if call.function == CONSTANT:
        (constant,) = call.sources
        return pd.Series(constant, index=rows)
    if call.function == TAKEN:
        return _as_delivered(tables.beside(dataset, call.sources[0], rows, call.per))
    derivation = derivations.get(call.function)
    if derivation is None:
        raise NotRepeatableError("no function of this name is known")
    try:
        result = _derived_again(derivation, call, dataset, rows, tables)
    except UNUSABLE as error:
        raise NotRepeatableError(f"it cannot read what was delivered ({error})") from error
    values = result.values if isinstance(result, Outcome) else result
    if isinstance(values, Records):
        return _of_records(values, dataset, variable, rows, tables)
    if isinstance(values, pd.DataFrame):
        values = values[call.gives or variable]
    if not isinstance(values, pd.Series):
        raise NotRepeatableError("it takes records over once more")
    if derivation.scope == "subject":
        values = subjects[rows].map(values)
    return _as_delivered(values)


def _derived_again(
    derivation: Derivation, call: Call, dataset: str, rows: pd.Index, tables: Delivered
) -> Any:
    """What a function makes of what was delivered."""
    if derivation.scope == "subject":
        return _of_subjects(derivation, call, dataset, rows, tables)
    columns: list[pd.Series] = []
    owners = {split_source(source)[0] for source in call.sources}
    makes_records = derivation.scope == "dataset" and len(owners) == 1
    for source in call.sources:
        owner, name = split_source(source)
        many = makes_records or (derivation.scope == "lookup" and owner not in ("", dataset))
        if many and owner in tables.names:
            kept = tables.meets(owner, call.where)
            columns.append(tables.dated(owner, name)[kept])
        elif derivation.scope == "dataset" and tables.has_parameter(dataset, owner):
            records = tables.of_parameter(dataset, owner)
            columns.append(tables.dated(dataset, name)[records].rename(source))
        else:
            columns.append(tables.beside(dataset, source, rows, call.per))
    return derivation.function(*columns, **call.constants)


def _of_subjects(
    derivation: Derivation, call: Call, dataset: str, rows: pd.Index, tables: Delivered
) -> Any:
    """What a function makes of many records of each subject, and of values of the subject."""
    owner = split_source(call.sources[0])[0]
    if not owner:
        raise NotRepeatableError("its first source is not of another dataset")
    kept = tables.meets(owner, call.where)
    subjects = tables.column(owner, "USUBJID")[kept]
    columns = []
    for source in call.sources:
        of, name = split_source(source)
        if of == owner:
            columns.append(tables.dated(owner, name)[kept])
            continue
        at = of or dataset
        values = tables.dated(at, name)[rows] if not of else tables.dated(at, name)
        person = tables.column(at, "USUBJID").loc[values.index]
        once = ~person.duplicated()
        columns.append(subjects.map(values[once].set_axis(person[once])))
    return derivation.function(*columns, subjects, **call.constants)


def _of_records(
    made_records: Records, dataset: str, variable: str, rows: pd.Index, tables: Delivered
) -> pd.Series:
    """A column of records made anew, for the rows that agree with them in all other columns.

    Missing where no record agrees, or several differ in the column.
    """
    records = made_records.rows.copy()
    names = [name for name in map(str, records) if tables.has(dataset, name)]
    keys = [name for name in names if name != variable]
    others = [tables.column(dataset, name)[rows].astype("object") for name in keys]
    theirs = [_as_delivered(records[name]).astype("object") for name in keys]
    codes = pd.MultiIndex.from_arrays(
        [pd.concat([a, b]) for a, b in zip(others, theirs, strict=True)]
    )
    numbers = pd.Series(pd.factorize(codes)[0])
    mine, numbers_made = numbers.iloc[: len(rows)], numbers.iloc[len(rows) :]
    values = _as_delivered(records[variable]).set_axis(numbers_made.to_numpy())
    distinct = values.groupby(level=0, dropna=False).nunique(dropna=False)
    single = values[~values.index.duplicated()].where(distinct.eq(1))
    return mine.map(single).set_axis(rows)


def _as_delivered(values: pd.Series) -> pd.Series:
    """Datetimes as the numbers of SAS: days where none has a time of day, else seconds."""
    if not pd.api.types.is_datetime64_any_dtype(values):
        return values
    present = values.dropna()
    unit = (
        pd.Timedelta(days=1)
        if present.eq(present.dt.normalize()).all()
        else pd.Timedelta(seconds=1)
    )
    numbers: pd.Series = (values - SAS_EPOCH) / unit
    return numbers


def _same(delivered: pd.Series, rederived: pd.Series) -> pd.Series:
    """True where both are missing or equal; numbers as far as a transport file holds them."""
    none = delivered.isna() & rederived.isna()
    if pd.api.types.is_numeric_dtype(delivered):
        numbers = pd.to_numeric(rederived, errors="coerce").to_numpy("float64")
        close = np.isclose(delivered.to_numpy("float64"), numbers, rtol=1e-12, atol=0)
        return none | pd.Series(close, index=delivered.index)
    return none | delivered.astype("str").eq(rederived.astype("str"))
