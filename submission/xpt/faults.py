"""Values that have no place in a transport file, each as an error with its row and remedy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from specs.errors import TransportError
from specs.limits import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from submission.xpt.layout import Column

SHOWN = 40
OF_DECIMALS = "convert the column to float64, or write it as text where every digit counts"


@dataclass(frozen=True, slots=True)
class Place:
    """A block of a variable: its dataset, its column, and how many rows came before."""

    dataset: str
    column: Column
    before: int = 0

    def later(self, rows: int) -> Place:
        """The place so many rows further."""
        return Place(self.dataset, self.column, self.before + rows)

    def error(self, what: str, remedy: str, position: int | None = None) -> TransportError:
        """The error at a position in the block, or of the whole variable."""
        row = "" if position is None else f" row {self.before + int(position) + 1}"
        return TransportError(what, where=f"{self.dataset}{row}, {self.column.name}", remedy=remedy)


def text_fault(place: Place, texts: Iterable[str | None], encoding: str) -> TransportError:
    """The first of the texts that has no place, and why."""
    width = place.column.length
    for position, text in enumerate(texts):
        if text is None:
            continue
        if "\0" in text:
            return place.error(f"{shown(text)} holds NUL", "remove the character", position)
        try:
            size = len(text.encode(encoding))
        except UnicodeEncodeError as error:
            return place.error(
                f"{shown(text)} holds {text[error.start]!r} (U+{ord(text[error.start]):04X}), which"
                f" {encoding} cannot write",
                "replace the character",
                position,
            )
        if size > width:
            return place.error(
                f"{shown(text)} has {size} bytes, {width} are planned",
                f"plan a length of {size}" if size <= LONGEST_TEXT else "split or shorten it",
                position,
            )
    raise AssertionError("no fault in these texts")


def type_fault(place: Place, values: pd.Series[Any]) -> TransportError:
    """The dtype does not hold what the column's type says."""
    wanted = "text" if place.column.type == "Char" else "numbers"
    expected = f"expected {wanted} for {place.column.type}"
    if values.dtype != object:
        return place.error(
            f"the column is {values.dtype}, {expected}", "convert it, or plan the other type"
        )
    position = misfit(values, str if wanted == "text" else ())
    value = None if position is None else values.iloc[position]
    if wanted == "text":
        remedy = "convert the column to str"
    elif isinstance(value, Decimal):
        remedy = OF_DECIMALS
    else:
        remedy = "convert the column to a numeric dtype"
    kind = type(value).__name__
    return place.error(
        f"{shown(value)} is a {kind} in a column of objects, {expected}", remedy, position
    )


def misfit(values: pd.Series[Any], fitting: type | tuple[type, ...]) -> int | None:
    """The position of the first object that is neither missing nor of a fitting type."""
    for position, value in enumerate(values):
        missing = pd.api.types.is_scalar(value) and pd.isna(value)
        if not missing and not isinstance(value, fitting):
            return position
    return None


def zone_fault(place: Place, dtype: str) -> TransportError:
    """Datetimes with a time zone: the file has no place for the zone."""
    return place.error(
        f"datetimes with a time zone ({dtype})", "convert to local time and drop the zone"
    )


def decimal_fault(place: Place, dtype: str) -> TransportError:
    """Decimals: most have no double of their own, and which digits count only the caller knows."""
    return place.error(f"the column is {dtype}, expected numbers for Num", OF_DECIMALS)


def exactness_fault(place: Place, value: object, position: int) -> TransportError:
    """A whole number that no double equals for sure."""
    return place.error(
        f"{value} is beyond 2**53, where doubles no longer hold every whole number",
        "write it as text",
        position,
    )


def shown(value: object) -> str:
    """A value for a message, shortened."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
