"""Values as categories: each distinct value once, and for each row which of them it has.

Of millions of collected values few are distinct. What is done to a value by itself is done once to
each distinct value, and a column takes a byte or two a row. `on_distinct` is for columns of
categories and gives such, `once_each` is for any other column and gives plain ones. Codes are whole
numbers, one for each row: the place of its value, -1 for the last one.
"""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import union_categoricals

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

_TEXT = pd.StringDtype(na_value=np.nan)

_NO_TEXT = pd.CategoricalDtype(pd.Index([], dtype=_TEXT))


def as_category(column: pd.Series) -> pd.Series:
    """A column as categories, in the order of their first appearance; missing stays so.

    >>> as_category(pd.Series(["b", "a", None, "b"], dtype="str")).cat.codes.tolist()
    [0, 1, -1, 0]
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    codes, values = _factorized(column)
    return _of_codes(codes, values, column.index)


def has_text_categories(column: pd.Series) -> bool:
    """Whether a column is of categories that are texts."""
    kind = column.dtype
    return isinstance(kind, pd.CategoricalDtype) and kind.categories.dtype == _TEXT


def from_dictionary(column: pa.ChunkedArray, index: pd.Index) -> pd.Series:
    """An Arrow column of dictionary-encoded text, with one dictionary for all chunks."""
    chunks = column.chunks
    if not chunks:
        return missing(index)
    codes = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in chunks]
    return _of_codes(np.concatenate(codes), pd.Index(chunks[0].dictionary, dtype=_TEXT), index)


def as_plain(column: pd.Series) -> pd.Series:
    """Categories as a column of their own dtype, text as `str`; any other column as it is."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    categories, codes = column.array.categories, column.array.codes
    if categories.dtype != _TEXT:
        values = categories.array.take(codes, allow_fill=True)
        return pd.Series(values, index=column.index, copy=False)
    # Arrow's own pool takes a quarter more than it is asked for.
    texts = pc.take(
        arrow_of(categories),
        pa.array(codes, mask=codes < 0),
        boundscheck=False,
        memory_pool=pa.system_memory_pool(),
    )
    return text_of(texts, column.index)


def spread(of_codes: pd.Series, codes: NDArray[Any], index: pd.Index) -> pd.Series:
    """For each code the value of that number, as categories; the code -1 is the last value."""
    own, values = _factorized(of_codes)
    return _of_codes(own[codes], values, index)


def spread_plain(values: pd.Series, codes: NDArray[Any], index: pd.Index) -> pd.Series:
    """For each code the value of that number, in the dtype of the values."""
    return pd.Series(values.array.take(codes), index=index, copy=False)


def on_distinct(function: Callable[[pd.Series], pd.Series], column: pd.Series) -> pd.Series:
    """A function of values by themselves, done once to each value of a column of categories.

    What it gives is given as categories. Where that is what it was given, so is the column.
    """
    values, codes = distinct_values(column)
    result = function(values)
    return column if result is values else spread(result, codes, column.index)


def distinct_values(column: pd.Series) -> tuple[pd.Series, NDArray[Any]]:
    """The values that a column of categories has, a missing one last, and the code of each row."""
    codes, values = column.array.codes, column.array.categories.array
    used = np.zeros(len(values) + 1, dtype="bool")
    used[codes] = True
    if used[:-1].all():
        if used[-1]:
            values = values.take(np.append(np.arange(len(values)), -1), allow_fill=True)
        return pd.Series(values, copy=False), codes
    chosen = np.flatnonzero(used)
    values = values.take(np.where(chosen < len(values), chosen, -1), allow_fill=True)
    return pd.Series(values, copy=False), (np.cumsum(used) - 1)[codes]


def pruned(column: pd.Series) -> pd.Series:
    """A column of categories without those that no row has; any other column as it is.

    So few categories that a code takes one byte stay as well: without them it takes no less.
    """
    if not isinstance(column.dtype, pd.CategoricalDtype) or column.array.codes.dtype == "int8":
        return column
    values, codes = distinct_values(column)
    present = values.notna().to_numpy()
    codes = np.where(present[codes], codes, -1) if len(values) else codes
    return _of_codes(codes, pd.Index(values[present]), column.index)


def stacked(columns: Sequence[pd.Series]) -> pd.Series:
    """Columns below each other, on a new index: categories stay so, others as pandas does it."""
    if not all(isinstance(column.dtype, pd.CategoricalDtype) for column in columns):
        return pd.concat(columns, ignore_index=True)
    return pd.Series(union_categoricals([column.array for column in columns]), copy=False)


