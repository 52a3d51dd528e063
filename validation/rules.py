"""What a specification demands of single values and single rows.

A rule about values sees one column, a rule about rows the whole frame. Both say which are right,
on the same index, and state for those that are not what was expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow.compute as pc

from sdtm.dates import imputed_part, precision
from sdtm.dates.partial import DateTextError, iso_interval, iso_partial
from specs.distinct import arrow_of, is_among, is_text
from specs.errors import did_you_mean
from specs.limits import LONGEST_TEXT
from specs.terminology import nearest
from specs.where import all_hold, conditions_text, variables_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from specs.model import StudyCodelist
    from specs.where import Condition

# Among more terms than this a search is slow. It may not depend on how many values are no terms:
# that differs with the group of subjects looked at.
_SUGGESTED: Final = 2000

_NUMBER: Final = r"\d+(?:[.,]\d+)?"
_DURATION: Final = re.compile(
    rf"[-+]?P(?=[\dT])(?:{_NUMBER}W|(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)


@dataclass(frozen=True)
class ValueRule:
    """A demand on the values of one variable; missing values meet it.

    `holds`: Series without missing values in, Series of bool out. `messages`: the distinct failing
    values as text in, what is wrong with each out.
    """

    id: str
    holds: Callable[[pd.Series], pd.Series]
    messages: Callable[[list[str]], list[str]]


@dataclass(frozen=True)
class RowRule:
    """A demand on rows, reported at one variable.

    `holds`: frame in, Series of bool out. `message`: the failing rows in, Series of text out.
    `needs`: the variables without which it says nothing.
    """

    id: str
    variable: str
    needs: tuple[str, ...]
    holds: Callable[[pd.DataFrame], pd.Series]
    message: Callable[[pd.DataFrame], pd.Series | str]


def byte_length(text: pd.Series) -> pd.Series:
    """The length of each text in UTF-8 bytes; missing text has length 0."""
    lengths = pc.binary_length(arrow_of(text if is_text(text) else text.astype("str")))
    return pd.Series(pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False), index=text.index)


def within_length(planned: int | None) -> ValueRule:
    """CK-LENGTH: texts are no longer than planned, and never longer than 200 bytes."""
    limit = planned or LONGEST_TEXT
    allowed = f"{limit} are planned" if planned else f"at most {limit}"
    return ValueRule(
        "CK-LENGTH",
        lambda text: byte_length(text) <= limit,
        lambda values: [
            f"{len(value.encode())} bytes long; {allowed}"
            + ("; the file holds the beginning" if len(value.encode()) > LONGEST_TEXT else "")
            for value in values
        ],
    )


def iso_8601() -> ValueRule:
    """CK-ISO8601: texts are dates that exist, in ISO 8601 form; partial dates and intervals too."""
    return ValueRule("CK-ISO8601", _is_iso_8601, lambda values: [*map(_why_no_date, values)])


def iso_8601_duration(*, or_interval: bool) -> ValueRule:
    """CK-ISO8601: texts are durations such as P3D or PT2H, or intervals where these may stand."""

    def holds(text: pd.Series) -> pd.Series:
        good = text.str.fullmatch(_DURATION.pattern).astype(bool)
        return good | (text.str.contains("/") & _is_iso_8601(text)) if or_interval else good

    return ValueRule(
        "CK-ISO8601",
        holds,
        lambda values: [f"{value} is not an ISO 8601 duration such as P3D" for value in values],
    )


def _is_iso_8601(text: pd.Series) -> pd.Series:
    good = precision(text).notna()
    # A date without a year has no precision, but is a date: the year is what it lacks.
    unread = text[~good]
    good[unread.index] = imputed_part(unread).notna()
    return good & (text.str.strip() == text)


def _why_no_date(value: str) -> str:
    try:
        read = iso_interval(value) or iso_partial(value)
    except DateTextError as error:
        return f"{value} is not ISO 8601: {error}"
    return f"{value} is not ISO 8601" + (": blanks around it" if read else "")


def in_codelist(
    name: str, used: StudyCodelist, *, number: bool = False, multiple: bool = False
) -> ValueRule:
    """CK-CODELIST: values are terms of the codelist as the study uses it.

    With `multiple`, MULTIPLE is one too: it stands for several answers, given in SUPP--.
    """
    terms = [*used.codelist.values, *(["MULTIPLE"] if multiple else [])]
    allowed = [*map(float, terms)] if number else terms
    return ValueRule(
        "CK-CODELIST",
        lambda values: is_among(values, allowed),
        lambda values: no_terms(values, name, used),
    )


def no_terms(values: list[str], name: str, used: StudyCodelist) -> list[str]:
    """What to say of values that are no terms of a codelist: the nearest terms, or what to do."""
    extend = "; declare it in terminology.yaml" if used.codelist.extensible else ""
    few = len(used.codelist.terms) <= _SUGGESTED
    closest = [nearest(value, used.codelist) if few else () for value in values]
    return [
        f"{value} is not a term of {name}"
        + (f"; nearest are {', '.join(near)}" if near else "")
        + extend
        for value, near in zip(values, closest, strict=True)
    ]


def one_of(
    id_: str, allowed: Iterable[str], of: str, terms: Iterable[str] | None = None
) -> ValueRule:
    """Values are among those the specification or the guide lists; `of` says what these are.

    With `terms`, those of a codelist, values that are none are left to the rule of the codelist.
    """
    values_allowed = list(allowed)
    judged = None if terms is None else list(terms)
    return ValueRule(
        id_,
        lambda values: (
            is_among(values, values_allowed)
            if judged is None
            else is_among(values, values_allowed) | ~is_among(values, judged)
        ),
        lambda values: [
            f"{value} is not {of}; {did_you_mean(value, values_allowed)}" for value in values
        ],
    )


def unique(id_: str, variable: str, within: str) -> RowRule:
    """A variable has each value once within another."""
    return RowRule(
        id_,
        variable,
        (within, variable),
        lambda frame: ~frame.duplicated([within, variable]) | frame[variable].isna(),
        lambda rows: f"{variable} occurs before for the same {within}; it is unique within it",
    )


def coded_by(code: str, variable: str, lists: Mapping[str, tuple[str, StudyCodelist]]) -> RowRule:
    """CK-CODELIST: where `code` (PARAMCD, QNAM) has a codelist, the values are its terms."""
    pairs = [
        f"{key}\n{value}" for key, (_, used) in lists.items() for value in used.codelist.values
    ]

    def holds(frame: pd.DataFrame) -> pd.Series:
        coded = frame[code].isin(list(lists)) & frame[variable].notna()
        good = pd.Series(data=True, index=frame.index)
        rows = frame.loc[coded, [code, variable]]
        good[rows.index] = rows[code].str.cat(rows[variable], sep="\n").isin(pairs)
        return good

    def message(rows: pd.DataFrame) -> pd.Series:
        texts_of_rows = pd.Series(index=rows.index, dtype="str")
        for key, (name, used) in lists.items():
            values = rows.loc[rows[code].eq(key), variable]
            distinct = values.unique().tolist()
            texts = dict(zip(distinct, no_terms(distinct, name, used), strict=True))
            texts_of_rows[values.index] = values.map(texts) + f" (where {code} is {key})"
        return texts_of_rows

    return RowRule("CK-CODELIST", variable, (code, variable), holds, message)


def coded_where(
    variable: str, where: tuple[Condition, ...], name: str, used: StudyCodelist
) -> RowRule:
    """CK-CODELIST: where conditions hold the values are terms of the list for them."""
    needs = (variable, *variables_of(where))

    def holds(frame: pd.DataFrame) -> pd.Series:
        values = frame[variable]
        return ~all_hold(where, frame) | values.isna() | values.isin(used.codelist.values)

    def message(rows: pd.DataFrame) -> pd.Series:
        distinct = rows[variable].unique().tolist()
        texts = dict(zip(distinct, no_terms(distinct, name, used), strict=True))
        return rows[variable].map(texts) + f" (where {conditions_text(where)})"

    return RowRule("CK-CODELIST", variable, needs, holds, message)


def decoded_by(id_: str, code: str, variable: str, decodes: Mapping[str, str]) -> RowRule:
    """A code (PARAMCD, QNAM) has the name the specification gives it."""
    return RowRule(
        id_,
        variable,
        (code, variable),
        lambda frame: frame[variable].eq(frame[code].map(decodes)) | ~frame[code].isin([*decodes]),
        lambda rows: "the specification has " + rows[code].map(decodes) + " for " + rows[code],
    )


def both_or_neither(id_: str, first: str, second: str) -> RowRule:
    """Two variables are filled together."""
    return RowRule(
        id_,
        second,
        (first, second),
        lambda frame: frame[first].isna() == frame[second].isna(),
        lambda rows: f"{first} and {second} are given together or not at all",
    )
