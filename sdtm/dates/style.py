"""What a source declares about its date texts, and the words those texts are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple, cast, get_args

from sdtm.dates.partial import FIRST_YEAR, LAST_YEAR, MONTH_NAMES
from specs.errors import SpecError, did_you_mean

Order = Literal["DMY", "MDY", "YMD"]
Serial = Literal["excel1900", "sas"]

UNKNOWN: Final = frozenset({"UN", "UNK", "UK", "NK", "UNKN", "UNKNOWN"})
MONTHS: Final = (
    {name.upper(): number for number, name in enumerate(MONTH_NAMES, 1)}
    | {name[:3].upper(): number for number, name in enumerate(MONTH_NAMES, 1)}
    | {"SEPT": 9}
)
SEPARATOR: Final = r" ?[-/.,] ?| "


@dataclass(frozen=True)
class DateStyle:
    """What a source declares about its date texts.

    `order` is the order of day, month and year where numbers stand alone. `unknown` are tokens
    that mean an unknown part, beside UN, UNK, UK, NK, UNKN and UNKNOWN. `missing` are codes that,
    alone in the field, mean no value. `century` is the first and last year of the window that
    two-digit years fall in. `serial` says that other digit strings count days: Excel's 1900 system
    or SAS date values. Case is ignored. Raises SpecError for what cannot be declared.
    """

    order: Order | None = None
    unknown: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    century: tuple[int, int] | None = None
    serial: Serial | None = None

    def __post_init__(self) -> None:
        if self.order is not None and self.order not in get_args(Order):
            raise SpecError(
                f"{self.order} is not an order of dates", remedy="write DMY, MDY, YMD or none"
            )
        if self.serial is not None and self.serial not in get_args(Serial):
            raise SpecError(
                f"{self.serial} is not a base of serial dates", remedy="write excel1900 or sas"
            )
        if self.century is not None:
            first, last = self.century
            if not (FIRST_YEAR <= first <= last <= LAST_YEAR and last - first < 100):
                raise SpecError(
                    f"the century window {first}-{last} does not lie in {FIRST_YEAR}-{LAST_YEAR}"
                    " or has more than 100 years"
                )

    @classmethod
    def from_options(cls, order: str, options: str) -> DateStyle:
        """A style from text: order DMY, MDY, YMD or none; options `name=value`, set apart by `;`.

        `unknown` and `missing` take several values set apart by `,` and may be repeated. Raises
        SpecError for an option that is not known or cannot be read.

        >>> DateStyle.from_options("DMY", "century=1930-2029").century
        (1930, 2029)
        """
        values: dict[str, list[str]] = {"century": [], "missing": [], "serial": [], "unknown": []}
        for option in filter(None, map(str.strip, options.split(";"))):
            name, _, value = (text.strip() for text in option.partition("="))
            if name not in values:
                raise SpecError(
                    f"{name} is not an option of dates", remedy=did_you_mean(name, values)
                )
            if not value:
                raise SpecError(f"{name} has no value", remedy=f"write {name}=...")
            values[name] += filter(None, map(str.strip, value.split(",")))
        window = re.fullmatch(r"([0-9]{4})-([0-9]{4})", ",".join(values["century"]))
        if values["century"] and window is None:
            raise SpecError("the century window cannot be read", remedy="write century=1930-2029")
        declared = order.strip().upper()
        return cls(
            order=None if declared in ("", "NONE") else cast("Order", declared),
            unknown=frozenset(values["unknown"]),
            missing=frozenset(values["missing"]),
            century=(int(window[1]), int(window[2])) if window else None,
            serial=cast("Serial", ",".join(values["serial"])) if values["serial"] else None,
        )


class Words(NamedTuple):
    """A style's tokens in the form texts are compared in, and the patterns made of them."""

    unknown: frozenset[str]
    missing: frozenset[str]
    date: re.Pattern[str]
    clock: re.Pattern[str]


def folded(text: str) -> str:
    """The text in capitals without blanks at the ends and with single blanks inside."""
    return " ".join(text.split()).upper()


@lru_cache(maxsize=64)
def words_of(style: DateStyle) -> Words:
    """The words of a style, made once."""
    unknown = UNKNOWN | {folded(token) for token in style.unknown} - {""}
    # Digit strings are tokens of their own: 99 must not be found inside 1999.
    named = sorted((t for t in unknown if not is_number(t)), key=lambda t: (-len(t), t))
    marks = "|".join(map(re.escape, named))
    months = "|".join(sorted(MONTHS, key=len, reverse=True))
    token = rf"({marks}|{months}|(?<![0-9])[0-9]+(?![0-9]))"
    separator = rf"({SEPARATOR})?"
    return Words(
        unknown=unknown,
        missing=frozenset(map(folded, style.missing)),
        date=re.compile(rf"{token}(?:{separator}{token}(?:{separator}{token})?)?"),
        clock=re.compile(
            rf"(?P<hour>{marks}|[0-9]{{1,2}}):(?P<minute>{marks}|[0-9]{{2}})"
            rf"(?::(?P<second>{marks}|[0-9]{{2}}(?:[.,][0-9]+)?))?"
            r"(?: ?(?P<half>AM|PM))?(?: ?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2}))?"
        ),
    )


def is_number(text: str) -> bool:
    """Whether the text is digits 0-9 alone."""
    return text.isascii() and text.isdigit()
