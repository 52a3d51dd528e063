"""The call of a derivation: what it is given, what it may give back, and whose fault it is.

Code of a study that raises, or gives what has no place in a dataset, is a MappingError with the
rule's line, the function's file and line, and the first record with which it fails.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from specs.choices import COLUMNS
from specs.derivation import Outcome
from specs.distinct import as_plain, has_text_categories
from specs.errors import CdisckitError, MappingError
from specs.guard import guarded, is_of_study, message_of
from specs.numbers import LARGEST
from specs.source_kinds import check_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from specs.derivation import Derivation

VALUES: Final = (pd.Series, Outcome)
"""What a derivation of the values of a variable gives."""

UNUSABLE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What functions of cdisckit raise where sources or constants are not what they are made for."""

_ALIGNED: Final = ("value", "record", "lookup")
"""Scopes whose result is on the index of the first source."""

_BY_RECORD: Final = ("value", "record", "subject")
"""Scopes that can be called with some of the records alone."""

_EXACT: Final = 2**53
"""Whole numbers up to this are exact as binary floats."""

_TEXT: Final = pd.StringDtype(na_value=np.nan)


class _UnfitError(Exception):
    """What a derivation gave has no place in a dataset."""


def called(
    derivation: Derivation,
    columns: Sequence[pd.Series],
    constants: Mapping[str, Any],
    *,
    place: str,
    gives: tuple[type, ...] = VALUES,
    index: pd.Index | None = None,
    record: Callable[[Any], str] | None = None,
) -> Any:
    """What a derivation gives, its Series as text, float64 or datetime64, on the index expected.

    `place` is that of the rule, `gives` the types it may give. `index` is that of the result, for a
    derivation that is not of subjects; else that of the first source. `record` names the record of
    an index label of the sources, for messages. MappingError where a study's function raises or
    gives something else, and where a function of cdisckit cannot use its sources.
    """
    sources = [
        (column if derivation.categories else as_plain(column)).copy(deep=False)
        for column in columns
    ]
    check_sources(derivation, sources, place)
    result = _run(derivation, sources, constants, place, record)
    if index is None and derivation.scope in _ALIGNED and sources:
        index = sources[0].index
    try:
        return _conformed(result, gives, index if derivation.scope != "subject" else None)
    except _UnfitError as error:
        raise MappingError(
            f"{derivation.name}{_defined(derivation)} gives {error}",
            where=place,
            remedy=_remedy(derivation, gives),
        ) from None


def _run(
    derivation: Derivation,
    sources: Sequence[pd.Series],
    constants: Mapping[str, Any],
    place: str,
    record: Callable[[Any], str] | None,
) -> Any:
    """What the function gives; code of a study runs guarded, with the record at fault named."""
    if not is_of_study(derivation.function.__module__):
        try:
            return derivation.function(*sources, **constants)
        except CdisckitError as error:
            if error.where:
                raise
            what = f"{derivation.name}: {error.what}"
            raise type(error)(what, where=place, remedy=error.remedy) from None
        except UNUSABLE as error:
            kinds = ", ".join(f"{name} {_kind(c)}" for name, c in _named(derivation, sources))
            raise MappingError(
                f"{derivation.name} cannot use its sources ({kinds}): {message_of(error)}",
                where=place,
                remedy="name sources of the kind that cdisckit derivations states for it",
            ) from error
    folder = Path(derivation.function.__code__.co_filename).parent

    def attempt(columns: Sequence[pd.Series]) -> Any:
        with guarded(folder, f"{derivation.name} raises", place):
            return derivation.function(*columns, **constants)

    try:
        return attempt(sources)
    except CdisckitError as error:
        if record is None or derivation.scope not in _BY_RECORD or not sources:
            raise
        label = _failing(attempt, sources)
        if label is None:
            raise
        raise MappingError(
            f"{error.what}, also for {record(label)} alone", where=place, remedy=error.remedy
        ) from None


def _named(derivation: Derivation, sources: Sequence[pd.Series]) -> Iterator[tuple[str, pd.Series]]:
    """Each source with the name of its parameter; of several alike the first."""
    names = derivation.sources
    return zip((p.name for p in names), sources, strict=False)


def _failing(
    attempt: Callable[[Sequence[pd.Series]], Any], sources: Sequence[pd.Series]
) -> Any | None:
    """The label of the first record with which alone the call fails; None when there is none."""
    rows = range(len(sources[0]))
    while len(rows) > 1:
        half = len(rows) // 2
        for piece in (rows[:half], rows[half:]):
            if _fails(attempt, [column.iloc[piece.start : piece.stop] for column in sources]):
                rows = piece
                break
        else:
            return None
    return sources[0].index[rows.start] if len(rows) else None


def _fails(attempt: Callable[[Sequence[pd.Series]], Any], sources: Sequence[pd.Series]) -> bool:
    try:
        attempt(sources)
    except CdisckitError:
        return True
    return False


