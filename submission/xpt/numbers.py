"""Doubles and the IBM hexadecimal numbers of transport files.

Of the 64 bits of an IBM number, one is the sign, seven are a power of 16 (excess 64) and 56 are a
fraction. A missing value is a first byte of "." (missing), "A" to "Z" (.A to .Z) or "_" (._) with
zeros behind it. In memory a special missing value is a NaN whose payload spells it in ASCII: .A is
0x2E41. Every other NaN is the plain missing value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPECIAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

_SIGN = np.int64(-(2**63))
_HIDDEN = np.int64(2**52)
_FRACTION = np.int64(2**52 - 1)
_POWER = np.int64(0x1FF << 54)  # of a power of 2, what is the power of 16
_LEAST = np.int64(191 << 54)  # the power of 16 that becomes 0
_BEYOND = np.int64(128 << 54)
_IBM_FRACTION = np.int64(2**56 - 1)
_PAYLOAD = np.int64(2**51 - 1)
_NAN = np.int64(0x7FF8 << 48)
_POINT = ord(".")

_IS_SPECIAL = np.zeros(256, dtype=np.bool_)
_IS_SPECIAL[[ord(letter) for letter in SPECIAL]] = True


def special_missing(letter: str) -> float:
    """The NaN that stands for a special missing value, .A to .Z or ._, named by its letter.

    >>> missing_codes(pd.Series([1.0, float("nan"), special_missing("A")])).tolist()
    [nan, '.', '.A']
    """
    if len(letter) != 1 or letter not in SPECIAL:
        raise ValueError(f"special missing values are A to Z and _, not {letter!r}")
    bits = np.array([_NAN | (_POINT << 8) | ord(letter)], dtype=np.int64)
    return float(bits.view(np.float64)[0])


def missing_codes(values: pd.Series[float]) -> pd.Series[str]:
    """How SAS writes each missing number, ".", ".A" to ".Z" or "._"; null where there is a number.

    `values` are float64: other dtypes keep no NaN payload.
    """
    doubles: NDArray[Any] = values.to_numpy(dtype=np.float64)
    codes = _missing_bytes(doubles)
    names = np.array(
        ["." if code == _POINT else f".{chr(code)}" for code in range(256)], dtype=object
    )
    text = names[codes]
    text[~np.isnan(doubles)] = None
    return pd.Series(text, index=values.index, name=values.name, dtype="str")


def ibm_from_doubles(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The 8-byte IBM numbers of doubles as bit patterns, and the positions that have none.

    Exact for zero and for magnitudes from 16**-65 up to 16**63; infinities and everything else
    outside have no IBM number.
    """
    bits = np.ascontiguousarray(values).view(np.int64)
    # The power of 2, plus 1, is the power of 16 in its upper bits and the shift in its lower two.
    power = bits + _HIDDEN
    shift = power >> 52
    shift &= 3
    power &= _POWER
    power -= _LEAST
    ibm = bits & _FRACTION
    ibm |= _HIDDEN
    ibm <<= shift
    odd = None
    if power.size and (power.min() < 0 or power.max() >= _BEYOND):
        odd = power < 0
        odd |= power >= _BEYOND
    power <<= 2
    ibm += power
    ibm |= np.bitwise_and(bits, _SIGN, out=power)
    if odd is None:
        return ibm, np.empty(0, dtype=np.intp)
    missing = np.isnan(values)
    np.copyto(ibm, 0, where=odd)
    np.copyto(ibm, _POINT << 56, where=missing)
    if (bits[missing] & _PAYLOAD).any():
        ibm[missing] = _missing_bytes(values[missing]) << 56
    odd &= ~missing
    return ibm, np.flatnonzero(odd & (values != 0)) if odd.any() else np.empty(0, dtype=np.intp)


def doubles_from_ibm(bits: NDArray[np.int64]) -> NDArray[np.float64]:
    """The doubles nearest to IBM numbers given as 8-byte bit patterns, ties to even.

    IBM numbers need not be normalised. Missing values become NaN, special ones with their payload.
    """
    fraction = bits & _IBM_FRACTION
    power = (bits >> 56) & 0x7F
    scale = ((power << 2) + (1023 - 4 * 64 - 56)) << 52
    # The conversion rounds half to even; the product with a power of two is exact.
    values = fraction.astype(np.float64) * scale.view(np.float64)
    np.negative(values, out=values, where=bits < 0)
    empty = np.flatnonzero(fraction == 0)
    if empty.size:
        first = (bits[empty] >> 56) & 0xFF
        special = np.where(_IS_SPECIAL[first], (_POINT << 8) | first, 0)
        missing = _IS_SPECIAL[first] | (first == _POINT)
        values.view(np.int64)[empty] = np.where(missing, _NAN | special, 0)
    return values


def _missing_bytes(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The first byte of the missing value that each NaN stands for."""
    payload = np.ascontiguousarray(values).view(np.int64) & _PAYLOAD
    letter = payload & 0xFF
    return np.where(((payload >> 8) == _POINT) & _IS_SPECIAL[letter], letter, _POINT)
