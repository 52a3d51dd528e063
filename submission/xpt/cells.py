"""Columns of a frame as the bytes of a transport file; what does not fit raises.

Every function takes a block of rows of one column, of any dtype that can hold the values.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from specs.errors import TransportError
from submission.xpt.faults import exactness_fault, misfit, text_fault, type_fault, zone_fault
from submission.xpt.numbers import ibm_from_doubles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from submission.xpt.faults import Place

EXACT = 2**53  # whole numbers beyond have no double of their own
EPOCH_DAYS = 3653  # 1960-01-01 to 1970-01-01
EPOCH_SECONDS = EPOCH_DAYS * 86_400
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
ARROW_ENCODINGS = ("ascii", "utf-8")  # as codecs.lookup names them
NOT_A_TIME = np.iinfo(np.int64).min


def text_cells(values: pd.Series[Any], place: Place, encoding: str) -> NDArray[np.bytes_]:
    """Text as blank-padded bytes of the planned length; missing is blank."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy()
        categories = pd.Series(values.cat.categories)
        if len(categories) < len(values):
            with suppress(TransportError):  # an unused category may not fit, a used one has a row
                known = text_cells(categories, place, encoding)
                return np.append(known, [b" " * place.column.length])[codes]
        return text_cells(_taken(categories, codes), place, encoding)
    parts, start = [], 0
    for chunk in _arrow_text(values, place):
        parts.append(_padded(chunk, place.later(start), encoding))
        start += len(chunk)
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, dtype=f"S{place.column.length}")


def number_cells(values: pd.Series[Any], place: Place) -> NDArray[np.int64]:
    """Numbers as the bit patterns of 8-byte IBM numbers, each exact in the planned length."""
    doubles = _doubles(values, place)
    ibm, unfit = ibm_from_doubles(doubles)
    if unfit.size:
        raise place.error(
            f"{doubles[unfit[0]]!s} has no place in a transport file, expected 0 or a magnitude"
            " from 5.4e-79 to 7.2e75",
            "correct it or make it missing",
            unfit[0],
        )
    cut = 8 * (8 - place.column.length)
    if cut:
        lost = np.flatnonzero(ibm & ((1 << cut) - 1))
        if lost.size:
            raise place.error(
                f"{doubles[lost[0]]!s} is not exact in {place.column.length} bytes",
                "plan a length of 8",
                lost[0],
            )
    return ibm


def _arrow_text(values: pd.Series[Any], place: Place) -> Iterator[Any]:
    """The block as Arrow string arrays, one per chunk."""
    dtype = values.dtype
    if isinstance(dtype, pd.StringDtype | pd.ArrowDtype):
        array = pa.array(values.array)
    elif not _is_text(values):
        raise type_fault(place, values)
    else:
        try:
            array = pa.array(values.to_numpy(), type=pa.large_string(), from_pandas=True)
        except UnicodeEncodeError:  # a lone surrogate
            texts = (value if isinstance(value, str) else None for value in values)
            raise text_fault(place, texts, "utf-8") from None
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_null(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.large_string())
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        raise type_fault(place, values)
    yield from array.chunks if isinstance(array, pa.ChunkedArray) else [array]


def _padded(chunk: Any, place: Place, encoding: str) -> NDArray[np.bytes_]:
    """An Arrow string array as bytes of the planned length, each value checked."""
    width = place.column.length
    if encoding not in ARROW_ENCODINGS:
        return _transcoded(chunk, place, encoding)
    lengths = pc.binary_length(chunk)
    longest = pc.max(lengths).as_py()
    if longest is None:
        return np.full(len(chunk), b" " * width)
    if longest > width:
        raise text_fault(place, chunk.to_pylist(), encoding)
    filled = _filled(chunk, pc.sum(lengths).as_py()) if chunk.null_count else chunk
    cells = _fixed_width(pc.ascii_rpad(filled, width), width)
    octets = cells.view(np.uint8)
    if not octets.min() or (encoding == "ascii" and octets.max() > 127):
        raise text_fault(place, chunk.to_pylist(), encoding)
    return cells