def _conformed(result: Any, gives: tuple[type, ...], index: pd.Index | None) -> Any:
    if not isinstance(result, gives):
        raise _UnfitError(_a(result))
    if isinstance(result, Outcome):
        values = _conformed(result.values, tuple(t for t in gives if t is not Outcome), index)
        return Outcome(values, _problems(result.problems, index), _choices(result.choices))
    if isinstance(result, pd.Series):
        return _column(result, index, "")
    if isinstance(result, pd.DataFrame):
        names = [str(name) for name in result]
        if len(set(names)) < len(names) or not names:
            raise _UnfitError("a frame without columns, or with two of one name")
        return pd.DataFrame({str(n): _column(c, index, str(n)) for n, c in result.items()})
    return result


def _choices(account: Any) -> pd.DataFrame | None:
    if account is not None and (not isinstance(account, pd.DataFrame) or tuple(account) != COLUMNS):
        raise _UnfitError(f"choices that are not a frame with the columns {', '.join(COLUMNS)}")
    return None if account is None else account


def _problems(sentences: Any, index: pd.Index | None) -> pd.Series | None:
    if sentences is None:
        return None
    problems = _column(sentences, index, "problems")
    if problems.notna().any() and problems.dtype != _TEXT and not has_text_categories(problems):
        raise _UnfitError(f"problems that are {_kind(problems)}, not sentences")
    return problems


def _column(values: Any, index: pd.Index | None, name: str) -> pd.Series:
    of = f" as {name}" if name else ""
    if not isinstance(values, pd.Series):
        raise _UnfitError(f"{_a(values)}{of}")
    if index is None:
        if values.index.has_duplicates:
            subject = values.index[values.index.duplicated()][0]
            raise _UnfitError(f"several values{of} for {subject}")
    elif values.index is not index and not values.index.equals(index):
        if len(values) != len(index):
            raise _UnfitError(f"{len(values)} values{of} for {len(index)} records")
        if values.index.has_duplicates or not values.index.isin(index).all():
            raise _UnfitError(f"values{of} on another index than that of its sources")
        values = values.reindex(index)
    return _plain_kind(values, of)


def _plain_kind(values: pd.Series, of: str) -> pd.Series:
    """The values as text, float64, datetime64 or categories of text, where that says the same."""
    dtype, types = values.dtype, pd.api.types
    if dtype == np.dtype("float64"):
        if (values.abs() > LARGEST).any():
            raise _UnfitError(f"numbers{of} that are infinite or above {LARGEST:.1g}")
        return values
    if dtype == _TEXT or has_text_categories(values):
        return values
    if isinstance(dtype, pd.CategoricalDtype):
        return _plain_kind(pd.Series(np.asarray(values), values.index, name=values.name), of)
    if isinstance(dtype, np.dtype) and dtype.kind == "M":
        return values
    if types.is_object_dtype(dtype):
        return _of_objects(values, of)
    if types.is_integer_dtype(dtype):
        return _floats(values, of)
    if str(dtype) in ("Float64", "double[pyarrow]"):
        return _floats(values, of)
    if types.is_string_dtype(dtype):
        return values.astype(_TEXT)
    raise _UnfitError(f"{_kind(values)}{of}")


def _of_objects(values: pd.Series, of: str) -> pd.Series:
    kinds = set(values.dropna().map(type))
    if all(issubclass(kind, str) for kind in kinds):
        return values.astype(_TEXT)
    numbers = (int, float, np.integer, np.float64, Decimal, Fraction)
    for kind in sorted(kinds, key=str):
        if issubclass(kind, bool) or not issubclass(kind, numbers):
            several = " beside others" if len(kinds) > 1 else ""
            raise _UnfitError(f"values of type {kind.__name__}{several}{of}")
    return _floats(values, of)


def _floats(values: pd.Series, of: str) -> pd.Series:
    present = values.notna().to_numpy()
    numbers = np.full(len(values), np.nan)
    numbers[present] = [float(number) for number in values[present]]
    if any(abs(n) > _EXACT and not isinstance(n, float) for n in values[present]):
        raise _UnfitError(f"numbers{of} beyond 2**53, which a dataset cannot hold exactly")
    return _plain_kind(pd.Series(numbers, values.index, name=values.name), of)


def _kind(values: pd.Series) -> str:
    """What a column holds, in a word or two."""
    dtype, types = values.dtype, pd.api.types
    if isinstance(dtype, pd.CategoricalDtype):
        return _kind(pd.Series(dtype.categories))
    if types.is_bool_dtype(dtype):
        return "true and false"
    if types.is_string_dtype(dtype) and not types.is_object_dtype(dtype):
        return "text"
    if types.is_integer_dtype(dtype) or dtype == "float64":
        return "numbers"
    if types.is_datetime64_dtype(dtype):
        return "dates"
    return f"values of type {dtype}"


def _a(result: Any) -> str:
    """A result of a wrong type, as a message says it."""
    if result is None:
        return "nothing (None)"
    return f"a {type(result).__name__}"


def _defined(derivation: Derivation) -> str:
    code = derivation.function.__code__
    return f" ({Path(code.co_filename).name} line {code.co_firstlineno})"


def _remedy(derivation: Derivation, gives: tuple[type, ...]) -> str:
    kinds = " or ".join(kind.__name__ for kind in gives)
    on = (
        "with one value per subject, on the index of the subjects"
        if derivation.scope == "subject"
        else "of texts, numbers or dates on the index of its sources"
    )
    return f"let it give a {kinds}" + ("" if derivation.scope == "dataset" else f" {on}")