def constant(value: str | float, index: pd.Index) -> pd.Series:
    """A column of one value, as categories."""
    return spread(pd.Series([value]), np.zeros(len(index), "int8"), index)


def missing(index: pd.Index) -> pd.Series:
    """A column of text, as categories, in which every value is missing."""
    codes = np.full(len(index), -1, "int8")
    none = pd.Categorical.from_codes(codes, dtype=_NO_TEXT, validate=False)
    return pd.Series(none, index=index, copy=False)


def once_each(function: Callable[[pd.Series], pd.Series], values: pd.Series) -> pd.Series:
    """What a function of each value alone gives, called with the distinct values: Series to Series.

    >>> once_each(lambda texts: texts.str.len(), pd.Series(["AB", "C", "AB"])).tolist()
    [2, 1, 2]
    """
    return next(all_once_each([function], values))


def all_once_each(
    functions: Iterable[Callable[[pd.Series], pd.Series]], values: pd.Series
) -> Iterator[pd.Series]:
    """The same for several functions, one Series for each."""
    codes, values_found = pd.factorize(values, use_na_sentinel=False)
    distinct = pd.Series(values_found)
    for function in functions:
        result = function(distinct).array.take(codes)
        yield pd.Series(result, index=values.index, name=values.name, copy=False)


def mapped(values: pd.Series, to: Mapping[Any, Any]) -> pd.Series:
    """What each value stands for, missing where it is not among the keys: as Series.map."""
    return once_each(methodcaller("map", to), values)


def texts_at(positions: NDArray[np.int64], texts: Sequence[str], index: pd.Index) -> pd.Series[str]:
    """The text at each place, missing at -1: whole numbers to `str` Series on `index`."""
    chosen = pd.Series(texts, dtype="str").array.take(positions, allow_fill=True)
    return pd.Series(chosen, index=index, copy=False)


def trimmed(text: pd.Series) -> pd.Series:
    """Texts without blanks at their ends; a blank one is missing."""
    texts = arrow_of(text)
    bare = pc.utf8_trim_whitespace(texts)
    bare = pc.if_else(pc.equal(bare, ""), pa.scalar(None, bare.type), bare)
    return text if bare.equals(texts) else text_of(bare, text.index)


def without(text: pd.Series, values: Collection[str]) -> pd.Series:
    """Texts, those that are one of some values missing."""
    if not values:
        return text
    texts = arrow_of(text)
    hit = pc.is_in(texts, value_set=pa.array(sorted(values), type=texts.type))
    if not pc.any(hit).as_py():
        return text
    return text_of(pc.if_else(hit, pa.scalar(None, texts.type), texts), text.index)


def is_among(column: pd.Series, values: Collection[Any]) -> pd.Series[bool]:
    """Whether each text or number is one of some values; a missing one is not."""
    if not is_text(column):
        return column.isin(list(values))
    texts = arrow_of(column)
    hit = pc.is_in(texts, value_set=pa.array(list(values), type=texts.type))
    return pd.Series(hit.to_numpy(zero_copy_only=False), index=column.index, copy=False)


def is_text(values: pd.Series) -> bool:
    """Whether a column is of texts, not of categories."""
    return bool(values.dtype == _TEXT)


def arrow_of(text: pd.Series | pd.Index) -> pa.Array:
    """Texts as Arrow has them, in one piece."""
    texts = pa.array(text.array, type=pa.large_string(), from_pandas=True)
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def text_of(texts: pa.Array, index: pd.Index) -> pd.Series[str]:
    """Texts of Arrow as a column."""
    return pd.Series(pd.array(texts, dtype=_TEXT), index=index, copy=False)


def text_where(condition: pd.Series, text: str = "Y") -> pd.Series[str]:
    """The text where the condition holds, missing elsewhere and where the condition is."""
    holds = condition.fillna(value=False).to_numpy(dtype=bool)
    return texts_at(holds.astype(np.int64) - 1, [text], condition.index)


def _factorized(values: pd.Series) -> tuple[NDArray[Any], pd.Index]:
    """For each value the place of the like in an index of the distinct ones, -1 for a missing."""
    codes, distinct = values.array.factorize()
    return codes, pd.Index(distinct, dtype=values.dtype)


def _of_codes(codes: NDArray[Any], values: pd.Index, index: pd.Index) -> pd.Series:
    return pd.Series(
        pd.Categorical.from_codes(codes, values, validate=False), index=index, copy=False
    )