def _is_text(values: pd.Series[Any]) -> bool:
    """Whether a column of objects holds text and missing values only."""
    if not pd.api.types.is_object_dtype(values.dtype):
        return False
    return (
        pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty")
        or misfit(values, str) is None
    )


def _filled(chunk: Any, size: int) -> Any:
    """The array with "" for null; not copied where null takes no bytes, as it does mostly."""
    _, offsets, octets = chunk.buffers()
    ends = _ends(chunk, offsets)
    if ends[-1] - ends[0] != size:
        return pc.fill_null(chunk, "")
    return pa.Array.from_buffers(chunk.type, len(chunk), [None, offsets, octets], 0, chunk.offset)


def _ends(array: Any, offsets: Any) -> NDArray[Any]:
    """Where the values of an Arrow string array begin and end in its buffer."""
    wide = pa.types.is_large_string(array.type)
    ends = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)
    return ends[array.offset : array.offset + len(array) + 1]


def _fixed_width(filled: Any, width: int) -> NDArray[np.bytes_]:
    """The value buffer of an Arrow array whose values all have `width` bytes."""
    _, offsets, octets = filled.buffers()
    start = int(_ends(filled, offsets)[0])
    return np.frombuffer(octets, dtype=f"S{width}", count=len(filled), offset=start)


def _transcoded(chunk: Any, place: Place, encoding: str) -> NDArray[np.bytes_]:
    """The same in an encoding that Arrow does not know: each distinct value once."""
    width = place.column.length
    distinct = chunk.dictionary_encode()
    texts = distinct.dictionary.to_pylist()
    try:
        encoded = [text.encode(encoding) for text in texts]
    except UnicodeEncodeError:
        raise text_fault(place, chunk.to_pylist(), encoding) from None
    if max(map(len, encoded), default=0) > width or any("\0" in text for text in texts):
        raise text_fault(place, chunk.to_pylist(), encoding)
    cells = np.array([text.ljust(width) for text in [*encoded, b""]], dtype=f"S{width}")
    picked: NDArray[np.bytes_] = cells[distinct.indices.fill_null(len(encoded)).to_numpy()]
    return picked


