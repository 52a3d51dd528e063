"""Columns of a frame as the values of a Dataset-JSON file and back; what does not fit raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from specs.errors import RawDataError
from submission.dataset_json.dates import counts_of, iso_texts, misshapen
from submission.dataset_json.description import DATE_TYPES, JsonColumn
from submission.xpt.cells import EXACT, numbers
from submission.xpt.faults import Place, shown, type_fault
from submission.xpt.layout import Column
from submission.xpt.numbers import missing_codes
from submission.xpt.texts import arrow_text, is_text, taken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from specs.errors import CdisckitError

_FORMATS = {"date": "DATE9.", "datetime": "DATETIME20.", "time": "TIME8."}
_DECIMAL = r"^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$|^[+-]?\.\d+$"
_PAYLOAD = 2**51 - 1  # of a NaN, which tells special missing values apart
_KINDS: dict[str, tuple[frozenset[type], str]] = {
    "text": (frozenset({str, type(None)}), "text"),
    "number": (frozenset({int, float, type(None)}), "a number"),
    "boolean": (frozenset({bool, type(None)}), "true or false"),
}


def json_values(
    values: pd.Series[Any], column: JsonColumn, dataset: str, before: int, *, special: bool
) -> list[Any]:
    """The values of a column as JSON takes them, missing as None or NaN.

    `special` lets special missing numbers become null; else they are refused, as is every value
    that the data type cannot hold.
    """
    place = _place(column, dataset, before)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = taken(pd.Series(values.cat.categories), values.cat.codes.to_numpy())
    if column.data_type == "boolean":
        return _truths(values, place)
    if place.column.type == "Char":
        if not is_text(values):
            raise type_fault(place, values)
        texts = _large(arrow_text(_decimals_as_text(values, column), place))
        _check_texts(texts, column, place.error)
        listed: list[Any] = texts.to_pylist()
        return listed
    counts = numbers(values, place)
    _check_numbers(counts, place, special=special)
    if column.is_numeric_date:
        texts, unfit = iso_texts(counts, column.data_type)
        if unfit.size:
            raise place.error(
                f"{counts[unfit[0]]} is not a {column.data_type} of ISO 8601",
                "correct it, or give the column the data type float",
                int(unfit[0]),
            )
        iso: list[Any] = texts.to_pylist()
        return iso
    if column.data_type == "integer":
        return _whole(counts, place)
    plain: list[Any] = counts.tolist()
    return plain


def series_of(values: Sequence[Any], column: JsonColumn, where: Callable[[int], str]) -> Any:
    """JSON values as a Series, of the dtype of the data type; `where` names the place of a row.

    Text and dates as collected are str (null is missing, "" is ""), integers Int64, float and
    double float64, booleans boolean, decimals str; numeric dates float64 as SAS counts them.
    """
    kind = "boolean" if column.data_type == "boolean" else "text"
    if column.data_type in ("integer", "float", "double"):
        kind = "number"
    _check_kind(values, kind, column, where)

    def error(what: str, remedy: str, position: int | None = None) -> CdisckitError:
        return RawDataError(what, where=where(position or 0), remedy=remedy)

    if kind == "boolean":
        return pd.Series(values, dtype="boolean")
    if kind == "text":
        texts = pa.array(values, type=pa.large_string())
        _check_texts(texts, column, error)
        if column.is_numeric_date:
            return pd.Series(counts_of(texts, column.data_type))
        text: Any = pd.StringDtype(na_value=np.nan)
        return pd.Series(text.__from_arrow__(texts))
    return _read_numbers(values, column.data_type, error)


def _check_texts(texts: Any, column: JsonColumn, error: Callable[..., CdisckitError]) -> None:
    """Texts within their length, and dates and decimals of the right shape."""
    if column.length is not None:
        sizes = pc.utf8_length(texts)
        if (pc.max(sizes).as_py() or 0) > column.length:
            position = int(np.flatnonzero(sizes.fill_null(0).to_numpy() > column.length)[0])
            raise error(
                f"{shown(texts[position].as_py())} has {sizes[position].as_py()} characters,"
                f" {column.length} are planned",
                "plan a larger length",
                position,
            )
    wrong: int | None = None
    if column.data_type in DATE_TYPES:
        wrong = misshapen(texts, column.data_type, whole=column.is_numeric_date)
    elif column.data_type == "decimal":
        fits = pc.match_substring_regex(texts.fill_null("0"), _DECIMAL)
        odd = np.flatnonzero(~fits.to_numpy(zero_copy_only=False))
        wrong = int(odd[0]) if odd.size else None
    if wrong is not None:
        raise error(
            f"{shown(texts[wrong].as_py())} is not a {column.data_type}",
            "write it as ISO 8601 says" if column.data_type in DATE_TYPES else "write a number",
            wrong,
        )


def _check_numbers(counts: NDArray[np.float64], place: Place, *, special: bool) -> None:
    """An error for numbers that JSON has no text for."""
    infinite = np.flatnonzero(np.isinf(counts))
    if infinite.size:
        raise place.error(
            f"{counts[infinite[0]]} has no place in JSON",
            "correct it or make it missing",
            int(infinite[0]),
        )
    missing = np.isnan(counts)
    if special or not (counts[missing].view(np.int64) & _PAYLOAD).any():
        return
    codes = missing_codes(pd.Series(counts))
    odd = np.flatnonzero((codes.notna() & (codes != ".")).to_numpy())
    if odd.size:
        raise place.error(
            f"the special missing value {codes.iloc[odd[0]]} has no place in JSON",
            "make it missing, or let special missing values become null",
            int(odd[0]),
        )


def _whole(counts: NDArray[np.float64], place: Place) -> list[Any]:
    missing = np.isnan(counts)
    safe = np.where(missing, 0.0, counts)
    odd = np.flatnonzero((safe != np.floor(safe)) | (np.abs(safe) > EXACT))
    if odd.size:
        raise place.error(
            f"{counts[odd[0]]!s} is not a whole number that doubles hold",
            "give the column the data type float",
            int(odd[0]),
        )
    whole: NDArray[Any] = safe.astype(np.int64)
    if missing.any():
        whole = whole.astype(object)
        whole[missing] = None
    listed: list[Any] = whole.tolist()
    return listed


def _read_numbers(
    values: Sequence[Any], data_type: str, error: Callable[..., CdisckitError]
) -> Any:
    """Numbers of JSON as a Series; an error for one that a double does not hold."""
    doubles = np.array(values, dtype=np.float64)
    missing = np.isnan(doubles)
    safe = np.where(missing, 0.0, doubles)
    # 2**53 + 1 is rounded to 2**53, so whole numbers from there on are looked at themselves.
    large = np.flatnonzero(np.abs(safe) >= EXACT).tolist()
    wrong = next(
        (
            at
            for at in large
            if np.isinf(safe[at]) or (isinstance(values[at], int) and abs(values[at]) > EXACT)
        ),
        None,
    )
    if data_type == "integer" and wrong is None:
        odd = np.flatnonzero((safe != np.floor(safe)) | (np.abs(safe) > EXACT))
        wrong = int(odd[0]) if odd.size else None
    if wrong is not None:
        raise error(
            f"{values[wrong]} is not a {'whole ' if data_type == 'integer' else ''}number that"
            " doubles hold",
            "correct the value",
            wrong,
        )
    if data_type == "integer":
        return pd.Series(pd.arrays.IntegerArray(safe.astype(np.int64), missing))
    return pd.Series(doubles)


def _truths(values: pd.Series[Any], place: Place) -> list[Any]:
    if not pd.api.types.is_bool_dtype(values.dtype):
        raise place.error(
            f"the column is {values.dtype}, expected truth values", "convert it to boolean"
        )
    listed: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    return listed


def _decimals_as_text(values: pd.Series[Any], column: JsonColumn) -> pd.Series[Any]:
    if column.data_type == "decimal" and isinstance(values.dtype, pd.ArrowDtype):
        array: Any = pa.array(values.array)
        if pa.types.is_decimal(array.type):
            return pd.Series(array.cast(pa.string()), dtype=pd.ArrowDtype(pa.string()))
    return values


def _large(array: Any) -> Any:
    """One Arrow array of large strings."""
    array = array.cast(pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _check_kind(
    values: Sequence[Any], kind: str, column: JsonColumn, where: Callable[[int], str]
) -> None:
    fitting, expected = _KINDS[kind]
    if fitting.issuperset(map(type, values)):
        return
    position = next(at for at, value in enumerate(values) if type(value) not in fitting)
    raise RawDataError(
        f"{shown(values[position])} is not {expected}, as dataType {column.data_type} wants",
        where=where(position),
    )


def _place(column: JsonColumn, dataset: str, before: int) -> Place:
    """The column as transport files know it, for what they have in common."""
    number = column.data_type in ("integer", "float", "double") or column.is_numeric_date
    shape = column.display_format or _FORMATS.get(column.data_type, "")
    if column.is_numeric_date and Column("", "", "Num", 8, shape).holds != f"{column.data_type}s":
        shape = _FORMATS[column.data_type]
    return Place(dataset, Column(column.name, "", "Num" if number else "Char", 8, shape), before)
