"""What values need: type, digits and bytes, measured on the values themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from specs.distinct import arrow_of, is_text
from specs.numbers import number_text

_YEAR, _MONTH, _DAY = r"\d{4}", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_SECOND = r"\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
_DURATION = (
    r"[+-]?P(?:\d+(?:\.\d+)?W|(?=\d|T\d)(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?D)?"
    r"(?:T(?=\d)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?)"
)

# The types of ISO 8601 texts, the narrowest first: the first that fits every value is the type.
_TYPES_OF_DATES = tuple(
    (data_type, re.compile(pattern))
    for data_type, pattern in (
        ("date", rf"{_YEAR}-{_MONTH}-{_DAY}"),
        ("datetime", rf"{_YEAR}-{_MONTH}-{_DAY}T\d\d:\d\d:{_SECOND}"),
        ("partialDate", rf"{_YEAR}(?:-{_MONTH}(?:-{_DAY})?)?"),
        (
            "partialDatetime",
            rf"{_YEAR}(?:-{_MONTH}(?:-{_DAY}(?:T\d\d(?::\d\d(?::{_SECOND})?)?)?)?)?",
        ),
        (
            "incompleteDatetime",
            rf"(?:{_YEAR}|-)(?:-(?:{_MONTH}|-)(?:-(?:{_DAY}|-)"
            rf"(?:T(?:\d\d|-)(?::(?:\d\d|-)(?::(?:{_SECOND}|-))?)?)?)?)?",
        ),
        ("intervalDatetime", r"[^/]+/[^/]+"),
        ("durationDatetime", _DURATION),
    )
)

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

_SAS_EPOCH = pd.Timestamp("1960-01-01")


@dataclass(frozen=True)
class Measure:
    """A type of Define-XML with the length and the decimals that go with it, if any do."""

    data_type: str
    length: int | None = None
    significant_digits: int | None = None


def text_size(values: pd.Series) -> int:
    """The bytes of the longest of some texts (str, missing allowed), at least 1."""
    longest = pc.max(pc.binary_length(arrow_of(_texts(values)))).as_py()
    return max(longest or 0, 1)


def text_measure(values: pd.Series) -> Measure:
    """Texts as texts."""
    return Measure("text", text_size(values))


def date_measure(values: pd.Series, planned: str = "datetime") -> Measure:
    """ISO 8601 texts by the narrowest type that fits them all; `planned` where there is none.

    Texts that are no date at all are measured as texts.
    """
    texts = _distinct(_texts(values))
    if not texts:
        return Measure(planned)
    for data_type, pattern in _TYPES_OF_DATES:
        if all(map(pattern.fullmatch, texts)):
            return Measure(data_type)
    return text_measure(values)


def number_measure(values: pd.Series) -> Measure:
    """Numbers, or days and seconds of datetimes as SAS counts them, by their digits."""
    if pd.api.types.is_datetime64_any_dtype(values):
        dates = values.dropna()
        unit = pd.Timedelta(days=1) if holds_dates(dates) else pd.Timedelta(seconds=1)
        values = (dates - _SAS_EPOCH) // unit
    return _digits(_positional(values.dropna()))


def numeric_text_measure(values: pd.Series) -> Measure:
    """Texts that are all numbers as numbers, with the decimals as they are written; else texts."""
    texts = _distinct(_texts(values))
    if texts and all(map(_NUMBER.fullmatch, texts)):
        return _digits(pa.array(texts, type=pa.string()))
    return text_measure(values)


def holds_dates(values: pd.Series) -> bool:
    """Whether datetimes have no time of day."""
    present = values.dropna()
    return bool((present == present.dt.normalize()).all())


def written(values: pd.Series) -> frozenset[str]:
    """The distinct values as a codelist writes them: whole numbers without decimals."""
    if pd.api.types.is_numeric_dtype(values):
        return frozenset(_positional(values.dropna()).to_pylist())
    if is_text(values):
        return frozenset(_distinct(values))
    return frozenset(map(str, values.dropna().unique()))


def _texts(values: pd.Series) -> pd.Series:
    """Values as texts; missing ones stay so."""
    return values if is_text(values) else values.dropna().astype("str")


def _distinct(texts: pd.Series) -> list[str]:
    """The distinct texts, without a missing one."""
    return [text for text in pc.unique(arrow_of(texts)).to_pylist() if text is not None]


def telling(values: pd.Series) -> pd.Series:
    """Of distinct values, none missing, so many that every measure of them is that of them all."""
    if pd.api.types.is_datetime64_any_dtype(values):
        timed = values[values != values.dt.normalize()]
        return values.loc[[values.idxmin(), values.idxmax(), *timed.index[:1]]]
    if pd.api.types.is_numeric_dtype(values):
        numbers = np.unique(values.to_numpy())
        texts = _positional(pd.Series(numbers))
        shapes = pd.DataFrame(
            {"size": pc.utf8_length(texts), "point": pc.find_substring(texts, ".")}
        )
        return pd.Series(numbers)[~shapes.duplicated()]
    texts = values.astype("str").sort_values(ignore_index=True)
    kinds = [_kind(text) for text in texts]
    longest = pd.DataFrame({"kind": pd.factorize(pd.Series(kinds, dtype=object))[0]})
    longest["size"] = [len(text.encode()) for text in texts]
    kept: pd.Series = texts[longest.groupby("kind")["size"].idxmax()].sort_index()
    return kept


def _kind(text: str) -> tuple[object, ...]:
    """What a text is by the types of dates, and as a number its digits."""
    dates = tuple(pattern.fullmatch(text) is not None for _, pattern in _TYPES_OF_DATES)
    return (*dates, len(text), text.find(".")) if _NUMBER.fullmatch(text) else dates


def _positional(values: pd.Series) -> pa.Array:
    """The distinct numbers as the shortest texts that read back as they are, without exponent."""
    numbers = np.unique(values.to_numpy("float64")) + 0.0  # no negative zero
    texts = pc.cast(pa.array(numbers), pa.string())
    with_exponent = pc.match_substring(texts, "e")
    if not pc.any(with_exponent).as_py():
        return texts
    others = numbers[with_exponent.to_numpy(zero_copy_only=False)]
    rewritten = [number_text(float(number)) for number in others]
    return pc.replace_with_mask(texts, with_exponent, pa.array(rewritten, type=pa.string()))


def _digits(numbers: pa.Array) -> Measure:
    """The digits that numbers, written without exponent, need."""
    if not len(numbers):
        return Measure("integer", 8)
    point = pc.find_substring(numbers, ".")
    size = pc.utf8_length(numbers)
    none = pc.less(point, 0)
    whole = pc.max(pc.if_else(none, size, point)).as_py()
    decimals = pc.max(pc.if_else(none, 0, pc.subtract(pc.subtract(size, point), 1))).as_py()
    if decimals:
        return Measure("float", whole + decimals, decimals)
    return Measure("integer", whole)