def _doubles(values: pd.Series[Any], place: Place) -> NDArray[np.float64]:
    """Numbers, truth values and datetimes of any dtype as doubles, missing as NaN."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        categories = pd.Series(values.cat.categories)
        return _doubles(_taken(categories, values.cat.codes.to_numpy()), place)
    if isinstance(dtype, pd.ArrowDtype):
        return _arrow_doubles(values, place)
    if isinstance(dtype, pd.DatetimeTZDtype):
        raise zone_fault(place, str(dtype))
    kind = dtype.kind
    if kind == "M":
        unit = np.datetime_data(values.to_numpy().dtype)[0]
        return _sas_times(values.to_numpy().view(np.int64), unit, place)
    if kind in "iu":
        return _whole_numbers(values, place)
    # A long double has more digits than a double.
    if kind == "b" or (kind == "f" and dtype != np.longdouble):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    if pd.api.types.is_object_dtype(dtype) and values.isna().all():
        return np.full(len(values), np.nan)
    raise type_fault(place, values)


def _whole_numbers(values: pd.Series[Any], place: Place) -> NDArray[np.float64]:
    missing = values.isna().to_numpy()
    native = np.uint64 if values.dtype.kind == "u" else np.int64
    if missing.any():
        whole = values.to_numpy(dtype=native, na_value=0)
    else:
        whole = values.to_numpy(dtype=native)
    if whole.size and (whole.max() > EXACT or whole.min() < -EXACT):
        position = np.flatnonzero((whole > EXACT) | (whole < -EXACT))[0]
        raise exactness_fault(place, whole[position], position)
    doubles = whole.astype(np.float64)
    doubles[missing] = np.nan
    return doubles


def _arrow_doubles(values: pd.Series[Any], place: Place) -> NDArray[np.float64]:
    array = pa.array(values.array)
    kind = array.type
    if pa.types.is_dictionary(kind):
        array, kind = array.cast(kind.value_type), kind.value_type
    if pa.types.is_integer(kind):
        wide = pd.UInt64Dtype() if pa.types.is_unsigned_integer(kind) else pd.Int64Dtype()
        return _whole_numbers(pd.Series(array.to_pandas(types_mapper=lambda _: wide)), place)
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        raise zone_fault(place, str(kind))
    if pa.types.is_date(kind):
        array, kind = array.cast(pa.timestamp("ms")), pa.timestamp("ms")
    if pa.types.is_timestamp(kind):
        ticks = array.cast(pa.int64()).fill_null(NOT_A_TIME)
        return _sas_times(ticks.to_numpy(), kind.unit, place)
    if pa.types.is_decimal(kind):
        # By way of text: the direct cast is not always to the nearest double.
        doubles = _plain(array.cast(pa.string()).cast(pa.float64()))
        large = np.flatnonzero((np.abs(doubles) > EXACT) & (kind.scale <= 0))
        if large.size:
            raise exactness_fault(place, array[int(large[0])].as_py(), large[0])
        return doubles
    if pa.types.is_boolean(kind):
        array = array.cast(pa.uint8())
    elif not (pa.types.is_floating(kind) or pa.types.is_null(kind)):
        raise type_fault(place, values)
    return _plain(array.cast(pa.float64()))


def _plain(array: Any) -> NDArray[np.float64]:
    doubles: NDArray[np.float64] = array.to_numpy(zero_copy_only=False)
    return doubles


def _sas_times(ticks: NDArray[np.int64], unit: str, place: Place) -> NDArray[np.float64]:
    """Datetimes, counted from 1970 in a unit, as SAS days or seconds by the column's format."""
    column, per_second = place.column, PER_SECOND[unit]
    missing = ticks == NOT_A_TIME
    if not column.holds:
        if missing.all():
            return np.full(len(ticks), np.nan)
        raise place.error(
            f"datetimes under the format {column.format or '(none)'}",
            "give a format of dates such as DATE9. or of datetimes such as DATETIME20.",
        )
    if column.holds == "dates":
        days, rest = np.divmod(ticks, 86_400 * per_second)
        timed = np.flatnonzero((rest != 0) & ~missing)
        if timed.size:
            raise place.error(
                f"{ticks[timed[0]].astype(f'M8[{unit}]')} has a time of day, expected a date by"
                f" the format {column.format}",
                "remove the time or give a format of datetimes such as DATETIME20.",
                timed[0],
            )
        counts = (days + EPOCH_DAYS).astype(np.float64)
    else:
        seconds, rest = np.divmod(ticks, per_second)
        far = np.flatnonzero((np.abs(seconds) > EXACT - EPOCH_SECONDS) & ~missing)
        if far.size:
            raise exactness_fault(place, seconds[far[0]], far[0])
        counts = (seconds + EPOCH_SECONDS).astype(np.float64) + rest / per_second
    counts[missing] = np.nan
    return counts


def _taken(categories: pd.Series[Any], codes: NDArray[np.integer[Any]]) -> pd.Series[Any]:
    """The categories by code, -1 as missing, whole numbers kept whole."""
    if not len(categories):
        return pd.Series(np.full(len(codes), None), dtype=object)
    nullable: dict[str, Any] = {"i": "Int64", "u": "UInt64", "b": "boolean"}
    array = categories.astype(nullable.get(categories.dtype.kind, categories.dtype)).array
    return pd.Series(pd.api.extensions.take(array, codes, allow_fill=True))
