"""Results of tests: standard results and units, completion status, range indicator."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypedDict

import pandas as pd

from sdtm.exact import decimal_text, split_operator
from sdtm.raw import TICKED
from sdtm.units import conversion
from specs.derivation import Outcome, derivation
from specs.distinct import spread_plain, text_where
from specs.tables import distinct_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specs.constants import Numeric

_TITRE = re.compile("[0-9]+:[0-9]+")
"""A dilution such as 1:320, which has a unit and is not a number."""


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


@derivation(scope="value")
def standard_result(
    result: pd.Series, unit: pd.Series, standard_unit: pd.Series, test: pd.Series
) -> Outcome:
    """{result} converted from {unit} to {standard_unit} by the factor and offset for {test}.

    A comparison operator before the number is kept. Results that are no numbers, with a finding
    where they have a unit and are no titres (1:320), and results of tests without a standard unit,
    are taken over as they are. Missing, with a finding, when the unit is missing or has no factor.

    The arithmetic is exact on the collected decimals; factors and offsets are in sdtm/units.csv.
    """
    frame = pd.DataFrame({"result": result, "unit": unit, "to": standard_unit, "test": test})
    return _by_distinct_rows(frame, _converted)


@derivation(scope="value")
def standard_limit(
    limit: pd.Series, unit: pd.Series, standard_unit: pd.Series, test: pd.Series
) -> pd.Series:
    """{limit} converted from {unit} to {standard_unit} as its {test} result is.

    Missing when the limit is no number or the unit has no factor.
    """
    texts: pd.Series = standard_result(limit, unit, standard_unit, test).values
    return pd.to_numeric(texts, errors="coerce").astype("float64")


@derivation(scope="value")
def as_it_is(result: pd.Series) -> pd.Series:
    """{result} as it is."""
    return result


@derivation(scope="value")
def characters(text: pd.Series, *, first: int, last: int) -> pd.Series:
    """Characters {first} to {last} of {text}."""
    return text.str.slice(first - 1, last)


@derivation(scope="value")
def upper_case(text: pd.Series) -> pd.Series:
    """{text} in capital letters."""
    return text.str.upper()


@derivation(scope="value")
def ticked_choices(answer: pd.Series, *, choices: Sequence[Choice]) -> pd.Series:
    """The meanings of the choices ticked in {answer}, separated by semicolons, when several are.

    `choices` has the columns code and term. Missing when one choice or none is ticked.
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
    """The meaning of choice {number} of those ticked in {answer}, when several are.

    `choices` has the columns code and term. Missing when one choice or none is ticked, and when
    fewer are ticked than {number}. What stands for all of them in the parent is MULTIPLE.
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
def numeric_result(result: pd.Series) -> pd.Series:
    """{result} as a number; missing when it is text or has a comparison operator."""
    return pd.to_numeric(result, errors="coerce").astype("float64")


@derivation(scope="value")
def rescaled(value: pd.Series, scale: pd.Series, *, scales: Sequence[Scale]) -> Outcome:
    """{value} times the factor of its {scale}; missing when the scale or its factor is not known.

    The arithmetic is exact on the collected decimals. `scales` has the columns scale and factor
    (a fraction such as 3/100).
    """
    factors = {str(row["scale"]): Fraction(str(row["factor"])) for row in scales}
    frame = pd.DataFrame({"value": value, "scale": scale})

    def one(text: str, scale: str) -> tuple[str | None, str | None]:
        number = split_operator(text)
        if scale not in factors:
            return None, "has no known scale, so it is not converted"
        if number is None or number[0]:
            return None, "is not a number, so it is not converted"
        return decimal_text(number[1] * factors[scale]), None

    return _by_distinct_rows(frame, one)


@derivation(scope="value")
def item_score(
    answer: pd.Series, item: pd.Series, *, present: str, absent: str, scores: Sequence[Weight]
) -> pd.Series:
    """The weight of {item} when {answer} is {present}, 0 when it is {absent}; else missing.

    `scores` has the columns item and weight.
    """
    weights = {row["item"]: str(row["weight"]) for row in scores}
    score = item.map(weights).astype("str").where(answer == present)
    return score.mask((answer == absent) & item.isin(list(weights)), "0")


@derivation(scope="value")
def completion_status(answer: pd.Series, *, not_done: list[str]) -> pd.Series:
    """NOT DONE when {answer} is one of the codes {not_done}; else missing."""
    return text_where(answer.isin(not_done), "NOT DONE")


@derivation(scope="value")
def reason_not_done(answer: pd.Series, *, reasons: Sequence[Reason]) -> pd.Series:
    """The meaning of the missing-data code in {answer}; missing when there is an answer.

    `reasons` has the columns code and reason.
    """
    return answer.map({str(row["code"]): row["reason"] for row in reasons}).astype("str")


@derivation(scope="value")
def reference_range_indicator(result: pd.Series, low: pd.Series, high: pd.Series) -> pd.Series:
    """LOW when {result} is below {low}, HIGH when above {high}, NORMAL when within both limits.

    Missing when the result is missing or the limit that decides is.
    """
    indicator = pd.Series(index=result.index, dtype="str")
    within = (low.isna() | (result >= low)) & (high.isna() | (result <= high))
    bounded = result.notna() & (low.notna() | high.notna())
    return (
        indicator.mask(bounded & within, "NORMAL")
        .mask(result < low, "LOW")
        .mask(result > high, "HIGH")
    )


def _converted(
    result: str, unit: str, standard_unit: str, test: str
) -> tuple[str | None, str | None]:
    number = split_operator(result)
    if number is None and unit and standard_unit and not _TITRE.fullmatch(result):
        return result, "has a unit and is not a number, so it stands as collected"
    if number is None or not standard_unit:
        return result, None
    if not unit:
        return None, "has no unit, so it cannot be standardised"
    convert = conversion(unit, standard_unit, test)
    if convert is None:
        return None, f"has unit {unit}, from which there is no factor to {standard_unit}"
    operator, value = number
    return operator + decimal_text(convert(value)), None


def _by_distinct_rows(frame: pd.DataFrame, one: Any) -> Outcome:
    """Apply a function of texts once to each distinct row with a first value."""
    first, codes = distinct_rows([frame[name] for name in frame], len(frame))
    distinct = frame.iloc[first]
    filled = distinct.iloc[:, 0].notna()
    made = [
        one(*row) if known else (None, None)
        for row, known in zip(distinct.fillna("").itertuples(index=False), filled, strict=True)
    ]
    values, problems = (pd.Series([pair[n] for pair in made], dtype="str") for n in (0, 1))
    return Outcome(*(spread_plain(part, codes, frame.index) for part in (values, problems)))
