"""Values against their type, length, digits and code list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from specs.errors import did_you_mean
from specs.numbers import number_text
from validation.define.data.terms import number as _number
from validation.define.families.codelists import items_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.data.delivered import Delivered, Row
    from validation.define.model import Use

SHOWN: Final = 20

_DAY, _CLOCK = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", r"[0-2]\d:[0-5]\d:[0-6]\d"
_ZONE = r"(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
_PART = r"\d{4}(?:-(?:\d\d|-)(?:-(?:\d\d|-)(?:T(?:\d\d|-)(?::(?:\d\d|-)(?::(?:\d\d|-))?)?)?)?)?"
_DATES: Final = {
    "date": re.compile(_DAY),
    "datetime": re.compile(f"{_DAY}T{_CLOCK}{_ZONE}"),
    "time": re.compile(f"{_CLOCK}{_ZONE}"),
    "partialDate": re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?"),
    "partialTime": re.compile(rf"[0-2]\d(?::[0-5]\d(?::[0-6]\d{_ZONE})?)?"),
    "partialDatetime": re.compile(
        rf"\d{{4}}(?:-\d\d(?:-\d\d(?:T\d\d(?::\d\d(?::\d\d{_ZONE})?)?)?)?)?"
    ),
    "incompleteDatetime": re.compile(rf"(?:{_PART}|-(?:-\d\d|--)+.*|\d{{4}}-.*){_ZONE}"),
    "durationDatetime": re.compile(
        r"[+-]?P(?=[\dT])(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?"
    ),
    "intervalDatetime": re.compile(r"[^/]+/[^/]+"),
}


def distinct(values: pd.Series) -> list[object]:
    """The different values of a Series, in their order, without missing ones."""
    return [value for value in values.unique().tolist() if value == value]


def value_findings(
    delivered: Delivered, use: Use, distinct_values: list[object], where: str = ""
) -> Iterator[Row]:
    """What values (of a variable, or of it under a condition) have against their description."""
    name, item = use.variable.get("Name"), use.item
    kind = item.get("DataType")
    numeric = bool(distinct_values) and isinstance(distinct_values[0], float)
    texts = (
        [_text(value) for value in distinct_values]
        if numeric
        else [str(value) for value in distinct_values]
    )
    if numeric and kind in ("integer", "float"):
        yield from _digits(delivered, use, np.asarray(distinct_values, dtype="float64"), where)
    elif not numeric:
        yield from _types(delivered, use, texts, where)
        length = item.get("Length")
        long = [t for t in texts if len(t.encode()) > int(length)] if length.isdecimal() else []
        if long and kind == "text":
            longest = max(long, key=lambda text: len(text.encode()))
            message = f"{name}{where} has {len(longest.encode())} bytes; Length is {length}"
            yield delivered.finding("CK-DEFINE-LENGTH", item, message, name, value=longest)
    yield from _terms(delivered, use, texts, where)


def _text(number: object) -> str:
    return number_text(float(str(number)))


def _types(delivered: Delivered, use: Use, texts: list[str], where: str) -> Iterator[Row]:
    kind, name = use.item.get("DataType"), use.variable.get("Name")
    pattern = _DATES.get(kind)
    if kind == "integer":
        pattern = re.compile(r"[+-]?\d+")
    elif kind == "float":
        pattern = re.compile(r"[<>]?=?\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
    if pattern is None:
        return
    bad = [text for text in texts if not pattern.fullmatch(text)]
    if bad:
        message = f"{name}{where} has {len(bad)} values that are not of type {kind}, as {bad[0]}"
        yield delivered.finding("CK-DEFINE-TYPE", use.item, message, name, value=bad[0])


def _digits(
    delivered: Delivered,
    use: Use,
    numbers: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    where: str,
) -> Iterator[Row]:
    """Numbers with more digits, or digits of another kind, than their description has."""
    item, name = use.item, use.variable.get("Name")
    kind, length, digits = item.get("DataType"), item.get("Length"), item.get("SignificantDigits")
    decimals = int(digits) if kind == "float" and digits.isdecimal() else 0
    if kind == "integer" or digits.isdecimal():
        rest = np.abs(numbers - np.round(numbers, decimals))
        fine = rest > 1e-9 * np.maximum(np.abs(numbers), 1.0)
        if fine.any():
            value = _text(numbers[fine][0])
            if kind == "integer":
                message = f"{name}{where} is of type integer, and has {value}"
                yield delivered.finding("CK-DEFINE-TYPE", item, message, name, value=value)
            else:
                message = f"{name}{where} has more than {digits} decimals, as {value}"
                yield delivered.finding("CK-DEFINE-DIGITS", item, message, name, value=value)
    if length.isdecimal() and len(numbers):
        whole = [len(str(int(n))) for n in (numbers.min(), numbers.max()) if np.isfinite(n)]
        longest = max(whole, default=0)
        room = int(length) - decimals
        if longest > max(room, 1):
            message = f"{name}{where} has {longest} digits before the point; Length {length} leaves"
            value = _text(max(numbers, key=abs))
            yield delivered.finding(
                "CK-DEFINE-LENGTH", item, f"{message} {room}", name, value=value
            )


def _terms(delivered: Delivered, use: Use, texts: list[str], where: str) -> Iterator[Row]:
    """Values that are not terms of the codelist."""
    codelist = delivered.define.codelist_of(use.item)
    items = items_of(codelist) if codelist is not None else []
    if codelist is None or not items:
        return
    name, oid = use.variable.get("Name"), codelist.get("OID")
    terms = {item.get("CodedValue") for item in items}
    held = terms | {_number(term) for term in terms}
    bad = [text for text in texts if text not in terms and _number(text) not in held]
    published = delivered.define.published(codelist)
    # define.xml lists of a codelist what its data have; what may stand there is what is published.
    listed = terms.union(published.values) if published else terms
    for text in sorted(bad)[:SHOWN]:
        remedy = "list it in define.xml" if text in listed else did_you_mean(text, listed)
        message = f"{name}{where} has {text}, which is not a term of {oid}; {remedy}"
        yield delivered.finding("CK-DEFINE-TERM", use.item, message, name, value=text)
    if len(bad) > SHOWN:
        message = f"{name}{where} has {len(bad) - SHOWN} more values that are not terms of {oid}"
        yield delivered.finding("CK-DEFINE-TERM", use.item, message, name)
    delivered.terms.add(delivered, use, codelist, texts)
