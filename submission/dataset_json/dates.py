"""Numbers of days and seconds, as SAS counts them from 1960, and their ISO 8601 texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPOCH = np.datetime64("1960-01-01", "s")
DAY = 86_400
FIRST_DAY = int(np.datetime64("0001-01-01").astype("M8[D]").astype(int)) + 3653
LAST_DAY = int(np.datetime64("9999-12-31").astype("M8[D]").astype(int)) + 3653

_YEAR, _MONTH = r"\d{4}", r"(0[1-9]|1[0-2])"
_DAY_OF_MONTH = r"(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d+)?)?)?"
_SECOND = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?"
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
# As collected: right truncated, with "-" for what is not known, or an interval.
_DATE = rf"({_YEAR}|-)(-({_MONTH}|-)(-({_DAY_OF_MONTH}|-)(T({_CLOCK}|-(:-|:[0-5]\d)*){_ZONE})?)?)?"
_ZERO = {"date": "1960-01-01", "datetime": "1960-01-01T00:00:00", "time": "00:00:00"}
PARTIAL = {
    "date": rf"^{_DATE}(/{_DATE})?$",
    "datetime": rf"^{_DATE}(/{_DATE})?$",
    "time": rf"^T?{_CLOCK}{_ZONE}$",
}
WHOLE = {
    "date": rf"^{_YEAR}-{_MONTH}-{_DAY_OF_MONTH}$",
    "datetime": rf"^{_YEAR}-{_MONTH}-{_DAY_OF_MONTH}T{_SECOND}$",
    "time": rf"^{_SECOND}$",
}


def iso_texts(counts: NDArray[np.float64], data_type: str) -> tuple[Any, NDArray[np.intp]]:
    """ISO 8601 texts of days (date) or seconds (datetime, time), null for NaN, as an Arrow array.

    Also the positions of the counts that have no such text from which they come back: a date with
    a fraction, a year beyond 1 to 9999, a time beyond a day, more than nine decimals.
    """
    missing = np.isnan(counts)
    safe = np.where(missing, 0.0, counts)
    if data_type == "date":
        unfit = (safe != np.floor(safe)) | (safe < FIRST_DAY) | (safe > LAST_DAY)
        days = np.where(unfit, 0.0, safe).astype(np.int64) - 3653
        texts = np.datetime_as_string(days.astype("M8[D]"))
        return pa.array(texts, type=pa.large_string(), mask=missing), np.flatnonzero(unfit)
    first, last = (FIRST_DAY * DAY, (LAST_DAY + 1) * DAY) if data_type == "datetime" else (0, DAY)
    unfit = (safe < first) | (safe >= last)
    safe = np.where(unfit, 0.0, safe)
    seconds = np.floor(safe)
    fractions = np.rint((safe - seconds) * 1e9)
    unfit |= (fractions > 999_999_999) | (seconds + fractions / 1e9 != safe)
    texts = np.datetime_as_string(EPOCH + seconds.astype("m8[s]"))
    fractional = np.flatnonzero((fractions > 0) & ~unfit)
    if data_type == "time":
        texts = np.array([text[11:] for text in texts.tolist()], dtype=object)
    if fractional.size:
        texts = texts.astype(object)
        for position in fractional.tolist():
            digits = f"{int(fractions[position]):09d}".rstrip("0")
            texts[position] = f"{texts[position]}.{digits}"
    return pa.array(texts.tolist(), type=pa.large_string(), mask=missing), np.flatnonzero(unfit)


def counts_of(texts: Any, data_type: str) -> NDArray[np.float64]:
    """Days or seconds of whole ISO 8601 texts that have been checked, an Arrow array."""
    counts: NDArray[np.float64]
    missing = texts.is_null().to_numpy(zero_copy_only=False)
    filled = texts.fill_null(_ZERO[data_type])
    if data_type == "time":
        first, nothing = (pa.scalar(text, filled.type) for text in ("1960-01-01T", ""))
        filled = pc.binary_join_element_wise(first, filled, nothing)
    whole = pc.utf8_slice_codeunits(filled, 0, 19).to_numpy(zero_copy_only=False)
    if data_type == "date":
        counts = (whole.astype("M8[D]").astype(np.int64) + 3653).astype(np.float64)
    else:
        counts = (whole.astype("M8[s]") - EPOCH).astype(np.int64).astype(np.float64)
        fraction = pc.utf8_slice_codeunits(filled, 19, 29)
        digits = pc.utf8_rpad(pc.utf8_slice_codeunits(fraction, 1, 10), 9, "0")
        counts += digits.cast(pa.float64()).to_numpy(zero_copy_only=False) / 1e9
    counts[missing] = np.nan
    return counts


def misshapen(texts: Any, data_type: str, *, whole: bool) -> int | None:
    """The position of the first text of an Arrow array that is no ISO 8601 date of this type."""
    filled = texts.fill_null("")
    pattern = (WHOLE if whole else PARTIAL)[data_type]
    fits = pc.match_substring_regex(filled, pattern)
    fits = pc.or_(fits, pc.equal(filled, "")) if not whole else pc.or_(fits, texts.is_null())
    if data_type != "time":
        # Days that no month has: 31 February. A text that begins with no whole date is not asked.
        head = pc.utf8_slice_codeunits(filled, 0, 10)
        complete = pc.match_substring_regex(head, WHOLE["date"])
        dates = pd.to_datetime(
            pd.Series(pc.if_else(complete, head, None).to_pylist(), dtype="str"),
            format="%Y-%m-%d",
            errors="coerce",
        )
        there = complete.to_numpy(zero_copy_only=False) & dates.isna().to_numpy()
        fits = pc.and_(fits, pa.array(~there))
    wrong = np.flatnonzero(~fits.to_numpy(zero_copy_only=False))
    return int(wrong[0]) if wrong.size else None
