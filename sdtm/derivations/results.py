"""Results of tests: standard results and units, completion status, range indicator."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict

import pandas as pd

from sdtm.raw import TICKED
from sdtm.units import UNITS, Conversion, UnitRow, conversion, rows_of
from specs.derivation import Outcome, derivation
from specs.distinct import spread_plain, text_where
from specs.numbers import (
    constant,
    ends_after,
    looks_like_number,
    number_text,
    numbers_of,
    read_number,
    read_qualified,
)
from specs.tables import distinct_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from specs.constants import Numeric

_TITRE = re.compile("[<>]?=?[0-9]+:[0-9]+")
"""A dilution such as 1:320, which has a unit of its own and is not a number."""

_TITRES = ("titer", "titre")


class Choice(TypedDict):
    """A row of a table of choices."""

    code: Any
    term: Any


class Scale(TypedDict):
    """A row of a table of scales."""

    scale: Any
    factor: Numeric


class Weight(TypedDict):
    """A row of a table of items and their weights."""

    item: str
    weight: Numeric


class Reason(TypedDict):
    """A row of a table of missing-data codes."""

    code: Any
    reason: str


@derivation(scope="value", tables={"conversions": UNITS})
def standard_result(
    result: pd.Series,
    unit: pd.Series,
    standard_unit: pd.Series,
    test: pd.Series,
    *,
    decimals: Mapping[str, int] | None = None,
    units: Sequence[UnitRow] | None = None,
) -> Outcome:
    """{result} converted from {unit} to {standard_unit} by {units} the table of conversions (see
    the comment): times factor plus offset of the row from the one to the other for {test}, else
    of the row for no test; a row the other way, or several rows one after the other, serve as
    well. A qualifier before the number (<, >, <=, >=, ~) is kept. A converted result is rounded,
    a half away from zero, to {decimals} 2 decimals and one more for each zero after the decimal
    point of the factor; a factor that moves the decimal point alone changes no digit. A result
    that is not a number beside a unit is missing, unless it is a titre such as 1:320. One in words
    without a unit, and any result without {standard_unit}, is taken over as it is. Missing where
    a number has no unit, or the unit no conversion.

    units: {units}, else by

    decimals: the decimals declared for the test ({decimals}), else to

    The arithmetic is exact on the collected decimals. Factors and offsets are those of the study's
    own `units`, else of sdtm/units.csv.
    """
    frame = pd.DataFrame({"result": result, "unit": unit, "to": standard_unit, "test": test})
    return _by_distinct_rows(frame, partial(_result, find=_converter(decimals, units)))


@derivation(scope="value", tables={"conversions": UNITS})
def standard_limit(
    limit: pd.Series,
    unit: pd.Series,
    standard_unit: pd.Series,
    test: pd.Series,
    *,
    decimals: Mapping[str, int] | None = None,
    units: Sequence[UnitRow] | None = None,
) -> Outcome:
    """{limit} converted from {unit} to {standard_unit}, and rounded, as the result of {test} is, by
    {units} the table of conversions (see the comment). Missing where it is not a number, or the
    unit has no conversion.

    units: {units}, else by
    """
    frame = pd.DataFrame({"limit": limit, "unit": unit, "to": standard_unit, "test": test})
    limits = _by_distinct_rows(frame, partial(_limit, find=_converter(decimals, units)))
    return Outcome(numbers_of(limits.values), limits.problems)


@derivation(scope="value")
def as_it_is(result: pd.Series) -> pd.Series:
    """The value of {result}."""
    return result


@derivation(scope="value")
def characters(text: pd.Series, *, first: int, last: int) -> pd.Series:
    """The characters {first} to {last} of {text}; missing where it is missing."""
    return text.str.slice(first - 1, last)


@derivation(scope="value")
def upper_case(text: pd.Series) -> pd.Series:
    """{text} in capital letters."""
    return text.str.upper()


@derivation(scope="value")
def ticked_choices(answer: pd.Series, *, choices: Sequence[Choice]) -> pd.Series:
    """The terms of the choices ticked in {answer}, by {choices}, joined by a semicolon and a space
    where several are ticked; missing where one or none is.
    """
    terms = {str(row["code"]): str(row["term"]) for row in choices}
    several = answer.where(answer.str.contains(TICKED, regex=False, na=False))
    distinct = {
        text: "; ".join(terms.get(code, code) for code in text.split(TICKED))
        for text in several.dropna().unique()
    }
    return several.map(distinct).astype("str")


@derivation(scope="value")
def ticked_choice(answer: pd.Series, *, number: int, choices: Sequence[Choice]) -> pd.Series:
    """The term, by {choices}, of choice number {number} of those ticked in {answer}, where several
    are ticked; missing where one or none is, and where fewer than {number} are.
    """
    terms = {str(row["code"]): str(row["term"]) for row in choices}
    several = answer.where(answer.str.contains(TICKED, regex=False, na=False))
    ticked = {text: text.split(TICKED) for text in several.dropna().unique()}
    distinct = {
        text: terms.get(codes[number - 1], codes[number - 1])
        for text, codes in ticked.items()
        if len(codes) >= number
    }
    return several.map(distinct).astype("str")


@derivation(scope="value")
def numeric_result(result: pd.Series) -> Outcome:
    """{result} as a number; missing where it is text or has a qualifier (<, >, <=, >=, ~).

    What looks like a number and is none, such as 1,200 or 120-130, is a finding.
    """

    def one(text: str) -> tuple[str | None, str | None]:
        strange = looks_like_number(text) and not _TITRE.fullmatch(text)
        return text, "is not a number, so there is no numeric result" if strange else None

    numbers = _by_distinct_rows(pd.DataFrame({"result": result}), one)
    return Outcome(numbers_of(numbers.values), numbers.problems)


@derivation(scope="value")
def rescaled(
    value: pd.Series, scale: pd.Series, *, scales: Sequence[Scale], decimals: int | None = None
) -> Outcome:
    """{value} times the factor of its scale in {scales}, where {scale} is the scale; computed
    exactly, and where the decimals of the factor do not end rounded, a half away from zero, to
    {decimals}. Missing where the scale is not there or {value} is not a number.

    decimals=: 2 decimals and one more for each zero after the decimal point of the factor

    decimals: {decimals} decimals

    The arithmetic is exact on the collected decimals. `scales` has the columns scale and factor
    (a fraction such as 3/100). Where the factor's decimals do not end the value is rounded, a half
    away from zero, to `decimals`, else as converted results are.
    """
    factors = {str(row["scale"]): Conversion(constant(row["factor"])) for row in scales}
    frame = pd.DataFrame({"value": value, "scale": scale})

    def rounds(factor: Conversion) -> bool:
        return decimals is None and ends_after(factor.factor) is None

    def one(text: str, scale: str) -> tuple[str | None, str | None]:
        number = read_number(text)
        if scale not in factors:
            return None, "has no known scale, so it is not converted"
        if number is None:
            return None, "is not a number, so it is not converted"
        factor = factors[scale]
        return number_text(factor(number), factor.decimals if rounds(factor) else decimals), None

    return _by_distinct_rows(frame, one)


@derivation(scope="value")
def item_score(
    answer: pd.Series, item: pd.Series, *, present: str, absent: str, scores: Sequence[Weight]
) -> pd.Series:
    """The weight of {item} in {scores} where {answer} is {present}, 0 where it is {absent};
    otherwise missing.

    `scores` has the columns item and weight.
    """
    weights = {row["item"]: str(row["weight"]) for row in scores}
    score = item.map(weights).astype("str").where(answer == present)
    return score.mask((answer == absent) & item.isin(list(weights)), "0")


@derivation(scope="value", gives=("NOT DONE",))
def completion_status(answer: pd.Series, *, not_done: list[str]) -> pd.Series:
    """NOT DONE where {answer} is {not_done:or}; otherwise missing."""
    return text_where(answer.isin(not_done), "NOT DONE")


@derivation(scope="value")
def reason_not_done(answer: pd.Series, *, reasons: Sequence[Reason]) -> pd.Series:
    """The reason in {reasons} whose code is {answer}; missing where there is none.

    `reasons` has the columns code and reason.
    """
    return answer.map({str(row["code"]): row["reason"] for row in reasons}).astype("str")


@derivation(scope="value", certain=True, gives=("HIGH", "LOW", "NORMAL"))
def reference_range_indicator(result: pd.Series, low: pd.Series, high: pd.Series) -> Outcome:
    """LOW where {result} is below {low}, HIGH where it is above {high}, NORMAL where it is neither
    and one of the two is given. Missing where {result} is missing or both limits are, where a
    limit was collected that is not a number, and where {low} is above {high}.
    """
    indicator = pd.Series(index=result.index, dtype="str")
    crossed = low.gt(high)
    result = result.mask(crossed)
    within = (low.isna() | (result >= low)) & (high.isna() | (result <= high))
    bounded = result.notna() & (low.notna() | high.notna())
    values = (
        indicator.mask(bounded & within, "NORMAL")
        .mask(result < low, "LOW")
        .mask(result > high, "HIGH")
    )
    return Outcome(values, text_where(crossed, "the lower limit is above the upper: no indicator"))


def _converter(
    decimals: Mapping[str, int] | None, units: Sequence[UnitRow] | None
) -> Callable[[str, str, str], tuple[Conversion, int | None] | None]:
    """What finds, for a unit, a standard unit and a test, the conversion and its decimals."""
    own, declared = rows_of(units or ()), decimals or {}

    def finder(unit: str, to: str, test: str) -> tuple[Conversion, int | None] | None:
        step = conversion(unit, to, test, own)
        if step is None or step == Conversion():
            return None if step is None else (step, None)
        return step, declared.get(test, step.decimals)

    return finder


def _result(
    result: str, unit: str, to: str, test: str, *, find: Any
) -> tuple[str | None, str | None]:
    qualified = read_qualified(result)
    if qualified is None:
        return _no_number(result, unit, to)
    if not to:
        return result, None
    if not unit:
        return None, "has no unit, so it cannot be standardised"
    converted = find(unit, to, test)
    if converted is None:
        return None, f"has unit {unit}, from which there is no factor to {to}"
    convert, decimals = converted
    return qualified.qualifier + number_text(convert(qualified.number), decimals), None


def _no_number(result: str, unit: str, to: str) -> tuple[str | None, str | None]:
    """What becomes of a result that is not a number: words, a titre, or a finding."""
    if _is_titre(result, unit, to):
        return result, None
    if unit and to:
        return None, f"stands beside the unit {unit} and is not a number, so it is not converted"
    if unit:
        return result, f"stands beside the unit {unit} and is not a number"
    if to and looks_like_number(result):
        return None, "is not a number, so it is not converted"
    if to and result.strip("+ ") and not any(c.isalpha() or c.isdecimal() for c in result):
        return result, "is neither a number nor words, so it is not converted"
    return result, None


def _is_titre(text: str, unit: str, to: str) -> bool:
    return unit in _TITRES and to in ("", unit) and _TITRE.fullmatch(text) is not None


def _limit(
    limit: str, unit: str, to: str, test: str, *, find: Any
) -> tuple[str | None, str | None]:
    number = read_number(limit)
    if number is None:
        problem = "is not a number, so it is not a limit"
        return None, None if _is_titre(limit, unit, to) else problem
    if not to:
        return number_text(number), None
    converted = find(unit, to, test)
    if converted is None:
        return None, None
    convert, decimals = converted
    return number_text(convert(number), decimals), None


def _by_distinct_rows(frame: pd.DataFrame, one: Any) -> Outcome:
    """Apply a function of texts once to each distinct row with a first value."""
    first, codes = distinct_rows([frame[name] for name in frame], len(frame))
    distinct = frame.iloc[first]
    filled = distinct.iloc[:, 0].notna()
    pairs = [
        one(*row) if has_value else (None, None)
        for row, has_value in zip(distinct.fillna("").itertuples(index=False), filled, strict=True)
    ]
    values, problems = (pd.Series([pair[n] for pair in pairs], dtype="str") for n in (0, 1))
    whole = [spread_plain(column, codes, frame.index) for column in (values, problems)]
    return Outcome(whole[0], whole[1])
