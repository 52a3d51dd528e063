"""REDCap: what its validation types and field types accept as an answer."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sdtm.accepted import ANYTHING, CLOCK, DAY, MINUTE, SECOND, WHOLE, Accepted, Limit
from specs.numbers import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMERIC: Final = Accepted("number", "a number", PLAIN)
_SLIDER: Final = Accepted(
    "number", "a whole number", WHOLE, (Limit("GE", ("0",)), Limit("LE", ("100",)))
)

_TYPES: Final[Mapping[str, Accepted]] = MappingProxyType(
    {
        "": ANYTHING,
        "autocomplete": ANYTHING,
        "signature": ANYTHING,
        "integer": Accepted("number", "a whole number", WHOLE),
        "number": _NUMERIC,
        "time": Accepted("time", "a time as hh:mm", CLOCK),
        "time_hh_mm_ss": Accepted("time", "a time as hh:mm:ss", rf"{CLOCK}:[0-5][0-9]"),
        "time_mm_ss": Accepted("time", "minutes and seconds as mm:ss", r"[0-5][0-9]:[0-5][0-9]"),
        "email": Accepted(words="an e-mail address", pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        "phone": Accepted(words="a telephone number", pattern=r"[0-9()+.,x \-]{7,}"),
        "phone_australia": Accepted(words="a telephone number", pattern=r"[0-9()+ ]{8,}"),
        "zipcode": Accepted(words="a ZIP code", pattern=r"[0-9]{5}(?:-[0-9]{4})?"),
        "postalcode_australia": Accepted(words="a postal code of Australia", pattern=r"[0-9]{4}"),
        "postalcode_canada": Accepted(
            words="a postal code of Canada", pattern=r"[A-Za-z][0-9][A-Za-z] ?[0-9][A-Za-z][0-9]"
        ),
        "postalcode_french": Accepted(
            words="a postal code of France", pattern=r"[0-9][0-9AB][0-9]{3}"
        ),
        "postalcode_germany": Accepted(words="a postal code of Germany", pattern=r"[0-9]{5}"),
        "postalcode_uk": Accepted(
            words="a postal code of the United Kingdom",
            pattern=r"[A-Za-z]{1,2}[0-9][0-9A-Za-z]? ?[0-9][A-Za-z]{2}",
        ),
        "ssn": Accepted(words="a social security number", pattern=r"[0-9]{3}-[0-9]{2}-[0-9]{4}"),
        "mrn_10d": Accepted(words="a record number of 10 digits", pattern=r"[0-9]{10}"),
        "mrn_generic": Accepted(words="a record number", pattern=r"[A-Za-z0-9_-]+"),
        "vmrn": Accepted(words="a record number of 4 to 9 digits", pattern=r"[0-9]{4,9}"),
        "alpha_only": Accepted(words="letters alone", pattern=r"[A-Za-z]+"),
    }
)
"""By the name of the validation type; those of dates and decimals are told by their parts."""

_PROJECT: Final = MappingProxyType({"int": "integer", "float": "number"})
"""What the XML of a project calls validation types of the dictionary."""


def validation(named: str) -> str:
    """The dictionary's name of a validation type that a project file may name otherwise."""
    return _PROJECT.get(named, named)


def accepted(kind: str, named: str, low: str, high: str) -> Accepted:
    """What a field of a type and a validation type accepts between its two limits, "" for none.

    >>> accepted("text", "number_2dp", "0", "").words
    'a number with 2 decimals'
    """
    limits = (
        *((Limit("GE", (low,)),) if low else ()),
        *((Limit("LE", (high,)),) if high else ()),
    )
    if kind == "slider":
        return replace(_SLIDER, limits=limits) if limits else _SLIDER
    if kind == "calc":
        return replace(_NUMERIC, limits=limits)
    return replace(_typed(named), limits=limits) if kind == "text" else ANYTHING


def _typed(named: str) -> Accepted:
    for start, dated in (("datetime_seconds_", SECOND), ("datetime_", MINUTE), ("date_", DAY)):
        if named.startswith(start):
            return replace(dated, as_written=True)
    plain = named.removesuffix("_comma_decimal")
    if match := re.fullmatch(r"number_([1-9])dp", plain):
        words = f"a number with {match[1]} decimal{'s' if match[1] != '1' else ''}"
        return Accepted("number", words, rf"[+-]?[0-9]+\.[0-9]{{{match[1]}}}")
    return _TYPES.get(plain, Accepted(unknown=named))
