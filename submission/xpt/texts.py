"""Columns of text as the blank-padded bytes of a transport file; what does not fit raises."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from specs.errors import TransportError
from submission.xpt.faults import misfit, text_fault, type_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from submission.xpt.faults import Place

ARROW_ENCODINGS = ("ascii", "utf-8")  # as codecs.lookup names them


def text_cells(
    values: pd.Series[Any], place: Place, encoding: str
) -> Callable[[int, int], NDArray[np.bytes_]]:
    """Text of rows from one to another as bytes of the planned length; missing is blank.

    A type that holds no text is refused at once, a value when its rows are asked for.
    """
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _category_cells(values, place, encoding)
    if isinstance(dtype, pd.ArrowDtype) or (
        isinstance(dtype, pd.StringDtype) and dtype.storage == "pyarrow"
    ):
        array = arrow_text(values, place)
        return lambda start, stop: _cells(
            array.slice(start, stop - start), place.later(start), encoding
        )
    if not is_text(values):
        raise type_fault(place, values)

    def cells(start: int, stop: int) -> NDArray[np.bytes_]:
        # Object by object, so that no copy of the whole column is made.
        block, later = values.iloc[start:stop], place.later(start)
        return _cells(arrow_text(block, later), later, encoding)

    return cells


def _category_cells(
    values: pd.Series[Any], place: Place, encoding: str
) -> Callable[[int, int], NDArray[np.bytes_]]:
    """Each category once, where all of them fit and are fewer than the values."""
    codes = values.cat.codes.to_numpy()
    categories = pd.Series(values.cat.categories)
    if not len(categories):
        categories = categories.astype(object)
    of_category = text_cells(categories, place, encoding)
    if len(categories) <= len(values):
        with suppress(TransportError):  # an unused category may not fit, a used one has a row
            coded = np.append(of_category(0, len(categories)), [b" " * place.column.length])
            return lambda start, stop: coded[codes[start:stop]]

    def cells(start: int, stop: int) -> NDArray[np.bytes_]:
        later = place.later(start)
        return text_cells(taken(categories, codes[start:stop]), later, encoding)(0, stop - start)

    return cells


def taken(categories: pd.Series[Any], codes: NDArray[np.integer[Any]]) -> pd.Series[Any]:
    """The categories by code, -1 as missing, whole numbers kept whole."""
    if not len(categories):
        return pd.Series(np.full(len(codes), None), dtype=object)
    nullable: dict[str, Any] = {"i": "Int64", "u": "UInt64", "b": "boolean"}
    array = categories.astype(nullable.get(categories.dtype.kind, categories.dtype)).array
    return pd.Series(pd.api.extensions.take(array, codes, allow_fill=True))


def arrow_text(values: pd.Series[Any], place: Place) -> Any:
    """The values as an Arrow string array, chunked or not."""
    if isinstance(values.dtype, pd.StringDtype | pd.ArrowDtype):
        array = pa.array(values.array)
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
    return array


def _cells(array: Any, place: Place, encoding: str) -> NDArray[np.bytes_]:
    padded, start = [], 0
    for chunk in array.chunks if isinstance(array, pa.ChunkedArray) else [array]:
        padded.append(_padded(chunk, place.later(start), encoding))
        start += len(chunk)
    if len(padded) == 1:
        return padded[0]
    return np.concatenate(padded) if padded else np.empty(0, dtype=f"S{place.column.length}")


def _padded(chunk: Any, place: Place, encoding: str) -> NDArray[np.bytes_]:
    """An Arrow string array as bytes of the planned length, each value checked."""
    width = place.column.length
    if encoding not in ARROW_ENCODINGS:
        return _transcoded(chunk, place, encoding)
    _, offsets, buffer = chunk.buffers()
    ends = _ends(chunk, offsets)
    lengths = np.diff(ends)
    if chunk.null_count:
        if buffer is None or ((lengths != 0) > _present(chunk)).any():
            return _padded(pc.fill_null(chunk, ""), place, encoding)  # something lies under null
        # Null takes no bytes, as it mostly does: it is "" once nobody says that it is null.
        chunk = pa.Array.from_buffers(
            chunk.type, len(chunk), [None, offsets, buffer], 0, chunk.offset
        )
    longest = lengths.max(initial=0)
    if not longest:
        return np.full(len(chunk), b" " * width)
    if longest > width:
        raise text_fault(place, chunk.to_pylist(), encoding)
    octets = np.frombuffer(buffer, dtype=np.uint8)[ends[0] : ends[-1]]
    # Below 1 as signed numbers: NUL and what is not ASCII, found in one pass.
    if octets.view(np.int8).min() < 1 and (encoding == "ascii" or not octets.min()):
        raise text_fault(place, chunk.to_pylist(), encoding)
    if lengths.min() < width:
        chunk = pc.ascii_rpad(chunk, width)
    return _fixed_width(chunk, width)


def is_text(values: pd.Series[Any]) -> bool:
    """Whether a column holds text and missing values only; Arrow types are not looked into."""
    if isinstance(values.dtype, pd.StringDtype | pd.ArrowDtype):
        return True
    if not pd.api.types.is_object_dtype(values.dtype):
        return False
    return (
        pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty")
        or misfit(values, str) is None
    )


def _present(chunk: Any) -> NDArray[np.bool_]:
    """Where the values of an Arrow array are not null."""
    bits = np.frombuffer(chunk.buffers()[0], dtype=np.uint8)
    first, skipped = divmod(chunk.offset, 8)
    bits = bits[first : (chunk.offset + len(chunk) + 7) // 8]
    present = np.unpackbits(bits, count=skipped + len(chunk), bitorder="little")
    return present[skipped:].view(np.bool_)


def _ends(array: Any, offsets: Any) -> NDArray[Any]:
    """Where the values of an Arrow string array begin and end in its buffer."""
    wide = pa.types.is_large_string(array.type)
    if offsets is None or not offsets.size:  # an array without values may have no offsets
        return np.zeros(1, dtype=np.int64)
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
