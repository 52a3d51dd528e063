"""Values of one variable on both sides, brought to one kind and compared exactly.

Numbers are compared as the doubles they are, within a tolerance where one is given; texts by every
character; dates of different kinds as the instants they stand for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from specs.numbers import number_text, numbers_of
from submission.dataset_json.dates import DAY, EPOCH, WHOLE, iso_texts
from submission.xpt import missing_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from validation.comparison.sides import Kind

_NUMBERS = ("number", "integer", "double")
_DATES = ("date", "datetime", "time")
MISSING = "(missing)"


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may be apart and still be equal, by either of two limits.

    `relative` is a fraction of the larger of the two.
    """

    absolute: float = 0.0
    relative: float = 0.0


@dataclass(frozen=True)
class Column:
    """The values of a variable on one side, of records that have a partner on the other."""

    values: pd.Series
    kind: Kind
    tells_blanks: bool = False
    tells_codes: bool = False


def differ_in_class(base: Kind, compare: Kind) -> bool:
    """Whether two kinds are told to be different ones."""
    if base == compare or "untold" in (base, compare):
        return False
    unsure = "number" in (base, compare)
    return not (unsure and base in _NUMBERS and compare in _NUMBERS)


def shared_kind(base: Kind, compare: Kind) -> Kind:
    """The kind that values of both kinds can be compared as."""
    kinds = {base, compare} - {"untold"}
    if not kinds:
        return "text"
    if len(kinds) == 1:
        return kinds.pop()
    if kinds == {"date", "datetime"}:
        return "datetime"
    if "text" in kinds:
        return "text" if kinds & {*_DATES, "boolean"} else "double"
    return "double"


def as_kind(column: Column, kind: Kind) -> pd.Series:
    """The values of a column as `kind`: texts, or doubles; a text that is none stays missing."""
    values = column.values
    if kind in ("text", "boolean"):
        return _texts(values, column.kind)
    if column.kind in ("text", "untold"):
        texts = values.astype("str")
        return numbers_of(texts) if kind not in _DATES else _counts(texts, kind)
    counts = pd.Series(values.to_numpy(dtype="float64", na_value=np.nan), index=values.index)
    return counts * DAY if (column.kind, kind) == ("date", "datetime") else counts


def shown(column: Column) -> pd.Series:
    """The values as a reader knows them: dates as ISO 8601, special missing values by code."""
    texts = _texts(column.values, column.kind)
    if column.kind not in ("text", "untold", "boolean"):
        codes = missing_codes(column.values.astype("float64"))
        texts = texts.where(texts.notna(), codes.where(codes != "."))
    return texts.fillna(MISSING)


def unequal(base: Column, compare: Column, tolerance: Tolerance) -> NDArray[np.bool_]:
    """True where the values of two columns of the same length differ."""
    kind = shared_kind(base.kind, compare.kind)
    left, right = as_kind(base, kind), as_kind(compare, kind)
    if kind in ("text", "boolean"):
        return _unequal_texts(left, right, both_tell=base.tells_blanks and compare.tells_blanks)
    a, b = left.to_numpy(), right.to_numpy()
    with np.errstate(invalid="ignore"):
        apart = np.abs(a - b)
        near = apart <= tolerance.absolute
        near |= apart <= tolerance.relative * np.maximum(np.abs(a), np.abs(b))
    same = (a == b) | near
    different: NDArray[np.bool_] = ~same & ~_both_missing(base, compare, left, right)
    return different


def _both_missing(
    base: Column, compare: Column, left: pd.Series, right: pd.Series
) -> NDArray[np.bool_]:
    """Where both are missing for the same reason, and not because a text is no number."""
    missing = (left.isna().to_numpy()) & (right.isna().to_numpy())
    if base.tells_codes and compare.tells_codes and base.kind != "text" != compare.kind:
        codes = missing_codes(left).fillna(""), missing_codes(right).fillna("")
        return np.asarray(missing & (codes[0].to_numpy() == codes[1].to_numpy()))
    return np.asarray(missing & ~_filled(base) & ~_filled(compare))


def _filled(column: Column) -> NDArray[np.bool_]:
    """Where a text stands, be it a number or not; never for a column of numbers."""
    if column.kind not in ("text", "untold"):
        return np.zeros(len(column.values), dtype=np.bool_)
    return (column.values.notna() & column.values.ne("")).to_numpy(dtype=np.bool_)


def _unequal_texts(left: pd.Series, right: pd.Series, *, both_tell: bool) -> NDArray[np.bool_]:
    if not both_tell:
        left, right = left.fillna(""), right.fillna("")
    missing = left.isna().to_numpy(), right.isna().to_numpy()
    unequal_texts = left.fillna("").to_numpy() != right.fillna("").to_numpy()
    return np.asarray(unequal_texts | (missing[0] != missing[1]))


def _texts(values: pd.Series, kind: Kind) -> pd.Series:
    if kind in ("text", "untold"):
        return values.astype("str").where(values.notna())
    if kind == "boolean":
        return values.astype("boolean").map({True: "true", False: "false"}).astype("str")
    counts = values.to_numpy(dtype="float64", na_value=np.nan)
    if kind in _DATES:
        texts, unfit = iso_texts(counts, kind)
        column = pd.Series(texts.to_pandas().to_numpy(), index=values.index, dtype="str")
        column.iloc[unfit] = [number_text(number) for number in counts[unfit]]
        return column
    return pd.Series(
        [None if np.isnan(number) else number_text(number) for number in counts],
        index=values.index,
        dtype="str",
    )


def _counts(texts: pd.Series, kind: Kind) -> pd.Series:
    """ISO 8601 texts as SAS counts them; missing where a text is no whole date of the kind."""
    whole = texts.where(texts.str.fullmatch(WHOLE[kind], na=False))
    stamps = pd.to_datetime(
        whole.radd("1960-01-01T") if kind == "time" else whole, format="ISO8601", errors="coerce"
    )
    seconds = (stamps - pd.Timestamp(EPOCH)).dt.total_seconds().astype("float64")
    return seconds / DAY if kind == "date" else seconds
