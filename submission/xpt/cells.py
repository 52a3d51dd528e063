"""Columns of a frame as the bytes of a transport file; what does not fit raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from submission.xpt.faults import decimal_fault, exactness_fault, type_fault, zone_fault
from submission.xpt.numbers import ibm_from_doubles
from submission.xpt.texts import taken, text_cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from submission.xpt.faults import Place

EXACT = 2**53  # whole numbers beyond have no double of their own
EPOCH_DAYS = 3653  # 1960-01-01 to 1970-01-01
EPOCH_SECONDS = EPOCH_DAYS * 86_400
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
NOT_A_TIME = np.iinfo(np.int64).min


def cells(
    values: pd.Series[Any], place: Place, encoding: str
) -> Callable[[int, int], NDArray[Any]]:
    """The values of rows from one to another as they stand in the file, for any fitting dtype.

    A type that does not fit is refused at once, a value when its rows are asked for.
    """
    if place.column.type == "Char":
        return text_cells(values, place, encoding)
    if values.dtype == np.float64:
        doubles = values.to_numpy()
        return lambda start, stop: _ibm(doubles[start:stop], place.later(start))
    number_cells(values.iloc[:0], place)

    def of_block(start: int, stop: int) -> NDArray[Any]:
        return number_cells(values.iloc[start:stop], place.later(start))

    return of_block


def number_cells(values: pd.Series[Any], place: Place) -> NDArray[Any]:
    """Numbers of any dtype as 8-byte IBM numbers, or as the bytes of a shorter planned length."""
    return _ibm(numbers(values, place), place)


def _ibm(doubles: NDArray[np.float64], place: Place) -> NDArray[Any]:
    """Doubles as IBM numbers of the planned length; TransportError where one does not fit."""
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
        octets: NDArray[np.uint8] = ibm.astype(">i8").view(np.uint8).reshape(-1, 8)
        return octets[:, : place.column.length]
    return ibm


def numbers(values: pd.Series[Any], place: Place) -> NDArray[np.float64]:
    """Numbers, truth values and datetimes of any dtype as doubles, missing as NaN."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        categories = pd.Series(values.cat.categories)
        return numbers(taken(categories, values.cat.codes.to_numpy()), place)
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
    """Values of any type of Arrow as doubles; TransportError for what is not a number."""
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
    if pa.types.is_time(kind):
        return _seconds_of_day(array, place)
    if pa.types.is_decimal(kind):
        raise decimal_fault(place, str(kind))
    if pa.types.is_boolean(kind):
        array = array.cast(pa.uint8())
    elif not (pa.types.is_floating(kind) or pa.types.is_null(kind)):
        raise type_fault(place, values)
    return _plain(array.cast(pa.float64()))


def _seconds_of_day(array: Any, place: Place) -> NDArray[np.float64]:
    if place.column.holds != "times":
        raise place.error(
            f"times of day under the format {place.column.format or '(none)'}",
            "give a format of times such as TIME8.",
        )
    ticks = array.cast(pa.time64("ns")).cast(pa.int64())
    return _plain(ticks.cast(pa.float64(), safe=False)) / 1e9


def _plain(array: Any) -> NDArray[np.float64]:
    doubles: NDArray[np.float64] = array.to_numpy(zero_copy_only=False)
    return doubles


def _sas_times(ticks: NDArray[np.int64], unit: str, place: Place) -> NDArray[np.float64]:
    """Datetimes, counted from 1970 in a unit, as SAS days or seconds by the column's format."""
    column, per_second = place.column, PER_SECOND[unit]
    missing = ticks == NOT_A_TIME
    if column.holds not in ("dates", "datetimes"):
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
